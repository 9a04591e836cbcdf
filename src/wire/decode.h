// Fills structs from messages that ScanMessage() has passed, as schema.h describes both: one loop for all messages.
#ifndef EXPT_SRC_WIRE_DECODE_H_
#define EXPT_SRC_WIRE_DECODE_H_

#include <string_view>

#include "absl/status/status.h"
#include "src/base/arena.h"
#include "src/wire/scan.h"

namespace expt::wire {

// Fills `out`, the struct of `message`, fresh from its constructor. Text is viewed where the struct views it.
// `scan` is what ScanMessage() found in `payload`: it tells how much room tables need. Lists of numbers view `arena`,
// where there is one.
//
// Errors: BAD_ENCODING where columns of a table are of different length, or a key or digest is not of 32 bytes. The
// rest of `out` is filled all the same.
absl::Status DecodeMessage(std::string_view payload, const MessageDescription& message, const ScanResult& scan,
                           void* out, base::Arena* arena = nullptr);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_DECODE_H_
