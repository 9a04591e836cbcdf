// Which exposures were reported lately, so that the same one is not sent again.
//
//   key = 128 bits, two seeded hashes of (experiment, phase, bucket_by, unit id, variant)
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

// Thread-safe. Memory is fixed: 32 bytes for each of `entries`, made at the first exposure.
class ExposureDedupe {
 public:
  ExposureDedupe(size_t entries, std::chrono::milliseconds ttl);

  ExposureKey KeyOf(const Exposure& exposure, std::string_view unit_id) const;

  // False when `key` was noted within the time to live before `now`; otherwise notes it.
  bool Note(const ExposureKey& key, Time now);

  // Takes a note back, because the exposure could not be kept.
  void Forget(const ExposureKey& key);

 private:
  static constexpr size_t kWays = 8;
  static constexpr size_t kLocks = 16;

  struct Entry {
    ExposureKey key;
    int64_t noted_ms = 0;
    uint64_t seen = 0;  // order of use; 0: empty
  };
  using Set = std::array<Entry, kWays>;
  struct alignas(64) Lock {
    std::mutex mutex;
    uint64_t uses = 0;
  };

  Set& SetOf(const ExposureKey& key) { return sets_[key.low % set_count_]; }
  Lock& LockOf(const ExposureKey& key) { return locks_[key.low % set_count_ % kLocks]; }

  const size_t set_count_;
  const int64_t ttl_ms_;
  const uint64_t seed_;
  std::once_flag once_;
  std::unique_ptr<Set[]> sets_;
  std::array<Lock, kLocks> locks_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EXPOSURE_DEDUPE_H_
