// Fills structs from messages that ScanMessage() has passed, as schema.h describes both: one loop for all messages.
#ifndef EXPT_SRC_WIRE_DECODE_H_
#define EXPT_SRC_WIRE_DECODE_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "src/base/arena.h"
#include "src/wire/scan.h"

namespace expt::wire {

// How many entries of its pool the operand lists of each kind have taken. A list is sent as its kind plus its size
// times the number of kinds, and begins where the one before it, of its kind, ended.
using TakenEntries = std::array<uint64_t, 16>;

// Fills `out`, the struct of `message`, fresh from its constructor. Text is viewed where the struct views it.
// `scan` is what ScanMessage() found in `payload`: it tells how much room tables need. Lists of numbers view `arena`,
// where there is one. Adds to `taken` what operand lists take.
//
// Errors: BAD_ENCODING where columns of a table are of different length, or a key or digest is not of 32 bytes. The
// rest of `out` is filled all the same.
absl::Status DecodeMessage(std::string_view payload, const MessageDescription& message, const ScanResult& scan,
                           void* out, base::Arena* arena = nullptr, TakenEntries* taken = nullptr);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_DECODE_H_
