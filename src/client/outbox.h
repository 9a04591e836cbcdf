// Events on their way from the buffer to the server.
//
//   buffer --id, encode--> spool --read--> batches (in hand) --> Uploader
//   buffer --id, encode-----------------> batches            without a spool, or while the disk refuses
//
// With a spool, an event is on disk within SpoolOptions::interval; what is in hand stays there until it is done with.
#ifndef EXPT_SRC_CLIENT_OUTBOX_H_
#define EXPT_SRC_CLIENT_OUTBOX_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "src/client/batch_writer.h"
#include "src/client/drop_counts.h"
#include "src/client/event_buffer.h"
#include "src/client/settings.h"
#include "src/client/spool.h"

namespace expt::client {

// Events but summaries. Thread-safe.
struct SendCounts {
  std::atomic<uint64_t> stored{0};
  std::atomic<uint64_t> duplicate{0};
  std::atomic<uint64_t> rejected{0};
  // The rest is about events that this client recorded, not those that it found on disk.
  std::atomic<uint64_t> done{0};     // acknowledged or rejected
  std::atomic<uint64_t> dropped{0};  // after they were taken from the buffer, for another reason than rejection
  // Of the oldest event that was taken from the buffer and is not acknowledged, summaries included;
  // EventBuffer::kNoSequence when there is none. Never too high: look at the buffer first, then here.
  std::atomic<uint64_t> oldest_sequence{EventBuffer::kNoSequence};
  // The last attempt failed, the next is not due, and nothing would be lost if the process ended now.
  std::atomic<bool> is_parked{false};
};

// The background thread's.
class Outbox {
 public:
  // `spool` is null where events stay in memory.
  Outbox(const Settings& settings, EventBuffer* buffer, DropCounts* drops, Spool* spool, SendCounts* counts);

  // Moves what is due from the buffer to the spool and returns when to call again. `flush_until`: events up to that
  // sequence number are due at once. Does nothing to the batch in hand.
  SteadyTime Drain(uint64_t flush_until, SteadyTime now);

  // Takes a batch in hand when there is none and one is due. Returns when to call again if there is none then.
  SteadyTime Fill(uint64_t flush_until, SteadyTime now);

  struct Batch {
    InstanceId instance_id{};
    bool is_own = false;
    bool is_spooled = false;
    std::vector<EncodedEvent> events;  // never empty
  };
  bool has_batch() const { return !batches_.empty(); }
  const Batch& front() const { return batches_.front(); }
  Batch PopFront();
  void PushFront(Batch batch) { batches_.push_front(std::move(batch)); }
  // To be called when what was popped is dealt with: done, or pushed again.
  void Settle();

  bool is_empty() const {
    return batches_.empty() && buffer_->count() == 0 && (spool_ == nullptr || spool_->unread() == 0);
  }
  // Whether events wait in memory and need room soon.
  bool is_pressed() const {
    return buffer_->count() >= settings_.options.buffer_events / 2 ||
           buffer_->bytes() >= settings_.options.buffer_bytes / 2;
  }
  // Whether everything is on disk that was accepted until now.
  bool is_on_disk() const;

  // The end: what can be is written to the spool, the rest is counted as dropped with `reason`. Returns how many of
  // that were not summaries.
  uint64_t Finish(DropReason reason);

 private:
  bool IsBufferDue(uint64_t flush_until, SteadyTime now);
  bool IsSpoolDue(uint64_t flush_until, SteadyTime now);
  std::vector<EncodedEvent> TakeBuffer(size_t max_events, size_t max_bytes);
  void PushBatches(std::vector<EncodedEvent> events);
  void WriteBuffer(SteadyTime now);
  void UpdateOldest();
  void UpdateLost();

  const Settings& settings_;
  EventBuffer* const buffer_;
  DropCounts* const drops_;
  Spool* const spool_;
  SendCounts* const counts_;
  BatchWriter writer_;

  std::deque<Batch> batches_;  // the first is the next to be sent
  std::vector<EventBuffer::Taken> taken_;
  std::optional<SteadyTime> buffer_since_;  // since when the buffer's oldest event has waited for company or the disk
  std::optional<SteadyTime> spool_since_;   // the same of the spool
  uint64_t drain_until_ = 0;                // events up to here have waited long enough
  uint64_t read_until_ = 0;                 // of the last own event that was read from the spool
  uint64_t lost_ = 0;                       // by the spool, as far as counted
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_OUTBOX_H_
