// Evaluation with a snapshot, and decisions, of expt/c.h.
#include "src/client/c_call.h"
#include "src/client/c_handles.h"

namespace {

using expt::Decision;
using expt::ValueType;
using expt::c::Guard;
using expt::c::GuardOr;
using expt::c::IsText;
using expt::c::Out;
using expt::c::View;

// The arguments of an evaluation.
struct Asked {
  const expt_snapshot* snapshot;
  expt_string flag;
  const expt_context* context;
  const expt_input* input;

  // Checks them and reads the input.
  expt_code Read(expt::EvaluateInput& to) const {
    if (snapshot == nullptr || !IsText(flag) || context == nullptr) return EXPT_INVALID_ARGUMENT;
    expt_input from;
    if (const expt_code code = expt::c::ReadStruct(input, from); code != EXPT_OK) return code;
    to.now = expt::Time(std::chrono::milliseconds(from.now_ms));
    to.sticky = from.sticky == nullptr ? nullptr : &from.sticky->assignments;
    return EXPT_OK;
  }

  Decision Decide(const expt::EvaluateInput& read, ValueType expected) const {
    const expt::Context& who = context->sealed();
    return expected == ValueType::kMissing ? expt::Evaluate(snapshot->snapshot, View(flag), who, read)
                                           : expt::Evaluate(snapshot->snapshot, View(flag), who, read, expected);
  }
};

// use(decision), or `fallback` where the call is wrong.
template <typename Result, typename Use>
Result Value(const Asked& asked, ValueType expected, Result fallback, Use use) {
  return GuardOr(fallback, [&] {
    expt::EvaluateInput input;
    return asked.Read(input) == EXPT_OK ? use(asked.Decide(input, expected)) : fallback;
  });
}

template <typename T>
T Scalar(const Asked& asked, ValueType expected, T fallback) {
  return Value(asked, expected, fallback,
               [fallback](const Decision& decision) { return decision.ValueOr<T>(fallback); });
}

expt_string Text(const Asked& asked, ValueType expected, expt_string fallback) {
  return Value(asked, expected, fallback, [fallback](const Decision& decision) {
    return decision.has_value() ? Out(decision.value.text()) : fallback;
  });
}

}  // namespace

bool expt_snapshot_boolean(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                           const expt_input* input, bool fallback) {
  return Scalar<bool>({snapshot, flag, context, input}, ValueType::kBoolean, fallback);
}

int64_t expt_snapshot_integer(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                              const expt_input* input, int64_t fallback) {
  return Scalar<int64_t>({snapshot, flag, context, input}, ValueType::kInteger, fallback);
}

double expt_snapshot_double(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                            const expt_input* input, double fallback) {
  return Scalar<double>({snapshot, flag, context, input}, ValueType::kDouble, fallback);
}

expt_string expt_snapshot_string(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                 const expt_input* input, expt_string fallback) {
  return Text({snapshot, flag, context, input}, ValueType::kString, fallback);
}

expt_string expt_snapshot_json(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                               const expt_input* input, expt_string fallback) {
  return Text({snapshot, flag, context, input}, ValueType::kJson, fallback);
}

expt_string expt_snapshot_variant(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                  const expt_input* input, expt_string fallback) {
  return Value(
      Asked{snapshot, flag, context, input}, ValueType::kMissing, fallback,
      [fallback](const Decision& decision) { return decision.has_value() ? Out(decision.variant) : fallback; });
}

expt_code expt_snapshot_decide(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                               const expt_input* input, expt_value_type expected, expt_decision* decision) {
  if (decision == nullptr || expected < EXPT_TYPE_MISSING || expected > EXPT_TYPE_STRING_LIST) {
    return EXPT_INVALID_ARGUMENT;
  }
  return Guard([&]() -> expt_code {
    const Asked asked{snapshot, flag, context, input};
    expt::EvaluateInput read;
    if (const expt_code code = asked.Read(read); code != EXPT_OK) return code;
    decision->view = asked.Decide(read, static_cast<ValueType>(expected));
    decision->snapshot = snapshot->snapshot;
    decision->owned.reset();
    return EXPT_OK;
  });
}

expt_code expt_snapshot_decide_all(const expt_snapshot* snapshot, const expt_context* context, const expt_input* input,
                                   expt_use_decision use, void* user) {
  if (use == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&]() -> expt_code {
    const Asked asked{snapshot, {}, context, input};
    expt::EvaluateInput read;
    if (const expt_code code = asked.Read(read); code != EXPT_OK) return code;
    expt_decision current;
    expt::EvaluateAll(snapshot->snapshot, context->sealed(), read, [&](const Decision& decision) {
      current.view = decision;
      use(user, &current);
    });
    return EXPT_OK;
  });
}

expt_code expt_snapshot_explain(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                const expt_input* input, expt_text* json, expt_text* text) {
  return Guard([&]() -> expt_code {
    const Asked asked{snapshot, flag, context, input};
    expt::EvaluateInput read;
    if (const expt_code code = asked.Read(read); code != EXPT_OK) return code;
    expt::Explanation explanation = expt::Explain(snapshot->snapshot, View(flag), context->sealed(), read);
    if (json != nullptr) json->text = std::move(explanation.json);
    if (text != nullptr) text->text = std::move(explanation.text);
    return EXPT_OK;
  });
}

expt_decision* expt_decision_new(void) {
  return GuardOr<expt_decision*>(nullptr, [] { return new expt_decision; });
}

void expt_decision_free(expt_decision* decision) { delete decision; }

expt_code expt_decision_read(const expt_decision* decision, expt_decision_view* view) {
  if (decision == nullptr) return EXPT_INVALID_ARGUMENT;
  const Decision& from = decision->view;
  expt_decision_view out{};
  out.flag = Out(from.flag);
  out.value = expt::c::OutValue(from.value);
  out.variant = Out(from.variant);
  out.rule = Out(from.rule);
  out.snapshot_version = from.snapshot_version;
  out.bucket = from.bucket;
  out.reason = static_cast<expt_reason>(from.reason);
  out.error = static_cast<expt_error_code>(from.error);
  out.exposure_count = from.exposure_count;
  const auto age = decision->owned.has_value() ? decision->owned->age() : std::nullopt;
  out.age_ms = age.has_value() ? age->count() : -1;
  return expt::c::WriteStruct(out, view, offsetof(expt_decision_view, age_ms));
}

expt_code expt_decision_exposure(const expt_decision* decision, size_t index, expt_exposure_view* view) {
  if (decision == nullptr || !expt::c::IsWritable(view)) return EXPT_INVALID_ARGUMENT;
  const auto exposures = decision->view.exposures();
  if (index >= exposures.size()) return EXPT_NOT_FOUND;
  const expt::Exposure& from = exposures[index];
  expt_exposure_view out{};
  out.experiment_id = Out(from.experiment_id);
  out.experiment = Out(from.experiment);
  out.variant = Out(from.variant);
  out.bucket_by = Out(from.bucket_by);
  out.phase = from.phase;
  out.origin = static_cast<expt_origin>(from.origin);
  out.is_holdout = from.is_holdout;
  out.is_sticky = from.is_sticky;
  return expt::c::WriteStruct(out, view);
}

expt_code expt_decision_json(const expt_decision* decision, expt_text* json) {
  if (decision == nullptr || json == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&] {
    json->text = expt::ToJson(decision->view);
    return EXPT_OK;
  });
}

expt_sticky* expt_sticky_new(void) {
  return GuardOr<expt_sticky*>(nullptr, [] { return new expt_sticky; });
}

void expt_sticky_free(expt_sticky* sticky) { delete sticky; }

expt_code expt_sticky_set(expt_sticky* sticky, expt_string experiment_id, uint32_t phase, expt_string bucket_by,
                          expt_string unit_id, expt_string variant) {
  if (sticky == nullptr || !expt::c::AreTexts(experiment_id, bucket_by, unit_id, variant)) return EXPT_INVALID_ARGUMENT;
  return Guard([&] {
    sticky->assignments.Set(View(experiment_id), phase, View(bucket_by), View(unit_id), View(variant));
    return EXPT_OK;
  });
}

expt_string expt_sticky_find(const expt_sticky* sticky, expt_string experiment_id, uint32_t phase,
                             expt_string bucket_by, expt_string unit_id) {
  if (sticky == nullptr || !expt::c::AreTexts(experiment_id, bucket_by, unit_id)) return {};
  return Out(sticky->assignments.Find(View(experiment_id), phase, View(bucket_by), View(unit_id)));
}

size_t expt_sticky_size(const expt_sticky* sticky) { return sticky == nullptr ? 0 : sticky->assignments.size(); }
