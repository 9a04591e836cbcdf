// How loading and sending are going, for Status() and Ready().
#ifndef EXPT_SRC_CLIENT_HEALTH_H_
#define EXPT_SRC_CLIENT_HEALTH_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
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

  // Whether new Heads come by themselves.
  void SetStreaming(bool is_streaming);

  // OK clears the error of that kind. Returns whether the text changed.
  bool SetLoadStatus(const absl::Status& status);
  bool SetSaveStatus(const absl::Status& status);
  bool SetSendStatus(const absl::Status& status);
  bool SetSpoolStatus(const absl::Status& status);

  // Where the served snapshot came from. A snapshot from the network ends "recovered" and "safe mode".
  void SetSource(ClientStatus::Source source);
  void SetRecovered();
  void SetQuarantined(const Digest& digest);
  // One more refusal or local failure; nothing for a status without a load code.
  void Count(const absl::Status& status);

  // Fills all but environment, snapshot_version and the event counts. `now` is monotonic.
  void Fill(std::chrono::milliseconds now, ClientStatus& status) const;

 private:
  bool Set(std::string& place, const absl::Status& status);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const std::chrono::milliseconds opened_;
  std::optional<std::chrono::milliseconds> verified_;
  bool is_ready_ = false;
  bool is_streaming_ = false;
  std::string load_error_;
  std::string save_error_;
  std::string send_error_;
  std::string spool_error_;
  std::optional<LoadError> load_code_;
  std::optional<LoadError> save_code_;
  ClientStatus::Source source_ = ClientStatus::Source::kNone;
  bool is_recovered_ = false;
  std::optional<Digest> quarantined_;
  std::map<LoadCode, uint64_t> load_counts_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_HEALTH_H_
