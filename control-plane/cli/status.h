// Errors of the command line: a canonical code and one sentence, outermost place first.
#ifndef EXPT_CONTROL_PLANE_CLI_STATUS_H_
#define EXPT_CONTROL_PLANE_CLI_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace expt::cli {

inline absl::Status Error(absl::StatusCode code, std::string_view text) {
  return absl::Status(code, {text.data(), text.size()});
}
inline absl::Status InvalidArgument(std::string_view text) { return Error(absl::StatusCode::kInvalidArgument, text); }

// The same code, `place: ` before the text.
inline absl::Status At(std::string_view place, const absl::Status& status) {
  return Error(status.code(),
               std::string(place) + ": " + std::string(status.message().data(), status.message().size()));
}

inline std::string Text(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_STATUS_H_
