#include "src/wire/head.h"

#include "src/base/hash.h"
#include "src/base/message.h"
#include "src/base/status.h"
#include "src/wire/decode.h"
#include "src/wire/decode_check.h"
#include "src/wire/pbf.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

constexpr size_t kMaxEmergencyOff = 256;
constexpr uint32_t kWholePpm = 1'000'000;

absl::Status BadEncoding(base::MessagePart text) {
  return base::LoadFailure(LoadCode::kBadEncoding, base::Message("head: ").append(text));
}

void WriteSnapshotRef(Writer& writer, const SnapshotRef& ref) {
  writer.Int(1, ref.version);
  writer.BytesAlways(2, {reinterpret_cast<const char*>(ref.digest.data()), ref.digest.size()});
  writer.Uint(3, ref.size_bytes);
}

bool HasDigest(const SnapshotRef& ref) { return ref.digest != Digest{}; }

}  // namespace

bool IsInShare(const InstanceId& instance, uint32_t candidate_ppm) {
  return base::Xxh3({reinterpret_cast<const char*>(instance.data()), instance.size()}) % kWholePpm < candidate_ppm;
}

std::string EncodeHead(const HeadModel& head) {
  std::string out;
  Writer writer(out);
  writer.Uint(1, head.format_version);
  writer.Text(2, head.environment);
  writer.Uint(3, static_cast<uint64_t>(head.audience));
  writer.Int(4, head.root_version);
  writer.Int(5, head.epoch);
  writer.Int(6, head.head_number);
  writer.Int(7, head.issued_at_ms);
  writer.Int(8, head.expires_at_ms);
  writer.Message(9, [&](Writer& inner) { WriteSnapshotRef(inner, head.stable); });
  if (head.candidate.has_value()) {
    writer.Message(10, [&](Writer& inner) { WriteSnapshotRef(inner, *head.candidate); });
  }
  writer.Uint(11, head.candidate_ppm);
  for (const std::string& key : head.emergency_off) writer.BytesAlways(12, key);
  writer.Uint(13, head.poll_interval_ms);
  writer.Uint(14, head.fetch_jitter_ms);
  return out;
}

absl::StatusOr<HeadModel> DecodeHead(std::string_view payload) {
  ScanResult scan;
  absl::Status status = ScanVersioned(payload, kHeadMessage, &scan);
  if (!status.ok()) return status;
  HeadModel head;
  head.format_version = 0;
  head.audience = Audience{};
  status = DecodeMessage(payload, kHeadMessage, scan, &head);
  absl::Status version = CheckVersion("head: format version", head.format_version);
  if (!version.ok()) return version;
  if (!status.ok()) return status;
  if (head.audience != Audience::kServer && head.audience != Audience::kClient) {
    return BadEncoding("audience is unknown");
  }
  if (!HasDigest(head.stable)) return BadEncoding("stable snapshot has no digest");
  if (head.candidate.has_value() && !HasDigest(*head.candidate)) return BadEncoding("candidate snapshot has no digest");
  if (head.candidate_ppm > kWholePpm) return BadEncoding("candidate share is above 1000000");
  if (head.emergency_off.size() > kMaxEmergencyOff) return BadEncoding("more than 256 keys in the emergency-off list");
  return head;
}

}  // namespace expt::wire
