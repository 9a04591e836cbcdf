// Sends events until each one is acknowledged.
//
//   Outbox --batch--> POST /sdk/v1/events --> one result per event
//
//     stored, duplicate   done                 rejected            counted as dropped, done
//     retry               kept, sent again     no or odd answer    all kept, sent again with the same ids
//     400, 413, 422       the batch is halved until the event that the server cannot take stands alone
#ifndef EXPT_SRC_CLIENT_UPLOADER_H_
#define EXPT_SRC_CLIENT_UPLOADER_H_

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "src/client/batch_writer.h"
#include "src/client/drop_counts.h"
#include "src/client/event_buffer.h"
#include "src/client/health.h"
#include "src/client/outbox.h"
#include "src/client/retry.h"
#include "src/client/settings.h"

namespace expt::client {

// Used by the background thread only, but for counts().
class Uploader {
 public:
  // `spool` is null where events stay in memory.
  Uploader(const Settings& settings, EventBuffer* buffer, DropCounts* drops, Spool* spool, Health* health);

  // Sends at most one batch, if one is due, and returns when to call again; max() when there is nothing to do.
  // `flush_until`: events up to that sequence number do not wait for company.
  SteadyTime Step(uint64_t flush_until, bool is_clock_suspect);

  // Moves events to the spool while a request waits for its answer. Called within Step(), or a loader's.
  void WhileWaiting();

  // Ends the spread of the first send and a back-off that the client chose itself, because somebody is waiting. One
  // that the server asked for stays.
  void Hurry();

  // The end: what can be stays on disk, the rest is counted as dropped. Returns how many of that were not summaries.
  uint64_t Finish(DropReason reason);

  const SendCounts& counts() const { return counts_; }

 private:
  void Send(bool is_clock_suspect);
  absl::Status HandleReply(const HttpReply& reply);
  absl::Status HandleAcks(const wire::BatchReply& reply);
  void Halve(int status);
  void Reject(const Outbox::Batch& batch, const EncodedEvent& event, std::string_view why);
  void Wait(const HttpReply* reply);
  void ReportSpool();

  const Settings& settings_;
  DropCounts* const drops_;
  Spool* const spool_;
  Health* const health_;
  SendCounts counts_;
  Outbox outbox_;
  BatchWriter writer_;
  Jitter jitter_;
  Backoff backoff_;
  RetryBudget budget_;

  uint64_t flush_until_ = 0;  // of the last Step()
  SteadyTime retry_at_{};
  bool is_first_ = true;          // retry_at_ is the spread of the first send
  bool is_wait_ordered_ = false;  // retry_at_ is the server's choice
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_UPLOADER_H_
