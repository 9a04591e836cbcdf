// Lower-case hexadecimal text of digests and key ids.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_HEX_H_
#define EXPT_CONTROL_PLANE_PUBLISH_HEX_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "expt/snapshot.h"

namespace expt::publish {

std::string Hex(std::span<const uint8_t> bytes);

// Nothing unless `text` is 64 digits of 0-9 a-f.
std::optional<Digest> ParseDigest(std::string_view text);

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_HEX_H_
