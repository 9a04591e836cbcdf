// Many decisions in one call: all flags for one context, one flag for many units.
#include <algorithm>
#include <span>
#include <vector>

#include "expt/evaluate.h"
#include "src/base/hash.h"
#include "src/base/utf8.h"
#include "src/core/look_up.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"

namespace expt {
namespace {

// One value for each attribute of the ruleset.
std::vector<ValueView> ValuesOf(const eval::Ruleset& rules, std::span<const Context::Entry> entries) {
  std::vector<ValueView> values(rules.attributes.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Context::Entry* const entry = base::FindEntry(entries, rules.attributes[i].hash, rules.attributes[i].name);
    if (entry != nullptr) values[i] = entry->value;
  }
  return values;
}

// As a Context would hold it.
ValueView Usable(const ValueView& value) {
  switch (value.type()) {
    case ValueType::kJson:
      return {};
    case ValueType::kString:
      return base::IsUtf8(value.text()) ? value : ValueView();
    case ValueType::kStringList: {
      const auto list = value.list();
      return std::all_of(list.begin(), list.end(), base::IsUtf8) ? value : ValueView();
    }
    default:
      return value;
  }
}

// The columns that a flag reads, each with the attribute that it fills.
class Columns {
 public:
  Columns(const eval::Ruleset& rules, const eval::Flag& flag, std::span<const Column> columns)
      : is_valid_(columns.size() <= kMaxContextAttributes), values_(rules.attributes.size() + 1) {
    const uint32_t* const required = rules.RequiredAttributes(flag);
    for (uint32_t i = 0; i < flag.required_count; ++i) {
      const std::string_view name = rules.attributes[required[i]].name;
      for (size_t at = columns.size(); at-- > 0;) {
        if (columns[at].name != name && !(name == kTargetingKey && IsKey(columns[at]))) continue;
        used_.push_back({required[i], columns[at].values});
        break;
      }
    }
    for (const Column& column : columns) {
      if (IsKey(column)) keys_.push_back(column.values);
    }
  }

  // The values of a row, one for each attribute of the ruleset; null where a Context of them would not be valid.
  const ValueView* Row(size_t row) {
    if (!is_valid_ || !HasOneKey(row)) return nullptr;
    for (const Used& used : used_) values_[used.attribute] = Usable(At(used.values, row));
    return values_.data();
  }

 private:
  struct Used {
    uint32_t attribute;
    std::span<const ValueView> values;
  };

  static bool IsKey(const Column& column) { return column.name == kTargetingKey || column.name == "targetingKey"; }

  static ValueView At(std::span<const ValueView> values, size_t row) {
    return row < values.size() ? values[row] : ValueView();
  }

  bool HasOneKey(size_t row) const {
    ValueView key;
    for (size_t i = 0; keys_.size() > 1 && i < keys_.size(); ++i) {
      const ValueView other = At(keys_[i], row);
      if (other.is_missing()) continue;
      if (!key.is_missing() && !(key == other)) return false;
      key = other;
    }
    return true;
  }

  bool is_valid_;
  std::vector<ValueView> values_;
  std::vector<Used> used_;
  std::vector<std::span<const ValueView>> keys_;
};

}  // namespace

inline namespace v1 {
namespace internal {

void EvaluateAll(const Snapshot& snapshot, const Context& context, const EvaluateInput& input, void* use,
                 UseDecision call) {
  if (!snapshot.is_ready()) return;
  const eval::Ruleset& rules = snapshot.ruleset()->rules;
  const std::vector<ValueView> values = ValuesOf(rules, context.entries());
  std::vector<uint32_t> places(rules.shared_count + rules.flags.size());
  eval::Session session(rules, values.data(), core::MillisecondsOf(input));
  session.memo = eval::Memo(places);
  core::Complete(session, snapshot, input);
  eval::SilentVisitor visitor;
  for (eval::Index i = 0; i < rules.flags.size(); ++i) {
    Decision decision;
    eval::Decide(session, context.is_valid(), i, ValueType::kMissing, visitor, decision);
    call(use, i, decision);
  }
}

void EvaluateMany(const Snapshot& snapshot, FlagRef flag, std::span<const Column> columns, size_t rows,
                  const EvaluateInput& input, void* use, UseDecision call) {
  const eval::Index index = snapshot.is_ready() ? core::IndexOf(snapshot.ruleset()->rules, flag) : eval::kNone;
  if (index == eval::kNone) {
    const Decision decision = Evaluate(snapshot, flag, Context(), input);
    for (size_t row = 0; row < rows; ++row) call(use, row, decision);
    return;
  }
  const eval::Ruleset& rules = snapshot.ruleset()->rules;
  Columns values(rules, rules.flags[index], columns);
  for (size_t row = 0; row < rows; ++row) {
    Decision decision;
    const ValueView* const given = values.Row(row);
    if (given == nullptr) {
      decision.snapshot_version = rules.version;
      decision.flag = rules.flags[index].key;
      eval::Fail(decision, ErrorCode::kInvalidContext);
    } else {
      eval::Session session(rules, given, core::MillisecondsOf(input));
      core::Complete(session, snapshot, input);
      eval::Decide(session, index, ValueType::kMissing, decision);
    }
    call(use, row, decision);
  }
}

}  // namespace internal
}  // namespace v1
}  // namespace expt
