// The event log: append-only day files, durable before the acknowledgement, each event once.
//
//   Append() -> bounded queue -> ONE writer thread -> one transaction per group -> fsync -> done()
//
// A group is what has arrived while the group before it was being written, so no batch waits for company. Its
// transaction holds the events, the accounting counters and the quarantine rows: after a crash all of them are there
// or none. Whether an event is new is decided before it is appended, by (environment, event id) over the dedupe
// window: a set of fingerprints in memory says "certainly new" or "perhaps", and for "perhaps" the day files are asked.
//
// Disk full and I/O errors refuse the group before its acknowledgement. After an I/O error the file is never written
// again: the day goes on in a next part.
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_LOG_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_LOG_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/event_record.h"

namespace expt::storage {

struct EventLogOptions {
  // What may wait for the writer. Beyond it Append() refuses; the sender keeps its batch.
  size_t max_queued_batches = 2048;
  size_t max_queued_bytes = 64u << 20;
  // Most events of one transaction (at least one batch goes in). A batch waits for the group that is being written and
  // for its own, so more of them cost latency; fewer of them cost syncs.
  size_t max_group_events = 4'000;

  // An event id is remembered for this many received days. An event whose id was made before them is expired.
  int dedupe_days = 30;
  // Ids kept in memory, 10 to 30 bytes each. Those of older files within the window are looked up on disk.
  size_t max_fingerprints = size_t{48} << 20;

  // Free space that is left to the disk: below it every append is refused.
  int64_t disk_reserve_bytes = int64_t{64} << 20;

  // Most different rows of one file; beyond them counts go to a row without experiment and variant, or without bytes.
  size_t max_accounting_rows = 100'000;
  int64_t max_quarantine_rows = 10'000;
  // Ranges of sequence numbers, 50 bytes each; beyond them no loss of further instances can be seen.
  int64_t max_sequence_rows = 2'000'000;
};

// Thread-safe. One per directory: a second one, also of another process, cannot be opened.
class EventLog {
 public:
  // Makes `directory` when it is missing. Cost: reads the ids of the dedupe window.
  //
  // Errors: kUnavailable (I/O, or the directory is in use), kDataLoss (a damaged file in the dedupe window).
  static absl::StatusOr<std::unique_ptr<EventLog>> Open(const std::string& directory, const EventLogOptions& options);
  // As Close().
  ~EventLog();

  // Queues `append`; its `done` will be called, with kUnavailable when the disk refuses.
  //
  // Errors, upon which `done` is not called: kResourceExhausted (queue full: slow down), kFailedPrecondition (closed).
  absl::Status Append(EventAppend append);

  // Takes nothing more, writes what is queued, stops the writer.
  void Close();

  // How long a batch that is appended now will wait until it is durable, judged by what the last ones took. 0 when
  // nothing is queued or being written: so that a disk that was slow once is tried again.
  std::chrono::duration<double> ExpectedWait() const;

  // The last sequence that is durable; 0 for an empty log.
  int64_t durable_seq() const;

 private:
  class Writer;
  explicit EventLog(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_LOG_H_
