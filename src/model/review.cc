#include "src/model/condition_walk.h"
#include "src/model/review.h"

#include <string>
#include <utility>

#include "src/model/check.h"
#include "src/model/references.h"
#include "src/model/review_parts.h"

namespace expt::model {
namespace {

std::vector<bool> BrokenFlags(const Snapshot& snapshot) {
  std::vector<bool> is_broken(snapshot.flags.size());
  for (const Issue& issue : Validate(snapshot)) {
    if (issue.scope == Issue::Scope::kFlag) is_broken[issue.flag] = true;
  }
  return is_broken;
}

// What no flag uses breaks none, but is said.
void ReviewUnused(const Snapshot& snapshot, Warnings& warnings) {
  const ConditionFacts conditions = FactsOf(snapshot);
  const References references(snapshot, conditions);
  const GraphFacts graph = CheckGraph(snapshot, conditions, references);
  std::vector<bool> is_used(references.size());
  for (Index node = 0; node < references.size(); ++node) {
    for (const Index target : references.Of(node)) is_used[target] = true;
  }
  for (Index i = 0; i < snapshot.segments.size(); ++i) {
    if (is_used[i]) continue;  // its user says so
    const std::string place = Named("segment", snapshot.strings[snapshot.segments[i].key]);
    for (const Defect& defect : graph.segments[i]) warnings.Of(Within(place, defect.place), defect.text);
  }
  std::vector<bool> is_served(snapshot.experiments.size());
  for (const Flag& flag : snapshot.flags) {
    for (const Index rule : flag.rules) {
      const Serve& serve = snapshot.serves[snapshot.rules[rule].serve];
      if (serve.kind == Serve::Kind::kExperiment) is_served[serve.target] = true;
    }
  }
  std::vector<Issue> ignored;
  const std::vector<std::vector<Defect>> experiments = CheckExperiments(snapshot, ignored);
  for (Index i = 0; i < snapshot.experiments.size(); ++i) {
    if (is_served[i]) continue;
    const std::string place = Named("experiment", snapshot.strings[snapshot.experiments[i].key]);
    for (const Defect& defect : experiments[i]) warnings.Of(Within(place, defect.place), defect.text);
  }
}

}  // namespace

bool HasRightTables(const Snapshot& snapshot) {
  std::vector<Issue> issues;
  CheckTables(snapshot, issues);
  return issues.empty();
}

std::vector<Issue> Review(const Snapshot& snapshot, const Snapshot* previous) {
  if (!HasRightTables(snapshot)) return {};
  const std::vector<bool> is_broken = BrokenFlags(snapshot);
  const std::vector<ConditionTruth> truths = ConditionTruths(snapshot);
  Warnings warnings(snapshot);
  ConditionWalk walk(snapshot);
  for (Index i = 0; i < snapshot.flags.size(); ++i) {
    if (is_broken[i]) continue;
    ReviewOverrides(snapshot, i, warnings);
    ReviewRules(snapshot, truths, i, walk, warnings);
    ReviewSharedUnits(snapshot, i, warnings);
    for (const Index rule : snapshot.flags[i].rules) {
      const std::string place = Named("rule", snapshot.strings[snapshot.rules[rule].id]);
      ReviewPrivate(snapshot, i, place, snapshot.rules[rule].condition, walk, warnings);
    }
  }
  for (Index i = 0; i < snapshot.segments.size(); ++i) {
    ReviewMembers(snapshot, i, warnings);
    const std::string place = Named("segment", snapshot.strings[snapshot.segments[i].key]);
    ReviewPrivate(snapshot, kNone, place, snapshot.segments[i].condition, walk, warnings);
  }
  ReviewUnused(snapshot, warnings);
  if (previous != nullptr && HasRightTables(*previous)) ReviewChanges(snapshot, *previous, is_broken, warnings);
  return warnings.Take();
}

}  // namespace expt::model
