// An event as it waits in the buffer: one run of bytes, written once by the caller's thread and read once by the
// background thread.
//
//   u8 kind | i64 time_ms | u64 monotonic_ms | text event_id | fields of the kind
//
// Native byte order; it never leaves the process. A text is u32 size and bytes.
#ifndef EXPT_SRC_CLIENT_EVENT_RECORD_H_
#define EXPT_SRC_CLIENT_EVENT_RECORD_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "expt/event.h"
#include "src/wire/event_codec.h"

namespace expt::client {

// Grows on the stack first. Not copyable; meant for one call.
class RecordWriter {
 public:
  RecordWriter() = default;
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void Put(T value) {
    Append(&value, sizeof value);
  }
  void Put(std::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    Append(text.data(), text.size());
  }
  // A boolean, string, integer or double.
  void Put(const ValueView& value);

  std::string_view bytes() const { return {data_, size_}; }

 private:
  void Append(const void* data, size_t count) {
    if (count == 0) return;
    if (size_ + count > capacity_) Grow(size_ + count);
    std::memcpy(data_ + size_, data, count);
    size_ += count;
  }
  void Grow(size_t needed);

  std::array<char, 1024> stack_;
  std::string heap_;
  char* data_ = stack_.data();
  size_t size_ = 0;
  size_t capacity_ = stack_.size();
};

struct RecordHead {
  EventKind kind = EventKind::kExposure;
  int64_t time_ms = 0;
  uint64_t monotonic_ms = 0;
  std::string_view event_id;  // empty: made when the record is read
};
void PutHead(RecordWriter& out, const RecordHead& head);

// Views of the fields of an exposure.
struct ExposureFields {
  std::string_view experiment;
  std::string_view variant;
  std::string_view flag;
  std::string_view rule;
  std::string_view unit_type;
  std::string_view unit_id;
  int64_t snapshot_version = 0;
  uint32_t phase = 0;
  wire::Origin origin = wire::Origin::kEngine;
  bool is_holdout = false;
  std::span<const Property> attributes;
};
void PutExposure(RecordWriter& out, const RecordHead& head, const ExposureFields& fields);

void PutMetric(RecordWriter& out, const RecordHead& head, std::string_view name, const std::optional<double>& value,
               std::span<const Property> properties, std::span<const Unit> units);
void PutIdentify(RecordWriter& out, const RecordHead& head, const Unit& first, const Unit& second);
void PutSummary(RecordWriter& out, const RecordHead& head, const wire::SummaryEvent& summary);

// What a drop counter needs to know. Views into the record.
struct RecordSubject {
  EventKind kind = EventKind::kExposure;
  std::string_view experiment;
  std::string_view variant;
};
RecordSubject SubjectOf(std::string_view record);

// The record as an event; event_id stays empty when the caller gave none, sequence is 0.
wire::Event ReadRecord(std::string_view record);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EVENT_RECORD_H_
