#include "src/client/event_record.h"

#include <algorithm>

namespace expt::client {
namespace {

class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : at_(bytes.data()) {}

  template <typename T>
  T Take() {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string_view TakeText() {
    const auto size = Take<uint32_t>();
    const std::string_view text(at_, size);
    at_ += size;
    return text;
  }
  Value TakeValue() {
    switch (Take<ValueType>()) {
      case ValueType::kBoolean:
        return Value(ValueView(Take<bool>()));
      case ValueType::kInteger:
        return Value(ValueView(Take<int64_t>()));
      case ValueType::kDouble:
        return Value(ValueView(Take<double>()));
      default:
        return Value(ValueView(TakeText()));
    }
  }

 private:
  const char* at_;
};

RecordHead TakeHead(RecordReader& in) {
  RecordHead head;
  head.kind = in.Take<EventKind>();
  head.time_ms = in.Take<int64_t>();
  head.monotonic_ms = in.Take<uint64_t>();
  head.event_id = in.TakeText();
  return head;
}

void PutProperties(RecordWriter& out, std::span<const Property> properties) {
  out.Put(static_cast<uint32_t>(properties.size()));
  for (const Property& property : properties) {
    out.Put(property.name);
    out.Put(property.value);
  }
}

std::vector<wire::EventProperty> TakeProperties(RecordReader& in) {
  const auto count = in.Take<uint32_t>();
  std::vector<wire::EventProperty> properties;
  properties.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    std::string name(in.TakeText());
    properties.push_back({std::move(name), in.TakeValue()});
  }
  return properties;
}

wire::EventUnit TakeUnit(RecordReader& in) {
  std::string unit_type(in.TakeText());
  return {std::move(unit_type), std::string(in.TakeText())};
}

wire::ExposureEvent TakeExposure(RecordReader& in) {
  wire::ExposureEvent event;
  event.experiment = in.TakeText();
  event.variant = in.TakeText();
  event.flag = in.TakeText();
  event.rule = in.TakeText();
  event.unit_type = in.TakeText();
  event.unit_id = in.TakeText();
  event.snapshot_version = in.Take<int64_t>();
  event.phase = in.Take<uint32_t>();
  event.origin = in.Take<wire::Origin>();
  event.is_holdout = in.Take<bool>();
  event.attributes = TakeProperties(in);
  return event;
}

wire::MetricEvent TakeMetric(RecordReader& in) {
  wire::MetricEvent event;
  event.name = in.TakeText();
  const bool has_value = in.Take<bool>();
  const auto value = in.Take<double>();
  if (has_value) event.value = value;
  event.properties = TakeProperties(in);
  const auto count = in.Take<uint32_t>();
  event.units.reserve(count);
  for (uint32_t i = 0; i < count; ++i) event.units.push_back(TakeUnit(in));
  return event;
}

wire::SummaryEvent TakeSummary(RecordReader& in) {
  wire::SummaryEvent event;
  event.flag = in.TakeText();
  event.variant = in.TakeText();
  event.rule = in.TakeText();
  event.reason = in.Take<uint32_t>();
  event.snapshot_version = in.Take<int64_t>();
  event.count = in.Take<uint64_t>();
  event.window_start_ms = in.Take<int64_t>();
  event.window_end_ms = in.Take<int64_t>();
  return event;
}

}  // namespace

void RecordWriter::Put(const ValueView& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      Put(value.type());
      return Put(value.boolean());
    case ValueType::kInteger:
      Put(value.type());
      return Put(value.integer());
    case ValueType::kDouble:
      Put(value.type());
      return Put(value.real());
    default:
      Put(ValueType::kString);
      return Put(value.text());
  }
}

void RecordWriter::Grow(size_t needed) {
  const std::string_view old = bytes();
  std::string larger;
  larger.resize(std::max(needed, 2 * capacity_));
  std::memcpy(larger.data(), old.data(), old.size());
  heap_ = std::move(larger);
  data_ = heap_.data();
  capacity_ = heap_.size();
}

void PutHead(RecordWriter& out, const RecordHead& head) {
  out.Put(head.kind);
  out.Put(head.time_ms);
  out.Put(head.monotonic_ms);
  out.Put(head.event_id);
}

void PutExposure(RecordWriter& out, const RecordHead& head, const ExposureFields& fields) {
  PutHead(out, head);
  out.Put(fields.experiment);
  out.Put(fields.variant);
  out.Put(fields.flag);
  out.Put(fields.rule);
  out.Put(fields.unit_type);
  out.Put(fields.unit_id);
  out.Put(fields.snapshot_version);
  out.Put(fields.phase);
  out.Put(fields.origin);
  out.Put(fields.is_holdout);
  PutProperties(out, fields.attributes);
}

void PutMetric(RecordWriter& out, const RecordHead& head, std::string_view name, const std::optional<double>& value,
               std::span<const Property> properties, std::span<const Unit> units) {
  PutHead(out, head);
  out.Put(name);
  out.Put(value.has_value());
  out.Put(value.value_or(0));
  PutProperties(out, properties);
  out.Put(static_cast<uint32_t>(units.size()));
  for (const Unit& unit : units) {
    out.Put(unit.unit_type);
    out.Put(unit.unit_id);
  }
}

void PutIdentify(RecordWriter& out, const RecordHead& head, const Unit& first, const Unit& second) {
  PutHead(out, head);
  for (const Unit& unit : {first, second}) {
    out.Put(unit.unit_type);
    out.Put(unit.unit_id);
  }
}

void PutSummary(RecordWriter& out, const RecordHead& head, const wire::SummaryEvent& summary) {
  PutHead(out, head);
  out.Put(std::string_view(summary.flag));
  out.Put(std::string_view(summary.variant));
  out.Put(std::string_view(summary.rule));
  out.Put(summary.reason);
  out.Put(summary.snapshot_version);
  out.Put(summary.count);
  out.Put(summary.window_start_ms);
  out.Put(summary.window_end_ms);
}

RecordSubject SubjectOf(std::string_view record) {
  RecordReader in(record);
  RecordSubject subject;
  subject.kind = TakeHead(in).kind;
  if (subject.kind == EventKind::kExposure) {
    subject.experiment = in.TakeText();
    subject.variant = in.TakeText();
  }
  return subject;
}

wire::Event ReadRecord(std::string_view record) {
  RecordReader in(record);
  const RecordHead head = TakeHead(in);
  wire::Event event;
  event.event_id = head.event_id;
  event.time_ms = head.time_ms;
  event.monotonic_ms = head.monotonic_ms;
  switch (head.kind) {
    case EventKind::kExposure:
      event.body = TakeExposure(in);
      break;
    case EventKind::kMetric:
      event.body = TakeMetric(in);
      break;
    case EventKind::kIdentify: {
      wire::EventUnit first = TakeUnit(in);
      event.body = wire::IdentifyEvent{std::move(first), TakeUnit(in)};
      break;
    }
    case EventKind::kSummary:
      event.body = TakeSummary(in);
      break;
  }
  return event;
}

}  // namespace expt::client
