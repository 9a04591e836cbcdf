// expt results.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/results_table.h"

namespace expt::cli {
namespace {

struct ResultsOptions {
  Place place;
  std::string experiment, mode, alpha, output = "table";
  int watch_seconds = 0;
};

int Results(const ResultsOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  std::string path =
      EnvironmentPath(options.place.project, options.place.environment) + "/results/" + PathSegment(options.experiment);
  char separator = '?';
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    path += separator + std::string(name) + "=" + PathSegment(value);
    separator = '&';
  };
  add("mode", options.mode);
  add("alpha", options.alpha);
  while (true) {
    absl::StatusOr<ApiReply> reply = api.Get(path);
    if (!reply.ok()) return Fail(reply.status());
    if (options.watch_seconds > 0 && ::isatty(STDOUT_FILENO)) std::fputs("\033[H\033[2J", stdout);
    const std::string text = options.output == "json" ? reply->body.dump() + "\n" : ResultsTable(reply->body);
    std::fputs(text.c_str(), stdout);
    if (options.watch_seconds <= 0) return kDone;
    if (options.output == "table") std::fputs("\n", stdout);
    if (std::fflush(stdout) != 0) return kFailed;
    std::this_thread::sleep_for(std::chrono::seconds(options.watch_seconds));
  }
}

}  // namespace

void AddResults(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("results", "Show what an experiment found");
  auto options = std::make_shared<ResultsOptions>();
  command->add_option("experiment", options->experiment, "experiment key")->required();
  AddPlaceOptions(*command, options->place);
  command->add_option("--mode", options->mode, "fixed or any_time; default: as the experiment says")
      ->check(CLI::IsMember({"fixed", "any_time"}));
  command->add_option("--alpha", options->alpha, "two-sided error probability; default: as the experiment says")
      ->check(CLI::Range(1e-9, 0.999999));
  command->add_option("--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->add_option("--watch", options->watch_seconds, "show again every so many seconds, until interrupted")
      ->check(CLI::PositiveNumber);
  command->footer(
      R"(Each variant against control: difference, lift, interval, p. A verdict is withheld while SRM alarms.

Examples:
  expt results checkout-test --project shop --environment production
  expt results checkout-test --project shop --environment production --mode fixed --output json
  expt results checkout-test --project shop --environment production --watch 5)");
  command->callback([options, &action] { action = [options] { return Results(*options); }; });
}

}  // namespace expt::cli
