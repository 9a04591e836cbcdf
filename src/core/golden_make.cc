#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "expt/context.h"
#include "expt/decision.h"
#include "src/base/hash.h"
#include "src/core/build.h"
#include "src/core/engine.h"
#include "src/core/golden.h"
#include "src/eval/evaluate.h"

namespace expt::core {
namespace {

using model::Condition;
using model::GoldenVector;
using model::Index;
using model::kNone;
using model::Operator;

// One attribute of a synthetic context.
struct Sample {
  std::string name;
  ValueType type = ValueType::kMissing;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;
  std::string text;
};

// Makes attributes under which a condition holds, as far as one pass over it can tell.
class Sampler {
 public:
  explicit Sampler(const model::Snapshot& model) : m_(model) {}

  void Satisfy(Index row, bool wanted, int depth = 0) {
    if (row == kNone || depth > kMaxDepth || samples_.size() >= kMaxAttributes) return;
    const Condition& condition = m_.conditions[row];
    if ((condition.properties & model::kNegate) != 0) wanted = !wanted;
    const auto list = condition.operands == kNone ? model::OperandList{} : m_.operands[condition.operands];
    if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
      const bool needs_every = (condition.op == Operator::kAll) == wanted;
      for (uint32_t i = 0; i < (needs_every ? list.size : std::min<uint32_t>(list.size, 1)); ++i) {
        Satisfy(m_.condition_pool[list.begin + i], wanted, depth + 1);
      }
    } else if (condition.op == Operator::kInSegment) {
      for (uint32_t i = 0; i < (wanted ? std::min<uint32_t>(list.size, 1) : list.size); ++i) {
        Satisfy(m_.segments[m_.reference_pool[list.begin + i]].condition, wanted, depth + 1);
      }
    } else {
      Leaf(condition, list, wanted);
    }
  }

  void Unit(std::string_view name, std::string text) {
    if (Find(name) != nullptr) return;
    Sample sample;
    sample.name = name;
    sample.type = ValueType::kString;
    sample.text = std::move(text);
    samples_.push_back(std::move(sample));
  }

  const std::vector<Sample>& samples() const { return samples_; }

 private:
  static constexpr int kMaxDepth = 40;
  static constexpr size_t kMaxAttributes = 64;

  const Sample* Find(std::string_view name) const {
    for (const Sample& sample : samples_) {
      if (sample.name == name) return &sample;
    }
    return nullptr;
  }

  void Leaf(const Condition& condition, const model::OperandList& list, bool wanted) {
    const std::string_view name = m_.strings[m_.attributes[condition.subject].name];
    if (name.starts_with('$') || Find(name) != nullptr) return;
    Sample sample;
    sample.name = name;
    if (condition.op == Operator::kIsSet) {
      if (!wanted) return;
      sample.type = ValueType::kString;
      sample.text = "x";
    } else if (list.size == 0) {
      return;
    } else if ((condition.properties & model::kBooleanOperands) != 0) {
      sample.type = ValueType::kBoolean;
      sample.boolean = (m_.integer_pool[list.begin] != 0) == wanted;
    } else if (list.kind == model::OperandKind::kString) {
      sample.type = ValueType::kString;
      const std::string_view operand = m_.strings[m_.string_pool[list.begin]];
      if (operand.size() > kMaxText) return;
      sample.text = wanted ? std::string(operand) : "not-" + std::to_string(samples_.size());
    } else if (list.kind == model::OperandKind::kInteger) {
      sample.type = ValueType::kInteger;
      sample.integer = Integer(condition.op, m_.integer_pool[list.begin], wanted);
    } else if (list.kind == model::OperandKind::kDouble) {
      sample.type = ValueType::kDouble;
      sample.real = m_.double_pool[list.begin] + Step(condition.op, wanted);
    } else {
      return;
    }
    samples_.push_back(std::move(sample));
  }

  static constexpr size_t kMaxText = 1024;

  // From the first operand to a value for which the operator is `wanted`.
  static int Step(Operator op, bool wanted) {
    switch (op) {
      case Operator::kLt:
        return wanted ? -1 : 0;
      case Operator::kLte:
        return wanted ? 0 : 1;
      case Operator::kGt:
        return wanted ? 1 : 0;
      default:
        return wanted ? 0 : -1;
    }
  }

  static int64_t Integer(Operator op, int64_t operand, bool wanted) {
    const int step = Step(op, wanted);
    if (step < 0 && operand == std::numeric_limits<int64_t>::min()) return operand;
    if (step > 0 && operand == std::numeric_limits<int64_t>::max()) return operand;
    return operand + step;
  }

  const model::Snapshot& m_;
  std::vector<Sample> samples_;
};

class GoldenMaker {
 public:
  GoldenMaker(model::Snapshot& model, std::shared_ptr<const Ruleset> ruleset)
      : m_(model), ruleset_(std::move(ruleset)), text_(std::make_shared<Text>()) {
    text_->before = m_.text;
    for (size_t i = 0; i < m_.strings.size(); ++i) strings_.emplace(m_.strings[i], static_cast<Index>(i));
  }

  // Each flag's first context, then each flag's second, and so on.
  void Run() {
    for (size_t round = 0; round < kMaxGoldenVectors; ++round) {
      bool has_any = false;
      for (Index flag = 0; flag < m_.flags.size(); ++flag) {
        if (ruleset_->rules.flags[flag].is_broken) continue;
        if (round >= ContextCount(flag)) continue;
        has_any = true;
        if (m_.golden_vectors.size() == kMaxGoldenVectors || !Add(flag, round)) return Finish();
      }
      if (!has_any) break;
    }
    Finish();
  }

 private:
  struct Text {
    std::shared_ptr<const void> before;
    std::deque<std::string> added;
  };

  void Finish() { m_.text = text_; }

  // Each rule met and not met, a unit without attributes, nothing at all.
  size_t ContextCount(Index flag) const { return 2 * m_.flags[flag].rules.size() + 2; }

  bool Add(Index flag, size_t round) {
    const std::vector<Index>& rules = m_.flags[flag].rules;
    Sampler sampler(m_);
    int64_t now_ms = m_.issued_at_ms;
    if (round < 2 * rules.size()) {
      const model::Rule& rule = m_.rules[rules[round / 2]];
      sampler.Satisfy(rule.condition, round % 2 == 0);
      const model::Serve& serve = m_.serves[rule.serve];
      if (serve.kind == model::Serve::Kind::kExperiment) {
        now_ms = std::max(now_ms, m_.experiments[serve.target].start_ms);
      }
    }
    if (round != 2 * rules.size() + 1) {
      for (const std::string_view name : UnitNames(flag)) sampler.Unit(name, "golden-" + std::to_string(flag + round));
    }
    return Record(flag, now_ms, sampler.samples());
  }

  std::vector<std::string_view> UnitNames(Index flag) const {
    std::vector<std::string_view> names = {kTargetingKey};
    const auto add = [&](Index bucketing) {
      const std::string_view name = m_.strings[m_.attributes[m_.bucketings[bucketing].bucket_by].name];
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const Index row : m_.flags[flag].rules) {
      const model::Rule& rule = m_.rules[row];
      if (rule.coverage != kNone) add(m_.coverages[rule.coverage].bucketing);
      const model::Serve& serve = m_.serves[rule.serve];
      if (serve.kind == model::Serve::Kind::kSplit) add(serve.bucketing);
      if (serve.kind == model::Serve::Kind::kExperiment) add(m_.experiments[serve.target].bucketing);
    }
    return names;
  }

  // False when the vectors would take too many bytes.
  bool Record(Index flag, int64_t now_ms, const std::vector<Sample>& samples) {
    size_t bytes = 64;
    for (const Sample& sample : samples) bytes += 24 + sample.name.size() + sample.text.size();
    if (bytes_ + bytes > kMaxGoldenBytes) return false;
    bytes_ += bytes;

    std::vector<Attribute> attributes;
    GoldenVector vector;
    vector.flag = flag;
    vector.now_ms = now_ms;
    for (const Sample& sample : samples) {
      GoldenVector::Entry entry;
      entry.name = String(sample.name);
      entry.type = sample.type;
      entry.boolean = sample.boolean;
      entry.integer = sample.integer;
      entry.real = sample.real;
      ValueView value;
      if (sample.type == ValueType::kString) {
        entry.text = String(sample.text);
        value = ValueView(sample.text);
      } else if (sample.type == ValueType::kBoolean) {
        value = ValueView(sample.boolean);
      } else if (sample.type == ValueType::kInteger) {
        value = ValueView(sample.integer);
      } else {
        value = ValueView(sample.real);
      }
      attributes.push_back({sample.name, value});
      vector.context.push_back(std::move(entry));
    }
    eval::Question question;
    question.flag = flag;
    question.now_ms = now_ms;
    Decision decision;
    eval::Decide(ruleset_->rules, question, Context(attributes), decision);
    Fill(vector, decision);
    m_.golden_vectors.push_back(std::move(vector));
    return true;
  }

  void Fill(GoldenVector& vector, const Decision& decision) {
    const model::Flag& flag = m_.flags[vector.flag];
    vector.reason = static_cast<uint32_t>(decision.reason);
    vector.error = static_cast<uint32_t>(decision.error);
    if (decision.has_value()) {
      for (size_t i = 0; i < flag.variant_keys.size(); ++i) {
        if (m_.strings[flag.variant_keys[i]] == decision.variant) vector.variant = static_cast<Index>(i);
      }
    }
    if (!decision.rule.empty()) vector.rule = String(decision.rule);
    for (const Exposure& exposure : decision.exposures()) {
      for (size_t i = 0; i < m_.experiments.size(); ++i) {
        if (m_.strings[m_.experiments[i].key] == exposure.experiment) {
          vector.exposed_experiments.push_back(static_cast<Index>(i));
        }
      }
    }
  }

  Index String(std::string_view text) {
    const auto found = strings_.find(text);
    if (found != strings_.end()) return found->second;
    const std::string& added = text_->added.emplace_back(text);
    const auto row = static_cast<Index>(m_.strings.size());
    m_.strings.push_back(added);
    strings_.emplace(added, row);
    return row;
  }

  model::Snapshot& m_;
  std::shared_ptr<const Ruleset> ruleset_;
  std::shared_ptr<Text> text_;
  std::unordered_map<std::string_view, Index, base::TextHash> strings_;
  size_t bytes_ = 0;
};

}  // namespace

void AddGoldenVectors(model::Snapshot& model) {
  model.golden_vectors.clear();
  absl::StatusOr<std::shared_ptr<const Ruleset>> ruleset = Build(model, Digest{});
  if (ruleset.ok()) GoldenMaker(model, *std::move(ruleset)).Run();
}

}  // namespace expt::core
