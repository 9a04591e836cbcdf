#include "src/client/status_reporter.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "expt/version.h"
#include "src/base/status.h"
#include "src/client/url.h"
#include "src/wire/sdk_key.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReportInterval = std::chrono::minutes(5);
constexpr milliseconds kShortestInterval = std::chrono::seconds(1);
constexpr milliseconds kLongestInterval = std::chrono::hours(1);
constexpr milliseconds kReportSpread = std::chrono::seconds(2);  // of reports that a change brings about
constexpr milliseconds kLongestReport = std::chrono::seconds(2);
constexpr uint64_t kMaxStatusReply = 4096;

// The wish of the server, within bounds.
milliseconds IntervalOf(std::string_view header) {
  uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (header.empty() || error != std::errc() || end != header.data() + header.size()) return kReportInterval;
  return std::clamp(milliseconds(int64_t{seconds} * 1000), kShortestInterval, kLongestInterval);
}

wire::ClientState StateOf(ClientStatus::State state) {
  switch (state) {
    case ClientStatus::State::kNotReady:
      break;
    case ClientStatus::State::kFresh:
      return wire::ClientState::kFresh;
    case ClientStatus::State::kStale:
      return wire::ClientState::kStale;
    case ClientStatus::State::kVeryStale:
      return wire::ClientState::kVeryStale;
  }
  return wire::ClientState::kNotReady;
}

wire::SnapshotVerdict Sent(const Verdict& verdict) {
  using Result = wire::VerdictResult;
  const Result result = verdict.is_nack() ? Result::kNack : verdict.is_ack() ? Result::kAck : Result::kOnTrial;
  return {.result = result,
          .version = verdict.version,
          .digest = verdict.digest,
          .step = static_cast<uint32_t>(verdict.step),
          .code = verdict.code};
}

}  // namespace

StatusReporter::StatusReporter(const Settings& settings, const Health* health)
    : settings_(settings),
      health_(health),
      backoff_(settings.options.retry_initial, settings.options.retry_max) {}

void StatusReporter::Count(int64_t version, uint64_t total, uint64_t errors) {
  auto count = std::find_if(counts_.begin(), counts_.end(),
                            [version](const wire::EvaluationCount& other) { return other.version == version; });
  if (count == counts_.end()) {
    if (counts_.size() == wire::kMaxEvaluationCounts) counts_.erase(counts_.begin());
    count = counts_.insert(counts_.end(), {.version = version});
  }
  count->total += total;
  count->errors += errors;
}

SteadyTime StatusReporter::Step(const Loader& loader) {
  if (!loader.head().has_value() && !loader.verdict().has_value()) return SteadyTime::max();
  Facts facts{.verdict = loader.verdict(),
              .has_candidate = loader.head().has_value() && loader.head()->candidate.has_value()};
  const SteadyTime now = std::chrono::steady_clock::now();
  if (facts != seen_ && facts != reported_) {
    due_at_ = std::min(due_at_, now + jitter_.Below(std::min(kReportSpread, settings_.options.first_send_spread)));
  }
  seen_ = facts;
  if (now >= std::max(due_at_, not_before_)) Send(loader, facts);
  return std::max(due_at_, not_before_);
}

wire::StatusReport StatusReporter::ReportOf(const Loader& loader) const {
  ClientStatus status;
  health_->Fill(settings_.options.clock->Monotonic(), status);
  wire::StatusReport report;
  report.instance_id = settings_.instance_id;
  report.sdk = settings_.options.sdk;
  report.sdk_version = EXPT_VERSION;
  if (loader.head().has_value()) {
    report.epoch = loader.head()->epoch;
    report.head_number = loader.head()->head_number;
  }
  if (loader.snapshot().is_ready()) {
    report.served_version = loader.snapshot().version();
    report.served_digest = loader.snapshot().digest();
  }
  report.state = StateOf(status.state);
  if (loader.verdict().has_value()) report.verdict = Sent(*loader.verdict());
  report.evaluations = counts_;
  return report;
}

void StatusReporter::Send(const Loader& loader, const Facts& facts) {
  HttpRequest request;
  request.method = "POST";
  request.url = JoinUrl(settings_.options.url, "/sdk/v1/status");
  request.headers = {{"Authorization", wire::AuthorizationHeader(settings_.key)},
                     {"Content-Type", "application/x-protobuf"}};
  request.body = wire::EncodeStatus(ReportOf(loader));
  request.connect_timeout = std::min(settings_.options.connect_timeout, kLongestReport);
  request.timeout = std::min(settings_.options.request_timeout, kLongestReport);
  request.max_reply_bytes = kMaxStatusReply;
  const absl::StatusOr<HttpReply> reply = settings_.options.transport->Send(request);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!reply.ok() || reply->status < 200 || reply->status >= 300) {
    due_at_ = now;
    not_before_ = now + WaitAfter(reply);
    return;
  }
  backoff_.Reset();
  reported_ = facts;
  counts_.clear();
  const milliseconds interval = IntervalOf(reply->header("expt-next-report"));
  due_at_ = now + interval * 9 / 10 + jitter_.Below(interval / 5);
}

milliseconds StatusReporter::WaitAfter(const absl::StatusOr<HttpReply>& reply) {
  const milliseconds longest = settings_.options.retry_max;
  if (!reply.ok()) {
    Log("no answer, " + base::TextOf(reply.status()));
    return longest / 2 + jitter_.Below(longest / 2);
  }
  Log("expected status 204, got " + std::to_string(reply->status));
  switch (reply->status) {
    case 400:
    case 404:
    case 405:
    case 413:
    case 415:
    case 422:
    case 501:
      return kLongestInterval;  // it does not take reports, or not these
    case 401:
    case 403:
      return longest;
    default:
      return std::max(milliseconds(10), backoff_.Next(ParseRetryAfter(reply->header("retry-after"),
                                                                      settings_.options.clock->Now()),
                                                      jitter_));
  }
}

void StatusReporter::Log(std::string_view text) const {
  if (settings_.options.log) settings_.options.log(LogLevel::kDebug, "status report: " + std::string(text));
}

}  // namespace expt::client
