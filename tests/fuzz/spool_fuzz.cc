// A file of the spool as a client finds it: header -> records -> events and progress.
#include <string>
#include <string_view>

#include "src/client/spool_format.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

// What a record says, written again. Empty for a record that says nothing.
std::string WriteAgain(const client::SpoolRecord& record) {
  std::string out;
  if (const auto event = client::SpoolEventOf(record)) client::PutSpoolEvent(out, *event);
  if (const auto position = client::SpoolProgressOf(record)) client::PutSpoolProgress(out, *position);
  return out;
}

void ReadRecords(std::string_view bytes) {
  while (const auto record = client::ReadSpoolRecord(bytes)) {
    Expect(record->size <= bytes.size() && record->size > client::kSpoolFrameSize, "a record is within its file");
    const std::string written = WriteAgain(*record);
    if (!written.empty()) {
      const auto again = client::ReadSpoolRecord(written);
      Expect(again.has_value() && WriteAgain(*again) == written, "a record survives writing and reading");
    }
    bytes.remove_prefix(record->size);
  }
}

// The same bytes as payloads whose checksum is right: what a checksum would hide from mutations.
void ReadPayload(std::string_view bytes) {
  client::SpoolRecord record{.type = client::SpoolRecordType::kEvent, .payload = bytes, .size = 0};
  (void)WriteAgain(record);
  record.type = client::SpoolRecordType::kProgress;
  (void)WriteAgain(record);
}

void ReadHeader(std::string_view bytes) {
  const auto header = client::DecodeSpoolHeader(bytes);
  if (!header.has_value()) return;
  const auto again = client::DecodeSpoolHeader(client::EncodeSpoolHeader(*header));
  Expect(again.has_value() && again->instance_id == header->instance_id && again->made_at_ms == header->made_at_ms,
         "a header survives writing and reading");
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expt::fuzz::ReadHeader(bytes);
  expt::fuzz::ReadPayload(bytes);
  expt::fuzz::ReadRecords(bytes);
  if (size > expt::client::kSpoolHeaderSize) expt::fuzz::ReadRecords(bytes.substr(expt::client::kSpoolHeaderSize));
  return 0;
}
