#include "src/client/sink_transport.h"

#include <zstd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/status.h"
#include "src/wire/event_codec.h"

namespace expt::client {
namespace {

constexpr std::string_view kUploads = "/sdk/v1/events";

Time TimeOf(int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

std::vector<ReportedProperty> PropertiesOf(std::vector<wire::EventProperty> from) {
  std::vector<ReportedProperty> to;
  to.reserve(from.size());
  for (wire::EventProperty& property : from) to.push_back({std::move(property.name), std::move(property.value)});
  return to;
}

ReportedUnit UnitOf(wire::EventUnit unit) { return {std::move(unit.unit_type), std::move(unit.unit_id)}; }

void Fill(wire::ExposureEvent from, ReportedEvent& to) {
  to.experiment = std::move(from.experiment);
  to.phase = from.phase;
  to.unit_type = std::move(from.unit_type);
  to.unit_id = std::move(from.unit_id);
  to.origin = static_cast<ExposureOrigin>(from.origin);
  to.is_holdout = from.is_holdout;
  to.flag = std::move(from.flag);
  to.variant = std::move(from.variant);
  to.rule = std::move(from.rule);
  to.snapshot_version = from.snapshot_version;
  to.properties = PropertiesOf(std::move(from.attributes));
}

void Fill(wire::MetricEvent from, ReportedEvent& to) {
  to.name = std::move(from.name);
  to.value = from.value;
  to.properties = PropertiesOf(std::move(from.properties));
  for (wire::EventUnit& unit : from.units) to.units.push_back(UnitOf(std::move(unit)));
}

void Fill(wire::IdentifyEvent from, ReportedEvent& to) {
  to.units.push_back(UnitOf(std::move(from.first)));
  to.units.push_back(UnitOf(std::move(from.second)));
}

void Fill(wire::SummaryEvent from, ReportedEvent& to) {
  to.flag = std::move(from.flag);
  to.variant = std::move(from.variant);
  to.rule = std::move(from.rule);
  to.snapshot_version = from.snapshot_version;
  to.reason = static_cast<Reason>(from.reason);
  to.count = from.count;
  to.window_start = TimeOf(from.window_start_ms);
  to.window_end = TimeOf(from.window_end_ms);
}

ReportedEvent Reported(wire::Event from) {
  ReportedEvent to;
  to.kind = from.kind();
  to.event_id = std::move(from.event_id);
  to.time = TimeOf(from.time_ms);
  to.sequence = from.sequence;
  std::visit([&](auto& body) { Fill(std::move(body), to); }, from.body);
  return to;
}

absl::StatusOr<std::string> Unpacked(const HttpRequest& request) {
  const uint64_t plain_size = ZSTD_getFrameContentSize(request.body.data(), request.body.size());
  std::string plain(std::min<uint64_t>(plain_size, wire::kMaxBatchFileBytes), '\0');
  const size_t size = ZSTD_decompress(plain.data(), plain.size(), request.body.data(), request.body.size());
  if (ZSTD_isError(size) != 0) {
    return base::Error(absl::StatusCode::kInternal, std::string("events: zstd: ") + ZSTD_getErrorName(size));
  }
  plain.resize(size);
  return plain;
}

class Sink final : public Transport {
 public:
  Sink(std::shared_ptr<EventSink> sink, std::shared_ptr<Transport> behind)
      : sink_(std::move(sink)), behind_(std::move(behind)) {}

  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override {
    if (request.method == "POST" && request.url.ends_with(kUploads)) return Upload(request);
    if (behind_ != nullptr) return behind_->Send(request);
    return base::Error(absl::StatusCode::kUnavailable, "this client has no network");
  }

  void SetWhileWaiting(std::function<void()> call) override {
    if (behind_ != nullptr) behind_->SetWhileWaiting(std::move(call));
  }

  void Cancel() override {
    sink_->Cancel();
    if (behind_ != nullptr) behind_->Cancel();
  }

  absl::StatusOr<std::unique_ptr<HttpStream>> OpenStream(const HttpRequest& request) override {
    return behind_ != nullptr ? behind_->OpenStream(request) : Transport::OpenStream(request);
  }
  void Wait(std::chrono::milliseconds timeout) override {
    if (behind_ != nullptr) behind_->Wait(timeout);
  }
  void Wake() override {
    if (behind_ != nullptr) behind_->Wake();
  }

 private:
  absl::StatusOr<HttpReply> Upload(const HttpRequest& request) {
    const absl::StatusOr<std::string> plain = Unpacked(request);
    if (!plain.ok()) return plain.status();
    absl::StatusOr<wire::Batch> batch = wire::DecodeBatch(*plain);
    if (!batch.ok()) return batch.status();
    std::vector<ReportedEvent> events;
    events.reserve(batch->items.size());
    for (wire::Batch::Item& item : batch->items) {
      if (item.event.ok()) events.push_back(Reported(*std::move(item.event)));
    }
    absl::StatusOr<std::vector<EventResult>> results = sink_->Deliver({.events = events, .bytes = *plain});
    if (!results.ok()) return results.status();
    if (results->size() != events.size()) {
      return base::Error(absl::StatusCode::kUnavailable, "events: expected " + std::to_string(events.size()) +
                                                             " results of the sink, got " +
                                                             std::to_string(results->size()));
    }
    return HttpReply{.status = 200, .headers = {}, .body = wire::EncodeReply(ReplyOf(*batch, *results))};
  }

  // Events that nobody can read stay with the client's own account of what is refused.
  static wire::BatchReply ReplyOf(const wire::Batch& batch, const std::vector<EventResult>& results) {
    wire::BatchReply reply;
    size_t next = 0;
    for (const wire::Batch::Item& item : batch.items) {
      const auto result = item.event.ok() ? static_cast<wire::AckResult>(results[next++]) : wire::AckResult::kRejected;
      if (result == wire::AckResult::kRejected) {
        reply.rejections.push_back({.index = static_cast<uint32_t>(reply.results.size()),
                                    .code = item.event.ok() ? "REFUSED_BY_SINK" : "EVENT_INVALID",
                                    .text = {}});
      }
      reply.results.push_back(result);
    }
    return reply;
  }

  const std::shared_ptr<EventSink> sink_;
  const std::shared_ptr<Transport> behind_;
};

}  // namespace

std::shared_ptr<Transport> SinkTransport(std::shared_ptr<EventSink> sink, std::shared_ptr<Transport> behind) {
  return std::make_shared<Sink>(std::move(sink), std::move(behind));
}

}  // namespace expt::client
