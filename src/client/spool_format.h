// The bytes of a spool file; docs/events.md draws them.
//
//   file    header, then records; its name is its number in 16 hexadecimal digits and ".events"
//   header  "EXSP" | u8 format | 3 bytes 0 | 16 bytes instance id | i64 made at | u32 CRC-32C of all before
//   record  u32 size | u32 CRC-32C of the payload | payload of that size, at least 1 byte
//
//   payload 1, an event     u8 1 | u8 kind | u64 sequence | text experiment | text variant | Event of event.proto
//   payload 2, progress     u8 2 | u64 file number | u64 offset: everything before is acknowledged
//   payload 3, a rejection  u8 3 | text code | what follows the first byte of payload 1
//   payload 4, drops        u8 4 | EventBatch of event.proto with no events: what the instance has dropped so far
//
// Little-endian; a text is u16 size and bytes; times are milliseconds since 1970. Values are stored, never renumbered.
#ifndef EXPT_SRC_CLIENT_SPOOL_FORMAT_H_
#define EXPT_SRC_CLIENT_SPOOL_FORMAT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expt/event.h"
#include "src/client/batch_writer.h"

namespace expt::client {

using InstanceId = std::array<uint8_t, 16>;

inline constexpr size_t kSpoolHeaderSize = 36;
inline constexpr size_t kSpoolFrameSize = 8;          // of a record, before its payload
inline constexpr size_t kMaxSpoolPayload = 1u << 20;  // far above an event
inline constexpr uint8_t kSpoolFormat = 1;

struct SpoolHeader {
  InstanceId instance_id{};
  int64_t made_at_ms = 0;
};
std::string EncodeSpoolHeader(const SpoolHeader& header);
// Nothing when `bytes` does not begin with a header of this format.
std::optional<SpoolHeader> DecodeSpoolHeader(std::string_view bytes);

enum class SpoolRecordType : uint8_t { kEvent = 1, kProgress = 2, kRejection = 3, kDrops = 4 };

struct SpoolPosition {
  uint64_t file = 0;
  uint64_t offset = 0;
  friend bool operator<(const SpoolPosition& a, const SpoolPosition& b) {
    return a.file != b.file ? a.file < b.file : a.offset < b.offset;
  }
};

// Whole records, frames included, appended to `out`.
void PutSpoolEvent(std::string& out, const EncodedEvent& event);
void PutSpoolProgress(std::string& out, const SpoolPosition& position);
void PutSpoolRejection(std::string& out, std::string_view code, const EncodedEvent& event);
void PutSpoolDrops(std::string& out, std::string_view batch);

// A record, as views into the bytes that it was read from.
struct SpoolRecord {
  SpoolRecordType type = SpoolRecordType::kEvent;
  std::string_view payload;
  size_t size = 0;  // frame included
};
// The record at the beginning of `bytes`; nothing when it is cut short, its checksum does not match, or its type is
// unknown.
std::optional<SpoolRecord> ReadSpoolRecord(std::string_view bytes);

// What the record says; nothing when it is not well formed.
std::optional<EncodedEvent> SpoolEventOf(const SpoolRecord& record);
std::optional<SpoolPosition> SpoolProgressOf(const SpoolRecord& record);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SPOOL_FORMAT_H_
