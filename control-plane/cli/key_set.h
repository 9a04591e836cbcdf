// The keys of an installation, and the Root that says what each may sign.
#ifndef EXPT_CONTROL_PLANE_CLI_KEY_SET_H_
#define EXPT_CONTROL_PLANE_CLI_KEY_SET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/host/crypto.h"

namespace expt::cli {

struct KeySet {
  host::SecretKey root_key;      // signs Roots; kept offline
  host::SecretKey head_key;      // signs Heads every minute
  host::SecretKey snapshot_key;  // signs what is published
  std::string root;              // the signed Root file, version 1
};

// A fresh set whose Root needs one signature for everything and ends `life` after `now`. Every environment gets the
// same head and snapshot key, and epoch 1.
//
// Errors: kInvalidArgument without environments, for an empty id, or for one that is given twice.
absl::StatusOr<KeySet> MakeKeySet(const std::vector<std::string>& environments, Time now, std::chrono::days life);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_KEY_SET_H_
