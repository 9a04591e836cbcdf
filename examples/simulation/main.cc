// simulation: a shop with the real client inside, for demos and for trying things out.
//
//   simulation seed --url http://127.0.0.1:8080 --token "$EXPT_TOKEN" --state key.json    # project, 14 days of history
//   simulation live --url http://127.0.0.1:8080 --state key.json --seconds 60             # visitors who come now
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/definitions.h"
#include "control-plane/cli/first_steps.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/text_table.h"
#include "control-plane/cli/time_text.h"
#include "control-plane/cli/upload.h"
#include "examples/simulation/definitions.h"
#include "examples/simulation/live.h"
#include "examples/simulation/seed.h"

namespace {

using expt::cli::Text;

std::atomic<bool> is_interrupted{false};

struct Options {
  std::string url, token, project = "shop", environment = "production", state_path;
  int timeout_seconds = 60;
  int seconds = 0;
  int visitors_per_second = 80;
};

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "simulation: %s\n", Text(status).c_str());
  return 1;
}

// When the experiments started: as an earlier run left it, else a history's length ago.
absl::StatusOr<std::string> StartOf(expt::cli::ApiClient& api, const std::string& base) {
  const absl::StatusOr<expt::cli::ApiReply> reply = api.Get(base + "/experiments/" + std::string(simulation::kWinner));
  if (reply.ok()) {
    const std::string start = expt::cli::TextAt(reply->body, "start");
    if (!start.empty()) return start;
  } else if (reply.status().code() != absl::StatusCode::kNotFound) {
    return reply.status();
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(expt::cli::Now() - simulation::kHistory);
  return expt::cli::FormatTime(seconds);
}

int Seed(const Options& options) {
  expt::cli::ApiClient api(options.url, options.token);
  absl::StatusOr<std::string> environment_id = expt::cli::EnsureEnvironment(api, options.project, options.environment);
  if (!environment_id.ok()) return Fail(environment_id.status());
  const std::string base = expt::cli::EnvironmentPath(options.project, options.environment);
  absl::StatusOr<std::string> start = StartOf(api, base);
  if (!start.ok()) return Fail(start.status());
  absl::StatusOr<expt::Time> start_time = expt::cli::ParseTime(*start);
  if (!start_time.ok()) return Fail(start_time.status());

  absl::StatusOr<expt::cli::Definitions> definitions =
      expt::cli::ParseDefinitions(simulation::DemoDefinitions(*start_time));
  if (!definitions.ok()) return Fail(definitions.status());
  for (const expt::cli::Change& change :
       expt::cli::ApplyDefinitions(api, options.project, options.environment, *definitions)) {
    if (change.kind == expt::cli::Change::Kind::kFailed) {
      return Fail(expt::cli::InvalidArgument(change.place + ": " + change.error));
    }
  }
  absl::StatusOr<expt::cli::ApiReply> published = api.Post(base + "/publish", {{"comment", "the demo shop"}});
  if (!published.ok()) return Fail(published.status());
  absl::StatusOr<std::string> key = expt::cli::RememberedServerKey(api, options.project, options.environment,
                                                                   *environment_id, "simulation", options.state_path);
  if (!key.ok()) return Fail(key.status());

  const std::chrono::seconds patience(options.timeout_seconds);
  absl::StatusOr<expt::Client> client = expt::cli::OpenReady(options.url, *key, patience);
  if (!client.ok()) return Fail(client.status());
  const auto begin = std::chrono::steady_clock::now();
  simulation::SeedReport report;
  absl::Status status = simulation::SendHistory(*client, *start_time, patience, report);
  if (status.ok()) status = expt::cli::DeliverAll(*client, patience);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("history of %s visitors: %s events in %.2f s\n", expt::cli::WithCommas(simulation::kSeedVisitors).c_str(),
              expt::cli::WithCommas(static_cast<long long>(report.events)).c_str(), seconds);
  const expt::ClientStatus counts = client->Status();
  std::printf("%s\n", expt::cli::CountsText(counts, report.events, 0).c_str());
  if (!status.ok()) return Fail(status);
  if (const absl::Status closed = client->Close(std::chrono::seconds(5)); !closed.ok()) return Fail(closed);
  return counts.events_rejected == 0 && counts.drops.empty() ? 0 : 1;
}

int Live(const Options& options) {
  absl::StatusOr<std::string> text = expt::cli::ReadFile(options.state_path);
  if (!text.ok()) return Fail(text.status());
  const std::string key = expt::cli::TextAt(nlohmann::json::parse(*text, nullptr, false), "key");
  if (key.empty()) {
    return Fail(
        expt::cli::InvalidArgument("\"" + options.state_path + "\": expected a file that `simulation seed` wrote"));
  }
  const std::chrono::seconds patience(options.timeout_seconds);
  absl::StatusOr<expt::Client> client = expt::cli::OpenReady(options.url, key, patience);
  if (!client.ok()) return Fail(client.status());
  const auto stop = [](int) { is_interrupted = true; };
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  const simulation::LiveReport report =
      simulation::SendLiveTraffic(*client,
                                  {.visitors_per_second = options.visitors_per_second,
                                   .duration = std::chrono::seconds(options.seconds),
                                   .group = "live-" + std::to_string(expt::cli::Now().time_since_epoch().count()),
                                   .report = [](const simulation::LiveReport& so_far) {
                                     std::printf("%s\n", simulation::LiveText(so_far).c_str());
                                     std::fflush(stdout);
                                   }},
                                  is_interrupted);
  const absl::Status closed = client->Close(std::chrono::seconds(5));
  const expt::ClientStatus counts = client->Status();
  std::printf("%s\n", expt::cli::CountsText(counts, counts.events_accepted, 0).c_str());
  if (!closed.ok()) return Fail(closed);
  return counts.events_rejected == 0 && report.refused == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A simulated shop that uses the real client", "simulation");
  app.require_subcommand(1);
  Options options;
  CLI::App* seed = app.add_subcommand("seed", "Make the demo project and send 14 days of history");
  CLI::App* live = app.add_subcommand("live", "Send live traffic until interrupted");
  for (CLI::App* command : {seed, live}) {
    command->add_option("--url", options.url, "where exptd answers")->envname("EXPT_URL")->required();
    command->add_option("--state", options.state_path, "file that remembers the server key")->required();
    command->add_option("--timeout", options.timeout_seconds, "seconds without progress before giving up")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
  }
  seed->add_option("--token", options.token, "API token")->envname("EXPT_TOKEN")->required();
  seed->add_option("--project", options.project, "project key")->capture_default_str();
  seed->add_option("--environment", options.environment, "environment key")->capture_default_str();
  live->add_option("--seconds", options.seconds, "how long; 0 until interrupted")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  live->add_option("--rate", options.visitors_per_second, "visitors per second")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.footer(R"(Examples:
  simulation seed --url http://127.0.0.1:8080 --token "$EXPT_TOKEN" --state key.json
  simulation live --url http://127.0.0.1:8080 --state key.json --seconds 60)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return seed->parsed() ? Seed(options) : Live(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "simulation: %s\n", error.what());
    return 1;
  }
}
