#include "control-plane/storage/event_dedupe.h"

#include <algorithm>
#include <random>
#include <utility>

#include "control-plane/storage/event_hash.h"

namespace expt::storage {
namespace {

uint64_t RandomWord() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

EventDedupe::EventDedupe(std::string directory, int window_days, size_t max_fingerprints)
    : directory_(std::move(directory)),
      window_days_(window_days),
      max_fingerprints_(max_fingerprints),
      secret_(RandomWord()) {}

// Keyed with a secret of the process, so that nobody can send ids that fill one run of slots.
uint64_t EventDedupe::Fingerprint(std::string_view environment, std::string_view event_id) const {
  return EventHash(event_id, EventHash(environment, secret_));
}

absl::Status EventDedupe::AddFile(EventDayName name, int64_t end) {
  if (!files_.empty()) files_.back().reader.reset();
  File& file = files_.emplace_back();
  file.name = name;
  file.end = end;
  file.index = next_index_++;
  absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kRead);
  if (!day.ok()) return day.status();
  absl::Status status = day->VisitIds(end, [&](std::string_view environment, std::string_view event_id) {
    fingerprints_.Add(Fingerprint(environment, event_id), file.index);
  });
  MakeRoom();
  return status;
}

void EventDedupe::MakeRoom() {
  for (size_t i = 0; fingerprints_.size() > max_fingerprints_ && i + 1 < files_.size(); ++i) {
    if (!files_[i].is_in_memory) continue;
    files_[i].is_in_memory = false;
    fingerprints_.Remove(files_[i].index);
  }
}

void EventDedupe::Prune(int32_t day) {
  while (!files_.empty() && files_.front().name.day <= day - window_days_) {
    if (files_.front().is_in_memory) fingerprints_.Remove(files_.front().index);
    files_.pop_front();
  }
}

absl::StatusOr<std::optional<EventDay::Found>> EventDedupe::FindIn(File& file, std::string_view environment,
                                                                   std::string_view event_id, EventDay& current) {
  if (file.name == current.name()) return current.Find(environment, event_id, INT64_MAX);
  if (!file.reader.has_value()) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, file.name, EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    file.reader.emplace(*std::move(day));
  }
  return file.reader->Find(environment, event_id, file.end);
}

absl::StatusOr<std::optional<EventDay::Found>> EventDedupe::Find(std::string_view environment,
                                                                 std::string_view event_id, EventDay& current) {
  absl::StatusOr<std::optional<EventDay::Found>> found = std::optional<EventDay::Found>();
  const auto ask = [&](File& file) {
    found = FindIn(file, environment, event_id, current);
    return !found.ok() || found->has_value();
  };
  const bool is_decided = fingerprints_.Find(Fingerprint(environment, event_id), [&](uint16_t index) {
    const auto file =
        std::find_if(files_.begin(), files_.end(), [&](const File& candidate) { return candidate.index == index; });
    return file != files_.end() && ask(*file);
  });
  if (is_decided) return found;
  for (File& file : files_) {
    if (!file.is_in_memory && ask(file)) return found;
  }
  return found;
}

void EventDedupe::Add(std::string_view environment, std::string_view event_id) {
  fingerprints_.Add(Fingerprint(environment, event_id), files_.back().index);
  if (fingerprints_.size() > max_fingerprints_) MakeRoom();
}

}  // namespace expt::storage
