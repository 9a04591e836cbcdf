// Warnings about units that stand in several lists.
#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "src/model/condition_walk.h"
#include "src/model/place.h"
#include "src/model/review_parts.h"

namespace expt::model {
namespace {

// A unit as member lists name it.
struct Unit {
  Index bucket_by;
  uint64_t hash;

  friend bool operator<(const Unit& a, const Unit& b) {
    return std::tie(a.bucket_by, a.hash) < std::tie(b.bucket_by, b.hash);
  }
  friend bool operator==(const Unit& a, const Unit& b) { return a.bucket_by == b.bucket_by && a.hash == b.hash; }
};

std::vector<Unit> UnitsOf(const Snapshot& snapshot, std::span<const Index> lists) {
  std::vector<Unit> units;
  for (const Index list : lists) {
    const MemberList& row = snapshot.member_lists[list];
    for (const uint64_t hash : row.hashes) units.push_back({row.bucket_by, hash});
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return units;
}

std::string UnitsText(size_t count) { return std::to_string(count) + (count == 1 ? " unit" : " units"); }

// Segments of which a rule takes the members: its condition is an in_segment, or an all with one.
std::vector<Index> SegmentsTakenBy(const Snapshot& snapshot, const Rule& rule) {
  std::vector<Index> segments;
  const auto add = [&](const Condition& condition) {
    if ((condition.properties & kNegate) != 0) return;
    const std::span<const Index> named = SegmentsNamedBy(snapshot, condition);
    segments.insert(segments.end(), named.begin(), named.end());
  };
  if (rule.condition == kNone) return segments;
  const Condition& root = snapshot.conditions[rule.condition];
  add(root);
  if (root.op != Operator::kAll || (root.properties & kNegate) != 0) return segments;
  for (const Index child : ConditionWalk::ChildrenOf(snapshot, root)) add(snapshot.conditions[child]);
  return segments;
}

}  // namespace

void ReviewSharedUnits(const Snapshot& snapshot, Index flag, Warnings& warnings) {
  // More is not looked through.
  constexpr size_t kMaxUnits = 4'000'000;
  struct Member {
    Unit unit;
    uint32_t rule;     // its place in the flag
    Index segment;
  };
  const base::List<Index>& rules = snapshot.flags[flag].rules;
  std::vector<Member> members;
  for (uint32_t i = 0; i < rules.size(); ++i) {
    for (const Index segment : SegmentsTakenBy(snapshot, snapshot.rules[rules[i]])) {
      const std::vector<Unit> excluded = UnitsOf(snapshot, snapshot.segments[segment].exclude);
      for (const Unit& unit : UnitsOf(snapshot, snapshot.segments[segment].include)) {
        if (!std::binary_search(excluded.begin(), excluded.end(), unit)) members.push_back({unit, i, segment});
      }
      if (members.size() > kMaxUnits) return;
    }
  }
  std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.unit < b.unit; });
  struct Shared {
    size_t units = 0;
    Index first = 0;   // segments, for example
    Index second = 0;
  };
  std::map<std::pair<uint32_t, uint32_t>, Shared> shared;  // by {the rule that wins, the other}
  for (size_t begin = 0; begin < members.size();) {
    size_t end = begin + 1;
    while (end < members.size() && members[end].unit == members[begin].unit) ++end;
    const Member& winner = members[begin];
    uint32_t last = winner.rule;
    for (size_t i = begin + 1; i < end; ++i) {
      const Member& other = members[i];
      if (other.rule == last) continue;  // through two segments of one rule
      last = other.rule;
      if (snapshot.rules[rules[other.rule]].serve == snapshot.rules[rules[winner.rule]].serve) continue;
      Shared& pair = shared[{winner.rule, other.rule}];
      if (pair.units++ == 0) pair = {1, winner.segment, other.segment};
    }
    begin = end;
  }
  for (const auto& [pair, what] : shared) {
    const auto segment = [&](Index row) { return Named("segment", snapshot.strings[snapshot.segments[row].key]); };
    const std::string winner = Named("rule", snapshot.strings[snapshot.rules[rules[pair.first]].id]);
    warnings.OfRule(flag, rules[pair.second],
                    UnitsText(what.units) + " of " + segment(what.second) + " are also in " + segment(what.first) +
                        " of " + winner + ", which comes first and wins");
  }
}

void ReviewMembers(const Snapshot& snapshot, Index segment, Warnings& warnings) {
  const Segment& row = snapshot.segments[segment];
  if (row.include.empty() || row.exclude.empty()) return;
  const std::vector<Unit> included = UnitsOf(snapshot, row.include);
  const std::vector<Unit> excluded = UnitsOf(snapshot, row.exclude);
  std::vector<Unit> both;
  std::set_intersection(included.begin(), included.end(), excluded.begin(), excluded.end(), std::back_inserter(both));
  if (both.empty()) return;
  warnings.Of(Named("segment", snapshot.strings[row.key]),
              UnitsText(both.size()) + " both included and excluded: not in it");
}

}  // namespace expt::model
