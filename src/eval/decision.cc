#include "expt/decision.h"

#include <algorithm>
#include <cstring>

#include "src/base/json_text.h"
#include "src/base/message.h"
#include "src/base/number.h"

namespace expt {
inline namespace v1 {

std::string_view ReasonName(Reason reason) {
  if constexpr (!base::kHasMessages) return {};  // JavaScript has names of its own
  switch (reason) {
    case Reason::kError:
      return "ERROR";
    case Reason::kStatic:
      return "STATIC";
    case Reason::kTargetingMatch:
      return "TARGETING_MATCH";
    case Reason::kSplit:
      return "SPLIT";
    case Reason::kDefault:
      return "DEFAULT";
    case Reason::kDisabled:
      return "DISABLED";
    case Reason::kPrerequisiteFailed:
      return "PREREQUISITE_FAILED";
    case Reason::kStale:
      return "STALE";
  }
  return "UNKNOWN";
}

std::string_view ErrorCodeName(ErrorCode code) {
  if constexpr (!base::kHasMessages) return {};
  switch (code) {
    case ErrorCode::kNone:
      return "";
    case ErrorCode::kProviderNotReady:
      return "PROVIDER_NOT_READY";
    case ErrorCode::kFlagNotFound:
      return "FLAG_NOT_FOUND";
    case ErrorCode::kParseError:
      return "PARSE_ERROR";
    case ErrorCode::kTypeMismatch:
      return "TYPE_MISMATCH";
    case ErrorCode::kTargetingKeyMissing:
      return "TARGETING_KEY_MISSING";
    case ErrorCode::kInvalidContext:
      return "INVALID_CONTEXT";
    case ErrorCode::kGeneral:
      return "GENERAL";
  }
  return "GENERAL";
}

namespace {

// Calls `use` with each text that a decision views, value apart.
template <typename D, typename Use>
void ForEachText(D& decision, Use use) {
  use(decision.flag);
  use(decision.variant);
  use(decision.rule);
  for (size_t i = 0; i < decision.exposure_count; ++i) {
    auto& exposure = decision.exposure_list[i];
    use(exposure.experiment_id);
    use(exposure.experiment);
    use(exposure.variant);
    use(exposure.bucket_by);
  }
}

}  // namespace

OwnedDecision::OwnedDecision(const Decision& decision) : value_(decision.value), view_(decision) {
  size_t size = 0;
  ForEachText(decision, [&](std::string_view text) { size += text.size(); });
  bytes_ = std::make_unique<char[]>(size);
  char* at = bytes_.get();
  ForEachText(view_, [&](std::string_view& text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    text = {at, text.size()};
    at += text.size();
  });
  view_.value = value_.view();
}

OwnedDecision& OwnedDecision::operator=(const OwnedDecision& other) {
  if (this != &other) *this = OwnedDecision(other.view_);
  return *this;
}

OwnedDecision Decision::Own() const { return OwnedDecision(*this); }

namespace {

void AppendTextOrNull(std::string& out, std::string_view name, std::string_view text) {
  out.append(name);
  if (text.empty()) {
    out.append("null");
  } else {
    base::AppendJsonString(out, text);
  }
}

void AppendExposure(std::string& out, const Exposure& exposure) {
  AppendTextOrNull(out, "{\"experiment_id\":", exposure.experiment_id);
  AppendTextOrNull(out, ",\"experiment\":", exposure.experiment);
  AppendTextOrNull(out, ",\"variant\":", exposure.variant);
  AppendTextOrNull(out, ",\"bucket_by\":", exposure.bucket_by);
  out.append(",\"phase\":");
  base::AppendInteger(out, exposure.phase);
  out.append(exposure.is_holdout ? ",\"is_holdout\":true}" : ",\"is_holdout\":false}");
}

}  // namespace

std::string ToJson(const Decision& decision) {
  std::string out;
  AppendTextOrNull(out, "{\"flag\":", decision.flag);
  out.append(",\"value\":");
  base::AppendJson(out, decision.value);
  AppendTextOrNull(out, ",\"variant\":", decision.variant);
  AppendTextOrNull(out, ",\"reason\":", ReasonName(decision.reason));
  AppendTextOrNull(out, ",\"error_code\":", ErrorCodeName(decision.error));
  AppendTextOrNull(out, ",\"rule\":", decision.rule);
  out.append(",\"bucket\":");
  base::AppendInteger(out, decision.bucket);
  out.append(",\"snapshot_version\":");
  base::AppendInteger(out, decision.snapshot_version);
  out.append(",\"exposures\":[");
  for (size_t i = 0; i < decision.exposure_count; ++i) {
    if (i != 0) out.push_back(',');
    AppendExposure(out, decision.exposures()[i]);
  }
  out.append("]}");
  return out;
}

}  // namespace v1
}  // namespace expt
