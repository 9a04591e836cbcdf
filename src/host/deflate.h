// Raw deflate (RFC 1951) for envelopes. libdeflate.
#ifndef EXPT_SRC_HOST_DEFLATE_H_
#define EXPT_SRC_HOST_DEFLATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/shared_text.h"

namespace expt::host {

std::string Deflate(std::string_view plain);

// Exactly `plain_size` bytes, or nothing. Allocates no more than that.
std::optional<base::SharedText> Inflate(std::string_view deflated, uint64_t plain_size);

}  // namespace expt::host

#endif  // EXPT_SRC_HOST_DEFLATE_H_
