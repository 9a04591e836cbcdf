#include "src/core/golden.h"

#include <span>
#include <vector>

#include "expt/context.h"
#include "expt/decision.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"

namespace expt::core {
namespace {

using base::Message;
using model::GoldenVector;

// The context of a vector; `lists` keeps the string lists that it views until the context is made.
Context ContextOf(const model::Snapshot& model, const GoldenVector& vector) {
  std::vector<Attribute> attributes;
  std::vector<std::vector<std::string_view>> lists;
  lists.reserve(vector.context.size());
  for (const GoldenVector::Entry& entry : vector.context) {
    ValueView value;
    switch (entry.type) {
      case ValueType::kBoolean:
        value = ValueView(entry.boolean);
        break;
      case ValueType::kString:
        value = ValueView(model.strings[entry.text]);
        break;
      case ValueType::kInteger:
        value = ValueView(entry.integer);
        break;
      case ValueType::kDouble:
        value = ValueView(entry.real);
        break;
      case ValueType::kStringList: {
        std::vector<std::string_view>& list = lists.emplace_back();
        for (const model::Index text : entry.list) list.push_back(model.strings[text]);
        value = ValueView(std::span<const std::string_view>(list));
        break;
      }
      default:
        break;
    }
    attributes.push_back({model.strings[entry.name], value});
  }
  return Context(attributes);
}

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

  std::vector<std::string_view> experiments;
  std::vector<std::string_view> holdouts;
  for (const Exposure& exposure : decision.exposures()) {
    (exposure.is_holdout ? holdouts : experiments)
        .push_back(exposure.is_holdout ? exposure.experiment_id : exposure.experiment);
  }
  const auto are_equal = [&](const std::vector<std::string_view>& got, std::span<const model::Index> expected,
                             const auto& table) {
    if (got.size() != expected.size()) return false;
    for (size_t i = 0; i < got.size(); ++i) {
      if (got[i] != model.strings[table[expected[i]].key]) return false;
    }
    return true;
  };
  if (!are_equal(experiments, vector.exposed_experiments, model.experiments) ||
      !are_equal(holdouts, vector.exposed_holdouts, model.holdouts)) {
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
    const Context context = ContextOf(model, vector);
    eval::Session session(rules, context.entries(), vector.now_ms);
    eval::SilentVisitor visitor;
    Decision decision;
    eval::Decide(session, context, vector.flag, ValueType::kMissing, visitor, decision);
    const Message text = Compare(model, vector, decision);
    if (text.empty()) continue;
    return base::Within("golden vector " + base::Number(i), base::Within(base::Named("flag", decision.flag), text));
  }
  return "";
}

}  // namespace expt::core
