#include <algorithm>

#include "expt/evaluate.h"
#include "src/base/hash.h"

namespace expt {
inline namespace v1 {
namespace {

uint64_t HashOf(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by, std::string_view unit_id) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  uint64_t hash = base::Xxh3(unit_id);
  hash = hash * kOdd ^ base::Xxh3(experiment_id);
  hash = hash * kOdd ^ base::Xxh3(bucket_by);
  return hash * kOdd ^ phase;
}

}  // namespace

// The row of these four, or where it belongs.
size_t StickyAssignments::Place(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                                std::string_view unit_id, uint64_t hash) const {
  auto row = std::lower_bound(rows_.begin(), rows_.end(), hash, [](const Row& a, uint64_t b) { return a.hash < b; });
  for (; row != rows_.end() && row->hash == hash; ++row) {
    if (row->phase == phase && row->experiment_id == experiment_id && row->bucket_by == bucket_by &&
        row->unit_id == unit_id) {
      break;
    }
  }
  return static_cast<size_t>(row - rows_.begin());
}

void StickyAssignments::Set(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                            std::string_view unit_id, std::string_view variant) {
  const uint64_t hash = HashOf(experiment_id, phase, bucket_by, unit_id);
  const size_t place = Place(experiment_id, phase, bucket_by, unit_id, hash);
  if (place < rows_.size() && rows_[place].hash == hash) {  // Place() stops at the row itself
    rows_[place].variant = variant;
    return;
  }
  rows_.insert(rows_.begin() + static_cast<ptrdiff_t>(place), Row{.hash = hash,
                                                                  .experiment_id = std::string(experiment_id),
                                                                  .bucket_by = std::string(bucket_by),
                                                                  .unit_id = std::string(unit_id),
                                                                  .variant = std::string(variant),
                                                                  .phase = phase});
}

std::string_view StickyAssignments::Find(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                                         std::string_view unit_id) const {
  const uint64_t hash = HashOf(experiment_id, phase, bucket_by, unit_id);
  const size_t place = Place(experiment_id, phase, bucket_by, unit_id, hash);
  if (place == rows_.size() || rows_[place].hash != hash) return {};
  return rows_[place].variant;
}

}  // namespace v1
}  // namespace expt
