// What became of the snapshot that the last Head named: what is reported to the control plane.
#ifndef EXPT_SRC_CLIENT_VERDICT_H_
#define EXPT_SRC_CLIENT_VERDICT_H_

#include <cstdint>

#include "expt/snapshot.h"

namespace expt::client {

// Steps of docs/snapshot-format.md that no code names.
inline constexpr int kInstalledStep = 15;  // it serves, and is on trial
inline constexpr int kAcceptedStep = 18;   // it has served long enough: ACK

struct Verdict {
  Digest digest{};
  int64_t version = 0;
  int step = 0;                     // kInstalledStep, kAcceptedStep, or the step that refused it
  LoadCode code = LoadCode::kNone;  // why it was refused: NACK

  bool is_ack() const { return step == kAcceptedStep; }
  bool is_nack() const { return code != LoadCode::kNone; }
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_VERDICT_H_
