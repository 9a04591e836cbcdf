// A snapshot as large as a big customer's: flags with rules of three conditions each, no constant used twice.
#ifndef EXPT_TESTS_WIRE_LARGE_MODEL_H_
#define EXPT_TESTS_WIRE_LARGE_MODEL_H_

#include "src/model/snapshot.h"

namespace expt::wire {

// `flags` boolean flags of `rules` rules: a string, a number and a semver condition per rule, the last rule with a
// coverage of its own salt.
model::Snapshot LargeModel(int flags, int rules);

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_LARGE_MODEL_H_
