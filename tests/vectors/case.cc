#include "tests/vectors/case.h"

namespace expt::vectors {

using nlohmann::json;

namespace {

ValueType TypeAsked(const std::string& name) {
  for (int type = 1; type <= 6; ++type) {
    if (ValueTypeName(static_cast<ValueType>(type)) == name) return static_cast<ValueType>(type);
  }
  return ValueType::kMissing;
}

json ExposureJson(const oracle::OracleExposure& e) {
  json row = {{"experiment", e.experiment}, {"experiment_id", e.id}, {"variant", e.variant}, {"bucket_by", e.bucket_by},
              {"phase", e.phase}};
  if (e.is_holdout) row["holdout"] = true;
  if (e.is_sticky) row["sticky"] = true;
  if (e.was_stored) row["origin"] = "sticky";
  return row;
}

}  // namespace

oracle::Asked AskedOf(const json& test) {
  oracle::Asked asked;
  asked.now_ms = test.value("now_ms", int64_t{0});
  asked.expected = TypeAsked(test.value("asked", ""));
  if (test.contains("overlay")) {
    asked.overlay.emergency_off = test["overlay"].value("emergency_off", std::set<std::string>());
    asked.overlay.stale = test["overlay"].value("stale", "");
  }
  if (test.contains("sticky")) {
    for (const json& row : test["sticky"]) {
      asked.sticky[{row.at("experiment_id"), row.at("phase"), row.at("bucket_by"), row.at("unit_id")}] =
          row.at("variant");
    }
  }
  return asked;
}

oracle::Answer AnswerOf(const json& expect) {
  oracle::Answer answer;
  if (expect.contains("value")) {
    const json& value = expect["value"];
    answer.value =
        value.is_object() && value.contains("double") ? ToJson(ValueView(value["double"].get<double>())) : value.dump();
  }
  answer.variant = expect.value("variant", "");
  answer.reason = expect.at("reason");
  answer.error = expect.value("error", "");
  answer.rule = expect.value("rule", "");
  answer.bucket = expect.value("bucket", -1);
  if (expect.contains("exposures")) {
    for (const json& e : expect["exposures"]) {
      answer.exposures.push_back({.experiment = e.at("experiment"),
                                  .id = e.at("experiment_id"),
                                  .variant = e.at("variant"),
                                  .bucket_by = e.at("bucket_by"),
                                  .phase = e.at("phase"),
                                  .is_holdout = e.value("holdout", false),
                                  .is_sticky = e.value("sticky", false),
                                  .was_stored = e.value("origin", "engine") == "sticky"});
    }
  }
  return answer;
}

json JsonOf(const oracle::Answer& answer) {
  json expect = json::object();
  if (answer.value != "null") {
    expect["value"] = json::parse(answer.value);
    expect["variant"] = answer.variant;
  }
  expect["reason"] = answer.reason;
  if (!answer.error.empty()) expect["error"] = answer.error;
  if (!answer.rule.empty()) expect["rule"] = answer.rule;
  if (answer.bucket != -1) expect["bucket"] = answer.bucket;
  for (const oracle::OracleExposure& exposure : answer.exposures) expect["exposures"].push_back(ExposureJson(exposure));
  return expect;
}

}  // namespace expt::vectors
