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
  if (this != &other) *this = OwnedDecision(other);
  return *this;
}

OwnedDecision Decision::Own() const { return OwnedDecision(*this); }

namespace {

// Gathers pieces of a few bytes before they are appended: each append to a string is a call.
class Pieces {
 public:
  explicit Pieces(std::string& out) : out_(out) {}
  ~Pieces() { Flush(); }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  template <size_t kSize>
  void Add(const char (&literal)[kSize]) {
    static_assert(kSize <= kRoom);
    if (kRoom - size_ < kSize - 1) Flush();
    std::memcpy(room_ + size_, literal, kSize - 1);
    size_ += kSize - 1;
  }

  void Add(std::string_view text) {
    if (kRoom - size_ < text.size()) Flush();
    if (text.size() > kRoom) {
      out_.append(text);
      return;
    }
    if (!text.empty()) std::memcpy(room_ + size_, text.data(), text.size());
    size_ += text.size();
  }

  // A JSON string; null for an empty text.
  void AddTextOrNull(std::string_view text) {
    if (text.empty()) {
      Add("null");
    } else if (base::IsPlainJson(text)) {
      Add("\"");
      Add(text);
      Add("\"");
    } else {
      Flush();
      base::AppendJsonString(out_, text);
    }
  }

  void AddInteger(int64_t value) {
    char buffer[24];
    Add(base::FormatInteger(value, buffer));
  }

  void AddValue(const ValueView& value) {
    if (value.type() == ValueType::kBoolean) {
      Add(value.boolean() ? std::string_view("true") : std::string_view("false"));
    } else {
      Flush();
      base::AppendJson(out_, value);
    }
  }

 private:
  static constexpr size_t kRoom = 512;

  void Flush() {
    out_.append(room_, size_);
    size_ = 0;
  }

  std::string& out_;
  size_t size_ = 0;
  char room_[kRoom];
};

void AddExposure(Pieces& out, const Exposure& exposure) {
  out.Add("{\"experiment_id\":");
  out.AddTextOrNull(exposure.experiment_id);
  out.Add(",\"experiment\":");
  out.AddTextOrNull(exposure.experiment);
  out.Add(",\"variant\":");
  out.AddTextOrNull(exposure.variant);
  out.Add(",\"bucket_by\":");
  out.AddTextOrNull(exposure.bucket_by);
  out.Add(",\"phase\":");
  out.AddInteger(exposure.phase);
  if (exposure.is_holdout) {
    out.Add(",\"is_holdout\":true}");
  } else {
    out.Add(",\"is_holdout\":false}");
  }
}

}  // namespace

void AppendJson(std::string& text, const Decision& decision) {
  Pieces out(text);
  out.Add("{\"flag\":");
  out.AddTextOrNull(decision.flag);
  out.Add(",\"value\":");
  out.AddValue(decision.value);
  out.Add(",\"variant\":");
  out.AddTextOrNull(decision.variant);
  out.Add(",\"reason\":");
  out.AddTextOrNull(ReasonName(decision.reason));
  out.Add(",\"error_code\":");
  out.AddTextOrNull(ErrorCodeName(decision.error));
  out.Add(",\"rule\":");
  out.AddTextOrNull(decision.rule);
  out.Add(",\"bucket\":");
  out.AddInteger(decision.bucket);
  out.Add(",\"snapshot_version\":");
  out.AddInteger(decision.snapshot_version);
  out.Add(",\"exposures\":[");
  for (size_t i = 0; i < decision.exposure_count; ++i) {
    if (i != 0) out.Add(",");
    AddExposure(out, decision.exposures()[i]);
  }
  out.Add("]}");
}

std::string ToJson(const Decision& decision) {
  std::string out;
  AppendJson(out, decision);
  return out;
}

}  // namespace v1
}  // namespace expt
