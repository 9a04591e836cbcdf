// SHA-256 (FIPS 180-4) for key ids: short inputs only. Payloads are hashed by the host, which is faster.
#ifndef EXPT_SRC_WIRE_SHA256_H_
#define EXPT_SRC_WIRE_SHA256_H_

#include <string_view>

#include "expt/snapshot.h"

namespace expt::wire {

Digest Sha256(std::string_view bytes);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_SHA256_H_
