#include <utility>

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

// Where the row of these four is, or belongs. There are places.
size_t StickyAssignments::Place(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                                std::string_view unit_id, uint64_t hash) const {
  size_t place = hash & (places_.size() - 1);
  for (; places_[place] != 0; place = (place + 1) & (places_.size() - 1)) {
    const Row& row = rows_[places_[place] - 1];
    if (row.hash == hash && row.phase == phase && row.experiment_id == experiment_id && row.bucket_by == bucket_by &&
        row.unit_id == unit_id) {
      break;
    }
  }
  return place;
}

void StickyAssignments::Grow() {
  std::vector<uint32_t> places(places_.empty() ? 8 : places_.size() * 2);
  for (size_t i = 0; i < rows_.size(); ++i) {
    size_t place = rows_[i].hash & (places.size() - 1);
    while (places[place] != 0) place = (place + 1) & (places.size() - 1);
    places[place] = static_cast<uint32_t>(i + 1);
  }
  places_ = std::move(places);
}

void StickyAssignments::Set(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                            std::string_view unit_id, std::string_view variant) {
  if (rows_.size() * 2 >= places_.size()) Grow();
  const uint64_t hash = HashOf(experiment_id, phase, bucket_by, unit_id);
  uint32_t& row = places_[Place(experiment_id, phase, bucket_by, unit_id, hash)];
  if (row != 0) {
    rows_[row - 1].variant = variant;
    return;
  }
  rows_.push_back(Row{.hash = hash,
                      .experiment_id = std::string(experiment_id),
                      .bucket_by = std::string(bucket_by),
                      .unit_id = std::string(unit_id),
                      .variant = std::string(variant),
                      .phase = phase});
  row = static_cast<uint32_t>(rows_.size());
}

std::string_view StickyAssignments::Find(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                                         std::string_view unit_id) const {
  if (rows_.empty()) return {};
  const uint64_t hash = HashOf(experiment_id, phase, bucket_by, unit_id);
  const uint32_t row = places_[Place(experiment_id, phase, bucket_by, unit_id, hash)];
  return row == 0 ? std::string_view() : std::string_view(rows_[row - 1].variant);
}

}  // namespace v1
}  // namespace expt
