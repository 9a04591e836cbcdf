#include "src/wire/event_codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "expt/v1/event.pb.h"

namespace expt::wire {
namespace {

Event Exposed() {
  ExposureEvent exposure;
  exposure.experiment = "exp_1";
  exposure.phase = 2;
  exposure.variant = "treatment";
  exposure.flag = "checkout";
  exposure.rule = "r1";
  exposure.snapshot_version = 17;
  exposure.unit_type = "targeting_key";
  exposure.unit_id = "u-1";
  exposure.origin = Origin::kSticky;
  exposure.attributes = {{"country", Value(ValueView("CH"))}, {"age", Value(ValueView(0))}};
  Event event;
  event.event_id = "0123456789abcdef";
  event.time_ms = 1'700'000'000'123;
  event.monotonic_ms = 55;
  event.sequence = 9;
  event.body = exposure;
  return event;
}

Event Tracked() {
  MetricEvent metric;
  metric.name = "purchase";
  metric.value = 0.0;
  metric.properties = {{"amount", Value(ValueView(12.5))},
                       {"first", Value(ValueView(false))},
                       {"items", Value(ValueView(int64_t{-3}))},
                       {"empty", Value(ValueView(""))}};
  metric.units = {{"targeting_key", "u-1"}, {"company", "c-9"}};
  Event event;
  event.event_id = "id";
  event.body = metric;
  return event;
}

Event Identified() {
  Event event;
  event.event_id = "id";
  event.body = IdentifyEvent{{"anonymous_id", "a"}, {"targeting_key", "u"}};
  return event;
}

Event Summarised() {
  Event event;
  event.event_id = "id";
  event.body = SummaryEvent{"checkout", "on", 3, "r1", 17, 12'345, 1'000, 2'000};
  return event;
}

std::string DecodeError(const Event& event) {
  const auto decoded = DecodeEvent(EncodeEvent(event));
  if (decoded.ok()) return "";
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(decoded.status().message());
}

TEST(EventCodec, ExposureComesBackWhole) {
  const auto decoded = DecodeEvent(EncodeEvent(Exposed()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->event_id, "0123456789abcdef");
  EXPECT_EQ(decoded->time_ms, 1'700'000'000'123);
  EXPECT_EQ(decoded->monotonic_ms, 55u);
  EXPECT_EQ(decoded->sequence, 9u);
  EXPECT_EQ(decoded->kind(), EventKind::kExposure);
  const auto& exposure = std::get<ExposureEvent>(decoded->body);
  EXPECT_EQ(exposure.experiment, "exp_1");
  EXPECT_EQ(exposure.phase, 2u);
  EXPECT_EQ(exposure.variant, "treatment");
  EXPECT_EQ(exposure.flag, "checkout");
  EXPECT_EQ(exposure.rule, "r1");
  EXPECT_EQ(exposure.snapshot_version, 17);
  EXPECT_EQ(exposure.unit_type, "targeting_key");
  EXPECT_EQ(exposure.unit_id, "u-1");
  EXPECT_EQ(exposure.origin, Origin::kSticky);
  EXPECT_FALSE(exposure.is_holdout);
  ASSERT_EQ(exposure.attributes.size(), 2u);
  EXPECT_EQ(exposure.attributes[0].value, Value(ValueView("CH")));
  EXPECT_EQ(exposure.attributes[1].value, Value(ValueView(0)));
}

TEST(EventCodec, MetricEventKeepsAbsentAndZeroApart) {
  const auto decoded = DecodeEvent(EncodeEvent(Tracked()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  const auto& metric = std::get<MetricEvent>(decoded->body);
  EXPECT_EQ(metric.name, "purchase");
  EXPECT_EQ(metric.value, 0.0);
  ASSERT_EQ(metric.properties.size(), 4u);
  EXPECT_EQ(metric.properties[0].value, Value(ValueView(12.5)));
  EXPECT_EQ(metric.properties[1].value, Value(ValueView(false)));
  EXPECT_EQ(metric.properties[2].value, Value(ValueView(int64_t{-3})));
  EXPECT_EQ(metric.properties[3].value, Value(ValueView("")));
  ASSERT_EQ(metric.units.size(), 2u);
  EXPECT_EQ(metric.units[1].unit_type, "company");
  EXPECT_EQ(metric.units[1].unit_id, "c-9");

  Event without = Tracked();
  std::get<MetricEvent>(without.body).value.reset();
  EXPECT_FALSE(std::get<MetricEvent>(DecodeEvent(EncodeEvent(without))->body).value.has_value());
}

TEST(EventCodec, IdentifyAndSummaryComeBackWhole) {
  const auto identify = DecodeEvent(EncodeEvent(Identified()));
  ASSERT_TRUE(identify.ok()) << identify.status();
  EXPECT_EQ(std::get<IdentifyEvent>(identify->body).first.unit_type, "anonymous_id");
  EXPECT_EQ(std::get<IdentifyEvent>(identify->body).second.unit_id, "u");
  const auto summary = DecodeEvent(EncodeEvent(Summarised()));
  ASSERT_TRUE(summary.ok()) << summary.status();
  const auto& body = std::get<SummaryEvent>(summary->body);
  EXPECT_EQ(body.flag, "checkout");
  EXPECT_EQ(body.variant, "on");
  EXPECT_EQ(body.reason, 3u);
  EXPECT_EQ(body.rule, "r1");
  EXPECT_EQ(body.snapshot_version, 17);
  EXPECT_EQ(body.count, 12'345u);
  EXPECT_EQ(body.window_start_ms, 1'000);
  EXPECT_EQ(body.window_end_ms, 2'000);
}

TEST(EventCodec, LibprotobufReadsTheSameBytes) {
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(EncodeEvent(Tracked())));
  EXPECT_EQ(event.metric().name(), "purchase");
  EXPECT_TRUE(event.metric().has_value());
  EXPECT_EQ(event.metric().properties(2).integer(), -3);
  for (const Event& each : {Exposed(), Tracked(), Identified(), Summarised()}) {
    const std::string bytes = EncodeEvent(each);
    ASSERT_TRUE(event.ParseFromString(bytes));
    EXPECT_EQ(event.SerializeAsString(), bytes);
  }
}

TEST(EventCodec, LimitsAreThoseOfTheSchema) {
  Event event = Exposed();
  event.event_id = "";
  EXPECT_EQ(DecodeError(event), "event: id is missing");
  event.event_id.assign(64, 'x');
  EXPECT_EQ(DecodeError(event), "");
  event.event_id.assign(65, 'x');
  EXPECT_EQ(DecodeError(event), "event: id is 65 bytes, expected at most 64");

  event = Exposed();
  auto& exposure = std::get<ExposureEvent>(event.body);
  exposure.unit_id.clear();
  EXPECT_EQ(DecodeError(event), "exposure: unit id is missing");
  exposure.unit_id.assign(256, 'u');
  EXPECT_EQ(DecodeError(event), "");
  exposure.unit_id.assign(257, 'u');
  EXPECT_EQ(DecodeError(event), "exposure: unit id is 257 bytes, expected at most 256");
  exposure.unit_id = "u";
  exposure.experiment.clear();
  EXPECT_EQ(DecodeError(event), "exposure: experiment is missing");
  exposure.experiment = "e";
  exposure.attributes[0].value = Value(ValueView(std::string(64, 'v')));
  EXPECT_EQ(DecodeError(event), "");
  exposure.attributes[0].value = Value(ValueView(std::string(65, 'v')));
  EXPECT_EQ(DecodeError(event), "exposure: property value is 65 bytes, expected at most 64");
  exposure.attributes.assign(17, {"a", Value(ValueView(1))});
  EXPECT_EQ(DecodeError(event), "exposure: 17 properties, expected at most 16");
  exposure.attributes.clear();
  exposure.origin = static_cast<Origin>(4);
  EXPECT_EQ(DecodeError(event), "exposure: origin is unknown");
}

TEST(EventCodec, MetricEventLimits) {
  Event event = Tracked();
  auto& metric = std::get<MetricEvent>(event.body);
  metric.name.assign(129, 'n');
  EXPECT_EQ(DecodeError(event), "metric event: name is 129 bytes, expected at most 128");
  metric.name.clear();
  EXPECT_EQ(DecodeError(event), "metric event: name is missing");
  metric.name = "n";
  metric.value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(DecodeError(event), "metric event: value is not a finite number");
  metric.value = std::numeric_limits<double>::infinity();
  EXPECT_EQ(DecodeError(event), "metric event: value is not a finite number");
  metric.value = 1;
  metric.properties[0].value = Value(ValueView(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(DecodeError(event), "metric event: property is not a finite number");
  metric.properties[0].value = Value(ValueView(std::string(257, 'v')));
  EXPECT_EQ(DecodeError(event), "metric event: property value is 257 bytes, expected at most 256");
  metric.properties[0].value = Value();
  EXPECT_EQ(DecodeError(event), "metric event: property has no value");
  metric.properties.clear();
  metric.units.clear();
  EXPECT_EQ(DecodeError(event), "metric event: unit is missing");
  metric.units.assign(33, {"t", "u"});
  EXPECT_EQ(DecodeError(event), "metric event: 33 units, expected at most 32");
}

TEST(EventCodec, EventWithoutKindIsRefused) {
  v1::Event event;
  event.set_event_id("id");
  const auto decoded = DecodeEvent(event.SerializeAsString());
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(std::string(decoded.status().message()), "event: kind is missing or unknown");
}

TEST(EventCodec, TextMustBeUtf8) {
  Event event = Tracked();
  std::get<MetricEvent>(event.body).name = "\xff";
  EXPECT_EQ(DecodeError(event), "event: metric event: field 1: text is not UTF-8");
}

BatchHeader Header() {
  BatchHeader header;
  for (uint8_t i = 0; i < 16; ++i) header.batch_id[i] = i;
  header.instance_id.fill(7);
  header.sdk = "cpp";
  header.sdk_version = "0.1.0";
  header.sent_at_ms = 1'700'000'000'000;
  header.first_sequence = 4;
  header.last_sequence = 9;
  header.is_clock_suspect = true;
  header.drops = {{DropReason::kBufferFull, EventKind::kMetric, "", "", 3},
                  {DropReason::kSpoolFull, EventKind::kExposure, "exp_1", "on", 1}};
  return header;
}

TEST(EventCodec, BatchComesBackWhole) {
  const std::vector<std::string> events = {EncodeEvent(Exposed()), EncodeEvent(Tracked()), EncodeEvent(Identified())};
  const std::string bytes = EncodeBatch(Header(), {events.begin(), events.end()});
  const auto batch = DecodeBatch(bytes);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->header.batch_id, Header().batch_id);
  EXPECT_EQ(batch->header.instance_id, Header().instance_id);
  EXPECT_EQ(batch->header.sdk, "cpp");
  EXPECT_EQ(batch->header.sdk_version, "0.1.0");
  EXPECT_EQ(batch->header.sent_at_ms, 1'700'000'000'000);
  EXPECT_EQ(batch->header.first_sequence, 4u);
  EXPECT_EQ(batch->header.last_sequence, 9u);
  EXPECT_TRUE(batch->header.is_clock_suspect);
  ASSERT_EQ(batch->header.drops.size(), 2u);
  EXPECT_EQ(batch->header.drops[1].reason, DropReason::kSpoolFull);
  EXPECT_EQ(batch->header.drops[1].kind, EventKind::kExposure);
  EXPECT_EQ(batch->header.drops[1].experiment, "exp_1");
  EXPECT_EQ(batch->header.drops[1].variant, "on");
  EXPECT_EQ(batch->header.drops[1].count, 1u);
  ASSERT_EQ(batch->items.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(batch->items[i].bytes, events[i]);
    EXPECT_TRUE(batch->items[i].event.ok());
  }
  v1::EventBatch message;
  ASSERT_TRUE(message.ParseFromString(bytes));
  EXPECT_EQ(message.SerializeAsString(), bytes);
}

TEST(EventCodec, OneBadEventSpoilsOnlyItself) {
  Event nameless = Tracked();
  std::get<MetricEvent>(nameless.body).name.clear();
  const std::vector<std::string> events = {EncodeEvent(Exposed()), "\x0a\xff garbage", EncodeEvent(nameless), "",
                                           EncodeEvent(Tracked())};
  const std::string bytes = EncodeBatch(Header(), {events.begin(), events.end()});
  const auto batch = DecodeBatch(bytes);
  ASSERT_TRUE(batch.ok()) << batch.status();
  ASSERT_EQ(batch->items.size(), 5u);
  EXPECT_TRUE(batch->items[0].event.ok());
  EXPECT_EQ(batch->items[1].event.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(batch->items[2].event.status().message()), "event 2: metric event: name is missing");
  EXPECT_FALSE(batch->items[3].event.ok());
  EXPECT_TRUE(batch->items[4].event.ok());
}

TEST(EventCodec, BatchItselfIsRefusedWhenItIsNotReadableOrTooLarge) {
  const std::string event = EncodeEvent(Identified());
  const auto code = [](const std::string& bytes) { return DecodeBatch(bytes).status().code(); };
  EXPECT_EQ(code(EncodeBatch(Header(), std::vector<std::string_view>(500, event))), absl::StatusCode::kOk);
  EXPECT_EQ(code(EncodeBatch(Header(), std::vector<std::string_view>(501, event))), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("<html>not a batch</html>"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(""), absl::StatusCode::kInvalidArgument);  // no ids
  const std::string large(kMaxBatchFileBytes, 'x');
  EXPECT_EQ(code(EncodeBatch(Header(), {large})), absl::StatusCode::kInvalidArgument);
  BatchHeader many = Header();
  many.drops.assign(kMaxDropCounts + 1, {});
  EXPECT_EQ(code(EncodeBatch(many, {})), absl::StatusCode::kInvalidArgument);
}

TEST(EventCodec, ReplyComesBackWhole) {
  BatchReply reply;
  reply.results = {AckResult::kStored, AckResult::kDuplicate, AckResult::kRejected, AckResult::kRetry};
  reply.rejections = {{2, "ID_CONFLICT", "event 2: id is known with another body"}};
  reply.received_at_ms = 1'700'000'000'001;
  const auto decoded = DecodeReply(EncodeReply(reply));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->results, reply.results);
  ASSERT_EQ(decoded->rejections.size(), 1u);
  EXPECT_EQ(decoded->rejections[0].index, 2u);
  EXPECT_EQ(decoded->rejections[0].code, "ID_CONFLICT");
  EXPECT_EQ(decoded->rejections[0].text, "event 2: id is known with another body");
  EXPECT_EQ(decoded->received_at_ms, 1'700'000'000'001);
}

TEST(EventCodec, ReplyThatIsNoReplyIsRefused) {
  EXPECT_FALSE(DecodeReply("<html>sign in to the network</html>").ok());
  BatchReply reply;
  reply.results = {static_cast<AckResult>(9)};
  EXPECT_FALSE(DecodeReply(EncodeReply(reply)).ok());
}

TEST(EventCodec, MutatedBatchesAreReadOrRefused) {
  std::mt19937_64 random(7);
  const std::vector<std::string> events = {EncodeEvent(Exposed()), EncodeEvent(Tracked()), EncodeEvent(Identified()),
                                           EncodeEvent(Summarised())};
  const std::string bytes = EncodeBatch(Header(), {events.begin(), events.end()});
  int read = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string mutated = bytes;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) mutated[random() % mutated.size()] = static_cast<char>(random());
    if (i % 7 == 0) mutated.resize(random() % mutated.size());
    const auto batch = DecodeBatch(mutated);
    if (!batch.ok()) continue;
    ++read;
    for (const Batch::Item& item : batch->items) {
      if (!item.event.ok()) continue;
      const auto again = DecodeEvent(EncodeEvent(*item.event));
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(again->kind(), item.event->kind());
    }
  }
  EXPECT_GT(read, 10'000);
}

}  // namespace
}  // namespace expt::wire
