#include "control-plane/service/window.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace expt::service {
namespace {

using nlohmann::json;

constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// "09:00" up to "23:59", as the end also "24:00".
std::optional<int> ReadMinute(ObjectReader& object, std::string_view name, bool is_end) {
  const size_t kDigits[] = {0, 1, 3, 4};
  const std::string text = object.Text(name, true, 16);
  if (text.empty()) return std::nullopt;
  const bool is_clock = text.size() == 5 && text[2] == ':' &&
                        std::all_of(std::begin(kDigits), std::end(kDigits),
                                    [&text](size_t i) { return text[i] >= '0' && text[i] <= '9'; });
  const auto two = [&text](size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (is_clock && two(3) < 60) {
    const int minute = two(0) * 60 + two(3);
    if (minute < kMinutesOfDay || (is_end && minute == kMinutesOfDay)) return minute;
  }
  object.Report(name, std::string("expected a time of day such as \"09:00\"") + (is_end ? ", at most \"24:00\"" : "") +
                          ", found \"" + text + "\"");
  return std::nullopt;
}

std::vector<int> ReadDays(ObjectReader& object, Problems& problems) {
  std::vector<int> days;
  if (!object.Has("days")) {
    object.Allow({"days"});
    for (int day = 0; day < 7; ++day) days.push_back(day);
    return days;
  }
  const std::vector<std::string> names = object.Texts("days", 7, 16);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto day = std::find(std::begin(kDays), std::end(kDays), names[i]);
    const int number = static_cast<int>(day - std::begin(kDays));
    if (day == std::end(kDays)) {
      problems.push_back({Child(object.At("days"), i),
                          "expected \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\" or \"sun\", found \"" +
                              names[i] + "\""});
    } else if (std::find(days.begin(), days.end(), number) != days.end()) {
      problems.push_back({Child(object.At("days"), i), "day \"" + names[i] + "\" stands there twice"});
    }
    days.push_back(number);
  }
  if (names.empty()) object.Report("days", "expected at least one day");
  return days;
}

}  // namespace

std::vector<std::pair<int, int>> ReadWindow(const json& document, std::string_view pointer, Problems& problems) {
  ObjectReader object(document, pointer, problems);
  const std::vector<int> days = ReadDays(object, problems);
  const std::optional<int> start = ReadMinute(object, "start", false);
  const std::optional<int> end = ReadMinute(object, "end", true);
  object.RefuseOthers();
  if (!start.has_value() || !end.has_value()) return {};
  if (*start == *end) {
    object.Report("end", "expected another time than the start; a whole day is \"00:00\" to \"24:00\"");
    return {};
  }
  std::vector<std::pair<int, int>> windows;
  for (const int day : days) {
    const int first = day * kMinutesOfDay + *start;
    const int last = day * kMinutesOfDay + *end + (*end < *start ? kMinutesOfDay : 0);
    windows.emplace_back(first, last > kMinutesOfWeek ? last - kMinutesOfWeek : last);
  }
  return windows;
}

}  // namespace expt::service
