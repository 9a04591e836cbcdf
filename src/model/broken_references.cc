#include <utility>

#include "src/model/check.h"
#include "src/model/place.h"
#include "src/model/references.h"

namespace expt::model {
namespace {

class BrokenReferences {
 public:
  BrokenReferences(const Snapshot& snapshot, const References& references, const GraphFacts& graph,
                 std::vector<uint8_t> is_broken)
      : s_(snapshot), references_(references), graph_(graph), is_broken_(std::move(is_broken)) {}

  void Run(std::vector<Issue>& issues) {
    bool has_changed = false;
    for (const Index node : graph_.order) {
      if (is_broken_[node] != 0 || BrokenBehind(node) == kNone) continue;
      is_broken_[node] = kBehind;
      has_changed = true;
    }
    if (has_changed) Merge(issues);
  }

 private:
  static constexpr uint8_t kBehind = 2;  // broken only by what it refers to

  Index BrokenBehind(Index node) const {
    for (const Index target : references_.Of(node)) {
      if (is_broken_[target] != 0) return target;
    }
    return kNone;
  }

  void Merge(std::vector<Issue>& issues) {
    if constexpr (!base::kHasMessages) {
      for (Index i = 0; i < s_.flags.size(); ++i) {
        if (is_broken_[references_.OfFlag(i)] == kBehind) issues.push_back(IssueOf(i));
      }
      return;
    }
    std::vector<Issue> merged;
    size_t at = 0;
    while (at < issues.size() && issues[at].scope == Issue::Scope::kSnapshot) merged.push_back(std::move(issues[at++]));
    for (Index i = 0; i < s_.flags.size(); ++i) {
      while (at < issues.size() && issues[at].flag == i) merged.push_back(std::move(issues[at++]));
      if (is_broken_[references_.OfFlag(i)] == kBehind) merged.push_back(IssueOf(i));
    }
    issues = std::move(merged);
  }

  // Names the nearest flag: `flag "a": segment "s": refers to flag "b", which is broken`.
  Issue IssueOf(Index flag) const {
    if constexpr (!base::kHasMessages) return {.scope = Issue::Scope::kFlag, .flag = flag, .place = "", .text = "refers to a broken one"};
    Message place = Named("flag", s_.strings[s_.flags[flag].key]);
    Index target = BrokenBehind(references_.OfFlag(flag));
    while (!references_.IsFlag(target) && BrokenBehind(target) != kNone) {
      place = Within(place, Named("segment", s_.strings[s_.segments[target].key]));
      target = BrokenBehind(target);
    }
    const Index row = references_.RowOf(target);
    const Message name = references_.IsFlag(target) ? Named("flag", s_.strings[s_.flags[row].key])
                                                        : Named("segment", s_.strings[s_.segments[row].key]);
    return {.scope = Issue::Scope::kFlag,
            .flag = flag,
            .place = std::move(place),
            .text = "refers to " + name + ", which is broken"};
  }

  const Snapshot& s_;
  const References& references_;
  const GraphFacts& graph_;
  std::vector<uint8_t> is_broken_;  // per node
};

}  // namespace

void BreakReferrers(const Snapshot& snapshot, const References& references, const GraphFacts& graph,
                    std::vector<uint8_t> is_broken, std::vector<Issue>& issues) {
  for (Index i = 0; i < snapshot.segments.size(); ++i) {
    if (!graph.segments[i].empty()) is_broken[i] = 1;
  }
  BrokenReferences(snapshot, references, graph, std::move(is_broken)).Run(issues);
}

}  // namespace expt::model
