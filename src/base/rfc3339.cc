#include "src/base/rfc3339.h"

#include <cstddef>

namespace expt::base {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The `size` digits at `at`, or -1. The text is long enough.
int Digits(std::string_view text, size_t at, size_t size) {
  int number = 0;
  for (size_t i = at; i < at + size; ++i) {
    if (!IsDigit(text[i])) return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

bool IsIn(int number, int first, int last) { return number >= first && number <= last; }

int DaysOfMonth(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Days since 1970-01-01 of a day of the years 0 to 9999. Years are counted from March, so that the leap day comes last
// and the lengths of the months before a month are (153 * month + 2) / 5.
int EpochDay(int year, int month, int day) {
  const int march_year = month > 2 ? year : year - 1;
  const int march_month = month > 2 ? month - 3 : month + 9;
  const int shifted = march_year + 400;  // not negative; 400 years are 146,097 days
  return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + (153 * march_month + 2) / 5 + day - 1 - 146'097 -
         719'468;
}

// Reads "." and digits, if any, at `at` and moves behind them; milliseconds, or -1.
int ReadFraction(std::string_view text, size_t& at) {
  if (at == text.size() || text[at] != '.') return 0;
  const size_t begin = ++at;
  int milliseconds = 0;
  int unit = 100;
  for (; at < text.size() && IsDigit(text[at]); ++at, unit /= 10) milliseconds += (text[at] - '0') * unit;
  return at == begin ? -1 : milliseconds;
}

// Minutes east of UTC of "Z" or "+hh:mm", the whole of `text`.
std::optional<int> Offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hour = Digits(text, 1, 2);
  const int minute = Digits(text, 4, 2);
  if (!IsIn(hour, 0, 23) || !IsIn(minute, 0, 59)) return std::nullopt;
  const int minutes = hour * 60 + minute;
  return text[0] == '-' ? -minutes : minutes;
}

}  // namespace

std::optional<int64_t> ParseRfc3339(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  const int hour = Digits(text, 11, 2);
  const int minute = Digits(text, 14, 2);
  const int second = Digits(text, 17, 2);
  if (year < 0 || !IsIn(month, 1, 12) || !IsIn(day, 1, DaysOfMonth(year, month))) return std::nullopt;
  if (!IsIn(hour, 0, 23) || !IsIn(minute, 0, 59) || !IsIn(second, 0, 60)) return std::nullopt;
  size_t at = 19;
  const int milliseconds = ReadFraction(text, at);
  const auto offset = Offset(text.substr(at));
  if (milliseconds < 0 || !offset) return std::nullopt;
  const int64_t minutes = int64_t{EpochDay(year, month, day)} * 1440 + hour * 60 + minute - *offset;
  return (minutes * 60 + second) * 1000 + milliseconds;
}

}  // namespace expt::base
