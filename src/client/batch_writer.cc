#include "src/client/batch_writer.h"

#include <zstd.h>

#include <algorithm>

#include "expt/version.h"
#include "src/base/status.h"
#include "src/client/event_record.h"

namespace expt::client {

struct BatchWriter::Compressor {
  Compressor() : context(ZSTD_createCCtx()) {}
  ~Compressor() { ZSTD_freeCCtx(context); }
  ZSTD_CCtx* context;
};

BatchWriter::BatchWriter(const Settings& settings) : settings_(settings), compressor_(std::make_unique<Compressor>()) {}

BatchWriter::~BatchWriter() = default;

EncodedEvent BatchWriter::Encode(const EventBuffer::Taken& taken, Time now) {
  wire::Event event = ReadRecord(taken.record);
  event.sequence = taken.sequence;
  if (event.event_id.empty()) event.event_id = ids_.Make(now);
  const RecordSubject subject = SubjectOf(taken.record);
  return {.sequence = taken.sequence,
          .kind = subject.kind,
          .experiment = std::string(subject.experiment),
          .variant = std::string(subject.variant),
          .bytes = wire::EncodeEvent(event)};
}

absl::StatusOr<std::string> BatchWriter::Write(const std::array<uint8_t, 16>& instance_id,
                                               const std::vector<EncodedEvent>& events, Time now, bool is_clock_suspect,
                                               std::vector<wire::DropCount> drops) {
  wire::BatchHeader header;
  const std::string batch_id = ids_.Make(now);
  std::copy(batch_id.begin(), batch_id.end(), header.batch_id.begin());
  header.instance_id = instance_id;
  header.sdk = settings_.options.sdk;
  header.sdk_version = EXPT_VERSION;
  header.sent_at_ms = now.time_since_epoch().count();
  header.first_sequence = events.front().sequence;
  header.last_sequence = events.front().sequence;
  header.is_clock_suspect = is_clock_suspect;
  header.drops = std::move(drops);
  std::vector<std::string_view> encoded;
  encoded.reserve(events.size());
  for (const EncodedEvent& event : events) {
    header.first_sequence = std::min(header.first_sequence, event.sequence);
    header.last_sequence = std::max(header.last_sequence, event.sequence);
    encoded.push_back(event.bytes);
  }
  const std::string plain = wire::EncodeBatch(header, encoded);
  std::string body(ZSTD_compressBound(plain.size()), '\0');
  constexpr int kFast = 1;
  const size_t size =
      ZSTD_compressCCtx(compressor_->context, body.data(), body.size(), plain.data(), plain.size(), kFast);
  if (ZSTD_isError(size) != 0) {
    return base::Error(absl::StatusCode::kInternal, std::string("events: zstd: ") + ZSTD_getErrorName(size));
  }
  body.resize(size);
  return body;
}

}  // namespace expt::client
