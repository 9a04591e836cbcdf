#include "control-plane/cli/time_text.h"

#include <chrono>
#include <cstdio>

#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

// Takes exactly `digits` digits off the front; -1 when they are not there.
int TakeNumber(std::string_view& text, size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

absl::StatusOr<Time> ParseTime(std::string_view text) {
  const absl::Status wrong = InvalidArgument("time \"" + std::string(text.substr(0, 64)) +
                                             "\": expected RFC 3339 such as \"2030-01-07T09:30:00Z\"");
  const int year = TakeNumber(text, 4);
  if (year < 0 || !Take(text, '-')) return wrong;
  const int month = TakeNumber(text, 2);
  if (month < 0 || !Take(text, '-')) return wrong;
  const int day = TakeNumber(text, 2);
  if (day < 0 || !(Take(text, 'T') || Take(text, 't') || Take(text, ' '))) return wrong;
  const int hour = TakeNumber(text, 2);
  if (hour < 0 || hour > 23 || !Take(text, ':')) return wrong;
  const int minute = TakeNumber(text, 2);
  if (minute < 0 || minute > 59 || !Take(text, ':')) return wrong;
  const int second = TakeNumber(text, 2);
  if (second < 0 || second > 60) return wrong;
  int millisecond = 0;
  if (Take(text, '.')) {
    int digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits) {
      if (digits < 3) millisecond = millisecond * 10 + (text[0] - '0');
    }
    if (digits == 0) return wrong;
    for (; digits < 3; ++digits) millisecond *= 10;
  }
  int offset_minutes = 0;
  if (!Take(text, 'Z') && !Take(text, 'z')) {
    const bool is_behind = !text.empty() && text[0] == '-';
    if (!Take(text, '+') && !Take(text, '-')) return wrong;
    const int offset_hour = TakeNumber(text, 2);
    if (offset_hour < 0 || offset_hour > 23 || !Take(text, ':')) return wrong;
    const int offset_minute = TakeNumber(text, 2);
    if (offset_minute < 0 || offset_minute > 59) return wrong;
    offset_minutes = (offset_hour * 60 + offset_minute) * (is_behind ? -1 : 1);
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!text.empty() || !date.ok()) return wrong;
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute - offset_minutes) +
         std::chrono::seconds(second == 60 ? 59 : second) + std::chrono::milliseconds(millisecond);
}

std::string FormatTime(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  std::string out(text, static_cast<size_t>(size));
  if (const auto ms = clock.subseconds().count(); ms != 0) {
    std::snprintf(text, sizeof text, ".%03d", static_cast<int>(ms));
    out += text;
  }
  return out + "Z";
}

Time Now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace expt::cli
