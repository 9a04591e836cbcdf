// Steps 9 and 10 of the acceptance order: is it for us, and is it newer than what we have?
#ifndef EXPT_SRC_CORE_ACCEPT_H_
#define EXPT_SRC_CORE_ACCEPT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "expt/snapshot.h"
#include "src/base/message.h"
#include "src/model/snapshot.h"

namespace expt::core {

// A larger step of the version than this is no step.
inline constexpr int64_t kMaxVersionStep = int64_t{1} << 32;

// What the signature says about a snapshot.
struct Origin {
  std::string_view signed_for;  // environment id of the role whose keys signed
  int64_t root_epoch = 0;       // of that environment
  Digest digest{};              // of the payload as stored
};

// Errors: WRONG_ENVIRONMENT, ROLLBACK, EQUIVOCATION, FAST_FORWARD.
absl::Status CheckOrigin(const model::Snapshot& model, const Origin& origin, const Trust& trust);

// The monotone rule. `noun` names what is accepted: "snapshot".
//
// Errors: ROLLBACK, EQUIVOCATION, FAST_FORWARD.
absl::Status CheckMonotone(base::MessagePart noun, int64_t epoch, int64_t number, const Digest& digest,
                           int64_t root_epoch, const Floor& floor);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_ACCEPT_H_
