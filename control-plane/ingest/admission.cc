#include "control-plane/ingest/admission.h"

#include <algorithm>

#include "src/base/status.h"

namespace expt::ingest {
namespace {

double SecondsBetween(Time from, Time to) {
  return std::max<double>(0, static_cast<double>((to - from).count())) / 1000;
}

}  // namespace

// Full again means as good as never seen.
void Admission::Forget(Time now) {
  std::erase_if(credits_, [&](const auto& entry) {
    const Credit& credit = entry.second;
    return credit.events + SecondsBetween(credit.counted, now) * options_.key_events_per_second >=
           options_.key_burst_events;
  });
}

Admission::Credit& Admission::Counted(std::string_view key_id, Time now) {
  auto found = credits_.find(key_id);
  if (found == credits_.end()) {
    if (credits_.size() >= options_.max_keys) Forget(now);
    // Keys for which there is no room share one credit; no key has an empty id.
    if (credits_.size() >= options_.max_keys) key_id = {};
    found = credits_.try_emplace(std::string(key_id), Credit{options_.key_burst_events, now}).first;
  }
  Credit& credit = found->second;
  credit.events = std::min(options_.key_burst_events, credit.events + SecondsBetween(credit.counted, now) *
                                                                          options_.key_events_per_second);
  credit.counted = now;
  return credit;
}

absl::Status Admission::Check(std::string_view key_id, std::chrono::duration<double> wait, Time now) {
  {
    const std::lock_guard lock(mutex_);
    if (Counted(key_id, now).events <= 0) {
      return base::Error(absl::StatusCode::kResourceExhausted, "too many events under this key");
    }
  }
  if (wait > options_.max_wait) return base::Error(absl::StatusCode::kUnavailable, "event log: too far behind");
  return absl::OkStatus();
}

void Admission::Charge(std::string_view key_id, size_t events, Time now) {
  const std::lock_guard lock(mutex_);
  Counted(key_id, now).events -= static_cast<double>(events);
}

}  // namespace expt::ingest
