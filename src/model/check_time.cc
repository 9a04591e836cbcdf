#include <cstddef>
#include <string>

#include "src/model/check.h"
#include "src/model/limits.h"

namespace expt::model {

std::string RampDefect(const Ramp& ramp) {
  const size_t count = ramp.time_ms.size();
  if (count != ramp.ppm.size()) {
    return "has " + std::to_string(ramp.ppm.size()) + " shares for " + std::to_string(count) + " times";
  }
  if (count == 0) return "has no points";
  if (count > kMaxRampPoints) return "has more than " + std::to_string(kMaxRampPoints) + " points";
  for (size_t i = 0; i < count; ++i) {
    if (ramp.ppm[i] > kWholePpm) {
      return "point " + std::to_string(i) + " is " + std::to_string(ramp.ppm[i]) + ", expected at most 1000000";
    }
    if (i == 0) continue;
    if (ramp.time_ms[i] <= ramp.time_ms[i - 1]) return "point " + std::to_string(i) + " is not after the one before";
    if (ramp.ppm[i] < ramp.ppm[i - 1]) return "point " + std::to_string(i) + " is below the one before";
  }
  return "";
}

std::string TimeZoneDefect(const TimeZone& zone) {
  constexpr int32_t kDayMinutes = 24 * 60;
  const auto is_offset = [](int32_t minutes) { return minutes > -kDayMinutes && minutes < kDayMinutes; };
  const size_t count = zone.transition_ms.size();
  if (count != zone.offset_minutes.size()) {
    return "has " + std::to_string(zone.offset_minutes.size()) + " offsets for " + std::to_string(count) +
           " transitions";
  }
  if (count > kMaxZoneTransitions) return "has more than " + std::to_string(kMaxZoneTransitions) + " transitions";
  if (!is_offset(zone.initial_offset_minutes)) return "the initial offset is a day or more";
  for (size_t i = 0; i < count; ++i) {
    if (!is_offset(zone.offset_minutes[i])) return "offset " + std::to_string(i) + " is a day or more";
    if (i > 0 && zone.transition_ms[i] <= zone.transition_ms[i - 1]) {
      return "transition " + std::to_string(i) + " is not after the one before";
    }
  }
  return "";
}

}  // namespace expt::model
