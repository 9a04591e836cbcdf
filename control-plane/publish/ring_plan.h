// How a publish reaches its environment: at once, or ring by ring.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_RING_PLAN_H_
#define EXPT_CONTROL_PLANE_PUBLISH_RING_PLAN_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/wire/status_codec.h"

namespace expt::publish {

// Shares of all instances that have the candidate, in parts per million.
inline constexpr std::array<uint32_t, 4> kRingShares = {10'000, 100'000, 500'000, 1'000'000};
inline constexpr std::chrono::seconds kDefaultBake{300};

struct RingSettings {
  bool is_staged = false;
  std::chrono::milliseconds bake = kDefaultBake;
};

// Of an environment's document: {"rings": "none" | "staged", "bake": seconds}, both optional.
RingSettings RingSettingsOf(std::string_view environment_body);

// Whether the candidate's evaluations end in errors at least twice as often as those of the stable snapshot. Never on
// few numbers: either side needs 1,000 evaluations, and the candidate 20 errors that are 0.1 % of its evaluations.
bool IsErrorRateDoubled(const wire::EvaluationCount& stable, const wire::EvaluationCount& candidate);

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_RING_PLAN_H_
