#include "control-plane/service/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "absl/time/time.h"

namespace expt::service {
namespace {

constexpr std::string_view kVersionMark = "# version ";
constexpr absl::Duration kYear = absl::Hours(8766);  // 365.25 days

// Parts of letters, digits, "_", "+" and "-" that begin with a letter, so that no name leaves the database's folder.
bool HasFormOfName(std::string_view name) {
  bool is_first = true;
  for (const char c : name) {
    const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool is_other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' || c == '/';
    if (!is_letter && (is_first || !is_other)) return false;
    is_first = c == '/';
  }
  return !is_first && name.size() <= 64;
}

// What the library or the folder has beside the database: other forms of its zones, fixed offsets, this machine's.
bool IsOfMachine(std::string_view name) {
  return name.starts_with("posix/") || name.starts_with("right/") || name.starts_with("Fixed/") ||
         name == "localtime" || name == "posixrules" || name == "Factory";
}

std::optional<absl::TimeZone> Find(std::string_view name) {
  absl::TimeZone zone;
  if (!HasFormOfName(name) || IsOfMachine(name) || !absl::LoadTimeZone({name.data(), name.size()}, &zone)) {
    return std::nullopt;
  }
  return zone;
}

int32_t OffsetMinutes(const absl::TimeZone& zone, absl::Time time) {
  const int seconds = zone.At(time).offset;
  return static_cast<int32_t>((seconds - (seconds % 60 + 60) % 60) / 60);
}

}  // namespace

bool IsTimeZone(std::string_view name) { return Find(name).has_value(); }

std::string TimeZoneVersion() {
  const char* folder = std::getenv("TZDIR");
  std::ifstream file(std::string(folder != nullptr ? folder : "/usr/share/zoneinfo") + "/tzdata.zi");
  std::string line;
  std::getline(file, line);
  return line.starts_with(kVersionMark) ? line.substr(kVersionMark.size(), 32) : std::string();
}

std::optional<LocalTime> LocalTimeAround(std::string_view name, Time now) {
  const std::optional<absl::TimeZone> zone = Find(name);
  if (!zone.has_value()) return std::nullopt;
  const absl::Time middle = absl::FromUnixMillis(now.time_since_epoch().count());
  const absl::Time end = middle + 20 * kYear;
  absl::Time time = middle - kYear;
  LocalTime local;
  local.initial_offset_minutes = OffsetMinutes(*zone, time);
  int32_t offset = local.initial_offset_minutes;
  absl::TimeZone::CivilTransition change;
  while (zone->NextTransition(time, &change)) {
    time = zone->At(change.to).trans;
    if (time > end) break;
    const int32_t next = OffsetMinutes(*zone, time);
    if (next == offset) continue;  // another name of the same offset
    offset = next;
    local.transition_ms.push_back(absl::ToUnixMillis(time));
    local.offset_minutes.push_back(offset);
  }
  return local;
}

}  // namespace expt::service
