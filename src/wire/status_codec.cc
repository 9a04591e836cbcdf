#include "src/wire/status_codec.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/pbf.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

constexpr size_t kMaxNameSize = 64;
constexpr uint32_t kLastStep = 18;

absl::Status Invalid(std::string_view text) {
  return base::Error(absl::StatusCode::kInvalidArgument, "status report: " + std::string(text));
}

template <size_t kSize>
std::string_view BytesOf(const std::array<uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

template <size_t kSize>
bool ReadBytes(std::string_view from, std::array<uint8_t, kSize>& to) {
  if (from.size() != kSize) return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

absl::StatusOr<SnapshotVerdict> ReadVerdict(Reader reader) {
  SnapshotVerdict verdict;
  uint64_t result = 0;
  uint64_t code = 0;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        result = reader.get_uint64();
        break;
      case 2:
        verdict.version = reader.get_int64();
        break;
      case 3:
        if (!ReadBytes(reader.get_view(), verdict.digest)) return Invalid("verdict: digest is not of 32 bytes");
        break;
      case 4:
        verdict.step = reader.get_uint32();
        break;
      case 5:
        code = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
  if (result < 1 || result > 3) return Invalid("verdict: result is unknown");
  verdict.result = static_cast<VerdictResult>(result);
  verdict.code = static_cast<LoadCode>(EnumByte(code));
  if (verdict.version < 0) return Invalid("verdict: version is below zero");
  if (verdict.step > kLastStep) return Invalid("verdict: step is unknown");
  const bool has_code = verdict.code != LoadCode::kNone;
  if (has_code != (verdict.result == VerdictResult::kNack)) return Invalid("verdict: expected a code for a NACK only");
  return verdict;
}

EvaluationCount ReadEvaluationCount(Reader reader) {
  EvaluationCount count;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        count.version = reader.get_int64();
        break;
      case 2:
        count.total = reader.get_uint64();
        break;
      case 3:
        count.errors = reader.get_uint64();
        break;
      default:
        reader.skip();
    }
  }
  return count;
}

absl::Status Check(const StatusReport& report) {
  if (report.sdk.empty()) return Invalid("sdk is missing");
  if (report.sdk.size() > kMaxNameSize || !IsPrintable(report.sdk)) return Invalid("sdk is no short word");
  if (report.sdk_version.size() > kMaxNameSize || !IsPrintable(report.sdk_version)) {
    return Invalid("sdk version is no short word");
  }
  if (report.epoch < 0 || report.head_number < 0 || report.served_version < 0) return Invalid("a number is below zero");
  if ((report.served_version == 0) != (report.served_digest == Digest{})) {
    return Invalid("expected served version and digest both or none");
  }
  if (report.evaluations.size() > kMaxEvaluationCounts) return Invalid("more than 8 evaluation counts");
  for (const EvaluationCount& count : report.evaluations) {
    if (count.version < 0) return Invalid("evaluation count: version is below zero");
    if (count.errors > count.total) return Invalid("evaluation count: more errors than evaluations");
  }
  return absl::OkStatus();
}

}  // namespace

NackKind KindOf(LoadCode code) {
  switch (code) {
    case LoadCode::kNone:
    case LoadCode::kPendingNotSaved:
    case LoadCode::kLkgNotSaved:
      return NackKind::kNone;
    case LoadCode::kTooLarge:
    case LoadCode::kBadEnvelope:
    case LoadCode::kDigestMismatch:
    case LoadCode::kHeadExpired:
      return NackKind::kTransfer;
    case LoadCode::kUnknownKey:
    case LoadCode::kBadSignature:
    case LoadCode::kWrongEnvironment:
    case LoadCode::kRollback:
    case LoadCode::kEquivocation:
    case LoadCode::kFastForward:
      return NackKind::kSecurity;
    case LoadCode::kBadInflate:
    case LoadCode::kWireLimit:
    case LoadCode::kBadEncoding:
    case LoadCode::kUnsupportedVersion:
    case LoadCode::kBadContent:
    case LoadCode::kCompileFailed:
    case LoadCode::kGoldenMismatch:
      return NackKind::kContent;
    case LoadCode::kUnhealthy:
      return NackKind::kCrash;
  }
  return NackKind::kContent;  // of a newer client: it was offered something that it cannot use
}

std::string_view Name(NackKind kind) {
  switch (kind) {
    case NackKind::kTransfer:
      return "transfer";
    case NackKind::kSecurity:
      return "security";
    case NackKind::kContent:
      return "content";
    case NackKind::kCrash:
      return "crash";
    case NackKind::kNone:
      break;
  }
  return "none";
}

std::string EncodeStatus(const StatusReport& report) {
  std::string out;
  Writer writer(out);
  writer.BytesAlways(1, BytesOf(report.instance_id));
  writer.Text(2, report.sdk);
  writer.Text(3, report.sdk_version);
  writer.Int(4, report.epoch);
  writer.Int(5, report.head_number);
  writer.Int(6, report.served_version);
  if (report.served_digest != Digest{}) writer.BytesAlways(7, BytesOf(report.served_digest));
  writer.Uint(8, static_cast<uint64_t>(report.state));
  if (report.verdict.has_value()) {
    writer.Message(9, [&](Writer& inner) {
      inner.Uint(1, static_cast<uint64_t>(report.verdict->result));
      inner.Int(2, report.verdict->version);
      if (report.verdict->digest != Digest{}) inner.BytesAlways(3, BytesOf(report.verdict->digest));
      inner.Uint(4, report.verdict->step);
      inner.Uint(5, static_cast<uint64_t>(report.verdict->code));
    });
  }
  for (const EvaluationCount& count : report.evaluations) {
    writer.Message(10, [&](Writer& inner) {
      inner.Int(1, count.version);
      inner.Uint(2, count.total);
      inner.Uint(3, count.errors);
    });
  }
  return out;
}

absl::StatusOr<StatusReport> DecodeStatus(std::string_view bytes) {
  if (bytes.size() > kMaxStatusBytes) {
    return Invalid(std::to_string(bytes.size()) + " bytes, expected at most " + std::to_string(kMaxStatusBytes));
  }
  if (absl::Status status = ScanMessage(bytes, kStatusReportMessage, ScanLimits(), nullptr); !status.ok()) {
    return base::Error(absl::StatusCode::kInvalidArgument, base::TextOf(status));  // here it is no load error
  }
  StatusReport report;
  uint64_t state = 0;
  bool has_id = false;
  Reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        has_id = ReadBytes(reader.get_view(), report.instance_id);
        break;
      case 2:
        report.sdk = reader.get_view();
        break;
      case 3:
        report.sdk_version = reader.get_view();
        break;
      case 4:
        report.epoch = reader.get_int64();
        break;
      case 5:
        report.head_number = reader.get_int64();
        break;
      case 6:
        report.served_version = reader.get_int64();
        break;
      case 7:
        if (!ReadBytes(reader.get_view(), report.served_digest)) return Invalid("served digest is not of 32 bytes");
        break;
      case 8:
        state = reader.get_uint64();
        break;
      case 9: {
        absl::StatusOr<SnapshotVerdict> verdict = ReadVerdict(reader.get_message());
        if (!verdict.ok()) return verdict.status();
        report.verdict = *verdict;
        break;
      }
      case 10:
        report.evaluations.push_back(ReadEvaluationCount(reader.get_message()));
        break;
      default:
        reader.skip();
    }
  }
  if (!has_id) return Invalid("instance id is not of 16 bytes");
  if (state < 1 || state > 4) return Invalid("state is unknown");
  report.state = static_cast<ClientState>(state);
  if (absl::Status status = Check(report); !status.ok()) return status;
  return report;
}

}  // namespace expt::wire
