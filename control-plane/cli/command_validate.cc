// expt validate.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/definitions.h"
#include "control-plane/cli/definitions_check.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/snapshot_file.h"
#include "control-plane/cli/status.h"
#include "control-plane/publish/snapshot_model.h"
#include "src/model/place.h"
#include "src/model/review.h"

namespace expt::cli {
namespace {

struct ValidateOptions {
  std::string file, root_path, environment;
  bool is_partial = false;
  bool wants_complexity = false;
};

// Warnings, and what the flags cost: the costliest one, or all of them.
void PrintReview(const ValidateOptions& options, const model::Snapshot& model) {
  for (const model::Issue& issue : model::Review(model, nullptr)) {
    PrintError("\"" + options.file + "\": warning: " + model::Within(issue.place, issue.text));
  }
  const std::vector<model::Complexity> all = model::Complexities(model);
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return all[a].figure > all[b].figure; });
  if (!options.wants_complexity && order.size() > 1) order.resize(1);
  for (const size_t i : order) {
    const model::Complexity& row = all[i];
    std::printf("%sflag \"%s\": complexity %u (%u conditions, %u attributes, %u regular expressions, %u segments, %u "
                "other flags)\n",
                options.wants_complexity ? "" : "most complex: ",
                std::string(model.strings[model.flags[i].key]).c_str(), row.figure, row.leaves, row.attributes,
                row.regexes, row.segments, row.flags);
  }
}

int ValidateSnapshot(const ValidateOptions& options, const std::string& bytes) {
  if (options.root_path.empty()) {
    PrintError("\"" + options.file + "\" is a signed file: --root says who may sign it");
    return kUsage;
  }
  absl::StatusOr<Snapshot> snapshot = OpenSnapshot(bytes, options.file, options.root_path, options.environment);
  if (!snapshot.ok()) return Fail(snapshot.status());
  for (const std::string& warning : snapshot->warnings()) PrintError("\"" + options.file + "\": " + warning);
  std::printf("snapshot of environment %s, version %lld, %zu flags, digest %s: %zu problems\n",
              std::string(snapshot->environment()).c_str(), static_cast<long long>(snapshot->version()),
              snapshot->flag_count(), HexText(snapshot->digest()).c_str(), snapshot->warnings().size());
  std::printf("compiled rules take %zu bytes, %zu a flag\n", snapshot->memory_bytes(),
              snapshot->memory_bytes() / std::max<size_t>(snapshot->flag_count(), 1));
  const absl::StatusOr<model::Snapshot> model = publish::ReadModel(bytes);
  if (!model.ok()) return Fail(At("\"" + options.file + "\"", model.status()));
  PrintReview(options, *model);
  return snapshot->warnings().empty() ? kDone : kFailed;
}

int ValidateDefinitions(const ValidateOptions& options, const std::string& text) {
  absl::StatusOr<Definitions> definitions = ParseDefinitions(text);
  if (!definitions.ok()) return Fail(At("\"" + options.file + "\"", definitions.status()));
  const DefinitionsCheck check = CheckDefinitions(*definitions, !options.is_partial);
  const std::vector<std::string>& problems = check.problems;
  for (const std::string& problem : problems) PrintError("\"" + options.file + "\": " + problem);
  std::printf(
      "%zu attributes, %zu segments, %zu flags, %zu metrics, %zu layers, %zu holdouts, %zu experiments: %zu problems\n",
      definitions->attributes.size(), definitions->segments.size(), definitions->flags.size(),
      definitions->metrics.size(), definitions->layers.size(), definitions->holdouts.size(),
      definitions->experiments.size(), problems.size());
  if (check.model.has_value()) PrintReview(options, *check.model);
  return problems.empty() ? kDone : kFailed;
}

int Validate(const ValidateOptions& options) {
  absl::StatusOr<std::string> bytes = ReadFile(options.file);
  if (!bytes.ok()) return Fail(bytes.status());
  return IsSignedFile(*bytes) || !options.root_path.empty() ? ValidateSnapshot(options, *bytes)
                                                            : ValidateDefinitions(options, *bytes);
}

}  // namespace

void AddValidate(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("validate", "Say everything that is wrong with a file");
  auto options = std::make_shared<ValidateOptions>();
  command->add_option("file", options->file, "signed snapshot, or definitions as JSON; - is standard input")
      ->required();
  command->add_option("--root", options->root_path, "Root file that says who may sign the snapshot");
  command->add_option("--environment", options->environment, "refuse a snapshot of another environment id");
  command->add_flag(
      "--partial", options->is_partial,
      "definitions may refer to segments, flags, layers, holdouts, metrics and experiments that are on the server only");
  command->add_flag("--complexity", options->wants_complexity,
                    "say of every flag what deciding it may cost, the costliest first");
  command->footer(R"(Exit 0 without problems, 1 with any. Warnings say what works but is surely not as meant.

Examples:
  expt validate definitions.json
  expt validate --root root.exs web.exs)");
  command->callback([options, &action] { action = [options] { return Validate(*options); }; });
}

}  // namespace expt::cli
