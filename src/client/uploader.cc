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

bool IsSummary(const EncodedEvent& event) { return event.kind == EventKind::kSummary; }

}  // namespace

Uploader::Uploader(const Settings& settings, EventBuffer* buffer, DropCounts* drops, Health* health)
    : settings_(settings),
      buffer_(buffer),
      drops_(drops),
      health_(health),
      writer_(settings),
      backoff_(settings.options.retry_initial, settings.options.retry_max) {}

SteadyTime Uploader::Step(uint64_t flush_until, bool is_clock_suspect) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (batches_.empty() && buffer_->count() == 0) {
    waiting_since_.reset();
    return SteadyTime::max();
  }
  if (now < retry_at_) return retry_at_;
  if (batches_.empty()) {
    if (!waiting_since_.has_value()) waiting_since_ = now;
    if (!IsDue(flush_until, now)) return *waiting_since_ + settings_.options.flush_interval;
    TakeBatch(settings_.options.clock->Now());
    waiting_since_.reset();
  }
  if (!batches_.empty()) Send(is_clock_suspect);
  UpdateOldest();
  return std::max(retry_at_, now);
}

bool Uploader::IsDue(uint64_t flush_until, SteadyTime now) {
  if (buffer_->count() >= settings_.options.batch_events) return true;
  if (now >= *waiting_since_ + settings_.options.flush_interval) drain_until_ = buffer_->last_sequence();
  return buffer_->oldest_sequence() <= std::max(drain_until_, flush_until);
}

void Uploader::TakeBatch(Time now) {
  taken_.clear();
  counts_.oldest_sequence = buffer_->oldest_sequence();
  buffer_->Take(settings_.options.batch_events, settings_.options.batch_bytes, taken_);
  Batch batch;
  size_t bytes = 0;
  for (const EventBuffer::Taken& taken : taken_) {
    EncodedEvent event = writer_.Encode(taken, now);
    constexpr size_t kFraming = 16;  // tag and size before each event, and a share of the header
    if (event.bytes.size() + 1024 > wire::kMaxBatchBytes) {
      drops_->Add(DropReason::kTooLarge, event.kind, event.experiment, event.variant);
      if (!IsSummary(event)) ++counts_.dropped;
      continue;
    }
    if (!batch.empty() && bytes + event.bytes.size() + kFraming > settings_.options.batch_bytes) {
      batches_.push_back(std::exchange(batch, {}));
      bytes = 0;
    }
    bytes += event.bytes.size() + kFraming;
    batch.push_back(std::move(event));
  }
  if (!batch.empty()) batches_.push_back(std::move(batch));
  UpdateOldest();
}

void Uploader::Send(bool is_clock_suspect) {
  const Batch& batch = batches_.front();
  absl::StatusOr<std::string> body =
      writer_.Write(batch, settings_.options.clock->Now(), is_clock_suspect, drops_->List());
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
    if (acks.ok() && acks->results.size() == batches_.front().size()) return HandleAcks(*acks);
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
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  Batch again;
  size_t rejection = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    const uint64_t one = IsSummary(batch[i]) ? 0 : 1;
    switch (reply.results[i]) {
      case wire::AckResult::kStored:
        counts_.stored += one;
        break;
      case wire::AckResult::kDuplicate:
        counts_.duplicate += one;
        break;
      case wire::AckResult::kRejected:
        Reject(batch[i], rejection < reply.rejections.size() ? reply.rejections[rejection].code : "");
        ++rejection;
        break;
      default:
        again.push_back(std::move(batch[i]));
    }
  }
  if (again.empty()) {
    backoff_.Reset();
    retry_at_ = {};
    is_wait_ordered_ = false;
    return absl::OkStatus();
  }
  const size_t count = again.size();
  batches_.push_front(std::move(again));
  Wait(nullptr);
  return base::Error(absl::StatusCode::kUnavailable,
                     "events: the server asks for " + std::to_string(count) + " events again");
}

void Uploader::Halve(int status) {
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  if (batch.size() == 1) return Reject(batch.front(), "status " + std::to_string(status));
  const auto middle = batch.begin() + static_cast<ptrdiff_t>(batch.size() / 2);
  Batch second(std::make_move_iterator(middle), std::make_move_iterator(batch.end()));
  batch.erase(middle, batch.end());
  batches_.push_front(std::move(second));
  batches_.push_front(std::move(batch));
}

void Uploader::Reject(const EncodedEvent& event, std::string_view why) {
  if (!IsSummary(event)) ++counts_.rejected;
  drops_->Add(DropReason::kRejected, event.kind, event.experiment, event.variant);
  if (!settings_.options.log) return;
  settings_.options.log(LogLevel::kWarning, "events: one is rejected: " + std::string(why));
}

void Uploader::Wait(const HttpReply* reply) {
  std::optional<milliseconds> retry_after;
  if (reply != nullptr) {
    retry_after = ParseRetryAfter(reply->header("retry-after"), settings_.options.clock->Now());
  }
  const milliseconds wait = std::max(kShortestWait, backoff_.Next(retry_after, jitter_));
  retry_at_ = std::chrono::steady_clock::now() + wait;
  is_wait_ordered_ = retry_after.has_value();
}

void Uploader::Hurry() {
  if (!is_wait_ordered_) retry_at_ = {};
}

uint64_t Uploader::DropAll(DropReason reason) {
  uint64_t count = 0;
  for (const Batch& batch : batches_) {
    for (const EncodedEvent& event : batch) {
      drops_->Add(reason, event.kind, event.experiment, event.variant);
      if (!IsSummary(event)) ++count;
    }
  }
  batches_.clear();
  counts_.dropped += count;
  UpdateOldest();
  return count;
}

void Uploader::UpdateOldest() {
  uint64_t oldest = EventBuffer::kNoSequence;
  for (const Batch& batch : batches_) {
    for (const EncodedEvent& event : batch) oldest = std::min(oldest, event.sequence);
  }
  counts_.oldest_sequence = oldest;
}

}  // namespace expt::client
