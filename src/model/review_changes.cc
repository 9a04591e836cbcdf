// Warnings about what moves units between one snapshot and the next.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/model/place.h"
#include "src/model/review_parts.h"

namespace expt::model {
namespace {

__extension__ using Wide = unsigned __int128;

// Share of units at `now_ms`: of a ramp, floor of the exact interpolation.
uint32_t ShareAt(const Snapshot& snapshot, const Coverage& coverage, int64_t now_ms) {
  if (coverage.ramp == kNone) return coverage.ppm;
  const Ramp& ramp = snapshot.ramps[coverage.ramp];
  const auto after = std::upper_bound(ramp.time_ms.begin(), ramp.time_ms.end(), now_ms) - ramp.time_ms.begin();
  if (after == 0) return 0;
  const auto at = static_cast<size_t>(after) - 1;
  if (!ramp.is_linear || at + 1 == ramp.time_ms.size()) return ramp.ppm[at];
  const auto passed = static_cast<uint64_t>(now_ms) - static_cast<uint64_t>(ramp.time_ms[at]);
  const auto length = static_cast<uint64_t>(ramp.time_ms[at + 1]) - static_cast<uint64_t>(ramp.time_ms[at]);
  return ramp.ppm[at] + static_cast<uint32_t>(Wide{ramp.ppm[at + 1] - ramp.ppm[at]} * passed / length);
}

class ChangeReview {
 public:
  ChangeReview(const Snapshot& snapshot, const Snapshot& previous, const std::vector<bool>& is_broken,
               Warnings& warnings)
      : s_(snapshot), old_(previous), is_broken_(is_broken), warnings_(warnings) {}

  void Run() {
    std::unordered_map<std::string_view, const Flag*> flags;
    for (const Flag& flag : old_.flags) flags.emplace(old_.strings[flag.key], &flag);
    for (Index i = 0; i < s_.flags.size(); ++i) {
      const auto found = flags.find(s_.strings[s_.flags[i].key]);
      if (!is_broken_[i] && found != flags.end()) Rules(i, *found->second);
    }
    std::unordered_map<std::string_view, const Experiment*> experiments;
    for (const Experiment& row : old_.experiments) experiments.emplace(old_.strings[row.id], &row);
    for (const Experiment& row : s_.experiments) {
      const auto found = experiments.find(s_.strings[row.id]);
      if (found != experiments.end() && IsMeasured(row) && IsMeasured(*found->second)) Phase(row, *found->second);
    }
  }

 private:
  static bool IsMeasured(const Experiment& row) {
    return row.status == ExperimentStatus::kRunning || row.status == ExperimentStatus::kPaused;
  }

  // Rules with the same id.
  void Rules(Index flag, const Flag& old_flag) {
    std::unordered_map<std::string_view, const Rule*> rules;
    for (const Index row : old_flag.rules) rules.emplace(old_.strings[old_.rules[row].id], &old_.rules[row]);
    for (const Index row : s_.flags[flag].rules) {
      const auto found = rules.find(s_.strings[s_.rules[row].id]);
      if (found == rules.end()) continue;
      const Index coverage = s_.rules[row].coverage;
      const Index old_coverage = found->second->coverage;
      if (coverage != kNone && old_coverage != kNone) {
        Coverages(flag, row, s_.coverages[coverage], old_.coverages[old_coverage]);
      }
      const Serve& serve = s_.serves[s_.rules[row].serve];
      const Serve& old_serve = old_.serves[found->second->serve];
      if (serve.kind != Serve::Kind::kSplit || old_serve.kind != Serve::Kind::kSplit) continue;
      if (const std::string_view what = Moved(serve.bucketing, old_serve.bucketing); !what.empty()) {
        warnings_.OfRule(flag, row, "split: " + std::string(what) + " has changed: units move between variants");
      }
    }
  }

  void Coverages(Index flag, Index rule, const Coverage& coverage, const Coverage& old_coverage) {
    if (const std::string_view what = Moved(coverage.bucketing, old_coverage.bucketing); !what.empty()) {
      warnings_.OfRule(flag, rule, "coverage: " + std::string(what) + " has changed: other units are covered");
      return;
    }
    if (coverage.ramp == kNone && old_coverage.ramp == kNone) return;
    const uint32_t share = ShareAt(s_, coverage, s_.issued_at_ms);
    const uint32_t old_share = ShareAt(old_, old_coverage, s_.issued_at_ms);
    if (share >= old_share) return;
    warnings_.OfRule(flag, rule,
                     "coverage: ramp falls from " + std::to_string(old_share) + " to " + std::to_string(share) +
                         ": units leave");
  }

  // "salt" or "bucket_by" where they differ.
  std::string_view Moved(Index bucketing, Index old_bucketing) const {
    const Bucketing& row = s_.bucketings[bucketing];
    const Bucketing& old_row = old_.bucketings[old_bucketing];
    if (s_.strings[s_.attributes[row.bucket_by].name] != old_.strings[old_.attributes[old_row.bucket_by].name]) {
      return "bucket_by";
    }
    return s_.strings[row.salt] != old_.strings[old_row.salt] ? "salt" : "";
  }

  void Phase(const Experiment& row, const Experiment& old_row) {
    if (row.phase != old_row.phase || row.flag >= is_broken_.size() || is_broken_[row.flag]) return;
    const auto warn = [&](std::string_view what) {
      warnings_.OfFlag(row.flag, Named("experiment", s_.strings[row.key]),
                       std::string(what) + " has changed within phase " + std::to_string(row.phase) +
                           ": units would move");
    };
    if (const std::string_view what = Moved(row.bucketing, old_row.bucketing); !what.empty()) warn(what);
    if (WeightsOf(s_, row) != WeightsOf(old_, old_row)) warn("the split by weights");
    if ((row.layer == kNone) != (old_row.layer == kNone)) return warn("the layer");
    if (row.layer == kNone) return;
    const Layer& layer = s_.layers[row.layer];
    const Layer& old_layer = old_.layers[old_row.layer];
    if (s_.strings[layer.key] != old_.strings[old_layer.key]) return warn("the layer");
    if (!Moved(layer.bucketing, old_layer.bucketing).empty()) return warn("the bucketing of the layer");
    if (!Covers(row.allocation, old_row.allocation)) warn("the allocation, which gives up buckets,");
  }

  // Where each variant's buckets end, in order: what decides a unit's variant.
  struct Arm {
    std::string_view variant;
    uint32_t weight;
    friend bool operator==(const Arm& a, const Arm& b) { return a.variant == b.variant && a.weight == b.weight; }
  };
  static std::vector<Arm> WeightsOf(const Snapshot& snapshot, const Experiment& row) {
    std::vector<Arm> arms;
    const Flag& flag = snapshot.flags[row.flag];
    for (size_t i = 0; i < row.weights.size() && i < row.variants.size(); ++i) {
      if (row.weights[i] == 0 || row.variants[i] >= flag.variant_keys.size()) continue;
      arms.push_back({snapshot.strings[flag.variant_keys[row.variants[i]]], row.weights[i]});
    }
    return arms;
  }

  // Both are rising, disjoint ranges, or empty.
  static bool Covers(std::span<const uint32_t> outer, std::span<const uint32_t> inner) {
    size_t at = 0;
    for (size_t i = 0; i + 1 < inner.size(); i += 2) {
      uint32_t begin = inner[i];
      while (begin < inner[i + 1]) {
        while (at + 1 < outer.size() && outer[at + 1] <= begin) at += 2;
        if (at + 1 >= outer.size() || outer[at] > begin) return false;
        begin = outer[at + 1];
      }
    }
    return true;
  }

  const Snapshot& s_;
  const Snapshot& old_;
  const std::vector<bool>& is_broken_;
  Warnings& warnings_;
};

}  // namespace

void ReviewChanges(const Snapshot& snapshot, const Snapshot& previous, const std::vector<bool>& is_broken,
                   Warnings& warnings) {
  ChangeReview(snapshot, previous, is_broken, warnings).Run();
}

}  // namespace expt::model
