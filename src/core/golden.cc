#include "src/core/golden.h"

#include <span>
#include <vector>

#include "expt/decision.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"

namespace expt::core {
namespace {

using base::Message;
using model::GoldenVector;

// The context of a vector: a value for each attribute, as a Session wants them. A name that is no attribute's is not
// looked at; of two equal ones the last counts.
class Values {
 public:
  Values(const model::Snapshot& model, const GoldenVector& vector) : values_(model.attributes.size()) {
    lists_.reserve(vector.context.size());
    for (const GoldenVector::Entry& entry : vector.context) {
      for (size_t i = 0; i < values_.size(); ++i) {
        if (model.strings[model.attributes[i].name] == model.strings[entry.name]) values_[i] = ValueOf(model, entry);
      }
    }
  }

  const ValueView* data() const { return values_.data(); }

 private:
  ValueView ValueOf(const model::Snapshot& model, const GoldenVector::Entry& entry) {
    switch (entry.type) {
      case ValueType::kBoolean:
        return ValueView(entry.boolean);
      case ValueType::kString:
        return ValueView(model.strings[entry.text]);
      case ValueType::kInteger:
        return ValueView(entry.integer);
      case ValueType::kDouble:
        return ValueView(entry.real);
      case ValueType::kStringList: {
        std::vector<std::string_view>& list = lists_.emplace_back();
        for (const model::Index text : entry.list) list.push_back(model.strings[text]);
        return ValueView(std::span<const std::string_view>(list));
      }
      default:
        return {};
    }
  }

  std::vector<ValueView> values_;
  std::vector<std::vector<std::string_view>> lists_;  // what values_ views
};

Message Mismatch(std::string_view what, std::string_view expected, std::string_view got) {
  return Message(what) + ": expected " + base::Quoted(expected) + ", got " + base::Quoted(got);
}

Message Compare(const model::Snapshot& model, const GoldenVector& vector, const Decision& decision) {
  const auto reason = static_cast<Reason>(vector.reason);
  const auto error = static_cast<ErrorCode>(vector.error);
  if (decision.reason != reason) return Mismatch("reason", ReasonName(reason), ReasonName(decision.reason));
  if (decision.error != error) return Mismatch("error", ErrorCodeName(error), ErrorCodeName(decision.error));
  std::string_view variant;
  if (vector.variant != model::kNone) {
    variant = model.strings[model.flags[vector.flag].variant_keys[vector.variant]];
  }
  if (decision.variant != variant) return Mismatch("variant", variant, decision.variant);
  const std::string_view rule = vector.rule == model::kNone ? std::string_view() : model.strings[vector.rule];
  if (decision.rule != rule) return Mismatch("rule", rule, decision.rule);

  size_t experiments = 0;
  size_t holdouts = 0;
  for (const Exposure& exposure : decision.exposures()) {
    const base::List<model::Index>& rows = exposure.is_holdout ? vector.exposed_holdouts : vector.exposed_experiments;
    const size_t row = exposure.is_holdout ? holdouts++ : experiments++;
    if (row >= rows.size()) return "exposures differ";
    const model::Index key = exposure.is_holdout ? model.holdouts[rows[row]].key : model.experiments[rows[row]].key;
    if (model.strings[key] != (exposure.is_holdout ? exposure.experiment_id : exposure.experiment)) {
      return "exposures differ";
    }
  }
  if (experiments != vector.exposed_experiments.size() || holdouts != vector.exposed_holdouts.size()) {
    return "exposures differ";
  }
  return "";
}

}  // namespace

Message CheckGoldenVectors(const model::Snapshot& model, const Snapshot& snapshot) {
  const eval::Ruleset& rules = snapshot.ruleset()->rules;
  for (size_t i = 0; i < model.golden_vectors.size(); ++i) {
    const GoldenVector& vector = model.golden_vectors[i];
    if (rules.flags[vector.flag].is_broken) continue;
    const Values values(model, vector);
    eval::Session session(rules, values.data(), vector.now_ms);
    Decision decision;
    eval::Decide(session, vector.flag, ValueType::kMissing, decision);
    const Message text = Compare(model, vector, decision);
    if (text.empty()) continue;
    return base::Within("golden vector " + base::Number(i), base::Within(base::Named("flag", decision.flag), text));
  }
  return "";
}

}  // namespace expt::core
