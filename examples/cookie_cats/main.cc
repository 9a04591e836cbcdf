// cookie_cats: a real experiment of 90,189 players, from its file to its results.
//
//   cookie_cats --url http://127.0.0.1:8080 --token "$EXPT_TOKEN" --project games cookie_cats.csv
//   expt results cookie-cats --project games --environment production
//
// Makes what is missing in the control plane (project, environment, flag, metrics, experiment), publishes, and reports
// each row through expt::Client: one imported exposure and up to three metric events. Safe to run again.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/definitions.h"
#include "control-plane/cli/first_steps.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/text_table.h"
#include "control-plane/cli/upload.h"
#include "examples/cookie_cats/definitions.h"
#include "examples/cookie_cats/import.h"

namespace {

using expt::cli::Text;

struct Options {
  std::string url, token, project, environment = "production", state_path, csv_path;
  int timeout_seconds = 120;
};

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "cookie_cats: %s\n", Text(status).c_str());
  return 1;
}

// Makes what is missing, publishes where something changed, and answers with a server key.
absl::StatusOr<std::string> Prepare(const Options& options) {
  expt::cli::ApiClient api(options.url, options.token);
  absl::StatusOr<std::string> environment_id = expt::cli::EnsureEnvironment(api, options.project, options.environment);
  if (!environment_id.ok()) return environment_id.status();
  absl::StatusOr<expt::cli::Definitions> definitions = expt::cli::ParseDefinitions(cookie_cats::kDefinitions);
  if (!definitions.ok()) return definitions.status();
  bool is_changed = false;
  for (const expt::cli::Change& change :
       expt::cli::ApplyDefinitions(api, options.project, options.environment, *definitions)) {
    if (change.kind == expt::cli::Change::Kind::kFailed) {
      return expt::cli::InvalidArgument(change.place + ": " + change.error);
    }
    is_changed |= change.kind != expt::cli::Change::Kind::kUnchanged;
  }
  const std::string base = expt::cli::EnvironmentPath(options.project, options.environment);
  absl::StatusOr<expt::cli::ApiReply> environment = api.Get(base);
  if (!environment.ok()) return environment.status();
  const auto version = environment->body.find("published_version");
  const bool is_published = version != environment->body.end() && version->is_number() && version->get<int64_t>() > 0;
  if (is_changed || !is_published) {
    absl::StatusOr<expt::cli::ApiReply> published =
        api.Post(base + "/publish", {{"comment", "import of the Cookie Cats experiment"}});
    if (!published.ok()) return published.status();
  }
  return expt::cli::RememberedServerKey(api, options.project, options.environment, *environment_id, "cookie_cats",
                                        options.state_path);
}

int Run(const Options& options) {
  absl::StatusOr<std::string> csv = expt::cli::ReadFile(options.csv_path);
  if (!csv.ok()) return Fail(csv.status());
  absl::StatusOr<std::string> key = Prepare(options);
  if (!key.ok()) return Fail(key.status());

  const std::chrono::seconds patience(options.timeout_seconds);
  absl::StatusOr<expt::Client> client = expt::cli::OpenReady(options.url, *key, patience);
  if (!client.ok()) return Fail(client.status());

  const auto start = std::chrono::steady_clock::now();
  cookie_cats::ImportReport report;
  const absl::Status imported = cookie_cats::Import(*client, *csv, patience, report);
  const absl::Status delivered = expt::cli::DeliverAll(*client, patience);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  for (const std::string& problem : report.problems) {
    std::fprintf(stderr, "cookie_cats: \"%s\": %s\n", options.csv_path.c_str(), problem.c_str());
  }
  const expt::ClientStatus status = client->Status();
  std::printf("%s rows, %s events in %.2f s: %s events/s end to end\n",
              expt::cli::WithCommas(static_cast<long long>(report.rows)).c_str(),
              expt::cli::WithCommas(static_cast<long long>(report.events)).c_str(), seconds,
              expt::cli::WithCommas(static_cast<long long>(static_cast<double>(report.events) / seconds)).c_str());
  std::printf("%s\n", expt::cli::CountsText(status, report.events, report.problems.size()).c_str());
  if (!imported.ok()) return Fail(imported);
  if (!delivered.ok()) return Fail(delivered);
  if (const absl::Status closed = client->Close(std::chrono::seconds(5)); !closed.ok()) return Fail(closed);
  return report.problems.empty() && status.events_rejected == 0 && status.drops.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Imports the Cookie Cats experiment through the real client", "cookie_cats");
  Options options;
  app.add_option("--url", options.url, "where exptd answers")->envname("EXPT_URL")->required();
  app.add_option("--token", options.token, "API token")->envname("EXPT_TOKEN")->required();
  app.add_option("--project", options.project, "project key; made where it is missing")->required();
  app.add_option("--environment", options.environment, "environment key; made where it is missing")
      ->capture_default_str();
  app.add_option("--state", options.state_path, "file that remembers the server key for the next run");
  app.add_option("--timeout", options.timeout_seconds, "seconds without progress before giving up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("csv", options.csv_path, "the data set")->required();
  app.footer(R"(Examples:
  cookie_cats --url http://127.0.0.1:8080 --token "$EXPT_TOKEN" --project games --state key.json cookie_cats.csv)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cookie_cats: %s\n", error.what());
    return 1;
  }
}
