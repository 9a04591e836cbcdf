// When to try again.
#ifndef EXPT_SRC_CLIENT_RETRY_H_
#define EXPT_SRC_CLIENT_RETRY_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

#include "expt/snapshot.h"

namespace expt::client {

// A server's Retry-After is honoured up to this.
inline constexpr std::chrono::milliseconds kMaxRetryAfter{3'600'000};

// The header's seconds or date as a wait; nothing when it is neither. At most kMaxRetryAfter.
std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view header, Time now);

// Uniform numbers for jitter, seeded from the machine's random source. Not thread-safe.
class Jitter {
 public:
  Jitter();
  // In [0, bound]; 0 for a bound that is not positive.
  std::chrono::milliseconds Below(std::chrono::milliseconds bound);

 private:
  std::minstd_rand random_;
};

// Full jitter: the n-th wait is uniform in [0, min(max, initial * 2^n)]. Not thread-safe.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds max) : initial_(initial), max_(max) {}

  // Counts a failure. `retry_after` wins when there is one.
  std::chrono::milliseconds Next(std::optional<std::chrono::milliseconds> retry_after, Jitter& jitter);
  void Reset() { failures_ = 0; }

 private:
  std::chrono::milliseconds initial_;
  std::chrono::milliseconds max_;
  int failures_ = 0;
};

// Keeps retries to a tenth of recent successes, and a few beyond. Not thread-safe.
class RetryBudget {
 public:
  static constexpr int kSuccessesPerRetry = 10;
  static constexpr int kMost = 10;  // retries that can be saved up, and that there are at the start

  void Succeeded() { tenths_ = tenths_ < kMost * kSuccessesPerRetry ? tenths_ + 1 : tenths_; }
  // Spends a retry. False when there is none left: retry rarely.
  bool Take() {
    if (tenths_ < kSuccessesPerRetry) return false;
    tenths_ -= kSuccessesPerRetry;
    return true;
  }

 private:
  int tenths_ = kMost * kSuccessesPerRetry;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_RETRY_H_
