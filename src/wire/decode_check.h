// What the decoders of signed payloads share: scanning with a sentence for newer formats, and version numbers.
#ifndef EXPT_SRC_WIRE_DECODE_CHECK_H_
#define EXPT_SRC_WIRE_DECODE_CHECK_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "src/base/message.h"
#include "src/wire/scan.h"

namespace expt::wire {

// The format version of Root, Head and Snapshot, and the semantics version of Snapshot, that this library reads.
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint32_t kSemanticsVersion = 1;

// ScanMessage() under the standard limits. A payload that begins with a newer format version (field 1) and does not
// fit this schema is UNSUPPORTED_VERSION rather than BAD_ENCODING.
absl::Status ScanVersioned(std::string_view payload, const MessageDescription& message, ScanResult* result);

// Errors: UNSUPPORTED_VERSION when `found` is newer than 1, BAD_ENCODING when it is missing. `place` names the number.
absl::Status CheckVersion(base::MessagePart place, uint32_t found);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_DECODE_CHECK_H_
