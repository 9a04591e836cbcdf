#include "src/client/outbox.h"

#include <algorithm>
#include <span>
#include <utility>

namespace expt::client {
namespace {

constexpr size_t kChunkEvents = 2'000;  // that go to the spool in one write
constexpr size_t kFraming = 16;         // tag and size before each event, and a share of the header

}  // namespace

Outbox::Outbox(const Settings& settings, EventBuffer* buffer, DropCounts* drops, Spool* spool, SendCounts* counts)
    : settings_(settings), buffer_(buffer), drops_(drops), spool_(spool), counts_(counts), writer_(settings) {}

SteadyTime Outbox::Drain(uint64_t flush_until, SteadyTime now) {
  if (spool_ == nullptr) return SteadyTime::max();
  spool_->Step(settings_.options.clock->Now(), now);
  if (!spool_->is_writable(now)) return now + kSpoolRest;
  if (buffer_->count() == 0) {
    buffer_since_.reset();
    return SteadyTime::max();
  }
  if (!buffer_since_.has_value()) buffer_since_ = now;
  const SpoolOptions& options = settings_.options.spool;
  const bool is_due = options.durability == SpoolOptions::Durability::kEvery ||
                      now >= *buffer_since_ + options.interval ||
                      buffer_->count() >= settings_.options.batch_events || buffer_->oldest_sequence() <= flush_until;
  if (!is_due) return *buffer_since_ + options.interval;
  buffer_since_.reset();
  WriteBuffer(now);
  return spool_->is_writable(now) ? SteadyTime::max() : now + kSpoolRest;
}

void Outbox::WriteBuffer(SteadyTime now) {
  while (buffer_->count() != 0 && spool_->is_writable(now)) {
    std::vector<EncodedEvent> events = TakeBuffer(kChunkEvents, settings_.options.buffer_bytes);
    const size_t safe = spool_->Append(events, settings_.options.clock->Now(), now);
    events.erase(events.begin(), events.begin() + static_cast<ptrdiff_t>(safe));
    PushBatches(std::move(events));
  }
  UpdateLost();
  UpdateOldest();
}

SteadyTime Outbox::Fill(uint64_t flush_until, SteadyTime now) {
  if (!batches_.empty()) return now;
  const auto& options = settings_.options;
  if (spool_ != nullptr && spool_->unread() != 0) {
    if (!spool_since_.has_value()) spool_since_ = now;
    if (!IsSpoolDue(flush_until, now)) return *spool_since_ + options.flush_interval;
    const size_t framing = std::min(kFraming * options.batch_events, options.batch_bytes / 2);
    SpoolLane::Taken taken = spool_->Take(options.batch_events, options.batch_bytes - framing);
    if (taken.events.empty()) return spool_->unread() != 0 ? now + kSpoolRest : now;
    if (taken.is_own) read_until_ = taken.events.back().sequence;
    batches_.push_back({.instance_id = taken.instance_id,
                        .is_own = taken.is_own,
                        .is_spooled = true,
                        .events = std::move(taken.events)});
    if (spool_->unread() == 0) spool_since_.reset();
  } else if (buffer_->count() != 0 && (spool_ == nullptr || !spool_->is_writable(now))) {
    if (!buffer_since_.has_value()) buffer_since_ = now;
    if (!IsBufferDue(flush_until, now)) return *buffer_since_ + options.flush_interval;
    PushBatches(TakeBuffer(options.batch_events, options.batch_bytes));
    buffer_since_.reset();
  }
  UpdateOldest();
  return batches_.empty() ? SteadyTime::max() : now;
}

bool Outbox::IsBufferDue(uint64_t flush_until, SteadyTime now) {
  if (buffer_->count() >= settings_.options.batch_events) return true;
  if (now >= *buffer_since_ + settings_.options.flush_interval) drain_until_ = buffer_->last_sequence();
  return buffer_->oldest_sequence() <= std::max(drain_until_, flush_until);
}

bool Outbox::IsSpoolDue(uint64_t flush_until, SteadyTime now) {
  const uint64_t own = spool_->unread_own();
  if (own < spool_->unread() || own >= settings_.options.batch_events) return true;  // left behind, or a full batch
  return now >= *spool_since_ + settings_.options.flush_interval || read_until_ < flush_until;
}

std::vector<EncodedEvent> Outbox::TakeBuffer(size_t max_events, size_t max_bytes) {
  taken_.clear();
  counts_->oldest_sequence = std::min(counts_->oldest_sequence.load(), buffer_->oldest_sequence());
  buffer_->Take(max_events, max_bytes, taken_);
  const Time now = settings_.options.clock->Now();
  std::vector<EncodedEvent> events;
  events.reserve(taken_.size());
  for (const EventBuffer::Taken& taken : taken_) {
    EncodedEvent event = writer_.Encode(taken, now);
    if (event.bytes.size() + 1024 > wire::kMaxBatchBytes) {
      drops_->Add(DropReason::kTooLarge, event.kind, event.experiment, event.variant);
      if (!event.is_summary()) ++counts_->dropped;
      continue;
    }
    events.push_back(std::move(event));
  }
  return events;
}

// Puts them in hand, from memory.
void Outbox::PushBatches(std::vector<EncodedEvent> events) {
  Batch batch;
  batch.instance_id = settings_.instance_id;
  batch.is_own = true;
  size_t bytes = 0;
  for (EncodedEvent& event : events) {
    const bool is_full = batch.events.size() >= settings_.options.batch_events ||
                         bytes + event.bytes.size() + kFraming > settings_.options.batch_bytes;
    if (is_full && !batch.events.empty()) {
      batches_.push_back(batch);
      batch.events.clear();
      bytes = 0;
    }
    bytes += event.bytes.size() + kFraming;
    batch.events.push_back(std::move(event));
  }
  if (!batch.events.empty()) batches_.push_back(std::move(batch));
}

Outbox::Batch Outbox::PopFront() {
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  return batch;
}

void Outbox::Settle() {
  const bool is_spool_done =
      std::none_of(batches_.begin(), batches_.end(), [](const Batch& batch) { return batch.is_spooled; });
  if (spool_ != nullptr && is_spool_done) spool_->Acknowledge();
  UpdateOldest();
}

void Outbox::UpdateOldest() {
  uint64_t oldest = EventBuffer::kNoSequence;
  for (const Batch& batch : batches_) {
    if (!batch.is_own) continue;
    for (const EncodedEvent& event : batch.events) oldest = std::min(oldest, event.sequence);
  }
  if (spool_ != nullptr && spool_->unread_own() != 0) oldest = std::min(oldest, read_until_ + 1);
  counts_->oldest_sequence = oldest;
}

void Outbox::UpdateLost() {
  const uint64_t lost = spool_->lost_own();
  counts_->dropped += lost - std::exchange(lost_, lost);
}

bool Outbox::is_on_disk() const {
  return spool_ != nullptr && buffer_->count() == 0 &&
         std::all_of(batches_.begin(), batches_.end(), [](const Batch& batch) { return batch.is_spooled; });
}

uint64_t Outbox::Finish(DropReason reason) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (spool_ != nullptr && (buffer_->count() != 0 || !batches_.empty())) {
    spool_->Step(settings_.options.clock->Now(), now);
    WriteBuffer(now);
  }
  uint64_t count = 0;
  for (Batch& batch : batches_) {
    if (batch.is_spooled) continue;
    size_t safe = 0;
    if (spool_ != nullptr && spool_->is_writable(now)) {
      safe = spool_->Append(batch.events, settings_.options.clock->Now(), now);
    }
    for (const EncodedEvent& event : std::span(batch.events).subspan(safe)) {
      drops_->Add(reason, event.kind, event.experiment, event.variant);
      if (!event.is_summary()) ++count;
    }
  }
  batches_.clear();
  counts_->dropped += count;
  if (spool_ != nullptr) spool_->Tidy();
  UpdateOldest();
  return count;
}

}  // namespace expt::client
