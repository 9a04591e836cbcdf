// The snapshots that the golden files hold: small, valid, every table in use.
#ifndef EXPT_TESTS_WIRE_GOLDEN_MODELS_H_
#define EXPT_TESTS_WIRE_GOLDEN_MODELS_H_

#include <string_view>

#include "src/model/snapshot.h"

namespace expt::wire {

inline constexpr std::string_view kGoldenEnvironment = "env_golden";
inline constexpr int64_t kGoldenEpoch = 3;
inline constexpr int64_t kGoldenVersion = 41;
inline constexpr int64_t kGoldenIssuedAtMs = 1'767'225'600'000;  // 2026-01-01 00:00 UTC

// Nine flags, golden vectors among them. Three use what a reader may not support yet: they must break alone.
model::Snapshot GoldenServerModel();

// The client-visible part.
model::Snapshot GoldenClientModel();

// One flag that is on; for files that are wrong in one respect.
model::Snapshot TinyModel();

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_GOLDEN_MODELS_H_
