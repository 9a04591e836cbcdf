#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "expt/testing.h"

namespace expt {
inline namespace v1 {
namespace testing {

struct MemoryAssignments::State {
  // (bucket_by, unit id, experiment id, phase) -> variant
  using Key = std::tuple<std::string, std::string, std::string, uint32_t>;
  mutable std::mutex mutex;
  std::map<Key, std::string> rows;  // under `mutex`
  absl::Status status;              // under `mutex`
};

MemoryAssignments::MemoryAssignments() : state_(std::make_unique<State>()) {}
MemoryAssignments::~MemoryAssignments() = default;

size_t MemoryAssignments::size() const {
  const std::lock_guard guard(state_->mutex);
  return state_->rows.size();
}

std::string MemoryAssignments::Find(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                                    std::string_view unit_id) const {
  const std::lock_guard guard(state_->mutex);
  const auto row = state_->rows.find({std::string(bucket_by), std::string(unit_id), std::string(experiment_id), phase});
  return row == state_->rows.end() ? "" : row->second;
}

void MemoryAssignments::SetStatus(absl::Status status) {
  const std::lock_guard guard(state_->mutex);
  state_->status = std::move(status);
}

absl::Status MemoryAssignments::Load(std::string_view bucket_by, std::string_view unit_id,
                                     StickyAssignments& assignments) {
  const std::lock_guard guard(state_->mutex);
  if (!state_->status.ok()) return state_->status;
  const State::Key first{std::string(bucket_by), std::string(unit_id), "", 0};
  for (auto row = state_->rows.lower_bound(first); row != state_->rows.end(); ++row) {
    const auto& [by, unit, experiment, phase] = row->first;
    if (by != bucket_by || unit != unit_id) break;
    assignments.Set(experiment, phase, bucket_by, unit_id, row->second);
  }
  return absl::OkStatus();
}

absl::Status MemoryAssignments::Save(std::span<const Assignment> assignments) {
  const std::lock_guard guard(state_->mutex);
  if (!state_->status.ok()) return state_->status;
  for (const Assignment& row : assignments) {
    state_->rows.insert_or_assign(
        {std::string(row.bucket_by), std::string(row.unit_id), std::string(row.experiment_id), row.phase},
        std::string(row.variant));
  }
  return absl::OkStatus();
}

}  // namespace testing
}  // namespace v1
}  // namespace expt
