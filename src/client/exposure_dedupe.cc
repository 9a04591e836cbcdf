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
  return {.low = base::Xxh3({bytes, size}), .high = base::Xxh3(unit_id)};
}

ExposureDedupe::Noted ExposureDedupe::Note(const ExposureKey& key, Time now) {
  std::call_once(once_, [this] { sets_ = std::make_unique<Set[]>(set_count_); });
  const int64_t now_ms = now.time_since_epoch().count();
  const size_t index = IndexOf(key);
  Lock& lock = LockOf(index);
  const std::lock_guard guard(lock.mutex);
  std::array<Entry, kWays>& entries = sets_[index].entries;
  Entry* oldest = &entries[0];
  for (Entry& entry : entries) {
    if (entry.seen != 0 && entry.key == key) {
      const int64_t age_ms = now_ms - entry.noted_ms;
      entry.seen = ++lock.uses;
      if (age_ms >= 0 && age_ms < ttl_ms_) return {.is_new = false, .noted_ms = entry.noted_ms};
      entry.noted_ms = now_ms;  // expired, or the wall clock stepped back
      return {.is_new = true, .noted_ms = now_ms};
    }
    if (entry.seen < oldest->seen) oldest = &entry;
  }
  *oldest = {.key = key, .noted_ms = now_ms, .seen = ++lock.uses};
  return {.is_new = true, .noted_ms = now_ms};
}

void ExposureDedupe::Forget(const ExposureKey& key) {
  if (sets_ == nullptr) return;
  const size_t index = IndexOf(key);
  const std::lock_guard guard(LockOf(index).mutex);
  for (Entry& entry : sets_[index].entries) {
    if (entry.key == key) entry.seen = 0;
  }
}

}  // namespace expt::client
