// Bounds on what one flag may ask of an evaluation. Validate() enforces them, so compiling and deciding may rely on
// them.
#ifndef EXPT_SRC_MODEL_LIMITS_H_
#define EXPT_SRC_MODEL_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace expt::model {

inline constexpr size_t kMaxKeyBytes = 128;       // of every key and id
inline constexpr size_t kMaxSaltBytes = 64;       // docs/bucketing.md
inline constexpr size_t kMaxValueBytes = 65'536;  // of one string or JSON value
inline constexpr size_t kMaxFlagVariants = 4'096;
inline constexpr size_t kMaxFlagRules = 4'096;
inline constexpr size_t kMaxFlagOverrides = 4'096;  // lists; each may hold many units
inline constexpr size_t kMaxFlagAttributes = 64;    // read by one flag, those of its segments among them
inline constexpr size_t kMaxFlagSegments = 64;      // reachable from one flag
inline constexpr uint32_t kMaxSegmentDepth = 8;     // segments in segments
inline constexpr uint32_t kMaxConditionDepth = 32;
inline constexpr uint32_t kMaxFlagLeaves = 16'384;  // of one flag, its segments and shared conditions written out

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_LIMITS_H_
