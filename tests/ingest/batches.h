// Event batches as a client writes them, for tests.
#ifndef EXPT_TESTS_INGEST_BATCHES_H_
#define EXPT_TESTS_INGEST_BATCHES_H_

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control-plane/ingest/ingest.h"
#include "src/wire/event_codec.h"

namespace expt::ingest {

inline wire::Event ExposureOf(std::string id, int64_t time_ms, std::string unit, std::string variant,
                              std::string experiment = "exp_1", std::string unit_type = "targeting_key") {
  wire::ExposureEvent exposure;
  exposure.experiment = std::move(experiment);
  exposure.phase = 1;
  exposure.variant = std::move(variant);
  exposure.flag = "flag";
  exposure.rule = "r1";
  exposure.snapshot_version = 3;
  exposure.unit_type = std::move(unit_type);
  exposure.unit_id = std::move(unit);
  wire::Event event;
  event.event_id = std::move(id);
  event.time_ms = time_ms;
  event.body = std::move(exposure);
  return event;
}

inline wire::Event MetricOf(std::string id, int64_t time_ms, std::string unit, std::string name,
                            std::optional<double> value = std::nullopt, std::string unit_type = "targeting_key") {
  wire::MetricEvent metric;
  metric.name = std::move(name);
  metric.value = value;
  metric.units = {{std::move(unit_type), std::move(unit)}};
  wire::Event event;
  event.event_id = std::move(id);
  event.time_ms = time_ms;
  event.body = std::move(metric);
  return event;
}

inline wire::Event IdentifyOf(std::string id, int64_t time_ms, wire::EventUnit first, wire::EventUnit second) {
  wire::Event event;
  event.event_id = std::move(id);
  event.time_ms = time_ms;
  event.body = wire::IdentifyEvent{std::move(first), std::move(second)};
  return event;
}

inline std::string BatchOf(const std::vector<wire::Event>& events, wire::BatchHeader header) {
  std::vector<std::string> encoded;
  for (const wire::Event& event : events) encoded.push_back(wire::EncodeEvent(event));
  const std::vector<std::string_view> views(encoded.begin(), encoded.end());
  return wire::EncodeBatch(header, views);
}

inline wire::BatchHeader HeaderOf(int64_t sent_at_ms) {
  wire::BatchHeader header;
  header.sdk = "test";
  header.sdk_version = "1";
  header.sent_at_ms = sent_at_ms;
  return header;
}

inline absl::StatusOr<wire::BatchReply> Send(Ingest& ingest, const Sender& sender, std::string body,
                                             int64_t received_ms) {
  std::promise<absl::StatusOr<std::string>> promise;
  std::future<absl::StatusOr<std::string>> reply = promise.get_future();
  ingest.Accept(sender, std::move(body), Time(std::chrono::milliseconds(received_ms)),
                [&promise](absl::StatusOr<std::string> bytes) { promise.set_value(std::move(bytes)); });
  absl::StatusOr<std::string> bytes = reply.get();
  if (!bytes.ok()) return bytes.status();
  return wire::DecodeReply(*bytes);
}

}  // namespace expt::ingest

#endif  // EXPT_TESTS_INGEST_BATCHES_H_
