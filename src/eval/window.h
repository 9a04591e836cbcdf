// Weekly windows in a time zone.
#ifndef EXPT_SRC_EVAL_WINDOW_H_
#define EXPT_SRC_EVAL_WINDOW_H_

#include <cstdint>

#include "src/eval/ruleset.h"

namespace expt::eval {

inline constexpr int64_t kMinutesOfWeek = 7 * 24 * 60;

// Minutes since Monday 00:00, local time of `zone` at `time_ms`: in [0, kMinutesOfWeek).
int64_t MinuteOfWeek(const TimeZone& zone, int64_t time_ms);

// Whether any window holds that minute.
bool IsInWindow(const Window& window, int64_t time_ms);

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_WINDOW_H_
