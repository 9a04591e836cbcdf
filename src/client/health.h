// How loading and sending are going, for Status() and Ready().
#ifndef EXPT_SRC_CLIENT_HEALTH_H_
#define EXPT_SRC_CLIENT_HEALTH_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "expt/client.h"

namespace expt::client {

// Thread-safe.
class Health {
 public:
  explicit Health(std::chrono::milliseconds opened) : opened_(opened) {}

  void SetReady();
  bool WaitReady(std::chrono::milliseconds timeout);

  // A Head was verified at `now` (monotonic).
  void SetVerified(std::chrono::milliseconds now);

  // OK clears the error of that kind. Returns whether the text changed.
  bool SetLoadStatus(const absl::Status& status);
  bool SetSaveStatus(const absl::Status& status);
  bool SetSendStatus(const absl::Status& status);
  bool SetSpoolStatus(const absl::Status& status);

  // Fills state, age, last_error and last_load_error. `now` is monotonic.
  void Fill(std::chrono::milliseconds now, ClientStatus& status) const;

 private:
  bool Set(std::string& place, const absl::Status& status);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const std::chrono::milliseconds opened_;
  std::optional<std::chrono::milliseconds> verified_;
  bool is_ready_ = false;
  std::string load_error_;
  std::string save_error_;
  std::string send_error_;
  std::string spool_error_;
  std::optional<LoadError> load_code_;
  std::optional<LoadError> save_code_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_HEALTH_H_
