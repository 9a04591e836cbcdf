#include "control-plane/service/holdout.h"

#include <nlohmann/json.hpp>

#include "control-plane/service/coverage.h"

namespace expt::service {

using nlohmann::json;

bool Holdout::IsActive(int64_t now_ms) const {
  return start_ms.value_or(0) <= now_ms && (!end_ms.has_value() || now_ms < *end_ms);
}

Holdout ReadHoldout(const json& document, Problems& problems) {
  Holdout holdout;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated", "warnings"});
  holdout.key = object.Key("key");
  holdout.description = object.Text("description", false, 4096);
  holdout.bucket_by = ReadBucketBy(object);
  holdout.salt = object.OptionalKey("salt", "", kMaxSaltSize);
  if (object.is_object() && !object.Has("ppm")) object.Report("ppm", "expected a value, found none");
  holdout.ppm = static_cast<uint32_t>(object.Integer("ppm", 0, kWholePpm).value_or(0));
  holdout.start_ms = object.Instant("start");
  holdout.end_ms = object.Instant("end");
  if (holdout.end_ms.has_value() && *holdout.end_ms <= holdout.start_ms.value_or(0)) {
    object.Report("end", "the end is not after the start");
  }
  object.RefuseOthers();
  return holdout;
}

void ContinueHoldout(json& document, const json& before, int64_t now_ms, Problems& problems) {
  Problems ignored;  // both documents have been read before
  const Holdout wanted = ReadHoldout(document, ignored);
  document["bucket_by"] = wanted.bucket_by;
  if (!before.is_object()) return;
  if (wanted.salt.empty()) document["salt"] = before["salt"];
  if (!ReadHoldout(before, ignored).IsActive(now_ms)) return;
  for (const char* name : {"bucket_by", "salt"}) {
    if (document[name] == before[name]) continue;
    problems.push_back({Child("", name), "the holdout is under way, and its units would move; end it and make another"});
  }
}

std::vector<std::string> HoldoutWarnings(const Holdout& before, const Holdout& after, int64_t now_ms) {
  const uint32_t was = before.IsActive(now_ms) ? before.ppm : 0;
  const uint32_t is = after.IsActive(now_ms) ? after.ppm : 0;
  std::vector<std::string> warnings;
  if (was == 0 || was == is) return warnings;
  const uint32_t difference = is < was ? was - is : is - was;
  warnings.push_back(std::to_string(difference) + " ppm of units " +
                     (is < was ? "are no longer held out" : "that were in are held out from now on"));
  return warnings;
}

}  // namespace expt::service
