// An upload as the server reads it: batch -> events -> the rules of ingest; and a reply as the client reads it.
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/ingest/event_rules.h"
#include "src/wire/event_codec.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

void ReadBatch(std::string_view bytes) {
  const absl::StatusOr<wire::Batch> batch = wire::DecodeBatch(bytes);
  if (!batch.ok()) return;
  Expect(batch->items.size() <= wire::kMaxBatchEvents, "a batch holds no more events than allowed");
  std::vector<std::string_view> encoded;
  for (const wire::Batch::Item& item : batch->items) {
    encoded.push_back(item.bytes);
    if (!item.event.ok()) continue;
    const wire::Event& event = *item.event;
    (void)ingest::Refuse(event, true);
    (void)ingest::Refuse(event, false);
    (void)ingest::CorrectTime(event.time_ms, batch->header, 1'700'000'000'000);
    const absl::StatusOr<wire::Event> again = wire::DecodeEvent(wire::EncodeEvent(event));
    Expect(again.ok(), "an event that was read can be written and read");
    Expect(ingest::BodyHash(*again) == ingest::BodyHash(event), "and says the same then");
  }
  const absl::StatusOr<wire::Batch> again = wire::DecodeBatch(wire::EncodeBatch(batch->header, encoded));
  if (again.ok()) Expect(again->items.size() == batch->items.size(), "a batch keeps its events");
}

void ReadReply(std::string_view bytes) {
  const absl::StatusOr<wire::BatchReply> reply = wire::DecodeReply(bytes);
  if (!reply.ok()) return;
  const std::string encoded = wire::EncodeReply(*reply);
  const absl::StatusOr<wire::BatchReply> again = wire::DecodeReply(encoded);
  Expect(again.ok() && wire::EncodeReply(*again) == encoded, "a reply survives writing and reading");
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expt::fuzz::ReadBatch(bytes);
  expt::fuzz::ReadReply(bytes);
  return 0;
}
