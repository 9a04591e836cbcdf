// Runs the examples of docs/api.md, top to bottom in one shell, and compares the replies that the page shows.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;

struct Example {
  std::string script;
  std::string reply;  // JSON; empty when the page shows none
};

std::vector<Example> ExamplesOf(const std::string& page) {
  std::vector<Example> examples;
  std::istringstream lines(page);
  std::string line;
  std::string* into = nullptr;
  while (std::getline(lines, line)) {
    if (line == "```sh") {
      into = &examples.emplace_back().script;
    } else if (line == "```json" && !examples.empty()) {
      EXPECT_TRUE(examples.back().reply.empty()) << "two replies to one example";
      into = &examples.back().reply;
    } else if (line.starts_with("```")) {
      into = nullptr;
    } else if (into != nullptr) {
      *into += line + "\n";
    }
  }
  return examples;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A "…" in a shown text stands for anything.
bool IsShown(const json& shown, const json& actual) {
  if (shown.is_string() && actual.is_string()) {
    std::string pattern;
    for (const char c : shown.get<std::string>()) {
      if (std::string_view(".[]{}()*+?^$|\\").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    pattern = std::regex_replace(pattern, std::regex("…"), ".*");
    return std::regex_match(actual.get<std::string>(), std::regex(pattern));
  }
  if (shown.is_object() && actual.is_object()) {
    if (shown.size() != actual.size()) return false;
    for (const auto& [name, value] : shown.items()) {
      if (!actual.contains(name) || !IsShown(value, actual[name])) return false;
    }
    return true;
  }
  if (shown.is_array() && actual.is_array()) {
    if (shown.size() != actual.size()) return false;
    for (size_t i = 0; i < shown.size(); ++i) {
      if (!IsShown(shown[i], actual[i])) return false;
    }
    return true;
  }
  return shown == actual;
}

TEST(Docs, ExamplesOfTheApiPageWorkAndAnswerWhatItShows) {
  const std::vector<Example> examples = ExamplesOf(ReadFile(std::string(EXPT_SOURCE_DIR) + "/docs/api.md"));
  ASSERT_GE(examples.size(), 10u);
  RunningDaemon exptd;
  const TemporaryDirectory directory;
  std::ofstream script(directory.path() + "/examples.sh");
  script << "set -eu\ncd '" << directory.path() << "'\nURL='" << exptd.url() << "'\nSETUP_TOKEN='"
         << *exptd.daemon().setup_token() << "'\n";
  for (size_t i = 0; i < examples.size(); ++i) {
    // In the shell itself, so that variables stay for the next example.
    script << "echo " << i << " > reached\n{\n" << examples[i].script << "} > out" << i << "\n";
  }
  script.close();
  const int result = std::system(("bash '" + directory.path() + "/examples.sh'").c_str());
  const std::string reached = ReadFile(directory.path() + "/reached");
  ASSERT_EQ(result, 0) << "example " << reached << examples[std::stoul(reached)].script;
  for (size_t i = 0; i < examples.size(); ++i) {
    if (examples[i].reply.empty()) continue;
    const json shown = json::parse(examples[i].reply, nullptr, false);
    ASSERT_FALSE(shown.is_discarded()) << examples[i].reply;
    const std::string output = ReadFile(directory.path() + "/out" + std::to_string(i));
    EXPECT_TRUE(IsShown(shown, json::parse(output, nullptr, false))) << examples[i].script << "answers\n"
                                                                     << output << "\nbut the page shows\n"
                                                                     << examples[i].reply;
  }
}

}  // namespace
}  // namespace expt::testing
