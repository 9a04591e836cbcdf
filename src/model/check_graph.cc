#include <algorithm>
#include <utility>

#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/limits.h"
#include "src/model/place.h"
#include "src/model/references.h"

namespace expt::model {
namespace {

class GraphCheck {
 public:
  GraphCheck(const Snapshot& snapshot, const ConditionFacts& conditions, const References& references)
      : s_(snapshot), conditions_(conditions), references_(references), walk_(snapshot) {}

  GraphFacts Run() {
    facts_.segments.resize(s_.segments.size());
    for (Index i = 0; i < s_.segments.size(); ++i) Segment(i);
    if (references_.is_empty()) return std::move(facts_);
    facts_.flags.resize(s_.flags.size());
    Order();
    return std::move(facts_);
  }

 private:
  // What is wrong with a segment itself.
  void Segment(Index i) {
    const model::Segment& segment = s_.segments[i];
    auto& defects = facts_.segments[i];
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
    AppendConditionDefects(s_, conditions_, walk_, segment.condition, defects);
    if (SegmentLeaves(s_, conditions_, i) > kMaxFlagLeaves) {
      defects.push_back({"", "has more than " + Number(kMaxFlagLeaves) + " conditions"});
    }
  }

  // Takes nodes whose references are all taken; what is left over is in a cycle or refers to one.
  void Order() {
    const size_t count = references_.size();
    std::vector<uint32_t> user_begin(count + 1);
    for (Index i = 0; i < count; ++i) {
      for (const Index target : references_.Of(i)) ++user_begin[target + 1];
    }
    for (size_t i = 0; i < count; ++i) user_begin[i + 1] += user_begin[i];
    std::vector<Index> users(user_begin[count]);
    std::vector<uint32_t> next(user_begin.begin(), user_begin.end() - 1);
    waiting_for_.resize(count);
    for (Index i = 0; i < count; ++i) {
      for (const Index target : references_.Of(i)) users[next[target]++] = i;
      waiting_for_[i] = static_cast<uint32_t>(references_.Of(i).size());
    }
    segment_depth_.resize(count);
    flag_depth_.resize(count);
    auto& order = facts_.order;
    order.reserve(count);
    for (Index i = 0; i < count; ++i) {
      if (waiting_for_[i] == 0) order.push_back(i);
    }
    for (size_t taken = 0; taken < order.size(); ++taken) {
      const Index node = order[taken];
      Take(node);
      for (uint32_t at = user_begin[node]; at < user_begin[node + 1]; ++at) {
        if (--waiting_for_[users[at]] == 0) order.push_back(users[at]);
      }
    }
    if (order.size() == count) return;
    for (Index i = 0; i < count; ++i) {
      if (waiting_for_[i] != 0) Cycle(i);
    }
  }

  // All that the node refers to is known.
  void Take(Index node) {
    uint32_t segments = 0;
    uint32_t flags = 0;
    for (const Index target : references_.Of(node)) {
      segments = std::max<uint32_t>(segments, segment_depth_[target]);
      flags = std::max<uint32_t>(flags, flag_depth_[target]);
    }
    ++(references_.IsFlag(node) ? flags : segments);
    segment_depth_[node] = static_cast<uint8_t>(std::min<uint32_t>(segments, 255));
    flag_depth_[node] = static_cast<uint8_t>(std::min<uint32_t>(flags, 255));
    if (references_.IsFlag(node)) {
      if (flags > kMaxFlagDepth) {
        facts_.flags[references_.RowOf(node)].push_back(
            {"", "prerequisites and flag_is are nested deeper than " + Number(kMaxFlagDepth)});
      }
      return;
    }
    auto& defects = facts_.segments[node];
    for (const Index target : references_.Of(node)) {
      if (references_.IsFlag(target) || facts_.segments[target].empty()) continue;
      defects.push_back({"", "refers to " + NodeText(target, true) + ", which is broken"});
    }
    if (segments > kMaxSegmentDepth) {
      defects.push_back({"", "segments are nested deeper than " + Number(kMaxSegmentDepth)});
    }
  }

  void Cycle(Index node) {
    Message text = CycleText(node);
    if (text.empty()) return;
    auto& defects = references_.IsFlag(node) ? facts_.flags[references_.RowOf(node)] : facts_.segments[node];
    defects.push_back({"", std::move(text)});
  }

  Index NextInCycle(Index node) const {
    for (const Index target : references_.Of(node)) {
      if (waiting_for_[target] != 0) return target;
    }
    return node;  // not reached
  }

  // Follows references that were never taken until a node comes up again. A flag says nothing where the first step is a
  // segment: the place that names the segment says it.
  Message CycleText(Index start) const {
    constexpr size_t kMaxPath = 32;
    if (references_.IsFlag(start) && !references_.IsFlag(NextInCycle(start))) return "";
    if constexpr (!base::kHasMessages) return "refers to a cycle";
    std::vector<Index> path;
    bool has_flag = false;
    Index at = start;
    while (path.size() < kMaxPath && std::find(path.begin(), path.end(), at) == path.end()) {
      path.push_back(at);
      has_flag = has_flag || references_.IsFlag(at);
      at = NextInCycle(at);
    }
    Message text = at == start ? "refers to itself: " : "refers to a cycle: ";
    for (const Index node : path) text += NodeText(node, has_flag) + " -> ";
    return text + (path.size() < kMaxPath || at == start ? NodeText(at, has_flag) : "...");
  }

  Message NodeText(Index node, bool has_noun) const {
    const Index row = references_.RowOf(node);
    if (references_.IsFlag(node)) return Named("flag", s_.strings[s_.flags[row].key]);
    const std::string_view key = s_.strings[s_.segments[row].key];
    return has_noun ? Named("segment", key) : Quoted(key);
  }

  const Snapshot& s_;
  const ConditionFacts& conditions_;
  const References& references_;
  ConditionWalk walk_;
  GraphFacts facts_;
  std::vector<uint32_t> waiting_for_;   // per node: what it refers to and is not taken
  std::vector<uint8_t> segment_depth_;  // most segments on a path from a node, itself counted
  std::vector<uint8_t> flag_depth_;
};

}  // namespace

uint64_t SegmentLeaves(const Snapshot& snapshot, const ConditionFacts& facts, Index segment) {
  const Segment& row = snapshot.segments[segment];
  const uint64_t lists = row.include.size() + row.exclude.size();
  return lists + (row.condition == kNone ? 0 : facts.rows[row.condition].leaves);
}

GraphFacts CheckGraph(const Snapshot& snapshot, const ConditionFacts& facts, const References& references) {
  return GraphCheck(snapshot, facts, references).Run();
}

}  // namespace expt::model
