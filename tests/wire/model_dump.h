// A snapshot written out field by field, so that two ways to decode it can be compared and a difference can be read.
#ifndef EXPT_TESTS_WIRE_MODEL_DUMP_H_
#define EXPT_TESTS_WIRE_MODEL_DUMP_H_

#include <string>

#include "src/model/snapshot.h"

namespace expt::wire {

// One line per row. Operand lists show their entries, not where they stand.
std::string Dump(const model::Snapshot& snapshot);

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_MODEL_DUMP_H_
