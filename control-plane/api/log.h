// One JSON object per line on standard error: {"time": "...", "level": "info", "event": "listening", ...}
//
// Nothing secret goes in: keys and tokens by the first six characters of their public id, no bodies, no queries, no
// attribute values.
#ifndef EXPT_CONTROL_PLANE_API_LOG_H_
#define EXPT_CONTROL_PLANE_API_LOG_H_

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace expt::api {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// Thread-safe.
class Log {
 public:
  // `stream` must outlive it; null: nowhere.
  Log(std::FILE* stream, LogLevel level) : stream_(stream), level_(level) {}

  // `fields` is an object; it must not have the names "time", "level" and "event".
  void Write(LogLevel level, std::string_view event, const nlohmann::ordered_json& fields);
  bool IsOn(LogLevel level) const { return stream_ != nullptr && level >= level_; }

 private:
  std::FILE* const stream_;
  const LogLevel level_;
  std::mutex mutex_;
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_LOG_H_
