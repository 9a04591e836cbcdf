#include "src/client/retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "src/host/crypto.h"

namespace expt::client {

using std::chrono::milliseconds;

std::optional<milliseconds> ParseRetryAfter(std::string_view header, Time now) {
  if (header.empty()) return std::nullopt;
  uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (end == header.data() + header.size()) {
    if (error == std::errc::result_out_of_range) return kMaxRetryAfter;
    return std::min(milliseconds(int64_t{seconds} * 1000), kMaxRetryAfter);
  }
  const int64_t date = curl_getdate(std::string(header).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const milliseconds wait = milliseconds(date * 1000) - now.time_since_epoch();
  return std::clamp(wait, milliseconds(0), kMaxRetryAfter);
}

Jitter::Jitter() {
  std::array<uint8_t, 4> seed{};
  host::RandomBytes(seed);
  random_.seed(uint32_t{seed[0]} | uint32_t{seed[1]} << 8 | uint32_t{seed[2]} << 16 | uint32_t{seed[3]} << 24);
}

milliseconds Jitter::Below(milliseconds bound) {
  if (bound.count() <= 0) return milliseconds(0);
  return milliseconds(std::uniform_int_distribution<int64_t>(0, bound.count())(random_));
}

milliseconds Backoff::Next(std::optional<milliseconds> retry_after, Jitter& jitter) {
  milliseconds bound = initial_;
  for (int i = 0; i < failures_ && bound < max_; ++i) bound *= 2;
  if (failures_ < 62) ++failures_;
  if (retry_after.has_value()) return *retry_after;
  return jitter.Below(std::min(bound, max_));
}

}  // namespace expt::client
