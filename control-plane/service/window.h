// Weekly windows as documents write them: {"days": ["mon", "fri"], "start": "09:00", "end": "17:00"}.
#ifndef EXPT_CONTROL_PLANE_SERVICE_WINDOW_H_
#define EXPT_CONTROL_PLANE_SERVICE_WINDOW_H_

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "control-plane/service/json_reader.h"

namespace expt::service {

inline constexpr int kMinutesOfDay = 1440;
inline constexpr int kMinutesOfWeek = 7 * kMinutesOfDay;

// One [start, end) for each day, in minutes since Monday 00:00; an end that is not after its start is that of the next
// day, and after a Sunday that of the next week. Without "days": every day.
std::vector<std::pair<int, int>> ReadWindow(const nlohmann::json& document, std::string_view pointer,
                                            Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_WINDOW_H_
