#include "src/core/catalog.h"

#include "src/core/ruleset.h"

namespace expt::core {

std::vector<std::string_view> UnitTypes(const Snapshot& snapshot) {
  if (!snapshot.is_ready()) return {};
  const auto& names = snapshot.ruleset()->unit_types;
  return {names.begin(), names.end()};
}

std::vector<std::string_view> AnalyticsAttributes(const Snapshot& snapshot) {
  if (!snapshot.is_ready()) return {};
  const auto& names = snapshot.ruleset()->analytics_attributes;
  return {names.begin(), names.end()};
}

std::optional<ExperimentEntry> FindExperiment(const Snapshot& snapshot, std::string_view key) {
  if (!snapshot.is_ready()) return std::nullopt;
  const eval::Ruleset& rules = snapshot.ruleset()->rules;
  for (const eval::Experiment& experiment : rules.experiments) {
    if (experiment.key != key) continue;
    ExperimentEntry entry;
    entry.id = experiment.id;
    entry.key = experiment.key;
    entry.flag = rules.flags[experiment.flag].key;
    entry.bucket_by = experiment.bucket_by;
    entry.phase = experiment.phase;
    entry.variants.assign(experiment.variants, experiment.variants + experiment.variant_count);
    return entry;
  }
  return std::nullopt;
}

}  // namespace expt::core
