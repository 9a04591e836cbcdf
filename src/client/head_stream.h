// Listens for new Heads, so that they need not be asked for. What arrives is not verified here.
#ifndef EXPT_SRC_CLIENT_HEAD_STREAM_H_
#define EXPT_SRC_CLIENT_HEAD_STREAM_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "src/client/event_parser.h"
#include "src/client/retry.h"
#include "src/client/settings.h"

namespace expt::client {

using SteadyTime = std::chrono::steady_clock::time_point;

// Used by the background thread only. Does nothing where the options, the key or the transport do not allow a stream.
class HeadStream {
 public:
  explicit HeadStream(const Settings& settings);

  // Opens the stream when that is due, reads what has arrived, and answers with the newest Head file of it.
  // `last_event_id` is "<epoch>.<number>" of the Head in use.
  std::optional<std::string> Step(std::string_view last_event_id);

  // There is a stream, or an attempt: wait with Transport::Wait().
  bool is_open() const { return stream_ != nullptr; }
  // The server has agreed and is not silent: new Heads come by themselves.
  bool is_healthy() const { return stream_ != nullptr && is_accepted_; }
  // When to call Step() at the latest.
  SteadyTime next() const { return stream_ != nullptr ? heard_at_ + kSilence : retry_at_; }

 private:
  // The server sends something every 15 seconds.
  static constexpr std::chrono::seconds kSilence{45};

  void Open(std::string_view last_event_id, SteadyTime now);
  // Errors: the stream is of no use any more.
  absl::Status Read(SteadyTime now, std::optional<std::string>& head);
  absl::Status CheckReply();
  void Lose(const absl::Status& status, SteadyTime now);

  const Settings& settings_;
  bool is_allowed_;
  Jitter jitter_;
  Backoff backoff_;
  std::unique_ptr<HttpStream> stream_;
  std::optional<EventParser> parser_;
  bool is_accepted_ = false;
  bool is_missing_ = false;  // the server has no such route
  std::optional<std::chrono::milliseconds> retry_after_;
  SteadyTime heard_at_{};
  SteadyTime retry_at_{};
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_HEAD_STREAM_H_
