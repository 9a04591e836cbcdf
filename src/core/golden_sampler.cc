#include "src/core/golden_sampler.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace expt::core {
namespace {

using model::Condition;
using model::Index;
using model::OperandKind;
using model::OperandList;
using model::Operator;

constexpr int kMaxDepth = 40;
constexpr size_t kMaxAttributes = 64;
constexpr size_t kMaxText = 1024;
constexpr int64_t kMaxElements = 16;

// From the first operand to a value for which the operator is `wanted`.
int Step(Operator op, bool wanted) {
  switch (op) {
    case Operator::kLt:
    case Operator::kTimeBefore:
    case Operator::kSizeLt:
      return wanted ? -1 : 0;
    case Operator::kLte:
      return wanted ? 0 : 1;
    case Operator::kGt:
    case Operator::kTimeAfter:
    case Operator::kSizeGt:
      return wanted ? 1 : 0;
    default:
      return wanted ? 0 : -1;
  }
}

int64_t Integer(Operator op, int64_t operand, bool wanted) {
  const int step = Step(op, wanted);
  if (step < 0 && operand == std::numeric_limits<int64_t>::min()) return operand;
  if (step > 0 && operand == std::numeric_limits<int64_t>::max()) return operand;
  return operand + step;
}

constexpr std::string_view kOldest = "0.0.0-0";
constexpr std::string_view kNewest = "999999.0.0";

std::string_view Version(Operator op, std::string_view operand, bool wanted) {
  switch (op) {
    case Operator::kSemverLt:
      return wanted ? kOldest : operand;
    case Operator::kSemverLte:
      return wanted ? operand : kNewest;
    case Operator::kSemverGt:
      return wanted ? kNewest : operand;
    default:
      return wanted ? operand : kOldest;
  }
}

bool IsSize(Operator op) { return op == Operator::kSizeLt || op == Operator::kSizeGt || op == Operator::kSizeBetween; }

}  // namespace

const Sample* Sampler::Find(std::string_view name) const {
  const auto found =
      std::find_if(samples_.begin(), samples_.end(), [&](const Sample& sample) { return sample.name == name; });
  return found == samples_.end() ? nullptr : &*found;
}

void Sampler::Unit(std::string_view name, std::string text) {
  if (Find(name) != nullptr) return;
  Sample sample;
  sample.name = name;
  sample.type = ValueType::kString;
  sample.text = std::move(text);
  samples_.push_back(std::move(sample));
}

void Sampler::Satisfy(Index row, bool wanted, int depth) {
  if (row == model::kNone || depth > kMaxDepth || samples_.size() >= kMaxAttributes) return;
  const Condition& condition = m_.conditions[row];
  if ((condition.properties & model::kNegate) != 0) wanted = !wanted;
  const auto list = condition.operands == model::kNone ? OperandList{} : m_.operands[condition.operands];
  if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
    const bool needs_every = (condition.op == Operator::kAll) == wanted;
    for (uint32_t i = 0; i < (needs_every ? list.size : std::min<uint32_t>(list.size, 1)); ++i) {
      Satisfy(m_.condition_pool[list.begin + i], wanted, depth + 1);
    }
  } else if (condition.op == Operator::kInSegment) {
    for (uint32_t i = 0; i < (wanted ? std::min<uint32_t>(list.size, 1) : list.size); ++i) {
      Satisfy(m_.segments[m_.reference_pool[list.begin + i]].condition, wanted, depth + 1);
    }
  } else if (condition.op == Operator::kWithinKm) {
    Place(condition, list, wanted);
  } else if (condition.op != Operator::kFlagIs) {
    Leaf(condition, list, wanted);
  }
}

void Sampler::Leaf(const Condition& condition, const OperandList& list, bool wanted) {
  const std::string_view name = m_.strings[m_.attributes[condition.subject].name];
  if (name == "$now" && list.kind == OperandKind::kInteger && condition.op != Operator::kInWindow) {
    now_ms_ = Integer(condition.op, m_.integer_pool[list.begin], wanted);
  }
  if (name.starts_with('$') || Find(name) != nullptr) return;
  Sample sample;
  sample.name = name;
  if (Fill(condition, list, wanted, sample)) samples_.push_back(std::move(sample));
}

bool Sampler::Fill(const Condition& condition, const OperandList& list, bool wanted, Sample& sample) {
  if (condition.op == Operator::kIsSet) {
    sample.type = ValueType::kString;
    sample.text = "x";
    return wanted;
  }
  if (list.size == 0) return false;
  if (IsSize(condition.op) || condition.op == Operator::kContainsAny || condition.op == Operator::kContainsAll) {
    FillList(condition, list, wanted, sample);
  } else if ((condition.properties & model::kBooleanOperands) != 0) {
    sample.type = ValueType::kBoolean;
    sample.boolean = (m_.integer_pool[list.begin] != 0) == wanted;
  } else if (list.kind == OperandKind::kString) {
    const std::string_view operand = m_.strings[m_.string_pool[list.begin]];
    if (operand.size() > kMaxText) return false;
    FillText(condition.op, operand, wanted, sample);
  } else if (list.kind == OperandKind::kInteger) {
    sample.type = ValueType::kInteger;
    sample.integer = Integer(condition.op, m_.integer_pool[list.begin], wanted);
  } else if (list.kind == OperandKind::kDouble) {
    sample.type = ValueType::kDouble;
    sample.real = m_.double_pool[list.begin] + Step(condition.op, wanted);
  } else {  // hashes: whatever is there is not among them
    sample.type = ValueType::kString;
    sample.text = "golden";
  }
  return true;
}

void Sampler::FillText(Operator op, std::string_view operand, bool wanted, Sample& sample) {
  sample.type = ValueType::kString;
  if (op >= Operator::kSemverEq && op <= Operator::kSemverCaret) {
    sample.text = Version(op, operand, wanted);
  } else if (op == Operator::kInCidr) {
    sample.text = wanted ? operand.substr(0, operand.find('/')) : std::string_view("203.0.113.77");
  } else {
    sample.text = wanted ? std::string(operand) : "not-" + std::to_string(samples_.size());
  }
}

void Sampler::FillList(const Condition& condition, const OperandList& list, bool wanted, Sample& sample) {
  sample.type = ValueType::kStringList;
  if (IsSize(condition.op)) {
    const int64_t size = std::clamp<int64_t>(Integer(condition.op, m_.integer_pool[list.begin], wanted), 0, kMaxElements);
    sample.list.assign(static_cast<size_t>(size), "golden");
  } else if (wanted) {
    for (uint32_t i = 0; i < std::min<uint32_t>(list.size, kMaxElements); ++i) {
      sample.list.emplace_back(m_.strings[m_.string_pool[list.begin + i]].substr(0, kMaxText));
    }
  } else {
    sample.list.emplace_back("golden");
  }
}

void Sampler::Place(const Condition& condition, const OperandList& list, bool wanted) {
  const std::string_view names[] = {m_.strings[m_.attributes[condition.subject].name],
                                    m_.strings[m_.attributes[condition.second].name]};
  for (int i = 0; i < 2; ++i) {
    if (names[i].starts_with('$') || Find(names[i]) != nullptr) continue;
    Sample sample;
    sample.name = names[i];
    sample.type = ValueType::kDouble;
    sample.real = wanted ? m_.double_pool[list.begin + static_cast<uint32_t>(i)] : -m_.double_pool[list.begin];
    samples_.push_back(std::move(sample));
  }
}

std::vector<Attribute> AttributesOf(const std::vector<Sample>& samples,
                                    std::deque<std::vector<std::string_view>>& lists) {
  std::vector<Attribute> attributes;
  for (const Sample& sample : samples) {
    ValueView value(sample.real);
    if (sample.type == ValueType::kString) value = ValueView(sample.text);
    if (sample.type == ValueType::kBoolean) value = ValueView(sample.boolean);
    if (sample.type == ValueType::kInteger) value = ValueView(sample.integer);
    if (sample.type == ValueType::kStringList) {
      value = ValueView(std::span<const std::string_view>(lists.emplace_back(sample.list.begin(), sample.list.end())));
    }
    attributes.push_back({sample.name, value});
  }
  return attributes;
}

}  // namespace expt::core
