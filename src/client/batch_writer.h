// Turns buffered records into uploads.
#ifndef EXPT_SRC_CLIENT_BATCH_WRITER_H_
#define EXPT_SRC_CLIENT_BATCH_WRITER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/client/event_buffer.h"
#include "src/client/event_id.h"
#include "src/client/settings.h"
#include "src/wire/event_codec.h"

namespace expt::client {

// An event that is ready to be sent, as often as needed, always with the same id.
struct EncodedEvent {
  uint64_t sequence = 0;
  EventKind kind = EventKind::kExposure;
  std::string experiment;  // of an exposure
  std::string variant;
  std::string bytes;
  bool is_summary() const { return kind == EventKind::kSummary; }
};

// Not thread-safe: the background thread's.
class BatchWriter {
 public:
  explicit BatchWriter(const Settings& settings);
  ~BatchWriter();
  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  // Gives the event its id and encodes it, once.
  EncodedEvent Encode(const EventBuffer::Taken& taken, Time now);

  // The body of one upload of `events`, which the instance recorded, compressed with zstd. kInternal when compressing
  // fails.
  absl::StatusOr<std::string> Write(const std::array<uint8_t, 16>& instance_id, const std::vector<EncodedEvent>& events,
                                    Time now, bool is_clock_suspect, std::vector<wire::DropCount> drops);

 private:
  struct Compressor;

  const Settings& settings_;
  EventIds ids_;
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_BATCH_WRITER_H_
