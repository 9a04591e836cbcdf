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
  std::vector<host::SecretKey> root_keys;  // sign Roots; kept offline, apart from each other
  host::SecretKey head_key;      // signs Heads every minute
  host::SecretKey snapshot_key;  // signs what is published
  std::string root;              // the signed Root file, version 1
};

struct RootKeys {
  int count = 3;
  int threshold = 2;
};

// A fresh set whose Root is signed by all root keys and ends `life` after `now`. Every environment gets the same head
// and snapshot key, and epoch 1. Without environments, the next Root may name some.
//
// Errors: kInvalidArgument for an empty id, for one that is given twice, for a threshold above the number of keys.
absl::StatusOr<KeySet> MakeKeySet(const std::vector<std::string>& environments, Time now, std::chrono::days life,
                                  RootKeys root_keys = {});

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_KEY_SET_H_
