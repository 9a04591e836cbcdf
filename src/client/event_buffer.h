// The bounded buffer between the program's threads and the background thread.
//
//   Push() --> [ exposures and identities ] --+
//          --> [ metric events            ] --+-->  Take(): oldest first, whatever its queue
//          --> [ evaluation summaries     ] --+
//
// When it is full, a more important event pushes out the oldest of the least important: first summaries, then metric
// events. An event that finds nothing less important is refused. Every event that is pushed gets a sequence number,
// also a refused one: a receiver sees a loss as a gap and finds it explained among the drops.
#ifndef EXPT_SRC_CLIENT_EVENT_BUFFER_H_
#define EXPT_SRC_CLIENT_EVENT_BUFFER_H_

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "expt/event.h"
#include "src/client/drop_counts.h"

namespace expt::client {

// First in, first out; runs of bytes in chunks, so a push is a copy and no allocation once warm. Not thread-safe.
class RecordQueue {
 public:
  void Push(uint64_t sequence, std::string_view record);
  bool empty() const { return count_ == 0; }
  size_t count() const { return count_; }
  // Of the oldest; the queue must not be empty.
  uint64_t front_sequence() const;
  std::string_view front() const;
  void Pop();

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t capacity = 0;
    size_t begin = 0;
    size_t end = 0;
  };
  static constexpr size_t kChunkSize = 64u << 10;
  static constexpr size_t kSpares = 4;

  Chunk MakeChunk(size_t size);

  std::deque<Chunk> chunks_;
  std::vector<Chunk> spares_;
  size_t count_ = 0;
};

// Thread-safe.
class EventBuffer {
 public:
  // `wake_count`: Push() says wake when that many events wait. `drops` counts what is lost and outlives the buffer.
  EventBuffer(size_t max_events, size_t max_bytes, size_t wake_count, DropCounts* drops);

  struct Pushed {
    DropReason dropped = DropReason::kNone;
    bool wake = false;  // the background thread has something to look at
  };
  // Copies `record`, made by event_record.h.
  Pushed Push(EventKind kind, std::string_view record);

  struct Taken {
    uint64_t sequence = 0;
    std::string record;
  };
  // Moves the oldest events out, at most `max_events` of at most `max_bytes` in all, but at least one if there is any.
  void Take(size_t max_events, size_t max_bytes, std::vector<Taken>& out);

  // Nothing but summaries is accepted any more: kClosed.
  void Close();
  // Counts what is left as dropped with `reason` and forgets it. Returns how many were not summaries.
  uint64_t DropAll(DropReason reason);

  // Waits until `events` more of average size would fit. False when that did not happen in time or cannot happen.
  bool WaitForRoom(size_t events, std::chrono::milliseconds timeout);

  size_t count() const;
  size_t bytes() const;
  // Of events but summaries: accepted since the start, and accepted but pushed out again or dropped by DropAll().
  uint64_t accepted() const;
  uint64_t evicted() const;
  // Of the newest event pushed; 0 before the first.
  uint64_t last_sequence() const;
  // Of the oldest event waiting; kNoSequence when there is none.
  uint64_t oldest_sequence() const;
  static constexpr uint64_t kNoSequence = std::numeric_limits<uint64_t>::max();

 private:
  static constexpr size_t kSummaries = 0, kMetrics = 1, kExposures = 2, kQueues = 3;  // by importance

  static size_t QueueOf(EventKind kind);
  RecordQueue* Oldest();
  const RecordQueue* Oldest() const;
  bool MakeRoom(size_t queue, size_t bytes);
  void Remove(RecordQueue& queue);
  size_t TotalCount() const;
  bool HasRoom(size_t events) const;

  const size_t max_events_;
  const size_t max_bytes_;
  const size_t wake_count_;
  DropCounts* const drops_;

  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::array<RecordQueue, kQueues> queues_;
  size_t bytes_ = 0;
  uint64_t sequence_ = 0;
  uint64_t accepted_ = 0;
  uint64_t evicted_ = 0;
  int waiters_ = 0;
  bool is_closed_ = false;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EVENT_BUFFER_H_
