#include "src/client/head_stream.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "src/base/status.h"
#include "src/client/url.h"
#include "src/wire/root.h"
#include "src/wire/sdk_key.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxEvent = 32u << 10;  // a Head has at most 16 KiB, a third more in base64
constexpr size_t kMaxUnread = 256u << 10;
constexpr milliseconds kSoonest{10};

}  // namespace

HeadStream::HeadStream(const Settings& settings)
    : settings_(settings),
      is_allowed_(settings.options.stream && settings.key.audience == Audience::kServer),
      backoff_(settings.options.retry_initial, settings.options.retry_max) {}

std::optional<std::string> HeadStream::Step(std::string_view last_event_id) {
  std::optional<std::string> head;
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!is_allowed_) {
    retry_at_ = SteadyTime::max();
    return head;
  }
  if (stream_ == nullptr && now >= retry_at_) Open(last_event_id, now);
  if (stream_ == nullptr) return head;
  if (const absl::Status status = Read(now, head); !status.ok()) Lose(status, now);
  return head;
}

void HeadStream::Open(std::string_view last_event_id, SteadyTime now) {
  HttpRequest request;
  request.url = JoinUrl(settings_.options.url, "/sdk/v1/stream");
  request.headers = {{"Authorization", wire::AuthorizationHeader(settings_.key)}, {"Accept", "text/event-stream"}};
  if (!last_event_id.empty()) request.headers.emplace_back("Last-Event-ID", last_event_id);
  request.connect_timeout = settings_.options.connect_timeout;
  request.max_reply_bytes = kMaxUnread;
  absl::StatusOr<std::unique_ptr<HttpStream>> stream = settings_.options.transport->OpenStream(request);
  is_accepted_ = false;
  is_missing_ = false;
  retry_after_.reset();
  if (stream.ok()) {
    stream_ = *std::move(stream);
    parser_.emplace(kMaxEvent);
    heard_at_ = now;
    return;
  }
  if (absl::IsUnimplemented(stream.status())) is_allowed_ = false;
  Lose(stream.status(), now);
}

absl::Status HeadStream::CheckReply() {
  const int status = stream_->status();
  if (is_accepted_ || status == 0) return absl::OkStatus();
  retry_after_ = ParseRetryAfter(stream_->header("retry-after"), settings_.options.clock->Now());
  is_missing_ = status == 404 || status == 405 || status == 501;
  if (status != 200) {
    return base::Error(absl::StatusCode::kUnavailable, "expected status 200, got " + std::to_string(status));
  }
  const std::string_view type = stream_->header("content-type");
  if (!type.starts_with("text/event-stream")) {
    return base::Error(absl::StatusCode::kUnavailable, "expected content type text/event-stream");
  }
  is_accepted_ = true;
  return absl::OkStatus();
}

absl::Status HeadStream::Read(SteadyTime now, std::optional<std::string>& head) {
  std::string bytes;
  const absl::Status ended = stream_->Read(bytes);
  if (!bytes.empty() || !ended.ok() || !stream_->header("content-type").empty()) {
    if (absl::Status status = CheckReply(); !status.ok()) return status;
  }
  std::vector<StreamEvent> events;
  if (!bytes.empty()) {
    heard_at_ = now;
    backoff_.Reset();
    if (!parser_->Read(bytes, events)) {
      return base::Error(absl::StatusCode::kResourceExhausted, "an event is too large");
    }
  }
  for (const StreamEvent& event : events) {
    if (event.name != "head") continue;
    std::string file;
    if (absl::Base64Unescape(event.data, &file)) head = std::move(file);
  }
  if (!ended.ok()) return ended;
  if (now < heard_at_ + kSilence) return absl::OkStatus();
  return base::Error(absl::StatusCode::kUnavailable, "silent for " + std::to_string(kSilence.count()) + " s");
}

void HeadStream::Lose(const absl::Status& status, SteadyTime now) {
  milliseconds wait{0};
  if (is_missing_) {
    wait = settings_.options.retry_max / 2 + jitter_.Below(settings_.options.retry_max / 2);
  } else if (is_accepted_ && parser_.has_value() && parser_->retry().has_value()) {
    wait = jitter_.Below(std::min(*parser_->retry(), settings_.options.retry_max));  // as a server that stops asks
  } else {
    wait = backoff_.Next(retry_after_, jitter_);
  }
  stream_ = nullptr;
  is_accepted_ = false;
  retry_at_ = is_allowed_ ? now + std::max(kSoonest, wait) : SteadyTime::max();
  if (settings_.options.log) {
    settings_.options.log(LogLevel::kInfo, "stream: " + base::TextOf(status) + "; new heads are asked for meanwhile");
  }
}

}  // namespace expt::client
