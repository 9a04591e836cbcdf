#include "control-plane/auth/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace expt::auth {
namespace {

// Of the names for which no bucket is left. No key and no address is called so.
constexpr std::string_view kShared = "*";

}  // namespace

RateLimit::Bucket& RateLimit::Refill(std::string_view name, Time now) {
  auto found = buckets_.find(name);
  if (found == buckets_.end()) {
    if (buckets_.size() >= options_.max_names) Forget(now);
    if (buckets_.size() >= options_.max_names) name = kShared;
    found = buckets_.try_emplace(std::string(name), Bucket{options_.burst, now}).first;
  }
  Bucket& bucket = found->second;
  const double seconds = std::max<double>(0, static_cast<double>((now - bucket.filled).count())) / 1000;
  bucket.tokens = std::min(options_.burst, bucket.tokens + seconds * options_.per_second);
  bucket.filled = now;
  return bucket;
}

void RateLimit::Forget(Time now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const double seconds = static_cast<double>((now - entry.second.filled).count()) / 1000;
    return entry.second.tokens + seconds * options_.per_second >= options_.burst;
  });
}

int64_t RateLimit::Wait(const Bucket& bucket) const {
  if (bucket.tokens >= 1) return 0;
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil((1 - bucket.tokens) / options_.per_second)));
}

int64_t RateLimit::Take(std::string_view name, Time now) {
  const std::lock_guard lock(mutex_);
  Bucket& bucket = Refill(name, now);
  const int64_t wait = Wait(bucket);
  if (wait == 0) bucket.tokens -= 1;
  return wait;
}

}  // namespace expt::auth
