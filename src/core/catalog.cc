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
    if (rules.View(experiment.key) != key) continue;
    ExperimentEntry entry;
    entry.id = rules.View(experiment.id);
    entry.key = rules.View(experiment.key);
    entry.flag = rules.View(rules.flags[experiment.flag].key);
    entry.bucket_by = rules.View(experiment.bucket_by);
    entry.phase = experiment.phase;
    for (uint32_t i = 0; i < experiment.variants.size; ++i) {
      entry.variants.push_back(rules.View(rules.experiment_variants[experiment.variants.begin + i]));
    }
    return entry;
  }
  return std::nullopt;
}

}  // namespace expt::core
