#include <algorithm>
#include <tuple>
#include <utility>

#include "src/base/sort.h"
#include "src/model/check.h"
#include "src/model/limits.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

class ExperimentCheck {
 public:
  ExperimentCheck(const Snapshot& snapshot, const Experiment& experiment, std::vector<Defect>& defects)
      : s_(snapshot), e_(experiment), defects_(defects) {}

  void Run() {
    for (const Index feature : e_.required_features) {
      Report(Named("required feature", s_.strings[feature]) + " is not supported by this version");
    }
    if (e_.status == ExperimentStatus::kUnspecified || e_.status > ExperimentStatus::kStopped) {
      Report("status " + Number(static_cast<int>(e_.status)) + " is not supported by this version");
    }
    if (e_.phase == 0) Report("phase is 0, expected at least 1");
    if (e_.end_ms != 0 && e_.end_ms <= e_.start_ms) Report("ends before it starts");
    if (Message text = BucketingDefect(s_, e_.bucketing); !text.empty()) Report(std::move(text));
    Variants();
    Allocation();
  }

 private:
  void Report(Message text) { defects_.push_back({"", std::move(text)}); }

  void Variants() {
    const size_t count = s_.flags[e_.flag].variant_keys.size();
    std::vector<bool> is_named(count);
    for (const Index variant : e_.variants) {
      if (variant >= count) {
        Report("variant " + Number(variant) + " is not one of the flag's " + Number(count));
      } else if (is_named[variant]) {
        Report(Named("variant", s_.strings[s_.flags[e_.flag].variant_keys[variant]]) + " is named twice");
      } else {
        is_named[variant] = true;
      }
    }
    if (e_.variants.size() != e_.weights.size()) {
      Report("has " + Number(e_.weights.size()) + " weights for " + Number(e_.variants.size()) +
             " variants");
    }
    if (Message text = WeightsDefect(e_.weights); !text.empty()) Report(std::move(text));
    if (std::find(e_.variants.begin(), e_.variants.end(), e_.control) == e_.variants.end()) {
      Report("control is not one of its variants");
    }
  }

  void Allocation() {
    if (!HasRightRanges()) {
      Report("allocation: expected rising, disjoint ranges [begin, end) within 1000000");
      return;
    }
    if (e_.layer == kNone) {
      const bool is_whole = e_.allocation.size() == 2 && e_.allocation[0] == 0 && e_.allocation[1] == kWholePpm;
      if (!e_.allocation.empty() && !is_whole) Report("allocation: expected everything without a layer");
      return;
    }
    const Layer& layer = s_.layers[e_.layer];
    const Message place = Named("layer", s_.strings[layer.key]);
    if (Message text = BucketingDefect(s_, layer.bucketing); !text.empty()) {
      defects_.push_back({place, std::move(text)});
    }
    if (UnitOf(layer.bucketing) != UnitOf(e_.bucketing)) {
      defects_.push_back({place, "expected bucketing by " + Quoted(UnitOf(layer.bucketing)) + ", got " +
                                     Quoted(UnitOf(e_.bucketing))});
    }
  }

  bool HasRightRanges() const {
    if (e_.allocation.size() % 2 != 0) return false;
    uint32_t at = 0;
    for (size_t i = 0; i < e_.allocation.size(); i += 2) {
      if (e_.allocation[i] < at || e_.allocation[i + 1] <= e_.allocation[i]) return false;
      at = e_.allocation[i + 1];
    }
    return at <= kWholePpm;
  }

  std::string_view UnitOf(Index bucketing) const {
    return s_.strings[s_.attributes[s_.bucketings[bucketing].bucket_by].name];
  }

  const Snapshot& s_;
  const Experiment& e_;
  std::vector<Defect>& defects_;
};

// Ranges of running and paused experiments, layer by layer, in order of their begin.
void CheckOverlaps(const Snapshot& s, std::vector<Issue>& issues) {
  struct Range {
    Index layer;
    uint32_t begin;
    uint32_t end;
    Index experiment;
  };
  std::vector<Range> ranges;
  for (Index i = 0; i < s.experiments.size(); ++i) {
    const Experiment& e = s.experiments[i];
    if (e.layer == kNone) continue;
    if (e.status != ExperimentStatus::kRunning && e.status != ExperimentStatus::kPaused) continue;
    for (size_t at = 0; at + 1 < e.allocation.size(); at += 2) {
      if (e.allocation[at] < e.allocation[at + 1]) {
        ranges.push_back({e.layer, e.allocation[at], e.allocation[at + 1], i});
      }
    }
  }
  base::Sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::tie(a.layer, a.begin, a.experiment) < std::tie(b.layer, b.begin, b.experiment);
  });
  const Range* widest = nullptr;  // the range of this layer that reaches furthest
  for (const Range& range : ranges) {
    if (widest == nullptr || widest->layer != range.layer) {
      widest = &range;
      continue;
    }
    if (range.begin < widest->end) {
      const auto text_of = [](const Range& r) {
        return "[" + Number(r.begin) + ", " + Number(r.end) + ")";
      };
      const auto key_of = [&](const Range& r) { return s.strings[s.experiments[r.experiment].key]; };
      issues.push_back({.scope = Issue::Scope::kSnapshot,
                        .flag = kNone,
                        .place = Named("layer", s.strings[s.layers[range.layer].key]),
                        .text = "allocation " + text_of(range) + " of " + Named("experiment", key_of(range)) +
                                " overlaps " + text_of(*widest) + " of " + Named("experiment", key_of(*widest))});
    }
    if (range.end > widest->end) widest = &range;
  }
}

}  // namespace

namespace {

// A bit for each ASCII character that salts may have.
struct SaltCharacters {
  constexpr SaltCharacters() {
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")) {
      bits[static_cast<uint8_t>(c) / 64] |= uint64_t{1} << (c % 64);
    }
  }
  uint64_t bits[4] = {};
};
constexpr SaltCharacters kSaltCharacters;

}  // namespace

bool IsSalt(std::string_view text) {
  if (text.empty() || text.size() > kMaxSaltBytes) return false;
  uint64_t is_salt = 1;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    is_salt &= kSaltCharacters.bits[byte / 64] >> (byte % 64);
  }
  return is_salt != 0;
}

Message BucketingDefect(const Snapshot& snapshot, Index bucketing) {
  const Bucketing& row = snapshot.bucketings[bucketing];
  if (row.algorithm != Algorithm::kXxh3Ppm) {
    return "bucketing algorithm " + Number(static_cast<int>(row.algorithm)) +
           " is not supported by this version";
  }
  if (!IsSalt(snapshot.strings[row.salt])) return "salt: expected 1 to 64 characters of A-Z a-z 0-9 . _ -";
  const AttributeSchema& attribute = snapshot.attributes[row.bucket_by];
  const std::string_view name = snapshot.strings[attribute.name];
  if (name.starts_with('$')) {
    return "bucket_by " + Quoted(name) + ": names that begin with \"$\" are reserved";
  }
  if (attribute.type == ValueType::kBoolean || attribute.type >= ValueType::kJson) {
    return "bucket_by " + Quoted(name) + ": expected string or number, got " +
           TypeText(attribute.type);
  }
  return "";
}

Message WeightsDefect(std::span<const uint32_t> weights) {
  uint64_t sum = 0;
  for (const uint32_t weight : weights) sum += weight;
  if (sum == kWholePpm) return "";
  return "weights sum to " + Number(sum) + ", expected 1000000";
}

std::span<const Index> HoldoutsOf(const Snapshot& snapshot, const Rule& rule) {
  if (rule.holdouts == kNone) return {};
  const OperandList& list = snapshot.operands[rule.holdouts];
  if (list.kind != OperandKind::kReference) return {};
  return std::span(snapshot.reference_pool).subspan(list.begin, list.size);
}

Message HoldoutDefect(const Snapshot& snapshot, const Holdout& holdout) {
  if (holdout.ppm > kWholePpm) return "is " + Number(holdout.ppm) + ", expected at most 1000000";
  if (holdout.end_ms != 0 && holdout.end_ms <= holdout.start_ms) return "ends before it starts";
  return BucketingDefect(snapshot, holdout.bucketing);
}

std::vector<std::vector<Defect>> CheckExperiments(const Snapshot& snapshot, std::vector<Issue>& issues) {
  std::vector<std::vector<Defect>> defects(snapshot.experiments.size());
  for (size_t i = 0; i < snapshot.experiments.size(); ++i) {
    ExperimentCheck(snapshot, snapshot.experiments[i], defects[i]).Run();
  }
  CheckOverlaps(snapshot, issues);
  return defects;
}

}  // namespace expt::model
