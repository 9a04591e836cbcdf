// Snapshots with every field set to something, most of it nonsense: for the codec, which checks no meaning.
#ifndef EXPT_TESTS_WIRE_RANDOM_MODEL_H_
#define EXPT_TESTS_WIRE_RANDOM_MODEL_H_

#include <cstdint>

#include "src/model/snapshot.h"

namespace expt::wire {

// The same model for the same seed. Operand lists take their pools in turn, as decoding gives them.
model::Snapshot RandomModel(uint64_t seed);

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_RANDOM_MODEL_H_
