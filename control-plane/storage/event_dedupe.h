// Whether an event is new: the dedupe window over the day files.
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_DEDUPE_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_DEDUPE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/event_day.h"
#include "control-plane/storage/event_fingerprints.h"

namespace expt::storage {

// Not thread-safe: belongs to the writer.
class EventDedupe {
 public:
  EventDedupe(std::string directory, int window_days, size_t max_fingerprints);

  // Takes up the events of a file up to offset `end`; files come in order, the last one is the one being written.
  absl::Status AddFile(EventDayName name, int64_t end);
  // Forgets files of days before `day` - window + 1.
  void Prune(int32_t day);

  // The stored event of that id, if any. `current` is the file being written, in whose transaction we are.
  absl::StatusOr<std::optional<EventDay::Found>> Find(std::string_view environment, std::string_view event_id,
                                                      EventDay& current);
  // Takes up an event just inserted into the current file. Harmless when its transaction is rolled back.
  void Add(std::string_view environment, std::string_view event_id);
  // The current file has failed after offset `end`: what comes later in it does not count.
  void EndCurrent(int64_t end) { files_.back().end = end; }

 private:
  struct File {
    EventDayName name;
    int64_t end = INT64_MAX;
    uint16_t index = 0;
    bool is_in_memory = true;
    std::optional<EventDay> reader;  // opened when first asked
  };
  uint64_t Fingerprint(std::string_view environment, std::string_view event_id) const;
  absl::StatusOr<std::optional<EventDay::Found>> FindIn(File& file, std::string_view environment,
                                                        std::string_view event_id, EventDay& current);
  void MakeRoom();

  const std::string directory_;
  const int window_days_;
  const size_t max_fingerprints_;
  const uint64_t secret_;
  std::deque<File> files_;
  uint16_t next_index_ = 0;
  EventFingerprints fingerprints_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_DEDUPE_H_
