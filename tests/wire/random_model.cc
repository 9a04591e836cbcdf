#include "tests/wire/random_model.h"

#include <deque>
#include <memory>
#include <random>
#include <string>

namespace expt::wire {
namespace {

using model::Index;

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  model::Snapshot Make() {
    s_.project = Text();
    s_.environment = Text();
    s_.audience = Chance(2) ? Audience::kServer : Audience::kClient;
    s_.epoch = Signed();
    s_.version = Signed();
    s_.issued_at_ms = Signed();
    s_.member_list_salt = Text();
    s_.tzdata_version = Text();
    s_.is_declared_empty = Chance(2);
    for (size_t i = Count(); i > 0; --i) s_.strings.push_back(Text());
    for (size_t i = Count(); i > 0; --i) s_.attributes.push_back({Row(), Type(), Byte()});
    Operands();
    Conditions();
    for (size_t i = Count(); i > 0; --i) s_.values.push_back(FlagValue());
    Shares();
    Rules();
    Experiments();
    for (size_t i = Count(); i > 0; --i) s_.flags.push_back(Flag());
    for (size_t i = Count(); i > 0; --i) s_.golden_vectors.push_back(Golden());
    s_.text = text_;
    return std::move(s_);
  }

 private:
  uint64_t Bits() { return random_(); }
  bool Chance(uint64_t n) { return Bits() % n == 0; }
  size_t Count() { return Chance(4) ? 0 : Bits() % 9; }
  uint8_t Byte() { return Chance(2) ? 0 : static_cast<uint8_t>(Bits()); }
  // Small and large numbers alike: every length of a varint.
  uint32_t Row() { return static_cast<uint32_t>(Bits() >> (32 + Bits() % 32)); }
  Index Ref() { return Chance(3) ? model::kNone : Row(); }
  int64_t Signed() {
    const auto value = static_cast<int64_t>(Bits() >> (Bits() % 64));
    return Chance(2) ? value : -value;
  }
  double Real() {
    constexpr double kSpecial[] = {0.0, -0.0, 1.5, -1e300, 5e-324};
    return Chance(2) ? kSpecial[Bits() % 5] : static_cast<double>(Signed()) / 7;
  }
  ValueType Type() { return static_cast<ValueType>(Bits() % 9); }
  std::string_view Text() {
    constexpr std::string_view kPieces[] = {"", "a", "flag", "\xc3\xa9", "\xf0\x9f\x98\x80", "x.y-z", "0"};
    std::string text;
    for (size_t i = Bits() % 4; i > 0; --i) text.append(kPieces[Bits() % 7]);
    return text_->emplace_back(std::move(text));
  }
  std::vector<Index> Rows() {
    std::vector<Index> rows(Count());
    for (Index& row : rows) row = Row();
    return rows;
  }
  std::vector<uint64_t> Hashes() {
    std::vector<uint64_t> hashes(Count());
    for (uint64_t& hash : hashes) hash = Bits();
    return hashes;
  }
  template <typename T>
  std::vector<T> Numbers() {
    std::vector<T> numbers(Count());
    for (T& number : numbers) number = static_cast<T>(Signed());
    return numbers;
  }

  void Operands() {
    std::string hashes;
    for (size_t i = Count(); i > 0; --i) {
      model::OperandList list;
      list.kind = static_cast<model::OperandKind>(Bits() % 8);
      list.size = static_cast<uint32_t>(Bits() % 5);
      const auto take = [&](auto& pool, auto value) {
        list.begin = static_cast<uint32_t>(pool.size());
        for (uint32_t j = 0; j < list.size; ++j) pool.push_back(value());
      };
      switch (list.kind) {
        case model::OperandKind::kString:
          take(s_.string_pool, [&] { return Row(); });
          break;
        case model::OperandKind::kInteger:
          take(s_.integer_pool, [&] { return Signed(); });
          break;
        case model::OperandKind::kDouble:
          take(s_.double_pool, [&] { return Real(); });
          break;
        case model::OperandKind::kCondition:
          take(s_.condition_pool, [&] { return Row(); });
          break;
        case model::OperandKind::kReference:
          take(s_.reference_pool, [&] { return Row(); });
          break;
        case model::OperandKind::kHash:
          list.begin = static_cast<uint32_t>(hashes.size() / 32);
          for (uint32_t j = 0; j < list.size * 32; ++j) hashes.push_back(static_cast<char>(Bits()));
          break;
        default:
          break;
      }
      s_.operands.push_back(list);
    }
    s_.hash_pool = text_->emplace_back(std::move(hashes));
  }

  void Conditions() {
    for (size_t i = Count(); i > 0; --i) {
      model::Condition condition;
      condition.op = static_cast<model::Operator>(Byte());
      condition.properties = Byte();
      condition.subject = Row();
      condition.operands = Ref();
      condition.second = Ref();
      s_.conditions.push_back(condition);
    }
  }

  model::FlagValue FlagValue() {
    model::FlagValue value;
    value.type = static_cast<ValueType>(Bits() % 6);
    switch (value.type) {
      case ValueType::kBoolean:
        value.boolean = Chance(2);
        break;
      case ValueType::kInteger:
        value.integer = Chance(4) ? 0 : Signed();
        break;
      case ValueType::kDouble:
        value.real = Real();
        break;
      case ValueType::kString:
      case ValueType::kJson:
        value.text = Row();
        break;
      default:
        break;
    }
    return value;
  }

  void Shares() {
    for (size_t i = Count(); i > 0; --i) {
      s_.bucketings.push_back({Row(), Row(), static_cast<model::Algorithm>(Byte()), Signed(), Rows()});
    }
    for (size_t i = Count(); i > 0; --i) s_.coverages.push_back({Row(), Row(), Ref()});
    for (size_t i = Count(); i > 0; --i) s_.ramps.push_back({Chance(2), Numbers<int64_t>(), Rows()});
    for (size_t i = Count(); i > 0; --i) {
      model::Serve serve;
      serve.kind = static_cast<model::Serve::Kind>(Bits() % 4);
      if (serve.kind == model::Serve::Kind::kSplit) {
        serve.bucketing = Row();
        serve.weights = Rows();
      } else if (serve.kind != model::Serve::Kind::kNothing) {
        serve.target = Row();
      }
      s_.serves.push_back(std::move(serve));
    }
  }

  void Rules() {
    for (size_t i = Count(); i > 0; --i) s_.rules.push_back({Row(), Ref(), Ref(), Row(), Ref()});
    for (size_t i = Count(); i > 0; --i) s_.member_lists.push_back({Row(), Hashes()});
    for (size_t i = Count(); i > 0; --i) s_.segments.push_back({Row(), Ref(), Rows(), Rows(), Rows()});
  }

  void Experiments() {
    for (size_t i = Count(); i > 0; --i) s_.layers.push_back({Row(), Row()});
    for (size_t i = Count(); i > 0; --i) s_.holdouts.push_back({Row(), Row(), Row(), Signed(), Signed()});
    for (size_t i = Count(); i > 0; --i) {
      model::Experiment experiment;
      experiment.key = Row();
      experiment.id = Row();
      experiment.flag = Row();
      experiment.status = static_cast<model::ExperimentStatus>(Byte());
      experiment.phase = Row();
      experiment.start_ms = Signed();
      experiment.end_ms = Signed();
      experiment.bucketing = Row();
      experiment.variants = Rows();
      experiment.weights = Rows();
      experiment.control = Row();
      experiment.layer = Ref();
      experiment.allocation = Rows();
      experiment.is_sticky = Chance(2);
      experiment.required_features = Rows();
      s_.experiments.push_back(std::move(experiment));
    }
    for (size_t i = Count(); i > 0; --i) {
      s_.time_zones.push_back({Row(), static_cast<int32_t>(Signed()), Numbers<int64_t>(), Numbers<int32_t>()});
    }
  }

  model::Flag Flag() {
    model::Flag flag;
    flag.key = Row();
    flag.type = Type();
    flag.is_enabled = Chance(2);
    flag.variant_keys = Rows();
    flag.variant_values = Rows();
    flag.off_variant = Ref();
    for (size_t i = Count(); i > 0; --i) flag.overrides.push_back({Row(), Row(), Hashes()});
    for (size_t i = Count(); i > 0; --i) flag.prerequisites.push_back({Row(), Rows()});
    flag.rules = Rows();
    flag.default_serve = Ref();
    flag.fail_closed = Chance(2);
    flag.visibility = static_cast<model::Visibility>(Byte());
    flag.required_features = Rows();
    flag.tags = Rows();
    flag.owner = Ref();
    return flag;
  }

  model::GoldenVector Golden() {
    model::GoldenVector vector;
    vector.flag = Row();
    vector.now_ms = Signed();
    for (size_t i = Count(); i > 0; --i) vector.context.push_back(Entry());
    vector.variant = Ref();
    vector.reason = Row();
    vector.error = Row();
    vector.rule = Ref();
    vector.exposed_experiments = Rows();
    vector.exposed_holdouts = Rows();
    return vector;
  }

  model::GoldenVector::Entry Entry() {
    constexpr ValueType kTypes[] = {ValueType::kMissing, ValueType::kBoolean, ValueType::kString,
                                    ValueType::kInteger, ValueType::kDouble,  ValueType::kStringList};
    model::GoldenVector::Entry entry;
    entry.name = Row();
    entry.type = kTypes[Bits() % 6];
    switch (entry.type) {
      case ValueType::kBoolean:
        entry.boolean = Chance(2);
        break;
      case ValueType::kString:
        entry.text = Row();
        break;
      case ValueType::kInteger:
        entry.integer = Signed();
        break;
      case ValueType::kDouble:
        entry.real = Real();
        break;
      case ValueType::kStringList:
        entry.list = Rows();
        break;
      default:
        break;
    }
    return entry;
  }

  std::mt19937_64 random_;
  model::Snapshot s_;
  std::shared_ptr<std::deque<std::string>> text_ = std::make_shared<std::deque<std::string>>();
};

}  // namespace

model::Snapshot RandomModel(uint64_t seed) { return Maker(seed).Make(); }

}  // namespace expt::wire
