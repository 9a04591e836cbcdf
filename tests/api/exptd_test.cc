// The program exptd as its operator meets it: output, exit codes, signals, files, log.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "expt/version.h"
#include "tests/api/http_client.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Process {
 public:
  Process(std::vector<std::string> arguments, const std::string& error_file) {
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      const int error = open(error_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(out[1], STDOUT_FILENO);
      dup2(error, STDERR_FILENO);
      std::vector<char*> argv;
      arguments.insert(arguments.begin(), EXPTD);
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      execv(EXPTD, argv.data());
      _exit(127);
    }
    close(out[1]);
    out_ = fdopen(out[0], "r");
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::fclose(out_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Without its end; empty at the end of the output.
  std::string ReadLine() {
    std::string line;
    for (int c = std::fgetc(out_); c != EOF && c != '\n'; c = std::fgetc(out_)) line += static_cast<char>(c);
    return line;
  }
  std::string ReadAll() {
    std::string all;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) all += static_cast<char>(c);
    return all;
  }
  void Signal(int number) { kill(pid_, number); }
  int Wait() {
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  std::FILE* out_ = nullptr;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Exptd : public ::testing::Test {
 protected:
  std::vector<std::string> ServeArguments() {
    return {"serve", "--data", directory_.path() + "/data", "--dev", "--listen", "127.0.0.1:0", "--log-level", "debug"};
  }
  std::string error_file() const { return directory_.path() + "/stderr"; }
  static std::string After(const std::string& text, const std::string& prefix) {
    EXPECT_THAT(text, StartsWith(prefix));
    return text.substr(std::min(prefix.size(), text.size()));
  }
  // Exit code; what it says goes to `error`.
  int Run(const std::vector<std::string>& arguments, std::string* error, std::string* output = nullptr) {
    Process process(arguments, directory_.path() + "/error");
    const std::string all = process.ReadAll();
    if (output != nullptr) *output = all;
    const int code = process.Wait();
    *error = ReadFile(directory_.path() + "/error");
    return code;
  }

  TemporaryDirectory directory_;
};

TEST_F(Exptd, FirstRunSecondRunAndCleanStop) {
  std::string token;
  std::string secret;
  for (const int number : {SIGTERM, SIGINT}) {
    Process process(ServeArguments(), error_file());
    if (token.empty()) token = After(process.ReadLine(), "setup token: ");
    const std::string url = After(process.ReadLine(), "listening on ");
    EXPECT_EQ(Send("GET", url + "/livez", {}).status, 200);
    EXPECT_EQ(Send("GET", url + "/readyz", {}).status, 200);
    if (secret.empty()) {
      const Reply setup = Send("POST", url + "/api/v1/setup",
                               {.body = json({{"token", token}}).dump(), .content_type = "application/json"});
      ASSERT_EQ(setup.status, 201) << setup.body;
      secret = setup.Json()["api_token"];
    }
    EXPECT_EQ(Send("GET", url + "/api/v1/projects?limit=5", {.bearer = secret}).status, 200);
    EXPECT_EQ(Send("GET", url + "/api/v1/projects/hidden-name", {.bearer = "wrong"}).status, 401);

    // One process per directory.
    std::string error;
    EXPECT_EQ(Run(ServeArguments(), &error), 1);
    EXPECT_THAT(error, HasSubstr("held by another exptd"));

    process.Signal(number);
    EXPECT_EQ(process.Wait(), 0);
    EXPECT_EQ(process.ReadLine(), "");

    // The log: an object per line, and nothing secret in it.
    const std::string log = ReadFile(error_file());
    std::istringstream lines(log);
    std::vector<std::string> events;
    for (std::string line; std::getline(lines, line);) {
      const json entry = json::parse(line, nullptr, false);
      ASSERT_TRUE(entry.is_object()) << line;
      EXPECT_TRUE(entry.contains("time") && entry.contains("level")) << line;
      events.push_back(entry["event"]);
    }
    EXPECT_EQ(events.front(), "listening");
    EXPECT_EQ(events.back(), "stopped");
    EXPECT_THAT(events, ::testing::Contains("request"));
    for (const std::string& hidden :
         {token, secret, secret.substr(0, secret.find('.')), std::string("hidden-name"), std::string("limit=5")}) {
      EXPECT_THAT(log, Not(HasSubstr(hidden)));
    }
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path() + "/data/keys")) {
    if (entry.path().filename().string().starts_with("root.")) continue;  // public
    struct stat status {};
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0u) << entry.path();
  }
  struct stat status {};
  ASSERT_EQ(stat((directory_.path() + "/data").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(Exptd, ALostSetupTokenIsReplacedByStartingAgain) {
  std::string first;
  {
    Process process(ServeArguments(), error_file());
    first = After(process.ReadLine(), "setup token: ");
    process.ReadLine();
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0);
  }
  Process process(ServeArguments(), error_file());
  const std::string second = After(process.ReadLine(), "setup token: ");
  const std::string url = After(process.ReadLine(), "listening on ");
  EXPECT_NE(first, second);
  const auto setup = [&](const std::string& token) {
    return Send("POST", url + "/api/v1/setup",
                {.body = json({{"token", token}}).dump(), .content_type = "application/json"})
        .status;
  };
  EXPECT_EQ(setup(first), 401);
  EXPECT_EQ(setup(second), 201);
}

TEST_F(Exptd, SaysWhatIsWrongWithTheCommandLine) {
  const std::string data = directory_.path() + "/data";
  std::string error;
  EXPECT_EQ(Run({}, &error), 2);
  EXPECT_EQ(Run({"serve"}, &error), 2);
  EXPECT_THAT(error, HasSubstr("--data"));
  EXPECT_EQ(Run({"serve", "--data", data}, &error), 2);
  EXPECT_THAT(error, HasSubstr("--dev"));
  EXPECT_EQ(Run({"serve", "--data", data, "--dev", "--root", "x"}, &error), 2);
  EXPECT_EQ(Run({"serve", "--data", data, "--dev", "--listen", "8080"}, &error), 2);
  EXPECT_THAT(error, HasSubstr("127.0.0.1:8080"));
  EXPECT_EQ(Run({"serve", "--data", data, "--dev", "--head-interval", "60"}, &error), 2);
  EXPECT_EQ(Run({"serve", "--data", data, "--dev", "--colour"}, &error), 2);
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST_F(Exptd, SaysWhyItCannotStart) {
  const std::string data = directory_.path() + "/data";
  std::string error;
  EXPECT_EQ(Run({"serve", "--data", data, "--dev", "--listen", "0.0.0.0:0"}, &error), 1);
  EXPECT_THAT(error, HasSubstr("--behind-proxy"));
  EXPECT_EQ(Run({"serve", "--data", "/nowhere/at/all", "--dev"}, &error), 1);
  EXPECT_THAT(error, HasSubstr("data directory \"/nowhere/at/all\""));
  EXPECT_NE(
      Run({"serve", "--data", data, "--root", "no-root", "--head-key", "no-head", "--snapshot-key", "no-key"}, &error),
      0);
  EXPECT_THAT(error, HasSubstr("no-"));
}

std::set<std::string> OptionsIn(const std::string& text) {
  static const std::regex kOption("--[a-z][a-z-]+");
  std::set<std::string> options;
  for (std::sregex_iterator at(text.begin(), text.end(), kOption), end; at != end; ++at) options.insert(at->str());
  return options;
}

TEST_F(Exptd, ShowsVersionAndHelpAndTheServerPageListsEveryOption) {
  std::string error;
  std::string output;
  EXPECT_EQ(Run({"--version"}, &error, &output), 0);
  EXPECT_EQ(output, "exptd " EXPT_VERSION "\n");
  EXPECT_EQ(Run({"--help"}, &error, &output), 0);
  EXPECT_THAT(output, HasSubstr("exptd serve --data ./exptd-data --dev"));
  EXPECT_EQ(Run({"serve", "--help"}, &error, &output), 0);
  std::set<std::string> options = OptionsIn(output);
  options.erase("--help");
  EXPECT_EQ(options, OptionsIn(ReadFile(std::string(EXPT_SOURCE_DIR) + "/docs/server.md")));
}

}  // namespace
}  // namespace expt::testing
