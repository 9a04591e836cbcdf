#include "src/wire/decode_check.h"

#include <string>

#include "src/base/message.h"
#include "src/base/status.h"

namespace expt::wire {
namespace {

// The value of a leading field 1, a number; 0 when there is none.
uint64_t LeadingVersion(std::string_view payload) {
  if (payload.empty() || payload[0] != 0x08) return 0;
  uint64_t value = 0;
  for (size_t i = 1; i < payload.size() && i <= 5; ++i) {
    const auto byte = static_cast<uint8_t>(payload[i]);
    value |= uint64_t{byte & 0x7fu} << (7 * (i - 1));
    if (byte < 0x80) return value;
  }
  return 0;
}

absl::Status Unsupported(base::MessagePart place, uint64_t found) {
  return base::LoadFailure(LoadCode::kUnsupportedVersion, base::Message(place)
                                                              .append(" ")
                                                              .append(base::Number(found))
                                                              .append(" is newer than this library, which reads 1"));
}

}  // namespace

static_assert(kFormatVersion == 1 && kSemanticsVersion == 1);

absl::Status ScanVersioned(std::string_view payload, const MessageDescription& message, ScanResult* result) {
  absl::Status status = ScanMessage(payload, message, ScanLimits(), result);
  if (status.ok() || LoadErrorOf(status)->code != LoadCode::kBadEncoding) return status;
  const uint64_t version = LeadingVersion(payload);
  if (version <= kFormatVersion) return status;
  return Unsupported(base::Message(message.name).append(": format version"), version);
}

absl::Status CheckVersion(base::MessagePart place, uint32_t found) {
  if (found == 1) return absl::OkStatus();
  if (found > 1) return Unsupported(place, found);
  return base::LoadFailure(LoadCode::kBadEncoding, base::Message(place).append(" is missing"));
}

}  // namespace expt::wire
