#include <algorithm>
#include <string>
#include <utility>

#include "src/model/check.h"
#include "src/model/limits.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

class SegmentCheck {
 public:
  SegmentCheck(const Snapshot& snapshot, const ConditionFacts& conditions) : s_(snapshot), conditions_(conditions) {
    facts_.defects.resize(snapshot.segments.size());
    facts_.references.resize(snapshot.segments.size());
  }

  SegmentFacts Run() {
    for (Index i = 0; i < s_.segments.size(); ++i) Own(i);
    Order();
    return std::move(facts_);
  }

 private:
  std::string_view KeyOf(Index segment) const { return s_.strings[s_.segments[segment].key]; }

  void Own(Index i) {
    const Segment& segment = s_.segments[i];
    auto& defects = facts_.defects[i];
    for (const Index feature : segment.required_features) {
      defects.push_back({"", Named("required feature", s_.strings[feature]) + " is not supported by this version"});
    }
    for (const auto* lists : {&segment.include, &segment.exclude}) {
      for (const Index list : *lists) {
        const std::string_view name = s_.strings[s_.attributes[s_.member_lists[list].bucket_by].name];
        if (name.starts_with('$')) {
          defects.push_back({Named("attribute", name), "names that begin with \"$\" are reserved"});
        }
      }
    }
    AppendConditionDefects(s_, conditions_, segment.condition, defects);
    if (SegmentLeaves(s_, conditions_, i) > kMaxFlagLeaves) {
      defects.push_back({"", "has more than " + std::to_string(kMaxFlagLeaves) + " conditions"});
    } else {
      facts_.references[i] = SegmentsOf(s_, conditions_, segment.condition);
    }
  }

  // Takes segments whose references are all taken; what is left over is in a cycle or refers to one.
  void Order() {
    const size_t count = s_.segments.size();
    std::vector<std::vector<Index>> users(count);
    std::vector<size_t> waiting_for(count);
    std::vector<uint32_t> height(count, 1);
    std::vector<Index> ready;
    for (Index i = 0; i < count; ++i) {
      waiting_for[i] = facts_.references[i].size();
      for (const Index target : facts_.references[i]) users[target].push_back(i);
      if (waiting_for[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
      const Index i = ready.back();
      ready.pop_back();
      Finish(i, height[i]);
      for (const Index user : users[i]) {
        height[user] = std::max(height[user], height[i] + 1);
        if (--waiting_for[user] == 0) ready.push_back(user);
      }
    }
    for (Index i = 0; i < count; ++i) {
      if (waiting_for[i] != 0) facts_.defects[i].push_back({"", CycleText(i, waiting_for)});
    }
  }

  void Finish(Index i, uint32_t height) {
    auto& defects = facts_.defects[i];
    for (const Index target : facts_.references[i]) {
      if (!facts_.defects[target].empty()) {
        defects.push_back({"", "refers to " + Named("segment", KeyOf(target)) + ", which is broken"});
      }
    }
    if (height > kMaxSegmentDepth) {
      defects.push_back({"", "segments are nested deeper than " + std::to_string(kMaxSegmentDepth)});
    }
  }

  // Follows references that were never taken until a segment comes up again.
  std::string CycleText(Index start, const std::vector<size_t>& waiting_for) const {
    std::vector<Index> path;
    std::vector<bool> is_on_path(s_.segments.size());
    Index at = start;
    while (!is_on_path[at]) {
      is_on_path[at] = true;
      path.push_back(at);
      for (const Index target : facts_.references[at]) {
        if (waiting_for[target] == 0) continue;
        at = target;
        break;
      }
    }
    std::string text = at == start ? "refers to itself: " : "refers to a cycle: ";
    for (const Index segment : path) text += Quoted(KeyOf(segment)) + " -> ";
    return text + Quoted(KeyOf(at));
  }

  const Snapshot& s_;
  const ConditionFacts& conditions_;
  SegmentFacts facts_;
};

}  // namespace

uint64_t SegmentLeaves(const Snapshot& snapshot, const ConditionFacts& facts, Index segment) {
  const Segment& row = snapshot.segments[segment];
  const uint64_t lists = row.include.size() + row.exclude.size();
  return lists + (row.condition == kNone ? 0 : facts.leaves[row.condition]);
}

SegmentFacts CheckSegments(const Snapshot& snapshot, const ConditionFacts& facts) {
  return SegmentCheck(snapshot, facts).Run();
}

}  // namespace expt::model
