#include "src/wire/event_codec.h"
#include "src/wire/pbf.h"

namespace expt::wire {
namespace {

template <size_t kSize>
std::string_view TextOf(const std::array<uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

void Write(Writer& writer, const EventProperty& property) {
  writer.Text(1, property.name);
  const ValueView& value = property.value.view();
  switch (value.type()) {
    case ValueType::kString:
      writer.BytesAlways(2, value.text());
      break;
    case ValueType::kDouble:
      writer.DoubleAlways(3, value.real());
      break;
    case ValueType::kBoolean:
      writer.UintAlways(4, value.boolean() ? 1 : 0);
      break;
    case ValueType::kInteger:
      writer.UintAlways(5, static_cast<uint64_t>(value.integer()));
      break;
    case ValueType::kMissing:
    case ValueType::kJson:
    case ValueType::kStringList:
      break;
  }
}

void Write(Writer& writer, const EventUnit& unit) {
  writer.Text(1, unit.unit_type);
  writer.Text(2, unit.unit_id);
}

template <typename Row>
void WriteRows(Writer& writer, uint32_t tag, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    writer.Message(tag, [&](Writer& inner) { Write(inner, row); });
  }
}

void Write(Writer& writer, const ExposureEvent& event) {
  writer.Text(1, event.experiment);
  writer.Uint(2, event.phase);
  writer.Text(3, event.variant);
  writer.Text(4, event.flag);
  writer.Text(5, event.rule);
  writer.Int(6, event.snapshot_version);
  writer.Text(7, event.unit_type);
  writer.Text(8, event.unit_id);
  writer.Uint(9, static_cast<uint64_t>(event.origin));
  WriteRows(writer, 10, event.attributes);
  writer.Bool(11, event.is_holdout);
}

void Write(Writer& writer, const MetricEvent& event) {
  writer.Text(1, event.name);
  if (event.value.has_value()) writer.DoubleAlways(2, *event.value);
  WriteRows(writer, 3, event.properties);
  WriteRows(writer, 4, event.units);
}

void Write(Writer& writer, const IdentifyEvent& event) {
  writer.Message(1, [&](Writer& inner) { Write(inner, event.first); });
  writer.Message(2, [&](Writer& inner) { Write(inner, event.second); });
}

void Write(Writer& writer, const SummaryEvent& event) {
  writer.Text(1, event.flag);
  writer.Text(2, event.variant);
  writer.Uint(3, event.reason);
  writer.Text(4, event.rule);
  writer.Int(5, event.snapshot_version);
  writer.Uint(6, event.count);
  writer.Int(7, event.window_start_ms);
  writer.Int(8, event.window_end_ms);
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  std::string out;
  Writer writer(out);
  writer.Text(1, event.event_id);
  writer.Int(2, event.time_ms);
  writer.Uint(3, event.monotonic_ms);
  writer.Uint(4, event.sequence);
  // Exposure, metric, identify, summary are fields 5 to 8, in the order of the variant.
  const auto tag = static_cast<uint32_t>(event.body.index()) + 5;
  std::visit([&](const auto& body) { writer.Message(tag, [&](Writer& inner) { Write(inner, body); }); }, event.body);
  return out;
}

std::string EncodeBatch(const BatchHeader& header, const std::vector<std::string_view>& encoded_events) {
  std::string out;
  Writer writer(out);
  writer.BytesAlways(1, TextOf(header.batch_id));
  writer.BytesAlways(2, TextOf(header.instance_id));
  writer.Text(3, header.sdk);
  writer.Text(4, header.sdk_version);
  writer.Int(5, header.sent_at_ms);
  writer.Uint(6, header.first_sequence);
  writer.Uint(7, header.last_sequence);
  for (const DropCount& drop : header.drops) {
    writer.Message(8, [&](Writer& inner) {
      inner.Uint(1, static_cast<uint64_t>(drop.reason));
      inner.Uint(2, static_cast<uint64_t>(drop.kind));
      inner.Text(3, drop.experiment);
      inner.Text(4, drop.variant);
      inner.Uint(5, drop.count);
    });
  }
  for (std::string_view event : encoded_events) writer.BytesAlways(9, event);
  writer.Bool(10, header.is_clock_suspect);
  return out;
}

std::string EncodeReply(const BatchReply& reply) {
  std::string out;
  Writer writer(out);
  writer.Packed(1, reply.results);
  for (const Rejection& rejection : reply.rejections) {
    writer.Message(2, [&](Writer& inner) {
      inner.Uint(1, rejection.index);
      inner.Text(2, rejection.code);
      inner.Text(3, rejection.text);
    });
  }
  writer.Int(3, reply.received_at_ms);
  return out;
}

}  // namespace expt::wire
