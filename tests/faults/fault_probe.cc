// A client that is told what to do, a line at a time, and answers each line with one JSON object.
//
//   fault_probe URL KEY [data_directory=DIRECTORY] [bundle=FILE] [on_very_stale=defaults|fail_closed]
//     decide FLAG UNIT      {"value", "variant", "reason", "error_code"}; FLAG as an integer with -1 as default
//     ask FLAG TYPE         the same without unit, TYPE "boolean" or "string"
//     status                {"state", "conditions", "last_error", "step", "code", "counts", "warnings", ...}
//     advance MINUTES       moves the client's clocks
//     track NAME            {"accepted"}
//     flush MILLISECONDS    {"delivered", "remaining"}
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "expt/expt.h"

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// The machine's clocks, some time on.
class MovedClock : public expt::Clock {
 public:
  expt::Time Now() override { return expt::SystemClock()->Now() + moved_.load(); }
  milliseconds Monotonic() override { return expt::SystemClock()->Monotonic() + moved_.load(); }
  void Advance(milliseconds by) { moved_ = moved_.load() + by; }

 private:
  std::atomic<milliseconds> moved_{milliseconds(0)};
};

json JsonOf(const expt::OwnedDecision& decision) {
  json object = json::parse(expt::ToJson(decision.view()));
  object["age_ms"] = decision.age()->count();
  return object;
}

json JsonOf(const expt::ClientStatus& status) {
  json object = {{"state", expt::StateName(status.state)},
                 {"source", expt::SourceName(status.source)},
                 {"version", status.snapshot_version},
                 {"age_ms", status.age.count()},
                 {"last_error", status.last_error},
                 {"conditions", json::array()},
                 {"step", 0},
                 {"code", ""},
                 {"counts", json::object()},
                 {"is_quarantined", status.quarantined.has_value()}};
  for (const auto condition : status.conditions) object["conditions"].push_back(expt::ConditionName(condition));
  if (status.last_load_error.has_value()) {
    object["step"] = status.last_load_error->step;
    object["code"] = expt::LoadCodeName(status.last_load_error->code);
  }
  for (const auto& row : status.load_counts) object["counts"][std::string(expt::LoadCodeName(row.code))] = row.count;
  return object;
}

json Answer(expt::Client& client, MovedClock& clock, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string first;
  std::string second;
  words >> verb >> first >> second;
  if (verb == "decide") {
    const expt::Context user = second.empty() ? expt::Context() : expt::Context(second);
    json decision = JsonOf(client.Decide(first, user));
    decision["used"] = client.Value(first, user, int64_t{-1});
    return decision;
  }
  if (verb == "ask") {
    const expt::Context user("u1");
    if (second == "string") return {{"used", client.Value(first, user, "fallback")}};
    return {{"used", client.Value(first, user, false)}};
  }
  if (verb == "invalid") {
    std::vector<std::string> names;
    std::vector<expt::Attribute> attributes;
    for (size_t i = 0; i <= expt::kMaxContextAttributes; ++i) names.push_back("a" + std::to_string(i));
    for (const std::string& name : names) attributes.push_back({name, 1});
    const expt::Context user("u1", attributes);
    json decision = JsonOf(client.Decide(first, user));
    decision["used"] = client.Value(first, user, int64_t{-1});
    return decision;
  }
  if (verb == "status") {
    json status = JsonOf(client.Status());
    status["warnings"] = json::array();
    const expt::Snapshot snapshot = client.Pin();
    for (const std::string& warning : snapshot.warnings()) status["warnings"].push_back(warning);
    return status;
  }
  if (verb == "advance") {
    clock.Advance(std::chrono::minutes(std::stoi(first)));
    return json::object();
  }
  if (verb == "track") return {{"accepted", client.Track(first, expt::Context("u1")).accepted()}};
  if (verb == "flush") {
    const expt::FlushReport report = client.Flush(milliseconds(std::stoi(first)));
    return {{"delivered", report.delivered}, {"remaining", report.remaining}};
  }
  return {{"error", "unknown verb \"" + verb + "\""}};
}

// False where `argument` is no option.
bool Set(expt::ClientOptions& options, const std::string& argument) {
  const size_t equals = std::min(argument.find('='), argument.size());
  const std::string name = argument.substr(0, equals);
  const std::string value = argument.substr(std::min(equals + 1, argument.size()));
  if (name == "data_directory") {
    options.data_directory = value;
  } else if (name == "bundle") {
    std::ifstream in(value, std::ios::binary);
    options.bundle.assign(std::istreambuf_iterator<char>(in), {});
  } else if (argument == "on_very_stale=defaults") {
    options.on_very_stale = expt::Overlay::Stale::kDefaults;
  } else if (argument == "on_very_stale=fail_closed") {
    options.on_very_stale = expt::Overlay::Stale::kFailClosed;
  } else {
    return false;
  }
  return true;
}

int Run(expt::ClientOptions options) {
  const auto clock = std::make_shared<MovedClock>();
  options.poll_interval = milliseconds(100);
  options.flush_interval = milliseconds(20);
  options.first_send_spread = milliseconds(0);
  options.connect_timeout = milliseconds(500);
  options.request_timeout = milliseconds(1000);
  options.retry_initial = milliseconds(20);
  options.retry_max = milliseconds(200);
  options.clock = clock;
  auto client = expt::Client::Open(std::move(options));
  if (!client.ok()) {
    std::cerr << "fault_probe: " << client.status() << "\n";
    return 1;
  }
  std::string line;
  while (std::getline(std::cin, line)) std::cout << Answer(*client, *clock, line).dump() << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  expt::ClientOptions options;
  bool is_understood = argc >= 3;
  for (int i = 3; i < argc; ++i) is_understood = Set(options, argv[i]) && is_understood;
  if (!is_understood) {
    std::cerr << "usage: fault_probe URL KEY [OPTION=VALUE...]\n";
    return 2;
  }
  options.url = argv[1];
  options.key = argv[2];
  return Run(std::move(options));
}
