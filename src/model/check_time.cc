#include <cstddef>

#include "src/model/check.h"
#include "src/model/limits.h"
#include "src/model/place.h"

namespace expt::model {

Message RampDefect(const Ramp& ramp) {
  const size_t count = ramp.time_ms.size();
  if (count != ramp.ppm.size()) {
    return "has " + Number(ramp.ppm.size()) + " shares for " + Number(count) + " times";
  }
  if (count == 0) return "has no points";
  if (count > kMaxRampPoints) return "has more than " + Number(kMaxRampPoints) + " points";
  for (size_t i = 0; i < count; ++i) {
    if (ramp.ppm[i] > kWholePpm) {
      return "point " + Number(i) + " is " + Number(ramp.ppm[i]) + ", expected at most 1000000";
    }
    if (i == 0) continue;
    if (ramp.time_ms[i] <= ramp.time_ms[i - 1]) return "point " + Number(i) + " is not after the one before";
    if (ramp.ppm[i] < ramp.ppm[i - 1]) return "point " + Number(i) + " is below the one before";
  }
  return "";
}

Message TimeZoneDefect(const TimeZone& zone) {
  constexpr int32_t kDayMinutes = 24 * 60;
  const auto is_offset = [](int32_t minutes) { return minutes > -kDayMinutes && minutes < kDayMinutes; };
  const size_t count = zone.transition_ms.size();
  if (count != zone.offset_minutes.size()) {
    return "has " + Number(zone.offset_minutes.size()) + " offsets for " + Number(count) +
           " transitions";
  }
  if (count > kMaxZoneTransitions) return "has more than " + Number(kMaxZoneTransitions) + " transitions";
  if (!is_offset(zone.initial_offset_minutes)) return "the initial offset is a day or more";
  for (size_t i = 0; i < count; ++i) {
    if (!is_offset(zone.offset_minutes[i])) return "offset " + Number(i) + " is a day or more";
    if (i > 0 && zone.transition_ms[i] <= zone.transition_ms[i - 1]) {
      return "transition " + Number(i) + " is not after the one before";
    }
  }
  return "";
}

}  // namespace expt::model
