#include "src/client/event_buffer.h"

#include <algorithm>
#include <cstring>

#include "src/client/event_record.h"

namespace expt::client {
namespace {

// Before each record in a chunk.
struct Prefix {
  uint64_t sequence;
  uint64_t size;
};

constexpr size_t StoredSize(size_t record_size) { return sizeof(Prefix) + record_size; }

Prefix ReadPrefix(const char* at) {
  Prefix prefix;
  std::memcpy(&prefix, at, sizeof prefix);
  return prefix;
}

}  // namespace

RecordQueue::Chunk RecordQueue::MakeChunk(size_t size) {
  if (size <= kChunkSize && !spares_.empty()) {
    Chunk chunk = std::move(spares_.back());
    spares_.pop_back();
    return chunk;
  }
  const size_t capacity = std::max(size, kChunkSize);
  return {.bytes = std::make_unique_for_overwrite<char[]>(capacity), .capacity = capacity};
}

void RecordQueue::Push(uint64_t sequence, std::string_view record) {
  const size_t needed = StoredSize(record.size());
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().end < needed) chunks_.push_back(MakeChunk(needed));
  Chunk& chunk = chunks_.back();
  const Prefix prefix{.sequence = sequence, .size = record.size()};
  std::memcpy(chunk.bytes.get() + chunk.end, &prefix, sizeof prefix);
  std::memcpy(chunk.bytes.get() + chunk.end + sizeof prefix, record.data(), record.size());
  chunk.end += needed;
  ++count_;
}

uint64_t RecordQueue::front_sequence() const {
  const Chunk& chunk = chunks_.front();
  return ReadPrefix(chunk.bytes.get() + chunk.begin).sequence;
}

std::string_view RecordQueue::front() const {
  const Chunk& chunk = chunks_.front();
  const char* at = chunk.bytes.get() + chunk.begin;
  return {at + sizeof(Prefix), ReadPrefix(at).size};
}

void RecordQueue::Pop() {
  Chunk& chunk = chunks_.front();
  chunk.begin += StoredSize(front().size());
  --count_;
  if (chunk.begin < chunk.end) return;
  Chunk done = std::move(chunk);
  chunks_.pop_front();
  if (done.capacity != kChunkSize || spares_.size() >= kSpares) return;
  done.begin = done.end = 0;
  spares_.push_back(std::move(done));
}

EventBuffer::EventBuffer(size_t max_events, size_t max_bytes, size_t wake_count, DropCounts* drops)
    : max_events_(max_events), max_bytes_(max_bytes), wake_count_(wake_count), drops_(drops) {}

size_t EventBuffer::QueueOf(EventKind kind) {
  switch (kind) {
    case EventKind::kSummary:
      return kSummaries;
    case EventKind::kMetric:
      return kMetrics;
    case EventKind::kExposure:
    case EventKind::kIdentify:
      return kExposures;
  }
  return kMetrics;
}

EventBuffer::Pushed EventBuffer::Push(EventKind kind, std::string_view record) {
  const size_t queue = QueueOf(kind);
  const std::lock_guard guard(mutex_);
  const auto drop = [&](DropReason reason) {
    const RecordSubject subject = SubjectOf(record);
    drops_->Add(reason, kind, subject.experiment, subject.variant);
    return Pushed{.dropped = reason};
  };
  if (is_closed_ && queue != kSummaries) return drop(DropReason::kClosed);
  const uint64_t sequence = ++sequence_;
  if (!MakeRoom(queue, StoredSize(record.size()))) return drop(DropReason::kBufferFull);
  queues_[queue].Push(sequence, record);
  bytes_ += StoredSize(record.size());
  if (queue != kSummaries) ++accepted_;
  const size_t count = TotalCount();
  return {.wake = count == 1 || count == wake_count_};
}

bool EventBuffer::MakeRoom(size_t queue, size_t bytes) {
  const auto fits = [&] { return TotalCount() < max_events_ && bytes_ + bytes <= max_bytes_; };
  for (size_t lesser = 0; lesser < queue && !fits(); ++lesser) {
    while (!queues_[lesser].empty() && !fits()) {
      const RecordSubject subject = SubjectOf(queues_[lesser].front());
      drops_->Add(DropReason::kBufferFull, subject.kind, subject.experiment, subject.variant);
      if (subject.kind != EventKind::kSummary) ++evicted_;
      Remove(queues_[lesser]);
    }
  }
  return fits();
}

void EventBuffer::Remove(RecordQueue& queue) {
  bytes_ -= StoredSize(queue.front().size());
  queue.Pop();
}

RecordQueue* EventBuffer::Oldest() { return const_cast<RecordQueue*>(static_cast<const EventBuffer*>(this)->Oldest()); }

const RecordQueue* EventBuffer::Oldest() const {
  const RecordQueue* oldest = nullptr;
  for (const RecordQueue& queue : queues_) {
    if (queue.empty()) continue;
    if (oldest == nullptr || queue.front_sequence() < oldest->front_sequence()) oldest = &queue;
  }
  return oldest;
}

void EventBuffer::Take(size_t max_events, size_t max_bytes, std::vector<Taken>& out) {
  const std::lock_guard guard(mutex_);
  size_t bytes = 0;
  for (size_t taken = 0; taken < max_events; ++taken) {
    RecordQueue* queue = Oldest();
    if (queue == nullptr) break;
    const std::string_view record = queue->front();
    if (taken != 0 && bytes + record.size() > max_bytes) break;
    bytes += record.size();
    out.push_back({.sequence = queue->front_sequence(), .record = std::string(record)});
    Remove(*queue);
  }
  if (waiters_ != 0) room_.notify_all();
}

void EventBuffer::Close() {
  const std::lock_guard guard(mutex_);
  is_closed_ = true;
  room_.notify_all();
}

uint64_t EventBuffer::DropAll(DropReason reason) {
  const std::lock_guard guard(mutex_);
  uint64_t count = 0;
  while (RecordQueue* queue = Oldest()) {
    const RecordSubject subject = SubjectOf(queue->front());
    drops_->Add(reason, subject.kind, subject.experiment, subject.variant);
    if (subject.kind != EventKind::kSummary) ++count;
    Remove(*queue);
  }
  evicted_ += count;
  return count;
}

bool EventBuffer::HasRoom(size_t events) const {
  const size_t count = TotalCount();
  constexpr size_t kGuess = 256;
  const size_t average = count == 0 ? kGuess : bytes_ / count;
  return count + events <= max_events_ && (count == 0 || bytes_ + events * average <= max_bytes_);
}

bool EventBuffer::WaitForRoom(size_t events, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (events > max_events_) return false;
  ++waiters_;
  room_.wait_for(lock, timeout, [&] { return is_closed_ || HasRoom(events); });
  --waiters_;
  return !is_closed_ && HasRoom(events);
}

size_t EventBuffer::TotalCount() const {
  return queues_[kSummaries].count() + queues_[kMetrics].count() + queues_[kExposures].count();
}

size_t EventBuffer::count() const {
  const std::lock_guard guard(mutex_);
  return TotalCount();
}

size_t EventBuffer::bytes() const {
  const std::lock_guard guard(mutex_);
  return bytes_;
}

uint64_t EventBuffer::accepted() const {
  const std::lock_guard guard(mutex_);
  return accepted_;
}

uint64_t EventBuffer::evicted() const {
  const std::lock_guard guard(mutex_);
  return evicted_;
}

uint64_t EventBuffer::last_sequence() const {
  const std::lock_guard guard(mutex_);
  return sequence_;
}

uint64_t EventBuffer::oldest_sequence() const {
  const std::lock_guard guard(mutex_);
  const RecordQueue* queue = Oldest();
  return queue == nullptr ? kNoSequence : queue->front_sequence();
}

}  // namespace expt::client
