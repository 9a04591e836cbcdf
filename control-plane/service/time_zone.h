// Zones of the IANA time zone database, as the tzdata of this machine has them.
#ifndef EXPT_CONTROL_PLANE_SERVICE_TIME_ZONE_H_
#define EXPT_CONTROL_PLANE_SERVICE_TIME_ZONE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expt/snapshot.h"

namespace expt::service {

// "Europe/Zurich". Only names of zones and links of the database; case counts.
bool IsTimeZone(std::string_view name);

// "2024a"; empty where the machine does not say.
std::string TimeZoneVersion();

// How far local time is ahead of UTC during some years.
struct LocalTime {
  int32_t initial_offset_minutes = 0;  // at their beginning
  std::vector<int64_t> transition_ms;  // ascending; from then on:
  std::vector<int32_t> offset_minutes;
};

// From one year before `now` to 20 years after it. Nothing for an unknown zone.
std::optional<LocalTime> LocalTimeAround(std::string_view zone, Time now);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_TIME_ZONE_H_
