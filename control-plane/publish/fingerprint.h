// Tells which flags of two snapshots may decide differently.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_FINGERPRINT_H_
#define EXPT_CONTROL_PLANE_PUBLISH_FINGERPRINT_H_

#include <cstdint>
#include <vector>

#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::publish {

// One number for each flag: a hash of all that its decisions depend on, segments, experiments, layers, holdouts and
// other flags that it refers to included, whatever rows they stand in. Equal numbers: the flag decides as before, but
// for the transitions of time zones, of which only the name and the version count, and is in the snapshots that it was
// in. `model` must be valid.
std::vector<uint64_t> FlagFingerprints(const model::Snapshot& model);

// SHA-256 over keys and fingerprints: what would be published, without version, epoch and time.
Digest ContentDigest(const model::Snapshot& model, const std::vector<uint64_t>& fingerprints);

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_FINGERPRINT_H_
