#include "tests/oracle/random_model.h"

#include <algorithm>
#include <limits>

#include "src/base/bucket.h"
#include "src/model/builder.h"

namespace expt::oracle {
namespace {

using model::Index;
using model::kNone;
using model::Operator;

const std::vector<std::string>& Names() {
  static const auto* const names = new std::vector<std::string>{"targeting_key", "a", "b", "c", "device.os"};
  return *names;
}

const std::vector<std::string>& Texts() {
  static const auto* const texts =
      new std::vector<std::string>{"", "u1", "u2", "x", "xy", "yx", "CH", "Zürich", "日本", "1", "20", "-0"};
  return *texts;
}

const std::vector<int64_t>& Integers() {
  static const auto* const integers = new std::vector<int64_t>{0,
                                                               1,
                                                               -1,
                                                               2,
                                                               20,
                                                               int64_t{1} << 53,
                                                               (int64_t{1} << 53) + 1,
                                                               std::numeric_limits<int64_t>::max(),
                                                               std::numeric_limits<int64_t>::min()};
  return *integers;
}

const std::vector<double>& Doubles() {
  static const auto* const doubles = new std::vector<double>{0.0,
                                                             -0.0,
                                                             1.0,
                                                             -1.0,
                                                             1.5,
                                                             2.0,
                                                             20.0,
                                                             9007199254740992.0,
                                                             9223372036854775808.0,
                                                             -9223372036854775808.0,
                                                             1e300,
                                                             -1e300,
                                                             0.1,
                                                             std::numeric_limits<double>::infinity(),
                                                             -std::numeric_limits<double>::infinity()};
  return *doubles;
}

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
  explicit Maker(Random& random) : random_(random) {}

  model::Snapshot Make() {
    model::Snapshot& s = b_.snapshot();
    s.environment = b_.Copy("env_random");
    s.version = 1 + random_.Below(100);
    b_.SetMemberListSalt("members");
    for (const std::string& name : Names()) b_.Attribute(name);
    flags_ = 1 + random_.Below(5);
    segments_ = random_.Below(4);
    for (uint32_t i = 0; i < segments_; ++i) Segment(i);
    for (uint32_t i = 0; i < 2; ++i) {
      s.layers.push_back({.key = b_.String("layer" + std::to_string(i)), .bucketing = Bucketing()});
    }
    for (uint32_t i = 0; i < flags_; ++i) Flag(i);
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

  Index Strings(uint32_t size) {
    std::vector<std::string_view> list;
    for (uint32_t i = 0; i < size; ++i) list.push_back(random_.Pick(Texts()));
    return b_.Strings(list);
  }

  Index Numbers(uint32_t size, bool ascending) {
    if (random_.OneIn(2)) {
      std::vector<int64_t> list;
      for (uint32_t i = 0; i < size; ++i) list.push_back(random_.Pick(Integers()));
      if (ascending) std::sort(list.begin(), list.end());
      return b_.Integers(list);
    }
    std::vector<double> list;
    for (uint32_t i = 0; i < size; ++i) list.push_back(random_.Pick(Doubles()));
    if (ascending) std::sort(list.begin(), list.end());
    return b_.Doubles(list);
  }

  Index Condition(uint32_t depth, uint32_t segments) {
    if (depth > 0 && random_.OneIn(2)) {
      std::vector<Index> children;
      for (uint32_t i = random_.Below(4); i > 0; --i) children.push_back(Condition(depth - 1, segments));
      const Index row = random_.OneIn(2) ? b_.All(children) : b_.Any(children);
      return random_.OneIn(3) ? b_.Not(row) : row;
    }
    uint8_t properties = random_.OneIn(3) ? model::kNegate : 0;
    switch (random_.Below(segments == 0 ? 10 : 12)) {
      case 0:
        return b_.Leaf(Operator::kIsSet, Attribute(), kNone, properties);
      case 1:
        return b_.Leaf(Operator::kEquals, Attribute(), Strings(1), properties);
      case 2:
        return b_.Leaf(Operator::kIn, Attribute(), Strings(random_.Below(9)), properties);
      case 3:
        return b_.Leaf(Operator::kIn, Attribute(), Numbers(random_.Below(6), false), properties);
      case 4:
        return b_.Leaf(random_.OneIn(2) ? Operator::kEquals : Operator::kIn, Attribute(),
                       b_.Integers({random_.Below(2)}), properties | model::kBooleanOperands);
      case 5:
        return b_.Leaf(
            random_.Pick(std::vector<Operator>{Operator::kLt, Operator::kLte, Operator::kGt, Operator::kGte}),
            Attribute(), Numbers(1, false), properties);
      case 6:
        return b_.Leaf(Operator::kBetween, Attribute(), Numbers(2, true), properties);
      case 7:
      case 8:
        return b_.Leaf(
            random_.Pick(std::vector<Operator>{Operator::kContains, Operator::kStartsWith, Operator::kEndsWith}),
            Attribute(), Strings(1 + random_.Below(3)), properties);
      case 9:
        return b_.Leaf(Operator::kEquals, Attribute(), Numbers(1, false), properties);
      default: {
        std::vector<Index> list;
        for (uint32_t i = random_.Below(3); i > 0; --i) list.push_back(random_.Below(segments));
        return b_.Leaf(Operator::kInSegment, 0, b_.References(list), properties);
      }
    }
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

  void Segment(uint32_t i) {
    model::Segment segment;
    segment.key = b_.String("segment" + std::to_string(i));
    if (!random_.OneIn(3)) segment.condition = Condition(2, i);  // refers to those before it
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
    if (random_.OneIn(2)) {
      e.layer = random_.Below(2);
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
    const size_t variants = 1 + random_.Below(4);
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
    const uint32_t rules = random_.Below(5);
    for (uint32_t i = 0; i < rules; ++i) {
      model::Rule rule;
      rule.id = b_.String("r" + std::to_string(i));
      if (!random_.OneIn(5)) rule.condition = Condition(3, segments_);
      if (random_.OneIn(2)) {
        const Index bucketing = Bucketing();
        const uint32_t ppm = random_.OneIn(3)
                                 ? Edge(bucketing)
                                 : random_.Pick(std::vector<uint32_t>{0, 1, 250'000, 500'000, 999'999, 1'000'000});
        rule.coverage = b_.AddCoverage(bucketing, ppm);
      }
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
  uint32_t flags_ = 0;
  uint32_t segments_ = 0;
  uint32_t used_[2] = {0, 0};
};

// A row, mostly of the table, sometimes beside it.
Index Wild(Random& random, size_t size) {
  if (random.OneIn(12)) return random.OneIn(2) ? kNone : static_cast<Index>(random.Next());
  return size == 0 ? 0 : random.Below(static_cast<uint32_t>(size));
}

}  // namespace

uint64_t Random::Next() {
  if (choices_.size() >= 2) {
    const uint64_t choice = choices_[0] | uint64_t{choices_[1]} << 8;
    choices_ = choices_.subspan(2);
    return choice;
  }
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_ * 0x2545f4914f6cdd1du >> 11;
}

model::Snapshot RandomModel(Random& random) { return Maker(random).Make(); }

model::Snapshot WildModel(Random& random) {
  model::Snapshot s = RandomModel(random);
  // Turns a few fields of a good model over; every kind of row gets its turn.
  for (uint32_t i = 1 + random.Below(4); i > 0; --i) {
    switch (random.Below(16)) {
      case 0:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].op = static_cast<Operator>(random.Below(90));
        break;
      case 1:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].operands = Wild(random, s.operands.size());
        break;
      case 2:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].subject = Wild(random, s.attributes.size());
        break;
      case 3:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].properties = static_cast<uint8_t>(random.Next());
        break;
      case 4:
        if (!s.operands.empty())
          s.operands[random.Below(s.operands.size())].kind = static_cast<model::OperandKind>(random.Below(8));
        break;
      case 5:
        if (!s.operands.empty()) s.operands[random.Below(s.operands.size())].begin = Wild(random, 5);
        break;
      case 6:
        if (!s.operands.empty()) s.operands[random.Below(s.operands.size())].size = Wild(random, 5);
        break;
      case 7:
        if (!s.condition_pool.empty())
          s.condition_pool[random.Below(s.condition_pool.size())] = Wild(random, s.conditions.size());
        break;
      case 8:
        if (!s.reference_pool.empty())
          s.reference_pool[random.Below(s.reference_pool.size())] = Wild(random, s.segments.size());
        break;
      case 9:
        if (!s.rules.empty()) {
          model::Rule& rule = s.rules[random.Below(s.rules.size())];
          (random.OneIn(2) ? rule.condition : rule.serve) =
              Wild(random, std::max(s.serves.size(), s.conditions.size()));
        }
        break;
      case 10:
        if (!s.serves.empty()) {
          model::Serve& serve = s.serves[random.Below(s.serves.size())];
          serve.kind = static_cast<model::Serve::Kind>(random.Below(6));
          serve.target = Wild(random, 4);
        }
        break;
      case 11:
        if (!s.experiments.empty()) {
          model::Experiment& e = s.experiments[random.Below(s.experiments.size())];
          switch (random.Below(5)) {
            case 0:
              e.allocation = {Wild(random, 1'000'000), Wild(random, 1'000'000), 5};
              break;
            case 1:
              e.variants.push_back(Wild(random, 4));
              break;
            case 2:
              e.flag = Wild(random, s.flags.size());
              break;
            case 3:
              e.weights.clear();
              break;
            default:
              e.layer = Wild(random, 2);
          }
        }
        break;
      case 12: {
        model::Flag& flag = s.flags[random.Below(s.flags.size())];
        switch (random.Below(6)) {
          case 0:
            flag.type = static_cast<ValueType>(random.Below(9));
            break;
          case 1:
            flag.variant_values.push_back(Wild(random, s.values.size()));
            break;
          case 2:
            if (!flag.variant_keys.empty()) flag.variant_keys.pop_back();
            break;
          case 3:
            flag.off_variant = Wild(random, 4);
            break;
          case 4:
            flag.default_serve = Wild(random, s.serves.size());
            break;
          default:
            flag.rules.push_back(Wild(random, s.rules.size()));
        }
        break;
      }
      case 13:
        if (!s.segments.empty()) {
          model::Segment& segment = s.segments[random.Below(s.segments.size())];
          segment.condition = Wild(random, s.conditions.size());
          segment.include.push_back(Wild(random, s.member_lists.size()));
        }
        break;
      case 14:
        if (!s.bucketings.empty()) {
          model::Bucketing& row = s.bucketings[random.Below(s.bucketings.size())];
          (random.OneIn(2) ? row.salt : row.bucket_by) = Wild(random, s.strings.size());
        }
        break;
      default:
        if (!s.attributes.empty())
          s.attributes[random.Below(s.attributes.size())].name = Wild(random, s.strings.size());
    }
  }
  return s;
}

RandomContext::RandomContext(Random& random) {
  static const auto* const names = new std::vector<std::string>{
      "targeting_key", "targetingKey", "a", "a", "b", "b", "c", "device.os", "$now", "", "\xff"};
  const bool has_key = !random.OneIn(3);
  if (has_key) attributes_.push_back({"targeting_key", ValueView(texts_.emplace_back(random.Pick(Texts())))});
  for (uint32_t i = random.Below(7); i > 0; --i) {
    const std::string_view name = texts_.emplace_back(random.Pick(*names));
    if (has_key && name.starts_with("targeting") && !random.OneIn(8)) continue;
    ValueView value;
    switch (random.Below(10)) {
      case 0:
        value = ValueView(random.OneIn(2));
        break;
      case 1:
      case 2:
        value = ValueView(random.Pick(Integers()));
        break;
      case 3:
        value = ValueView(random.Pick(Doubles()));
        break;
      case 4:
        value = ValueView(std::numeric_limits<double>::quiet_NaN());
        break;
      case 5: {
        auto& list = lists_.emplace_back();
        list.push_back(texts_.emplace_back(random.OneIn(5) ? "\xc3" : random.Pick(Texts())));
        value = ValueView(std::span<const std::string_view>(list));
        break;
      }
      case 6:
        value = ValueView(texts_.emplace_back("\xed\xa0\x80"));
        break;
      default:
        value = ValueView(texts_.emplace_back(random.Pick(Texts())));
    }
    attributes_.push_back({name, value});
  }
}

}  // namespace expt::oracle
