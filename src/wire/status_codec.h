// Status reports: what a client tells the control plane about itself. The bytes are those of status.proto.
#ifndef EXPT_SRC_WIRE_STATUS_CODEC_H_
#define EXPT_SRC_WIRE_STATUS_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/wire/head.h"

namespace expt::wire {

inline constexpr size_t kMaxStatusBytes = 1024;
inline constexpr size_t kMaxEvaluationCounts = 8;

// The header of the answer that says, in seconds, when the next report is wanted.
inline constexpr std::string_view kNextReportHeader = "Expt-Next-Report";

// Both are sent; never renumbered.
enum class ClientState : uint8_t { kNotReady = 1, kFresh = 2, kStale = 3, kVeryStale = 4 };
enum class VerdictResult : uint8_t { kOnTrial = 1, kAck = 2, kNack = 3 };

// Whom a refusal speaks about.
enum class NackKind : uint8_t {
  kNone,      // no refusal, or a local trouble of the client
  kTransfer,  // bytes that were not what was signed, or came too late: the way, not the content
  kSecurity,  // keys, signatures, environment, order of versions: somebody may be at it
  kContent,   // what was signed cannot be used
  kCrash,     // the process ended with it on trial, again and again
};
NackKind KindOf(LoadCode code);
std::string_view Name(NackKind kind);  // "none", "transfer", "security", "content", "crash"

struct SnapshotVerdict {
  VerdictResult result = VerdictResult::kOnTrial;
  int64_t version = 0;  // 0 where it is not known
  Digest digest{};      // zero where a Head was refused
  uint32_t step = 0;
  LoadCode code = LoadCode::kNone;  // of a NACK; may be one that this library does not know
  friend bool operator==(const SnapshotVerdict&, const SnapshotVerdict&) = default;
};

struct EvaluationCount {
  int64_t version = 0;
  uint64_t total = 0;
  uint64_t errors = 0;
  friend bool operator==(const EvaluationCount&, const EvaluationCount&) = default;
};

struct StatusReport {
  InstanceId instance_id{};
  std::string sdk;
  std::string sdk_version;
  int64_t epoch = 0;  // of the Head in use; 0 before the first
  int64_t head_number = 0;
  int64_t served_version = 0;  // 0: none
  Digest served_digest{};      // zero: none
  ClientState state = ClientState::kNotReady;
  std::optional<SnapshotVerdict> verdict;
  std::vector<EvaluationCount> evaluations;
};

std::string EncodeStatus(const StatusReport& report);

// Errors: kInvalidArgument, text `status report: sdk is missing`: not readable, larger than kMaxStatusBytes, an id or
// digest of another size, a name that is missing, too long or not printable ASCII, a number below zero, an unknown
// state or result, a NACK without code, more errors than evaluations, more counts than kMaxEvaluationCounts.
absl::StatusOr<StatusReport> DecodeStatus(std::string_view bytes);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_STATUS_CODEC_H_
