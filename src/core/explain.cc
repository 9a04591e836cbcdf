#include "src/core/explain.h"

#include <string>
#include <utility>

#include "expt/evaluate.h"
#include "src/base/json_writer.h"
#include "src/core/look_up.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"
#include "src/eval/recorder.h"

namespace expt {
namespace {

std::string Hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0xf]);
  }
  return text;
}

void WriteSnapshot(const core::Ruleset& ruleset, base::JsonWriter& json) {
  json.Key("snapshot");
  json.BeginObject();
  json.Field("project", ruleset.project);
  json.Field("environment", ruleset.environment);
  json.Field("audience", ruleset.audience == Audience::kClient ? "client" : "server");
  json.Field("epoch", ruleset.epoch);
  json.Field("version", ruleset.version);
  json.Field("digest", Hex(ruleset.digest));
  json.EndObject();
}

std::string Quoted(std::string_view text) {
  std::string out;
  base::AppendJsonString(out, text);
  return out;
}

// The outcome in one line.
std::string Headline(std::string_view flag, const Decision& decision) {
  std::string line = "flag " + Quoted(flag) + ": ";
  line += decision.has_value() ? ToJson(decision.value) + " (variant " + Quoted(decision.variant) + ")"
                               : std::string("the caller's default");
  line.append(", ").append(ReasonName(decision.reason));
  if (decision.error != ErrorCode::kNone) line.append(" ").append(ErrorCodeName(decision.error));
  if (!decision.rule.empty()) line += ", rule " + Quoted(decision.rule);
  line.push_back('\n');
  for (const Exposure& exposure : decision.exposures()) {
    line += exposure.is_holdout
                ? "exposure: holdout " + Quoted(exposure.experiment_id)
                : "exposure: experiment " + Quoted(exposure.experiment) + " phase " + std::to_string(exposure.phase);
    line += " variant " + Quoted(exposure.variant) +
            (exposure.origin == ExposureOrigin::kSticky ? ", assigned before\n" : "\n");
  }
  return line;
}

// `session_over(rules)`: a session over the context, which is read where the context `is_valid`.
template <typename SessionOver>
Explanation Explained(const Snapshot& snapshot, FlagRef flag, bool is_valid, const EvaluateInput& input,
                      SessionOver session_over) {
  base::JsonWriter json;
  std::string steps;
  Decision decision;
  json.BeginObject();
  json.Field("flag", flag.key());
  json.Field("now_ms", int64_t{input.now.time_since_epoch().count()});
  const core::Ruleset* const ruleset = snapshot.ruleset().get();
  if (ruleset == nullptr) {
    decision.error = ErrorCode::kProviderNotReady;
  } else {
    WriteSnapshot(*ruleset, json);
    steps = "snapshot " + Quoted(ruleset->environment) + " v" + std::to_string(ruleset->version) + " " +
            Hex(ruleset->digest) + "\nnow " + std::to_string(input.now.time_since_epoch().count()) + " ms\n";
    const eval::Index index = core::IndexOf(ruleset->rules, flag);
    eval::Session session = session_over(ruleset->rules);
    core::Complete(session, snapshot, input);
    if (index == eval::kNone) {
      eval::Decide(session, index, ValueType::kMissing, decision);
    } else {
      eval::Recorder recorder(ruleset->rules, ruleset->rules.flags[index], json, steps);
      eval::Decide(session, is_valid, index, ValueType::kMissing, recorder, decision);
      recorder.Finish();
    }
    if (decision.error == ErrorCode::kParseError) {
      json.Key("warnings");
      json.BeginArray();
      const std::string place = "flag " + Quoted(flag.key());
      for (const std::string& warning : ruleset->warnings) {
        if (!warning.starts_with(place)) continue;
        json.Text(warning);
        steps.append(warning).push_back('\n');
      }
      json.EndArray();
    }
  }
  json.Key("decision");
  json.Raw(ToJson(decision));
  json.EndObject();
  return {.json = json.Take(), .text = Headline(flag.key(), decision) + steps};
}

}  // namespace

namespace core {

Explanation Explain(const Snapshot& snapshot, FlagRef flag, const ValueView* values, const EvaluateInput& input) {
  return Explained(snapshot, flag, values != nullptr, input,
                   [&](const eval::Ruleset& rules) { return eval::Session(rules, values, MillisecondsOf(input)); });
}

}  // namespace core

#if !defined(EXPT_SMALL_CODE)
inline namespace v1 {

Explanation Explain(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input) {
  return Explained(snapshot, flag, context.is_valid(), input, [&](const eval::Ruleset& rules) {
    return eval::Session(rules, context.entries(), core::MillisecondsOf(input));
  });
}

}  // namespace v1
#endif

}  // namespace expt
