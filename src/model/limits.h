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
inline constexpr size_t kMaxFlagOverrides = 4'096;   // lists; each may hold many units
inline constexpr size_t kMaxFlagPrerequisites = 64;  // of the flag itself
inline constexpr size_t kMaxRampPoints = 1'024;
inline constexpr size_t kMaxZoneTransitions = 1'024;
inline constexpr uint32_t kMaxConditionDepth = 32;
inline constexpr uint32_t kMaxFlagLeaves = 16'384;  // of one flag, its segments and shared conditions written out
inline constexpr size_t kMaxPatternBytes = 1'024;   // of a regular expression

// Of everything that deciding one flag may reach: itself, its segments, its prerequisites, the flags that conditions
// ask for, and what those reach.
inline constexpr size_t kMaxFlagAttributes = 64;
inline constexpr size_t kMaxFlagSegments = 64;
inline constexpr size_t kMaxFlagFlags = 64;    // other than itself
inline constexpr size_t kMaxFlagPatterns = 8;  // distinct conditions with regular expressions
inline constexpr uint32_t kMaxSegmentDepth = 8;  // most segments on one path of references
inline constexpr uint32_t kMaxFlagDepth = 16;    // most flags on one path, the first one counted
// Distinct holdouts of all rules, and one more where any rule serves an experiment: expt::kMaxExposures.
inline constexpr size_t kMaxFlagExposures = 8;

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_LIMITS_H_
