#include "src/client/uploader.h"

#include <algorithm>
#include <utility>

#include "src/base/status.h"
#include "src/client/url.h"
#include "src/wire/sdk_key.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestWait{10};
constexpr uint64_t kMaxReply = 1u << 20;

}  // namespace

Uploader::Uploader(const Settings& settings, EventBuffer* buffer, DropCounts* drops, Spool* spool, Health* health)
    : settings_(settings),
      drops_(drops),
      spool_(spool),
      health_(health),
      outbox_(settings, buffer, drops, spool, &counts_),
      writer_(settings),
      backoff_(settings.options.retry_initial, settings.options.retry_max),
      retry_at_(std::chrono::steady_clock::now() + jitter_.Below(settings.options.first_send_spread)) {}

SteadyTime Uploader::Step(uint64_t flush_until, bool is_clock_suspect) {
  const SteadyTime now = std::chrono::steady_clock::now();
  flush_until_ = flush_until;
  const SteadyTime next_drain = outbox_.Drain(flush_until, now);
  ReportSpool();
  SteadyTime next = SteadyTime::max();
  if (is_first_ && outbox_.is_pressed()) retry_at_ = {};
  if (now < retry_at_) {
    if (!outbox_.is_empty()) next = is_first_ ? std::min(retry_at_, now + settings_.options.flush_interval) : retry_at_;
  } else {
    next = outbox_.Fill(flush_until, now);
    if (outbox_.has_batch()) {
      is_first_ = false;
      Send(is_clock_suspect);
      next = std::max(retry_at_, now);
    }
  }
  counts_.is_parked = retry_at_ > std::chrono::steady_clock::now() && outbox_.is_on_disk();
  return std::min(next, next_drain);
}

void Uploader::WhileWaiting() { outbox_.Drain(flush_until_, std::chrono::steady_clock::now()); }

// Logs and shows how the disk does.
void Uploader::ReportSpool() {
  if (spool_ == nullptr) return;
  const bool is_new = health_->SetSpoolStatus(spool_->status());
  if (!settings_.options.log) return;
  for (const std::string& warning : spool_->TakeWarnings()) settings_.options.log(LogLevel::kWarning, warning);
  if (is_new && !spool_->status().ok()) settings_.options.log(LogLevel::kWarning, base::TextOf(spool_->status()));
}

void Uploader::Send(bool is_clock_suspect) {
  const Outbox::Batch& batch = outbox_.front();
  // What an earlier process dropped is not known here; this one's drops are declared under its own id.
  std::vector<wire::DropCount> drops;
  if (batch.is_own) drops = drops_->List();
  absl::StatusOr<std::string> body = writer_.Write(batch.instance_id, batch.events, settings_.options.clock->Now(),
                                                   is_clock_suspect, std::move(drops));
  absl::Status status = body.status();
  if (status.ok()) {
    HttpRequest request;
    request.method = "POST";
    request.url = JoinUrl(settings_.options.url, "/sdk/v1/events");
    request.headers = {{"Authorization", wire::AuthorizationHeader(settings_.key)},
                       {"Content-Type", "application/x-protobuf"},
                       {"Content-Encoding", "zstd"}};
    request.body = *std::move(body);
    request.connect_timeout = settings_.options.connect_timeout;
    request.timeout = settings_.options.request_timeout;
    request.max_reply_bytes = kMaxReply;
    absl::StatusOr<HttpReply> reply = settings_.options.transport->Send(request);
    if (reply.ok()) {
      status = HandleReply(*reply);
    } else {
      status = reply.status();
      Wait(nullptr);
    }
  } else {
    Wait(nullptr);
  }
  if (health_->SetSendStatus(status) && !status.ok() && settings_.options.log) {
    settings_.options.log(LogLevel::kWarning, base::TextOf(status));
  }
}

absl::Status Uploader::HandleReply(const HttpReply& reply) {
  const std::string got = "events: expected status 200, got " + std::to_string(reply.status);
  if (reply.status >= 200 && reply.status < 300) {
    const absl::StatusOr<wire::BatchReply> acks = wire::DecodeReply(reply.body);
    if (acks.ok() && acks->results.size() == outbox_.front().events.size()) return HandleAcks(*acks);
    Wait(nullptr);
    return base::Error(absl::StatusCode::kUnavailable, "events: the answer is not an acknowledgement");
  }
  switch (reply.status) {
    case 400:
    case 413:
    case 422:
      Halve(reply.status);
      return absl::OkStatus();
    case 401:
    case 403:
      retry_at_ = std::chrono::steady_clock::now() + settings_.options.retry_max;
      is_wait_ordered_ = true;
      return base::Error(absl::StatusCode::kPermissionDenied, got + ", the key is not accepted");
    default:
      Wait(&reply);
      return base::Error(absl::StatusCode::kUnavailable, got);
  }
}

absl::Status Uploader::HandleAcks(const wire::BatchReply& reply) {
  Outbox::Batch batch = outbox_.PopFront();
  std::vector<EncodedEvent> again;
  size_t rejection = 0;
  uint64_t stored = 0;
  uint64_t duplicate = 0;
  uint64_t done = 0;
  for (size_t i = 0; i < batch.events.size(); ++i) {
    EncodedEvent& event = batch.events[i];
    const uint64_t one = event.is_summary() ? 0 : 1;
    const uint64_t own = batch.is_own ? one : 0;
    switch (reply.results[i]) {
      case wire::AckResult::kStored:
        stored += one;
        done += own;
        break;
      case wire::AckResult::kDuplicate:
        duplicate += one;
        done += own;
        break;
      case wire::AckResult::kRejected:
        Reject(batch, event, rejection < reply.rejections.size() ? reply.rejections[rejection].code : "");
        ++rejection;
        break;
      default:
        again.push_back(std::move(event));
    }
  }
  const size_t count = again.size();
  if (count != 0) {
    batch.events = std::move(again);
    outbox_.PushFront(std::move(batch));
  }
  outbox_.Settle();
  // Afterwards: no event is counted as delivered and as spooled at once.
  counts_.stored += stored;
  counts_.duplicate += duplicate;
  counts_.done += done;
  if (count == 0) {
    backoff_.Reset();
    budget_.Succeeded();
    retry_at_ = {};
    is_wait_ordered_ = false;
    return absl::OkStatus();
  }
  Wait(nullptr);
  return base::Error(absl::StatusCode::kUnavailable,
                     "events: the server asks for " + std::to_string(count) + " events again");
}

void Uploader::Halve(int status) {
  Outbox::Batch first = outbox_.PopFront();
  if (first.events.size() == 1) {
    Reject(first, first.events.front(), "status " + std::to_string(status));
    return outbox_.Settle();
  }
  const auto middle = first.events.begin() + static_cast<ptrdiff_t>(first.events.size() / 2);
  Outbox::Batch second = {.instance_id = first.instance_id,
                          .is_own = first.is_own,
                          .is_spooled = first.is_spooled,
                          .events = {}};
  second.events.assign(std::make_move_iterator(middle), std::make_move_iterator(first.events.end()));
  first.events.erase(middle, first.events.end());
  outbox_.PushFront(std::move(second));
  outbox_.PushFront(std::move(first));
}

void Uploader::Reject(const Outbox::Batch& batch, const EncodedEvent& event, std::string_view why) {
  if (!event.is_summary()) {
    ++counts_.rejected;
    if (batch.is_own) ++counts_.done;
  }
  drops_->Add(DropReason::kRejected, event.kind, event.experiment, event.variant);
  if (spool_ != nullptr) spool_->KeepRejected(why, event);
  if (!settings_.options.log) return;
  settings_.options.log(LogLevel::kWarning, "events: one is rejected: " + std::string(why));
}

void Uploader::Wait(const HttpReply* reply) {
  std::optional<milliseconds> retry_after;
  if (reply != nullptr) {
    retry_after = ParseRetryAfter(reply->header("retry-after"), settings_.options.clock->Now());
  }
  milliseconds wait = std::max(kShortestWait, backoff_.Next(retry_after, jitter_));
  if (!budget_.Take()) {
    const milliseconds half = settings_.options.retry_max / 2;
    wait = std::max(wait, half + jitter_.Below(half));
  }
  retry_at_ = std::chrono::steady_clock::now() + wait;
  is_wait_ordered_ = retry_after.has_value();
}

void Uploader::Hurry() {
  if (!is_wait_ordered_) retry_at_ = {};
  counts_.is_parked = false;
}

uint64_t Uploader::Finish(DropReason reason) { return outbox_.Finish(reason); }

}  // namespace expt::client
