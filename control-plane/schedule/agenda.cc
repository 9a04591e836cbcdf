#include "control-plane/schedule/agenda.h"

#include <utility>

#include "control-plane/storage/state_store.h"

namespace expt::schedule {

Agenda::Agenda(storage::StateStore& state, AgendaOptions options)
    : state_(state), options_(std::move(options)), started_(options_.now()) {}

absl::StatusOr<size_t> Agenda::Look() {
  const std::lock_guard lock(looking_);
  const auto due = state_.DueChangeRequests(options_.now().time_since_epoch().count(),
                                            started_.time_since_epoch().count());
  if (!due.ok()) return due.status();
  for (const storage::ChangeRequest& request : *due) {
    const bool is_applied = request.state == storage::ChangeRequestState::kApplied;
    options_.publish({.project = request.project,
                      .environment = request.environment,
                      .id = request.id,
                      .actor = is_applied ? request.applied_by : request.scheduled_by});
  }
  return due->size();
}

}  // namespace expt::schedule
