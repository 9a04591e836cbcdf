#include "control-plane/api/log.h"

#include <array>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>

namespace expt::api {
namespace {

std::string NowText() {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 48> text;
  const int millis = static_cast<int>(now.time_since_epoch().count() % 1000);
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, millis);
  return text.data();
}

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};

}  // namespace

void Log::Write(LogLevel level, std::string_view event, const nlohmann::ordered_json& fields) {
  if (!IsOn(level)) return;
  nlohmann::ordered_json line = {{"time", NowText()}, {"level", kLevels[static_cast<size_t>(level)]}, {"event", event}};
  line.update(fields);
  // dump() escapes control bytes, so a line is a line.
  const std::string text = line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
}

}  // namespace expt::api
