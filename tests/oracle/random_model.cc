#include "tests/oracle/random_model.h"

#include <algorithm>

#include "src/base/bucket.h"
#include "src/model/builder.h"
#include "tests/oracle/random_condition.h"
#include "tests/oracle/random_values.h"

namespace expt::oracle {
namespace {

using model::Index;
using model::kNone;

std::string Salt(Random& random) { return "salt" + std::to_string(random.Below(40)); }

std::vector<uint32_t> Weights(Random& random, size_t count) {
  std::vector<uint32_t> cuts = {0, 1'000'000};
  for (size_t i = 1; i < count; ++i) cuts.push_back(random.OneIn(4) ? cuts.back() : random.Below(1'000'001));
  std::sort(cuts.begin(), cuts.end());
  std::vector<uint32_t> weights;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) weights.push_back(cuts[i + 1] - cuts[i]);
  if (random.OneIn(40)) ++weights[0];
  return weights;
}

class Maker {
 public:
  explicit Maker(Random& random) : random_(random), conditions_(random, b_, variants_) {}

  model::Snapshot Make() {
    model::Snapshot& s = b_.snapshot();
    s.environment = b_.Copy("env_random");
    s.version = 1 + random_.Below(100);
    b_.SetMemberListSalt("members");
    for (const std::string& name : Names()) b_.Attribute(name);
    // Segment i refers to flags and segments before i, flag i to flags before i and segments up to i.
    const uint32_t flags = 1 + random_.Below(5);
    for (uint32_t i = 0; i < flags; ++i) variants_.push_back(1 + random_.Below(4));
    segments_ = random_.Below(4);
    TimeZones();
    for (uint32_t i = 0; i < 3; ++i) Holdout(i);
    for (uint32_t i = 0; i < segments_; ++i) Segment(i);
    for (uint32_t i = 0; i < 2; ++i) {
      s.layers.push_back({.key = b_.String("layer" + std::to_string(i)), .bucketing = Bucketing()});
    }
    for (uint32_t i = 0; i < flags; ++i) Flag(i);
    conditions_.Finish();
    return b_.Take();
  }

 private:
  Index Attribute() { return b_.Attribute(random_.Pick(Names())); }
  Index Bucketing() {
    return b_.AddBucketing(random_.OneIn(3) ? Attribute() : b_.Attribute("targeting_key"), Salt(random_));
  }

  // A cut just below or just above the bucket of a unit that contexts have.
  uint32_t Edge(Index bucketing) {
    const std::string_view salt = b_.snapshot().strings[b_.snapshot().bucketings[bucketing].salt];
    return base::Bucket(salt, random_.Pick(Texts())) + random_.Below(2);
  }

  std::vector<uint64_t> Hashes() {
    std::vector<uint64_t> hashes;
    for (uint32_t i = random_.Below(4); i > 0; --i) hashes.push_back(b_.MemberHash(random_.Pick(Texts())));
    std::sort(hashes.begin(), hashes.end());
    return hashes;
  }

  std::vector<Index> Members() {
    std::vector<Index> rows;
    for (uint32_t i = random_.Below(3); i > 0; --i) {
      rows.push_back(static_cast<Index>(b_.snapshot().member_lists.size()));
      b_.snapshot().member_lists.push_back({.bucket_by = Attribute(), .hashes = Hashes()});
    }
    return rows;
  }

  Index Condition(uint32_t depth, uint32_t segments, uint32_t flags) {
    if (random_.OneIn(150)) return conditions_.Defective();
    if (random_.OneIn(60)) flags = static_cast<uint32_t>(variants_.size());  // maybe a cycle
    return conditions_.Make(depth, std::min(segments, segments_), std::min<uint32_t>(flags, variants_.size()));
  }

  void TimeZones() {
    model::Snapshot& s = b_.snapshot();
    s.time_zones.push_back({.name = b_.String("UTC"), .initial_offset_minutes = 0, .transition_ms = {}, .offset_minutes = {}});
    s.time_zones.push_back({.name = b_.String("Europe/Zurich"),
                            .initial_offset_minutes = 60,
                            .transition_ms = {1711846800000, 1729990800000},
                            .offset_minutes = {120, 60}});
    s.time_zones.push_back({.name = b_.String("Asia/Kathmandu"),
                            .initial_offset_minutes = 330,
                            .transition_ms = {1000},
                            .offset_minutes = {345}});
  }

  void Holdout(uint32_t i) {
    model::Holdout row;
    row.key = b_.String("holdout" + std::to_string(i));
    row.bucketing = b_.AddBucketing(random_.OneIn(4) ? Attribute() : b_.Attribute("targeting_key"),
                                    "holdout" + std::to_string(i));
    row.ppm = random_.OneIn(2) ? Edge(row.bucketing) : random_.Pick(std::vector<uint32_t>{0, 100'000, 500'000, 1'000'000});
    row.start_ms = random_.Below(2) * 1000;
    row.end_ms = random_.OneIn(2) ? 0 : 2000;
    b_.snapshot().holdouts.push_back(row);
  }

  Index Ramp() {
    model::Ramp ramp;
    ramp.is_linear = random_.OneIn(2);
    for (uint32_t at = random_.Below(Times().size()); at < Times().size() && ramp.time_ms.size() < 4;
         at += 1 + random_.Below(3)) {
      ramp.time_ms.push_back(Times()[at]);
      ramp.ppm.push_back(random_.Below(1'000'001));
    }
    std::sort(ramp.ppm.begin(), ramp.ppm.end());
    if (random_.OneIn(3)) ramp.ppm.back() = 1'000'000;
    b_.snapshot().ramps.push_back(std::move(ramp));
    return static_cast<Index>(b_.snapshot().ramps.size() - 1);
  }

  Index Coverage() {
    const Index bucketing = Bucketing();
    if (random_.OneIn(3)) {
      b_.snapshot().coverages.push_back({.bucketing = bucketing, .ppm = 0, .ramp = Ramp()});
      return static_cast<Index>(b_.snapshot().coverages.size() - 1);
    }
    const uint32_t ppm = random_.OneIn(3)
                             ? Edge(bucketing)
                             : random_.Pick(std::vector<uint32_t>{0, 1, 250'000, 500'000, 999'999, 1'000'000});
    return b_.AddCoverage(bucketing, ppm);
  }

  Index Holdouts() {
    std::vector<Index> rows;
    for (uint32_t i = 0; i < 3; ++i) {
      if (random_.OneIn(2)) rows.push_back(i);
    }
    if (random_.OneIn(2)) std::reverse(rows.begin(), rows.end());
    return rows.empty() ? kNone : b_.References(rows);
  }

  void Segment(uint32_t i) {
    model::Segment segment;
    segment.key = b_.String("segment" + std::to_string(i));
    if (!random_.OneIn(3)) segment.condition = Condition(2, i, i);
    segment.include = Members();
    segment.exclude = Members();
    b_.snapshot().segments.push_back(std::move(segment));
  }

  Index Serve(Index flag, size_t variants, bool allows_experiment) {
    switch (random_.Below(allows_experiment ? 3 : 2)) {
      case 0:
        return b_.ServeVariant(random_.Below(static_cast<uint32_t>(variants)));
      case 1:
        return Split(variants);
      default:
        return b_.ServeExperiment(Experiment(flag, variants));
    }
  }

  Index Split(size_t variants) {
    const Index bucketing = Bucketing();
    std::vector<uint32_t> weights = Weights(random_, variants);
    if (variants > 1 && random_.OneIn(3)) {
      const uint32_t cut = Edge(bucketing);
      weights.assign(variants, 0);
      weights[0] = cut;
      weights[1] = 1'000'000 - cut;
    }
    return b_.ServeSplit(bucketing, weights);
  }

  Index Experiment(Index flag, size_t variants) {
    auto& table = b_.snapshot().experiments;
    const auto row = static_cast<Index>(table.size());
    model::Experiment e;
    e.key = b_.String("experiment" + std::to_string(row));
    e.id = b_.String("exp_" + std::to_string(row));
    e.flag = flag;
    e.status = random_.OneIn(4) ? model::ExperimentStatus::kPaused : model::ExperimentStatus::kRunning;
    e.phase = 1 + random_.Below(3);
    e.start_ms = random_.Below(3) * 1000;
    e.end_ms = random_.OneIn(2) ? 0 : e.start_ms + 1000;
    e.bucketing = Bucketing();
    for (Index i = 0; i < variants; ++i) e.variants.push_back(i);
    e.weights = Weights(random_, variants);
    e.control = random_.Below(static_cast<uint32_t>(variants));
    e.is_sticky = !random_.OneIn(4);
    if (random_.OneIn(2)) {
      e.layer = random_.Below(2);
      const model::Index unit = b_.snapshot().bucketings[b_.snapshot().layers[e.layer].bucketing].bucket_by;
      if (!random_.OneIn(20)) e.bucketing = b_.AddBucketing(unit, Salt(random_));  // else broken
      const uint32_t begin = used_[e.layer];
      uint32_t end = std::min(begin + 50'000 + random_.Below(400'000), 1'000'000u);
      if (random_.OneIn(2)) end = std::max(begin, Edge(b_.snapshot().layers[e.layer].bucketing));
      if (begin < end) e.allocation = {begin, end};
      used_[e.layer] = end;
    }
    table.push_back(std::move(e));
    return row;
  }

  void Flag(Index index) {
    model::Flag flag;
    flag.key = b_.String("flag" + std::to_string(index));
    flag.type = static_cast<ValueType>(1 + random_.Below(5));
    flag.is_enabled = !random_.OneIn(8);
    const size_t variants = variants_[index];
    for (size_t i = 0; i < variants; ++i) {
      flag.variant_keys.push_back(b_.String("v" + std::to_string(i)));
      flag.variant_values.push_back(Value(random_.OneIn(60) ? ValueType::kBoolean : flag.type));
    }
    if (!random_.OneIn(3)) flag.off_variant = random_.Below(static_cast<uint32_t>(variants));
    flag.fail_closed = random_.OneIn(4);
    for (uint32_t i = random_.Below(3); i > 0; --i) {
      flag.overrides.push_back(
          {.bucket_by = Attribute(), .variant = random_.Below(static_cast<uint32_t>(variants)), .hashes = Hashes()});
    }
    for (uint32_t i = random_.OneIn(4) && index > 0 ? 1 + random_.Below(2) : 0; i > 0; --i) {
      const uint32_t other = random_.Below(index);
      flag.prerequisites.push_back({.flag = other, .variants = conditions_.Variants(other)});
    }
    const uint32_t rules = random_.Below(5);
    for (uint32_t i = 0; i < rules; ++i) {
      model::Rule rule;
      rule.id = b_.String("r" + std::to_string(i));
      if (!random_.OneIn(5)) rule.condition = Condition(3, index + 1, index);
      if (random_.OneIn(2)) rule.coverage = Coverage();
      if (random_.OneIn(3)) rule.holdouts = Holdouts();
      rule.serve = Serve(index, variants, true);
      flag.rules.push_back(b_.AddRule(rule));
    }
    if (!random_.OneIn(4)) flag.default_serve = Serve(index, variants, false);
    b_.snapshot().flags.push_back(std::move(flag));
  }

  Index Value(ValueType type) {
    switch (type) {
      case ValueType::kBoolean:
        return b_.BooleanValue(random_.OneIn(2));
      case ValueType::kString:
        return b_.StringValue(random_.Pick(Texts()));
      case ValueType::kInteger:
        return b_.IntegerValue(random_.Pick(Integers()));
      case ValueType::kDouble:
        return b_.DoubleValue(1.5 * random_.Below(5));
      default:
        return b_.JsonValue("{\"x\":" + std::to_string(random_.Below(9)) + "}");
    }
  }

  Random& random_;
  model::Builder b_;
  std::vector<uint32_t> variants_;  // how many each flag has
  RandomCondition conditions_;
  uint32_t segments_ = 0;
  uint32_t used_[2] = {0, 0};
};

}  // namespace

model::Snapshot RandomModel(Random& random) { return Maker(random).Make(); }

}  // namespace expt::oracle
