// Golden vectors: decisions that the publisher's engine took, taken again at load.
#ifndef EXPT_SRC_CORE_GOLDEN_H_
#define EXPT_SRC_CORE_GOLDEN_H_

#include <cstddef>

#include "expt/snapshot.h"
#include "src/base/message.h"
#include "src/model/snapshot.h"

namespace expt::core {

inline constexpr size_t kMaxGoldenVectors = 256;
inline constexpr size_t kMaxGoldenBytes = 256u << 10;

// Empty when `snapshot`, compiled from `model`, decides every golden vector as it is written; else the first that
// differs. Those of broken flags are skipped.
base::Message CheckGoldenVectors(const model::Snapshot& model, const Snapshot& snapshot);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_GOLDEN_H_
