// Snapshots made of values that a program chose, for tests of programs: no control plane, no signature.
#ifndef EXPT_SRC_CLIENT_FIXED_SNAPSHOT_H_
#define EXPT_SRC_CLIENT_FIXED_SNAPSHOT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "expt/value.h"

namespace expt::client {

struct FixedVariant {
  std::string key;  // VariantKeyOf(value) when empty
  Value value;
};

struct FixedFlag {
  std::string key;
  FixedVariant variant;                                         // for everybody; its type is the flag's
  std::vector<std::pair<std::string, FixedVariant>> for_units;  // targeting key -> variant, as an override
  bool is_enabled = true;
  // An experiment of the flag's key and id decides, and gives `variant` to everybody.
  bool is_experiment = false;
};

// What a value is called where nobody named it: a short text by itself, a boolean "on" or "off", others their JSON
// text.
std::string VariantKeyOf(const Value& value);

// kInvalidArgument when no flag can be like that, text `flag "page-size": ...`.
absl::Status CheckFixed(const FixedFlag& flag);

// Flags that passed CheckFixed(), each key once.
absl::StatusOr<Snapshot> FixedSnapshot(std::span<const FixedFlag> flags, int64_t version);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_FIXED_SNAPSHOT_H_
