#include "src/client/spool.h"

#include <algorithm>
#include <utility>

#include "src/base/status.h"

namespace expt::client {
namespace {

bool IsLaneName(std::string_view name) {
  return !name.empty() && name.size() <= 2 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

absl::Status Prefixed(const absl::Status& status) {
  return base::Error(status.code(), "spool: " + base::TextOf(status));
}

}  // namespace

Spool::Spool(const SpoolLane::Settings& settings, std::string directory)
    : settings_(settings), directory_(std::move(directory)) {}

void Spool::Step(Time now, SteadyTime steady) {
  if (steady < rest_until_) return;
  if (own_ == nullptr) {
    if (const absl::Status status = OpenOwn(now); !status.ok()) return Fail(status, steady);
    status_ = absl::OkStatus();
  }
  if (steady < adopt_at_) return;
  adopt_at_ = steady + kAdoptInterval;
  Adopt(now);
}

void Spool::Fail(const absl::Status& status, SteadyTime steady) {
  status_ = Prefixed(status);
  rest_until_ = steady + kSpoolRest;
}

absl::Status Spool::OpenOwn(Time now) {
  for (size_t i = 0; i < kMaxLanes; ++i) {
    std::string name = std::to_string(i);
    absl::StatusOr<std::unique_ptr<SpoolLane>> lane = SpoolLane::Open(settings_, directory_ + "/" + name, now);
    if (absl::IsFailedPrecondition(lane.status())) continue;
    if (!lane.ok()) return lane.status();
    own_ = *std::move(lane);
    own_name_ = std::move(name);
    CountEvents();
    return absl::OkStatus();
  }
  return base::Error(absl::StatusCode::kFailedPrecondition,
                     "all " + std::to_string(kMaxLanes) + " lanes are in use by other clients");
}

void Spool::Adopt(Time now) {
  const absl::StatusOr<std::vector<std::string>> names = settings_.files->List(directory_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!IsLaneName(name) || name == own_name_) continue;
    absl::StatusOr<std::unique_ptr<SpoolLane>> lane = SpoolLane::Open(settings_, directory_ + "/" + name, now);
    if (!lane.ok()) continue;  // its process lives, or it is in adopted_ already
    for (std::string& warning : (*lane)->TakeWarnings()) warnings_.push_back(std::move(warning));
    if ((*lane)->unread() != 0) adopted_.push_back(*std::move(lane));
  }
  CountEvents();
}

size_t Spool::Append(std::span<const EncodedEvent> events, Time now, SteadyTime steady) {
  absl::Status status;
  const size_t safe = own_->Append(events, now, status);
  CountEvents();
  if (status.ok()) {
    status_ = absl::OkStatus();
  } else {
    Fail(status, steady);
  }
  return safe;
}

SpoolLane::Taken Spool::Take(size_t max_events, size_t max_bytes) {
  for (const auto& lane : adopted_) {
    if (lane->unread() == 0) continue;
    SpoolLane::Taken taken = lane->Take(max_events, max_bytes);
    if (taken.events.empty()) continue;
    taken_from_ = lane.get();
    return taken;
  }
  if (own_ == nullptr) return {};
  taken_from_ = own_.get();
  return own_->Take(max_events, max_bytes);
}

void Spool::Acknowledge() {
  if (SpoolLane* lane = std::exchange(taken_from_, nullptr)) {
    lane->Acknowledge();
    if (lane != own_.get() && lane->unread() == 0) {
      lane->Tidy();
      std::erase_if(adopted_, [lane](const auto& adopted) { return adopted.get() == lane; });
    }
  }
  CountEvents();
}

void Spool::KeepRejected(std::string_view code, const EncodedEvent& event) {
  if (own_ != nullptr) own_->KeepRejected(code, event);
}

uint64_t Spool::unread() const {
  uint64_t count = own_ == nullptr ? 0 : own_->unread();
  for (const auto& lane : adopted_) count += lane->unread();
  return count;
}

void Spool::Tidy() {
  if (own_ != nullptr) own_->Tidy();
}

void Spool::CountEvents() {
  uint64_t count = own_ == nullptr ? 0 : own_->events();
  for (const auto& lane : adopted_) count += lane->events();
  events_ = count;
}

std::vector<std::string> Spool::TakeWarnings() {
  std::vector<std::string> all = std::exchange(warnings_, {});
  const auto take = [&all](SpoolLane& lane) {
    for (std::string& warning : lane.TakeWarnings()) all.push_back(std::move(warning));
  };
  if (own_ != nullptr) take(*own_);
  for (const auto& lane : adopted_) take(*lane);
  return all;
}

}  // namespace expt::client
