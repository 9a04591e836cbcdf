// Which exposures were reported lately, so that the same one is not sent again.
//
//   key = seeded hash of (experiment, phase, bucket_by, unit id, variant), and hash of the unit id
//   table = sets of 8 entries; the least recently seen of a set makes room
//
// The variant is part of the key: a unit that changes variant is always reported.
#ifndef EXPT_SRC_CLIENT_EXPOSURE_DEDUPE_H_
#define EXPT_SRC_CLIENT_EXPOSURE_DEDUPE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "expt/decision.h"
#include "expt/snapshot.h"

namespace expt::client {

struct ExposureKey {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const ExposureKey& a, const ExposureKey& b) { return a.low == b.low && a.high == b.high; }
};

// The exposures that one thread saw last: most calls find theirs here and touch no shared memory.
// Not thread-safe.
class RecentExposures {
 public:
  // Whether `key` was noted within the time to live before `now_ms`.
  bool Has(const ExposureKey& key, int64_t now_ms, int64_t ttl_ms) const {
    const Entry& entry = entries_[key.low % entries_.size()];
    const int64_t age_ms = now_ms - entry.noted_ms;
    return entry.is_used && entry.key == key && age_ms >= 0 && age_ms < ttl_ms;
  }
  void Add(const ExposureKey& key, int64_t noted_ms) {
    entries_[key.low % entries_.size()] = {.key = key, .noted_ms = noted_ms, .is_used = true};
  }

 private:
  struct Entry {
    ExposureKey key;
    int64_t noted_ms = 0;
    bool is_used = false;
  };
  std::array<Entry, 256> entries_;
};

// Thread-safe. Memory is fixed: 32 bytes for each of `entries`, made at the first exposure.
class ExposureDedupe {
 public:
  ExposureDedupe(size_t entries, std::chrono::milliseconds ttl);

  ExposureKey KeyOf(const Exposure& exposure, std::string_view unit_id) const;

  struct Noted {
    bool is_new = false;   // it was not noted within the time to live before `now`, but is now
    int64_t noted_ms = 0;  // when it was noted
  };
  Noted Note(const ExposureKey& key, Time now);

  // Takes a note back, because the exposure could not be kept.
  void Forget(const ExposureKey& key);

  int64_t ttl_ms() const { return ttl_ms_; }

 private:
  static constexpr size_t kWays = 8;
  static constexpr size_t kLocks = 16;

  struct Entry {
    ExposureKey key;
    int64_t noted_ms = 0;
    uint64_t seen = 0;  // order of use; 0: empty
  };
  struct alignas(64) Set {
    std::array<Entry, kWays> entries;
  };
  struct alignas(64) Lock {
    std::mutex mutex;
    uint64_t uses = 0;
  };

  // In [0, set_count_): the upper half of the hash, scaled.
  size_t IndexOf(const ExposureKey& key) const { return static_cast<size_t>((key.low >> 32) * set_count_ >> 32); }
  Lock& LockOf(size_t index) { return locks_[index % kLocks]; }

  const size_t set_count_;
  const int64_t ttl_ms_;
  const uint64_t seed_;
  std::once_flag once_;
  std::unique_ptr<Set[]> sets_;
  std::array<Lock, kLocks> locks_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EXPOSURE_DEDUPE_H_
