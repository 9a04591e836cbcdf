#include "src/client/exposure_dedupe.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "src/base/hash.h"
#include "src/host/crypto.h"

namespace expt::client {
namespace {

uint64_t RandomSeed() {
  std::array<uint8_t, 8> bytes{};
  host::RandomBytes(bytes);
  uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

ExposureDedupe::ExposureDedupe(size_t entries, std::chrono::milliseconds ttl)
    : set_count_(std::max<size_t>(1, (entries + kWays - 1) / kWays)), ttl_ms_(ttl.count()), seed_(RandomSeed()) {}

ExposureKey ExposureDedupe::KeyOf(const Exposure& exposure, std::string_view unit_id) const {
  // Each text with its size before it, so that no two lists of texts give the same bytes.
  const std::array<std::string_view, 4> texts = {exposure.experiment_id, exposure.variant, exposure.bucket_by, unit_id};
  size_t size = sizeof seed_ + sizeof exposure.phase + 1;
  for (const std::string_view text : texts) size += sizeof(uint32_t) + text.size();
  std::array<char, 512> stack;
  std::string heap;
  char* const bytes = size <= stack.size() ? stack.data() : (heap.resize(size), heap.data());
  char* end = bytes;
  const auto put = [&end](const void* data, size_t count) {
    if (count != 0) std::memcpy(end, data, count);
    end += count;
  };
  put(&seed_, sizeof seed_);
  put(&exposure.phase, sizeof exposure.phase);
  *end++ = exposure.is_holdout ? 1 : 0;
  for (const std::string_view text : texts) {
    const auto text_size = static_cast<uint32_t>(text.size());
    put(&text_size, sizeof text_size);
    put(text.data(), text.size());
  }
  const uint64_t low = base::Xxh3({bytes, size});
  const uint64_t other_seed = ~seed_;
  std::memcpy(bytes, &other_seed, sizeof other_seed);
  return {.low = low, .high = base::Xxh3({bytes, size})};
}

bool ExposureDedupe::Note(const ExposureKey& key, Time now) {
  std::call_once(once_, [this] { sets_ = std::make_unique<Set[]>(set_count_); });
  const int64_t now_ms = now.time_since_epoch().count();
  Lock& lock = LockOf(key);
  const std::lock_guard guard(lock.mutex);
  Set& set = SetOf(key);
  Entry* oldest = &set[0];
  for (Entry& entry : set) {
    if (entry.seen != 0 && entry.key == key) {
      const int64_t age_ms = now_ms - entry.noted_ms;
      entry.seen = ++lock.uses;
      if (age_ms >= 0 && age_ms < ttl_ms_) return false;
      entry.noted_ms = now_ms;  // expired, or the wall clock stepped back
      return true;
    }
    if (entry.seen < oldest->seen) oldest = &entry;
  }
  *oldest = {.key = key, .noted_ms = now_ms, .seen = ++lock.uses};
  return true;
}

void ExposureDedupe::Forget(const ExposureKey& key) {
  if (sets_ == nullptr) return;
  const std::lock_guard guard(LockOf(key).mutex);
  for (Entry& entry : SetOf(key)) {
    if (entry.key == key) entry.seen = 0;
  }
}

}  // namespace expt::client
