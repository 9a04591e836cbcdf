#include "src/eval/window.h"

#include <algorithm>

namespace expt::eval {

int64_t MinuteOfWeek(const TimeZone& zone, int64_t time_ms) {
  const int64_t* const end = zone.transition_ms + zone.size;
  const int64_t* const next = std::upper_bound(zone.transition_ms, end, time_ms);
  const int32_t offset =
      next == zone.transition_ms ? zone.initial_offset_minutes : zone.offset_minutes[next - zone.transition_ms - 1];
  constexpr int64_t kMinuteMs = 60'000;
  constexpr int64_t kFirstDay = 3 * 24 * 60;  // 1970-01-01 was a Thursday
  const int64_t minutes = time_ms / kMinuteMs - (time_ms % kMinuteMs < 0 ? 1 : 0);
  const int64_t minute = (minutes + offset + kFirstDay) % kMinutesOfWeek;
  return minute < 0 ? minute + kMinutesOfWeek : minute;
}

bool IsInWindow(const Window& window, int64_t time_ms) {
  const int64_t minute = MinuteOfWeek(*window.zone, time_ms);
  for (uint32_t i = 0; i + 1 < window.size; i += 2) {
    const int64_t begin = window.minutes[i];
    const int64_t end = window.minutes[i + 1];
    const bool is_inside = begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
    if (is_inside) return true;
  }
  return false;
}

}  // namespace expt::eval
