// The result of one evaluation.
#ifndef EXPT_DECISION_H_
#define EXPT_DECISION_H_

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "expt/value.h"

namespace expt {
inline namespace v1 {

// Why a decision is what it is. OpenFeature's words, and PREREQUISITE_FAILED.
// Stored in snapshots and events; never renumbered.
enum class Reason : uint8_t {
  kError = 0,
  kStatic = 1,
  kTargetingMatch = 2,
  kSplit = 3,
  kDefault = 4,
  kDisabled = 5,
  kPrerequisiteFailed = 6,
  kStale = 7,
};

// What went wrong. Stored in snapshots; never renumbered.
enum class ErrorCode : uint8_t {
  kNone = 0,
  kProviderNotReady = 1,
  kFlagNotFound = 2,
  kParseError = 3,  // the flag is broken or unsupported; the snapshot's warnings say which
  kTypeMismatch = 4,
  kTargetingKeyMissing = 5,
  kInvalidContext = 6,
  kGeneral = 7,
};

std::string_view ReasonName(Reason reason);      // "TARGETING_MATCH", ...
std::string_view ErrorCodeName(ErrorCode code);  // "FLAG_NOT_FOUND", ...; empty for kNone

// Who assigned the unit. Stored in events; never renumbered.
enum class ExposureOrigin : uint8_t {
  kEngine = 1,    // the snapshot's rules
  kSticky = 2,    // StickyAssignments
  kImported = 3,  // assigned elsewhere
};

// Record that a unit met an experiment's variant, or reached a holdout.
// A view into the snapshot that decided.
struct Exposure {
  std::string_view experiment_id;  // holdout: its key
  std::string_view experiment;     // key
  std::string_view variant;        // holdout: "held_out" or "in"
  std::string_view bucket_by;      // the attribute whose unit id was bucketed
  uint32_t phase = 0;              // 0 for a holdout
  bool is_holdout = false;
  // The experiment is sticky: with origin kEngine, store (experiment_id, phase, bucket_by, unit id) -> variant and give
  // it back in StickyAssignments.
  bool is_sticky = false;
  ExposureOrigin origin = ExposureOrigin::kEngine;
};

// Most exposures that one decision can carry; a flag that could yield more is refused when it is compiled.
inline constexpr size_t kMaxExposures = 8;

class OwnedDecision;

// A view into the Snapshot that decided: valid while a copy of that Snapshot lives.
// It carries no default: where has_value() is false, the caller's default applies.
// Cheap to copy; thread-safe.
class Decision {
 public:
  Decision() {}  // leaves the exposures beyond exposure_count unset
  Decision(const Decision& other) { Copy(other); }
  Decision& operator=(const Decision& other) {
    Copy(other);
    return *this;
  }

  bool has_value() const { return !value.is_missing(); }

  // The value as T: bool, int64_t, double or std::string_view (string and JSON flags).
  // `fallback` where there is no value or it is of another type. An integer flag read as double is
  // converted when that is exact.
  template <typename T>
  T ValueOr(T fallback) const;

  std::span<const Exposure> exposures() const { return {exposure_list.data(), exposure_count}; }

  // A copy that outlives the Snapshot.
  OwnedDecision Own() const;

  std::string_view flag;  // flag key; empty for an unknown flag
  ValueView value;
  std::string_view variant;  // empty without a value
  std::string_view rule;     // rule id; "override" for an override; empty without a rule
  int64_t snapshot_version = 0;
  // Of the split that decided; else of the coverage of the rule that decided, where it was below 1,000,000; else -1.
  int32_t bucket = -1;
  Reason reason = Reason::kError;
  ErrorCode error = ErrorCode::kNone;
  uint8_t exposure_count = 0;
  union {
    std::array<Exposure, kMaxExposures> exposure_list;  // the first exposure_count are set; read exposures()
  };

 private:
  void Copy(const Decision& other) {
    flag = other.flag;
    value = other.value;
    variant = other.variant;
    rule = other.rule;
    snapshot_version = other.snapshot_version;
    bucket = other.bucket;
    reason = other.reason;
    error = other.error;
    exposure_count = other.exposure_count;
    for (size_t i = 0; i < exposure_count; ++i) std::construct_at(&exposure_list[i], other.exposure_list[i]);
  }
};

// A Decision that owns its bytes. Movable and copyable.
class OwnedDecision {
 public:
  explicit OwnedDecision(const Decision& decision);
  OwnedDecision(const OwnedDecision& other) : OwnedDecision(other.view_) { age_ = other.age_; }
  OwnedDecision& operator=(const OwnedDecision& other);
  OwnedDecision(OwnedDecision&& other) noexcept = default;
  OwnedDecision& operator=(OwnedDecision&& other) noexcept = default;

  // Valid while this object lives.
  const Decision& view() const { return view_; }

  // Of a client's decision: how long ago the client had last verified a Head, as ClientStatus::age. Else nothing.
  std::optional<std::chrono::milliseconds> age() const { return age_; }
  void set_age(std::chrono::milliseconds age) { age_ = age; }

 private:
  std::unique_ptr<char[]> bytes_;
  Value value_;
  Decision view_;
  std::optional<std::chrono::milliseconds> age_;
};

// One JSON object in one line: flag, value, variant, reason, error_code, rule, bucket, snapshot_version, exposures.
std::string ToJson(const Decision& decision);
// The same at the end of `out`: for many decisions in one text.
void AppendJson(std::string& out, const Decision& decision);

template <typename T>
T Decision::ValueOr(T fallback) const {
  if constexpr (std::same_as<T, bool>) {
    return value.type() == ValueType::kBoolean ? value.boolean() : fallback;
  } else if constexpr (std::integral<T>) {
    return value.type() == ValueType::kInteger ? static_cast<T>(value.integer()) : fallback;
  } else if constexpr (std::floating_point<T>) {
    if (value.type() == ValueType::kDouble) return static_cast<T>(value.real());
    if (value.type() != ValueType::kInteger) return fallback;
    const int64_t integer = value.integer();
    const auto real = static_cast<double>(integer);
    const bool is_exact = real < 9223372036854775808.0 && static_cast<int64_t>(real) == integer;
    return is_exact ? static_cast<T>(real) : fallback;
  } else {
    static_assert(std::same_as<T, std::string_view>, "bool, an integer, a floating type or std::string_view");
    return value.type() == ValueType::kString || value.type() == ValueType::kJson ? value.text() : fallback;
  }
}

}  // namespace v1
}  // namespace expt

#endif  // EXPT_DECISION_H_
