// Sends events until each one is acknowledged.
//
//   buffer --take, id, encode--> batches --POST /sdk/v1/events--> one result per event
//
//     stored, duplicate   done                 rejected            counted as dropped, done
//     retry               kept, sent again     no or odd answer    all kept, sent again with the same ids
//     400, 413, 422       the batch is halved until the event that the server cannot take stands alone
#ifndef EXPT_SRC_CLIENT_UPLOADER_H_
#define EXPT_SRC_CLIENT_UPLOADER_H_

#include <atomic>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "src/client/batch_writer.h"
#include "src/client/drop_counts.h"
#include "src/client/event_buffer.h"
#include "src/client/health.h"
#include "src/client/retry.h"
#include "src/client/settings.h"

namespace expt::client {

using SteadyTime = std::chrono::steady_clock::time_point;

// Events but summaries. Thread-safe.
struct SendCounts {
  std::atomic<uint64_t> stored{0};
  std::atomic<uint64_t> duplicate{0};
  std::atomic<uint64_t> rejected{0};
  std::atomic<uint64_t> dropped{0};  // after they were taken from the buffer, for another reason than rejection
  // Of the oldest event that was taken from the buffer and is not acknowledged, summaries included;
  // EventBuffer::kNoSequence when there is none. Never too high: look at the buffer first, then here.
  std::atomic<uint64_t> oldest_sequence{EventBuffer::kNoSequence};
};

// Used by the background thread only, but for counts().
class Uploader {
 public:
  Uploader(const Settings& settings, EventBuffer* buffer, DropCounts* drops, Health* health);

  // Sends at most one batch, if one is due, and returns when to call again; max() when there is nothing to send.
  // `flush_until`: events up to that sequence number do not wait for company.
  SteadyTime Step(uint64_t flush_until, bool is_clock_suspect);

  // Ends a back-off that the client chose itself, because somebody is waiting. One that the server asked for stays.
  void Hurry();

  // Counts what is in hand as dropped. Returns how many were not summaries.
  uint64_t DropAll(DropReason reason);

  const SendCounts& counts() const { return counts_; }

 private:
  using Batch = std::vector<EncodedEvent>;

  bool IsDue(uint64_t flush_until, SteadyTime now);
  void TakeBatch(Time now);
  void Send(bool is_clock_suspect);
  absl::Status HandleReply(const HttpReply& reply);
  absl::Status HandleAcks(const wire::BatchReply& reply);
  void Halve(int status);
  void Reject(const EncodedEvent& event, std::string_view why);
  void Wait(const HttpReply* reply);
  void UpdateOldest();

  const Settings& settings_;
  EventBuffer* const buffer_;
  DropCounts* const drops_;
  Health* const health_;
  BatchWriter writer_;
  Jitter jitter_;
  Backoff backoff_;

  std::deque<Batch> batches_;  // none is empty; the first is the next to be sent
  std::vector<EventBuffer::Taken> taken_;
  std::optional<SteadyTime> waiting_since_;  // of company, by the oldest event in the buffer
  uint64_t drain_until_ = 0;                 // events up to here have waited long enough
  SteadyTime retry_at_{};
  bool is_wait_ordered_ = false;  // retry_at_ is the server's choice
  SendCounts counts_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_UPLOADER_H_
