#include "src/client/spool_format.h"

#include <algorithm>
#include <limits>

#include "src/client/crc32c.h"

namespace expt::client {
namespace {

constexpr std::string_view kSpoolMagic = "EXSP";
constexpr size_t kInstanceAt = 8;
constexpr size_t kMadeAt = 24;
constexpr size_t kCrcAt = 32;

template <typename T>
void Put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff));
  }
}

template <typename T>
T Get(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return static_cast<T>(value);
}

void PutText(std::string& out, std::string_view text) {
  text = text.substr(0, std::numeric_limits<uint16_t>::max());
  Put(out, static_cast<uint16_t>(text.size()));
  out += text;
}

// Takes numbers and texts from the front; is_ok turns false when there is not enough.
struct Cursor {
  std::string_view rest;
  bool is_ok = true;

  template <typename T>
  T Take() {
    if (rest.size() < sizeof(T)) {
      is_ok = false;
      return {};
    }
    const T value = Get<T>(rest);
    rest.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view TakeText() {
    const auto size = Take<uint16_t>();
    if (size > rest.size()) is_ok = false;
    if (!is_ok) return {};
    const std::string_view text = rest.substr(0, size);
    rest.remove_prefix(size);
    return text;
  }
};

// Appends a record whose payload put() writes.
template <typename Write>
void PutRecord(std::string& out, SpoolRecordType type, Write write) {
  const size_t begin = out.size();
  out.append(kSpoolFrameSize, '\0');
  Put(out, static_cast<uint8_t>(type));
  write();
  const std::string_view payload = std::string_view(out).substr(begin + kSpoolFrameSize);
  std::string frame;
  Put(frame, static_cast<uint32_t>(payload.size()));
  Put(frame, Crc32c(payload));
  std::copy(frame.begin(), frame.end(), out.begin() + static_cast<ptrdiff_t>(begin));
}

void PutEventFields(std::string& out, const EncodedEvent& event) {
  Put(out, static_cast<uint8_t>(event.kind));
  Put(out, event.sequence);
  PutText(out, event.experiment);
  PutText(out, event.variant);
  out += event.bytes;
}

bool IsKind(uint8_t kind) {
  return kind >= static_cast<uint8_t>(EventKind::kExposure) && kind <= static_cast<uint8_t>(EventKind::kSummary);
}

}  // namespace

std::string EncodeSpoolHeader(const SpoolHeader& header) {
  std::string out(kSpoolMagic);
  Put(out, kSpoolFormat);
  out.append(3, '\0');
  out.append(reinterpret_cast<const char*>(header.instance_id.data()), header.instance_id.size());
  Put(out, header.made_at_ms);
  Put(out, Crc32c(out));
  return out;
}

std::optional<SpoolHeader> DecodeSpoolHeader(std::string_view bytes) {
  if (bytes.size() < kSpoolHeaderSize || !bytes.starts_with(kSpoolMagic)) return std::nullopt;
  if (static_cast<uint8_t>(bytes[kSpoolMagic.size()]) != kSpoolFormat) return std::nullopt;
  if (Crc32c(bytes.substr(0, kCrcAt)) != Get<uint32_t>(bytes.substr(kCrcAt))) return std::nullopt;
  SpoolHeader header;
  std::copy_n(bytes.begin() + kInstanceAt, header.instance_id.size(), header.instance_id.begin());
  header.made_at_ms = Get<int64_t>(bytes.substr(kMadeAt));
  return header;
}

void PutSpoolEvent(std::string& out, const EncodedEvent& event) {
  PutRecord(out, SpoolRecordType::kEvent, [&] { PutEventFields(out, event); });
}

void PutSpoolProgress(std::string& out, const SpoolPosition& position) {
  PutRecord(out, SpoolRecordType::kProgress, [&] {
    Put(out, position.file);
    Put(out, position.offset);
  });
}

void PutSpoolRejection(std::string& out, std::string_view code, const EncodedEvent& event) {
  constexpr size_t kMaxCode = 100;
  PutRecord(out, SpoolRecordType::kRejection, [&] {
    PutText(out, code.substr(0, kMaxCode));
    PutEventFields(out, event);
  });
}

void PutSpoolDrops(std::string& out, std::string_view batch) {
  PutRecord(out, SpoolRecordType::kDrops, [&] { out += batch; });
}

std::optional<SpoolRecord> ReadSpoolRecord(std::string_view bytes) {
  if (bytes.size() < kSpoolFrameSize) return std::nullopt;
  const auto size = Get<uint32_t>(bytes);
  if (size == 0 || size > kMaxSpoolPayload || size > bytes.size() - kSpoolFrameSize) return std::nullopt;
  const std::string_view payload = bytes.substr(kSpoolFrameSize, size);
  if (Crc32c(payload) != Get<uint32_t>(bytes.substr(sizeof(uint32_t)))) return std::nullopt;
  const auto type = static_cast<uint8_t>(payload[0]);
  if (type < static_cast<uint8_t>(SpoolRecordType::kEvent) || type > static_cast<uint8_t>(SpoolRecordType::kDrops)) {
    return std::nullopt;
  }
  return SpoolRecord{
      .type = static_cast<SpoolRecordType>(type), .payload = payload.substr(1), .size = kSpoolFrameSize + size};
}

std::optional<EncodedEvent> SpoolEventOf(const SpoolRecord& record) {
  if (record.type != SpoolRecordType::kEvent) return std::nullopt;
  Cursor in{.rest = record.payload};
  const auto kind = in.Take<uint8_t>();
  EncodedEvent event;
  event.kind = static_cast<EventKind>(kind);
  event.sequence = in.Take<uint64_t>();
  event.experiment = in.TakeText();
  event.variant = in.TakeText();
  if (!in.is_ok || !IsKind(kind)) return std::nullopt;
  event.bytes = in.rest;
  return event;
}

std::optional<SpoolPosition> SpoolProgressOf(const SpoolRecord& record) {
  if (record.type != SpoolRecordType::kProgress) return std::nullopt;
  Cursor in{.rest = record.payload};
  SpoolPosition position;
  position.file = in.Take<uint64_t>();
  position.offset = in.Take<uint64_t>();
  if (!in.is_ok) return std::nullopt;
  return position;
}

}  // namespace expt::client
