// absl::Status from std text, and the step and code that a load error carries.
#ifndef EXPT_SRC_BASE_STATUS_H_
#define EXPT_SRC_BASE_STATUS_H_

#include <string_view>

#include "absl/status/status.h"
#include "expt/snapshot.h"

namespace expt::base {

inline absl::Status Error(absl::StatusCode code, std::string_view text) {
  return absl::Status(code, {text.data(), text.size()});
}

// An error that LoadErrorOf() reads back: the canonical code and the step of `code` are those of
// docs/snapshot-format.md.
absl::Status LoadFailure(LoadCode code, std::string_view text);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_STATUS_H_
