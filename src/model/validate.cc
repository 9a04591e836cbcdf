#include "src/model/validate.h"

#include <utility>
#include <vector>

#include "src/model/check.h"
#include "src/model/place.h"
#include "src/model/references.h"

namespace expt::model {
namespace {

size_t CountBroken(const Snapshot& snapshot, const std::vector<Issue>& issues) {
  std::vector<bool> is_broken(snapshot.flags.size());
  size_t count = 0;
  for (const Issue& issue : issues) {
    if (issue.scope != Issue::Scope::kFlag || is_broken[issue.flag]) continue;
    is_broken[issue.flag] = true;
    ++count;
  }
  return count;
}

}  // namespace

std::vector<Issue> Validate(const Snapshot& snapshot) {
  Findings findings;
  return Validate(snapshot, findings);
}

std::vector<Issue> Validate(const Snapshot& snapshot, Findings& findings) {
  std::vector<Issue> issues;
  ConditionFacts conditions = CheckTables(snapshot, issues);
  if (!issues.empty()) return issues;  // the other checks follow indices
  findings.version_keys = std::move(conditions.version_keys);
  findings.has_folded = conditions.has_folded;

  CheckKeys(snapshot, issues);
  if (snapshot.flags.empty() && !snapshot.is_declared_empty) {
    issues.push_back({.scope = Issue::Scope::kSnapshot,
                      .flag = kNone,
                      .place = "flags",
                      .text = "there are none, and the snapshot is not declared empty"});
  }
  const References references(snapshot, conditions);
  const GraphFacts graph = CheckGraph(snapshot, conditions, references);
  const auto experiments = CheckExperiments(snapshot, issues);
  CheckFlags(snapshot, conditions, references, graph, experiments, issues);

  const size_t broken = CountBroken(snapshot, issues);
  if (broken * 2 > snapshot.flags.size()) {
    issues.push_back({.scope = Issue::Scope::kSnapshot,
                      .flag = kNone,
                      .place = "flags",
                      .text = Number(broken) + " of " + Number(snapshot.flags.size()) +
                              " are broken, expected at most half"});
  }
  return issues;
}

}  // namespace expt::model
