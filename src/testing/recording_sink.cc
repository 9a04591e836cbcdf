#include <mutex>
#include <set>
#include <utility>

#include "expt/testing.h"

namespace expt {
inline namespace v1 {
namespace testing {

struct RecordingSink::State {
  mutable std::mutex mutex;
  // All below: under `mutex`.
  std::vector<ReportedEvent> events;
  std::vector<ReportedEvent> summaries;
  std::set<std::string, std::less<>> ids;
  Judge judge;
  absl::Status status;
};

RecordingSink::RecordingSink() : state_(std::make_unique<State>()) {}
RecordingSink::~RecordingSink() = default;

std::vector<ReportedEvent> RecordingSink::events() const {
  const std::lock_guard guard(state_->mutex);
  return state_->events;
}

std::vector<ReportedEvent> RecordingSink::summaries() const {
  const std::lock_guard guard(state_->mutex);
  return state_->summaries;
}

void RecordingSink::SetJudge(Judge judge) {
  const std::lock_guard guard(state_->mutex);
  state_->judge = std::move(judge);
}

void RecordingSink::SetStatus(absl::Status status) {
  const std::lock_guard guard(state_->mutex);
  state_->status = std::move(status);
}

absl::StatusOr<std::vector<EventResult>> RecordingSink::Deliver(const EventBatch& batch) {
  const std::lock_guard guard(state_->mutex);
  if (!state_->status.ok()) return state_->status;
  std::vector<EventResult> results;
  for (const ReportedEvent& event : batch.events) {
    const bool is_known = state_->ids.contains(event.event_id);
    EventResult result = is_known ? EventResult::kDuplicate : EventResult::kStored;
    if (!is_known && state_->judge) result = state_->judge(event);
    results.push_back(result);
    if (result != EventResult::kStored) continue;
    state_->ids.insert(event.event_id);
    (event.kind == EventKind::kSummary ? state_->summaries : state_->events).push_back(event);
  }
  return results;
}

}  // namespace testing
}  // namespace v1
}  // namespace expt
