// absl::Status from std text, and the step and code that a load error carries.
#ifndef EXPT_SRC_BASE_STATUS_H_
#define EXPT_SRC_BASE_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "expt/snapshot.h"
#include "src/base/message.h"

namespace expt::base {

inline absl::Status Error(absl::StatusCode code, std::string_view text) {
  return absl::Status(code, {text.data(), text.size()});
}

inline std::string TextOf(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

// An error that LoadErrorOf() reads back: the canonical code and the step of `code` are those of
// docs/snapshot-format.md.
absl::Status LoadFailure(LoadCode code, MessagePart text);

// The same with another canonical code, such as kUnimplemented for an unknown codec.
absl::Status LoadFailure(LoadCode code, absl::StatusCode canonical, MessagePart text);

// The step of the acceptance order that yields `code`, 1 to 17; 0 for kNone.
int LoadStep(LoadCode code);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_STATUS_H_
