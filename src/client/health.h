// How loading and sending are going, for Status() and Ready().
#ifndef EXPT_SRC_CLIENT_HEALTH_H_
#define EXPT_SRC_CLIENT_HEALTH_H_

#include <atomic>
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
  // docs/client.md, "Staleness".
  static constexpr std::chrono::minutes kFreshFor{15};
  static constexpr std::chrono::hours kStaleFor{24};

  // Times are monotonic. Ages are counted from `opened` at first.
  explicit Health(std::chrono::milliseconds opened) : since_(opened) {}

  void SetReady();
  bool WaitReady(std::chrono::milliseconds timeout);

  // A Head was verified at `now`.
  void SetVerified(std::chrono::milliseconds now);
  // Another process did that for this one, then.
  void SetSince(std::chrono::milliseconds since) { since_ = since; }
  std::chrono::milliseconds since() const { return since_; }
  // Takes no lock.
  std::chrono::milliseconds Age(std::chrono::milliseconds now) const;

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

  // Fills all but environment, snapshot_version and the event counts.
  void Fill(std::chrono::milliseconds now, ClientStatus& status) const;

 private:
  bool Set(std::string& place, const absl::Status& status);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<std::chrono::milliseconds> since_;
  bool is_verified_ = false;  // by this process
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
