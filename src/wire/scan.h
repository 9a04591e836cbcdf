// Looks at every field of a message before anything is decoded, so that decoding cannot fail, recurse or run out of
// memory. Knows the schema (schema.h) and needs no more memory than one frame per nesting level.
//
// Stricter than protobuf asks for, so that two readers never see two messages in the same bytes:
//   - a field that is not repeated, and a packed field, occurs at most once; of a oneof at most one member occurs
//   - repeated numbers are packed
//   - a known field has the wire type of its schema
//   - text is UTF-8; booleans are 0 or 1; 32-bit numbers fit 32 bits; fields have legal numbers
// Every proto3 writer obeys these rules. Unknown fields are skipped, whatever they hold, except groups.
#ifndef EXPT_SRC_WIRE_SCAN_H_
#define EXPT_SRC_WIRE_SCAN_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "src/wire/message.h"

namespace expt::wire {

struct ScanLimits {
  uint64_t elements = 2'000'000;  // field occurrences at any depth; a packed field counts once
  uint64_t memory = 128u << 20;   // bytes once decoded
  int depth = 32;                 // messages within messages, the outermost included
};

struct ScanResult {
  uint64_t elements = 0;
  uint64_t memory = 0;
  std::array<uint32_t, 64> occurrences{};  // of each field of the outermost message
};

// Errors: WIRE_LIMIT for too many elements, too deep nesting or a group; BAD_ENCODING for anything else, also for
// more memory than allowed. The text begins with the names of the messages around the place.
absl::Status ScanMessage(std::string_view bytes, const MessageDescription& message, const ScanLimits& limits,
                         ScanResult* result);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_SCAN_H_
