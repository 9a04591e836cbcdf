#include "src/wire/head.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/decode_check.h"
#include "src/wire/pbf.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

constexpr size_t kMaxEmergencyOff = 256;
constexpr uint32_t kWholePpm = 1'000'000;

absl::Status BadEncoding(std::string_view text) {
  return base::LoadFailure(LoadCode::kBadEncoding, std::string("head: ").append(text));
}

void WriteSnapshotRef(Writer& writer, const SnapshotRef& ref) {
  writer.Int(1, ref.version);
  writer.BytesAlways(2, {reinterpret_cast<const char*>(ref.digest.data()), ref.digest.size()});
  writer.Uint(3, ref.size_bytes);
}

// False when the digest is not 32 bytes.
bool ReadSnapshotRef(Reader reader, SnapshotRef& ref) {
  bool has_digest = false;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        ref.version = reader.get_int64();
        break;
      case 2: {
        const std::string_view digest = reader.get_view();
        has_digest = digest.size() == ref.digest.size();
        if (has_digest) std::copy(digest.begin(), digest.end(), ref.digest.begin());
        break;
      }
      case 3:
        ref.size_bytes = reader.get_uint64();
        break;
      default:
        reader.skip();
    }
  }
  return has_digest;
}

}  // namespace

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
  absl::Status status = ScanVersioned(payload, kHeadMessage, nullptr);
  if (!status.ok()) return status;
  HeadModel head;
  head.format_version = 0;
  uint64_t audience = 0;
  bool has_stable = false;
  bool has_candidate = true;
  Reader reader(payload);
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        head.format_version = reader.get_uint32();
        break;
      case 2:
        head.environment = reader.get_view();
        break;
      case 3:
        audience = reader.get_uint64();
        break;
      case 4:
        head.root_version = reader.get_int64();
        break;
      case 5:
        head.epoch = reader.get_int64();
        break;
      case 6:
        head.head_number = reader.get_int64();
        break;
      case 7:
        head.issued_at_ms = reader.get_int64();
        break;
      case 8:
        head.expires_at_ms = reader.get_int64();
        break;
      case 9:
        has_stable = ReadSnapshotRef(reader.get_message(), head.stable);
        break;
      case 10:
        has_candidate = ReadSnapshotRef(reader.get_message(), head.candidate.emplace());
        break;
      case 11:
        head.candidate_ppm = reader.get_uint32();
        break;
      case 12:
        head.emergency_off.emplace_back(reader.get_view());
        break;
      case 13:
        head.poll_interval_ms = reader.get_uint32();
        break;
      case 14:
        head.fetch_jitter_ms = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
  status = CheckVersion("head: format version", head.format_version);
  if (!status.ok()) return status;
  if (audience != 1 && audience != 2) return BadEncoding("audience is unknown");
  head.audience = static_cast<Audience>(audience);
  if (!has_stable) return BadEncoding("stable snapshot has no digest of 32 bytes");
  if (!has_candidate) return BadEncoding("candidate snapshot has no digest of 32 bytes");
  if (head.candidate_ppm > kWholePpm) return BadEncoding("candidate share is above 1000000");
  if (head.emergency_off.size() > kMaxEmergencyOff) return BadEncoding("more than 256 keys in the emergency-off list");
  return head;
}

}  // namespace expt::wire
