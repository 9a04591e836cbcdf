#include "control-plane/service/flag_test.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "control-plane/service/stored.h"
#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/wire/snapshot_codec.h"

namespace expt::service {
namespace {

using nlohmann::json;

std::string VariantText(const std::optional<std::string>& variant) {
  return variant.has_value() ? "variant " + Quoted(*variant) : "the default of the caller";
}

// "variant "on" (SPLIT, rule "half")": what is empty is left out.
std::string OutcomeText(const std::optional<std::string>& variant, const std::string& reason,
                        const std::string& rule) {
  std::string text = VariantText(variant);
  if (reason.empty() && rule.empty()) return text;
  text += " (" + reason;
  if (!rule.empty()) text += std::string(reason.empty() ? "" : ", ") + "rule " + Quoted(rule);
  return text + ")";
}

FlagTestRun RunOne(const Snapshot& snapshot, const FlagTest& test, Time now) {
  const Context context = ContextOf(test.attributes);
  if (test.at_ms.has_value()) now = Time(std::chrono::milliseconds(*test.at_ms));
  const Decision decision = Evaluate(snapshot, test.flag, context, {.now = now});
  FlagTestRun run{.key = test.key, .flag = test.flag};
  if (decision.has_value()) run.variant = std::string(decision.variant);
  run.reason = decision.error == ErrorCode::kNone ? ReasonName(decision.reason)
                                                       : ErrorCodeName(decision.error);
  run.rule = decision.rule;
  run.is_passed = run.variant == test.variant && (test.reason.empty() || test.reason == run.reason) &&
                  (test.rule.empty() || test.rule == run.rule);
  run.text = Named("test", test.key) + ": " + Named("flag", test.flag) + ": expected " +
             OutcomeText(test.variant, test.reason, test.rule) + ", found " +
             OutcomeText(run.variant, run.reason, run.rule);
  return run;
}

}  // namespace

FlagTest ReadFlagTest(const json& document, Problems& problems) {
  FlagTest test;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  test.key = object.Key("key");
  test.description = object.Text("description", false, 4096);
  test.flag = object.Key("flag");
  test.environment = object.OptionalKey("environment");
  test.context = object.OptionalKey("context");
  const json* attributes = object.Object("attributes", false);
  if (attributes != nullptr) {
    test.attributes = ReadContextAttributes(*attributes, object.At("attributes"), problems);
  }
  if (object.is_object() && test.context.empty() == (attributes == nullptr)) {
    object.Report("context", std::string("expected either \"context\" or \"attributes\", found ") +
                                 (attributes == nullptr ? "neither" : "both"));
  }
  test.at_ms = object.Instant("at");
  if (const json* expected = object.Object("expect", true)) {
    ObjectReader entry(*expected, object.At("expect"), problems);
    if (!expected->contains("variant")) entry.Report("variant", "expected a variant or null, found none");
    if (entry.Has("variant")) test.variant = entry.Key("variant");
    test.reason = entry.OptionalKey("reason");
    test.rule = entry.OptionalKey("rule");
    (void)entry.Any("variant", false);
    entry.RefuseOthers();
  }
  object.RefuseOthers();
  return test;
}

absl::StatusOr<std::vector<FlagTestRun>> RunFlagTests(const model::Snapshot& snapshot,
                                                      const std::vector<FlagTest>& tests, Time now) {
  std::vector<FlagTestRun> runs;
  if (tests.empty()) return runs;
  absl::StatusOr<model::Snapshot> copy = wire::DecodeSnapshot(wire::EncodeSnapshot(snapshot));
  if (!copy.ok()) return copy.status();
  // The publish room gives it its real ones.
  copy->epoch = 1;
  copy->version = 1;
  copy->issued_at_ms = now.time_since_epoch().count();
  copy->is_declared_empty = copy->flags.empty();
  const absl::StatusOr<Snapshot> loaded = core::Load(*std::move(copy), {});
  if (!loaded.ok()) return loaded.status();
  for (const FlagTest& test : tests) runs.push_back(RunOne(*loaded, test, now));
  return runs;
}

json RunJson(const FlagTestRun& run) {
  return {{"key", run.key},
          {"flag", run.flag},
          {"passed", run.is_passed},
          {"found",
           {{"variant", run.variant.has_value() ? json(*run.variant) : json(nullptr)},
            {"reason", run.reason},
            {"rule", run.rule.empty() ? json(nullptr) : json(run.rule)}}},
          {"text", run.is_passed ? "" : run.text}};
}

}  // namespace expt::service
