// Token buckets by name: how many requests a key or an address may make.
#ifndef EXPT_CONTROL_PLANE_AUTH_RATE_LIMIT_H_
#define EXPT_CONTROL_PLANE_AUTH_RATE_LIMIT_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "expt/snapshot.h"
#include "src/base/hash.h"

namespace expt::auth {

struct RateLimitOptions {
  double per_second = 100;  // refill
  double burst = 200;       // size of a bucket
  size_t max_names = 100'000;
};

// Thread-safe. Memory is bounded: buckets that are full again are forgotten when there are too many, and when all are
// in use a new name shares one bucket with other new names.
class RateLimit {
 public:
  explicit RateLimit(const RateLimitOptions& options) : options_(options) {}

  // Takes one token. 0: allowed; else the seconds after which a token will be there, at least 1.
  int64_t Take(std::string_view name, Time now);

 private:
  struct Bucket {
    double tokens;
    Time filled;
  };
  Bucket& Refill(std::string_view name, Time now);
  int64_t Wait(const Bucket& bucket) const;
  void Forget(Time now);

  const RateLimitOptions options_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket, base::TextHash, base::TextEqual> buckets_;  // guarded by mutex_
};

}  // namespace expt::auth

#endif  // EXPT_CONTROL_PLANE_AUTH_RATE_LIMIT_H_
