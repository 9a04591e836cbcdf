#include "src/client/assignment_saver.h"

#include <iterator>
#include <utility>
#include <vector>

#include "src/base/status.h"

namespace expt::client {

using Steady = std::chrono::steady_clock;

AssignmentSaver::AssignmentSaver(const Settings& settings)
    : settings_(settings),
      store_(settings.options.assignment_store.get()),
      backoff_(settings.options.retry_initial, settings.options.retry_max) {}

bool AssignmentSaver::Note(const Exposure& exposure, std::string_view unit_id) {
  if (store_ == nullptr || !exposure.is_sticky || exposure.origin != ExposureOrigin::kEngine) return false;
  const std::lock_guard guard(mutex_);
  if (rows_.size() >= kMaxWaiting) {
    ++dropped_;
    return false;
  }
  rows_.push_back({.experiment_id = std::string(exposure.experiment_id),
                   .bucket_by = std::string(exposure.bucket_by),
                   .unit_id = std::string(unit_id),
                   .variant = std::string(exposure.variant),
                   .phase = exposure.phase});
  ++waiting_;
  return rows_.size() == 1;
}

Steady::time_point AssignmentSaver::Step() {
  if (store_ == nullptr) return Steady::time_point::max();
  std::deque<Row> rows;
  {
    const std::lock_guard guard(mutex_);
    if (rows_.empty()) return Steady::time_point::max();
    if (Steady::now() < retry_at_) return retry_at_;
    rows.swap(rows_);
  }
  const absl::Status status = Save(rows);
  if (status.ok()) {
    saved_ += rows.size();
    waiting_ -= rows.size();
    backoff_.Reset();
    return Steady::time_point::max();  // whoever notes the first new row wakes the thread
  }
  if (settings_.options.log) {
    settings_.options.log(LogLevel::kWarning, "assignments: cannot save: " + base::TextOf(status));
  }
  const std::lock_guard guard(mutex_);
  rows_.insert(rows_.begin(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  retry_at_ = Steady::now() + backoff_.Next(std::nullopt, jitter_);
  return retry_at_;
}

absl::Status AssignmentSaver::Save(const std::deque<Row>& rows) {
  std::vector<Assignment> views;
  views.reserve(rows.size());
  for (const Row& row : rows) {
    views.push_back({.experiment_id = row.experiment_id,
                     .phase = row.phase,
                     .bucket_by = row.bucket_by,
                     .unit_id = row.unit_id,
                     .variant = row.variant});
  }
  return store_->Save(views);
}

void AssignmentSaver::DropAll() {
  const std::lock_guard guard(mutex_);
  dropped_ += rows_.size();
  waiting_ -= rows_.size();
  rows_.clear();
}

}  // namespace expt::client
