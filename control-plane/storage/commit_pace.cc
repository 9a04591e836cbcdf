#include "control-plane/storage/commit_pace.h"

#include <algorithm>

namespace expt::storage {
namespace {

constexpr double kKeep = 0.9;  // weight of what was before the last group
// Of an event, before the first group has been measured.
constexpr CommitPace::Seconds kFirstGuess{10e-6};

}  // namespace

void CommitPace::Begin(size_t events, Moment now) {
  is_running_ = true;
  running_events_ = events;
  began_ = now;
}

void CommitPace::End(Seconds inserting, Seconds committing) {
  is_running_ = false;
  commit_ = commit_ * kKeep + committing * (1 - kKeep);
  inserting_ = inserting_ * kKeep + inserting;
  inserted_events_ = inserted_events_ * kKeep + static_cast<double>(running_events_);
}

CommitPace::Seconds CommitPace::Expect(size_t queued, size_t max_group, Moment now) const {
  const Seconds per_event = inserted_events_ < 1 ? kFirstGuess : inserting_ / inserted_events_;
  Seconds wait{0};
  if (is_running_) {
    const Seconds left = commit_ + per_event * static_cast<double>(running_events_) - (now - began_);
    wait += std::max(left, -left);
  }
  const auto groups = static_cast<double>(queued / std::max<size_t>(max_group, 1) + 1);
  return wait + commit_ * groups + per_event * static_cast<double>(queued);
}

}  // namespace expt::storage
