// Reads the event log, also while it is being written. What Append() has acknowledged is visible to every later call.
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_READER_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_READER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/event_record.h"

namespace expt::storage {

// Errors of every method: kUnavailable (I/O), kDataLoss (a damaged file). Thread-safe: keeps nothing open.
class EventReader {
 public:
  // A directory that does not exist yet is an empty log.
  explicit EventReader(std::string directory) : directory_(std::move(directory)) {}

  using RowFn = std::function<absl::Status(const LoggedEvent&)>;
  // Calls `row` for the events with seq in (after, through], in order, at most `limit` of them; an error of `row`
  // ends the scan and is returned. Returns the seq of the last event seen, `after` when there was none.
  // Events of one file are read in one view of it: an event appended meanwhile waits for the next call.
  absl::StatusOr<int64_t> Scan(int64_t after, int64_t through, int64_t limit, const RowFn& row) const;

  // Of the last event; 0 for an empty log.
  absl::StatusOr<int64_t> LastSeq() const;

  // Counters of all days, of one environment or (empty) of all; ordered by environment, kind, outcome, experiment and
  // variant.
  absl::StatusOr<std::vector<AccountingRow>> Accounting(std::string_view environment) const;
  // What clients say they dropped, added over clients; ordered likewise.
  absl::StatusOr<std::vector<DeclaredDropRow>> DeclaredDrops(std::string_view environment) const;
  // Events taken in, of one environment or (empty) of all: counted before anything was decided about them.
  absl::StatusOr<int64_t> Accepted(std::string_view environment) const;
  // What the sequence numbers of the environment's instances say. Cost: a walk over the ranges of all days, in memory
  // for one instance at a time.
  // `explaining` are the reasons of declared drops for which a number is missing.
  absl::StatusOr<SequenceSums> Sequences(std::string_view environment, std::span<const uint8_t> explaining) const;
  // Checks of every file that its counters add up: what was accepted has one outcome each, and what is counted as
  // stored is there. Files of earlier versions are left out.
  absl::StatusOr<std::vector<AccountingFault>> CheckAccounting() const;
  // Newest first, at most `limit`.
  absl::StatusOr<std::vector<QuarantineRow>> Quarantine(std::string_view environment, int64_t limit) const;

 private:
  const std::string directory_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_READER_H_
