#include "control-plane/service/instant.h"

#include <chrono>
#include <cstdio>

namespace expt::service {
namespace {

// Exactly `count` digits from the front of `text`, at most `high`; -1 for anything else.
int Digits(std::string_view& text, size_t count, int low, int high) {
  if (text.size() < count) return -1;
  int number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number >= low && number <= high ? number : -1;
}

bool Take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<int64_t> ParseInstant(std::string_view text) {
  const int year = Digits(text, 4, 1970, 9999);
  if (year < 0 || !Take(text, "-")) return std::nullopt;
  const int month = Digits(text, 2, 1, 12);
  if (month < 0 || !Take(text, "-")) return std::nullopt;
  const int day = Digits(text, 2, 1, 31);
  if (day < 0 || !Take(text, "Tt")) return std::nullopt;
  const int hour = Digits(text, 2, 0, 23);
  if (hour < 0 || !Take(text, ":")) return std::nullopt;
  const int minute = Digits(text, 2, 0, 59);
  if (minute < 0 || !Take(text, ":")) return std::nullopt;
  const int second = Digits(text, 2, 0, 59);
  if (second < 0) return std::nullopt;
  int milliseconds = 0;
  if (Take(text, ".")) {
    int place = 100;
    size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      milliseconds += (text.front() - '0') * place;
      place /= 10;
      text.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || digits > 9) return std::nullopt;
  }
  int offset_minutes = 0;
  if (!Take(text, "Zz")) {
    const bool is_west = !text.empty() && text.front() == '-';
    if (!Take(text, "+-")) return std::nullopt;
    const int hours = Digits(text, 2, 0, 23);
    if (hours < 0 || !Take(text, ":")) return std::nullopt;
    const int minutes = Digits(text, 2, 0, 59);
    if (minutes < 0) return std::nullopt;
    offset_minutes = (hours * 60 + minutes) * (is_west ? -1 : 1);
  }
  if (!text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t minutes = days * 1440 + hour * 60 + minute - offset_minutes;
  const int64_t time_ms = (minutes * 60 + second) * 1000 + milliseconds;
  return time_ms >= 0 ? std::optional(time_ms) : std::nullopt;
}

std::string FormatInstant(int64_t time_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[48];
  const int milliseconds = static_cast<int>(clock.subseconds().count());
  int size = std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                           static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                           static_cast<int>(clock.seconds().count()));
  if (milliseconds != 0) {
    size += std::snprintf(text + size, sizeof(text) - static_cast<size_t>(size), ".%03d", milliseconds);
  }
  return std::string(text, static_cast<size_t>(size)) + "Z";
}

}  // namespace expt::service
