// How far the newest publish of an environment has come on its way through the rings. One row per environment.
#ifndef EXPT_CONTROL_PLANE_STORAGE_RINGS_H_
#define EXPT_CONTROL_PLANE_STORAGE_RINGS_H_

#include <cstdint>
#include <string>

namespace expt::storage {

// Stored; never renumbered.
enum class RingState : uint8_t { kUnderWay = 1, kComplete = 2, kHalted = 3 };

struct Rings {
  std::string environment;  // id
  RingState state = RingState::kUnderWay;
  int64_t version = 0;         // the candidate
  int64_t stable_version = 0;  // what everybody else has
  int64_t ring = 0;            // from 0; the last one that it was in
  int64_t bake_ms = 0;         // of each ring
  int64_t entered_ms = 0;      // the ring
  int64_t ended_ms = 0;        // 0: under way
  int64_t withdrawn_as = 0;    // halted: the version that carries the stable content again
  std::string reason;          // of the end
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_RINGS_H_
