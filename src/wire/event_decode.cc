#include <algorithm>
#include <cmath>

#include "src/base/status.h"
#include "src/wire/event_codec.h"
#include "src/wire/pbf.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

constexpr size_t kMaxSdkNameSize = 64;
constexpr size_t kUuidSize = 16;

absl::Status Invalid(std::string_view text) { return base::Error(absl::StatusCode::kInvalidArgument, text); }

// A problem found while reading one event: the first one wins.
class Problem {
 public:
  bool ok() const { return text_.empty(); }
  absl::Status status() const { return ok() ? absl::OkStatus() : Invalid(text_); }

  void Report(std::string_view place, std::string_view text) {
    if (ok()) text_.append(place).append(": ").append(text);
  }
  // A text of 1 to `limit` bytes.
  void CheckText(std::string_view place, std::string_view name, std::string_view text, size_t limit) {
    if (text.empty()) Report(place, std::string(name).append(" is missing"));
    CheckSize(place, name, text, limit);
  }
  // A text of 0 to `limit` bytes.
  void CheckSize(std::string_view place, std::string_view name, std::string_view text, size_t limit) {
    if (text.size() <= limit) return;
    Report(place, std::string(name)
                      .append(" is ")
                      .append(std::to_string(text.size()))
                      .append(" bytes, expected at most ")
                      .append(std::to_string(limit)));
  }
  void CheckCount(std::string_view place, std::string_view name, size_t count, size_t limit) {
    if (count <= limit) return;
    Report(place,
           std::to_string(count).append(" ").append(name).append(", expected at most ").append(std::to_string(limit)));
  }

 private:
  std::string text_;
};

EventProperty ReadProperty(Reader reader) {
  EventProperty property;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        property.name = reader.get_view();
        break;
      case 2:
        property.value = Value(ValueView(reader.get_view()));
        break;
      case 3:
        property.value = Value(ValueView(reader.get_double()));
        break;
      case 4:
        property.value = Value(ValueView(ReadBool(reader)));
        break;
      case 5:
        property.value = Value(ValueView(reader.get_int64()));
        break;
      default:
        reader.skip();
    }
  }
  return property;
}

void CheckProperties(std::string_view place, const std::vector<EventProperty>& properties, size_t text_limit,
                     Problem& problem) {
  problem.CheckCount(place, "properties", properties.size(), kMaxEventProperties);
  for (const EventProperty& property : properties) {
    problem.CheckText(place, "property name", property.name, kMaxEventNameSize);
    const ValueView& value = property.value.view();
    problem.CheckSize(place, "property value", value.text(), text_limit);
    if (value.is_missing()) problem.Report(place, "property has no value");
    if (value.type() == ValueType::kDouble && !std::isfinite(value.real())) {
      problem.Report(place, "property is not a finite number");
    }
  }
}

EventUnit ReadUnit(Reader reader) {
  EventUnit unit;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        unit.unit_type = reader.get_view();
        break;
      case 2:
        unit.unit_id = reader.get_view();
        break;
      default:
        reader.skip();
    }
  }
  return unit;
}

void CheckUnit(std::string_view place, std::string_view unit_type, std::string_view unit_id, Problem& problem) {
  problem.CheckText(place, "unit type", unit_type, kMaxEventNameSize);
  problem.CheckText(place, "unit id", unit_id, kMaxUnitIdSize);
}

ExposureEvent ReadExposure(Reader reader, Problem& problem) {
  constexpr std::string_view kPlace = "exposure";
  ExposureEvent event;
  uint64_t origin = 0;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        event.experiment = reader.get_view();
        break;
      case 2:
        event.phase = reader.get_uint32();
        break;
      case 3:
        event.variant = reader.get_view();
        break;
      case 4:
        event.flag = reader.get_view();
        break;
      case 5:
        event.rule = reader.get_view();
        break;
      case 6:
        event.snapshot_version = reader.get_int64();
        break;
      case 7:
        event.unit_type = reader.get_view();
        break;
      case 8:
        event.unit_id = reader.get_view();
        break;
      case 9:
        origin = reader.get_uint64();
        break;
      case 10:
        event.attributes.push_back(ReadProperty(reader.get_message()));
        break;
      case 11:
        event.is_holdout = ReadBool(reader);
        break;
      default:
        reader.skip();
    }
  }
  problem.CheckText(kPlace, "experiment", event.experiment, kMaxEventNameSize);
  problem.CheckText(kPlace, "variant", event.variant, kMaxEventNameSize);
  problem.CheckSize(kPlace, "flag", event.flag, kMaxEventNameSize);
  problem.CheckSize(kPlace, "rule", event.rule, kMaxEventNameSize);
  CheckUnit(kPlace, event.unit_type, event.unit_id, problem);
  CheckProperties(kPlace, event.attributes, kMaxExposureAttributeText, problem);
  if (origin < 1 || origin > 3) problem.Report(kPlace, "origin is unknown");
  event.origin = static_cast<Origin>(origin);
  return event;
}

MetricEvent ReadMetric(Reader reader, Problem& problem) {
  constexpr std::string_view kPlace = "metric event";
  MetricEvent event;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        event.name = reader.get_view();
        break;
      case 2:
        event.value = reader.get_double();
        break;
      case 3:
        event.properties.push_back(ReadProperty(reader.get_message()));
        break;
      case 4:
        event.units.push_back(ReadUnit(reader.get_message()));
        break;
      default:
        reader.skip();
    }
  }
  problem.CheckText(kPlace, "name", event.name, kMaxEventNameSize);
  if (event.value.has_value() && !std::isfinite(*event.value)) problem.Report(kPlace, "value is not a finite number");
  CheckProperties(kPlace, event.properties, kMaxPropertyText, problem);
  if (event.units.empty()) problem.Report(kPlace, "unit is missing");
  problem.CheckCount(kPlace, "units", event.units.size(), kMaxEventUnits);
  for (const EventUnit& unit : event.units) CheckUnit(kPlace, unit.unit_type, unit.unit_id, problem);
  return event;
}

IdentifyEvent ReadIdentify(Reader reader, Problem& problem) {
  IdentifyEvent event;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        event.first = ReadUnit(reader.get_message());
        break;
      case 2:
        event.second = ReadUnit(reader.get_message());
        break;
      default:
        reader.skip();
    }
  }
  for (const EventUnit* unit : {&event.first, &event.second}) {
    CheckUnit("identify", unit->unit_type, unit->unit_id, problem);
  }
  return event;
}

SummaryEvent ReadSummary(Reader reader, Problem& problem) {
  constexpr std::string_view kPlace = "evaluation summary";
  SummaryEvent event;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        event.flag = reader.get_view();
        break;
      case 2:
        event.variant = reader.get_view();
        break;
      case 3:
        event.reason = reader.get_uint32();
        break;
      case 4:
        event.rule = reader.get_view();
        break;
      case 5:
        event.snapshot_version = reader.get_int64();
        break;
      case 6:
        event.count = reader.get_uint64();
        break;
      case 7:
        event.window_start_ms = reader.get_int64();
        break;
      case 8:
        event.window_end_ms = reader.get_int64();
        break;
      default:
        reader.skip();
    }
  }
  problem.CheckText(kPlace, "flag", event.flag, kMaxEventNameSize);
  problem.CheckSize(kPlace, "variant", event.variant, kMaxEventNameSize);
  problem.CheckSize(kPlace, "rule", event.rule, kMaxEventNameSize);
  if (event.window_end_ms < event.window_start_ms) problem.Report(kPlace, "window ends before it starts");
  return event;
}

DropCount ReadDropCount(Reader reader) {
  DropCount drop;
  drop.kind = EventKind{};
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        drop.reason = static_cast<DropReason>(EnumByte(reader.get_uint64()));
        break;
      case 2:
        drop.kind = static_cast<EventKind>(EnumByte(reader.get_uint64()));
        break;
      case 3:
        drop.experiment = reader.get_view();
        break;
      case 4:
        drop.variant = reader.get_view();
        break;
      case 5:
        drop.count = reader.get_uint64();
        break;
      default:
        reader.skip();
    }
  }
  return drop;
}

// A scan failure is a load error; here it is a bad argument.
absl::Status Scan(std::string_view bytes, const MessageDescription& message, ScanResult* result) {
  const absl::Status status = ScanMessage(bytes, message, ScanLimits(), result);
  if (status.ok()) return status;
  const auto text = status.message();
  return Invalid({text.data(), text.size()});
}

}  // namespace

absl::StatusOr<Event> DecodeEvent(std::string_view bytes) {
  absl::Status status = Scan(bytes, kEventMessage, nullptr);
  if (!status.ok()) return status;
  Event event;
  Problem problem;
  bool has_kind = false;
  Reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    has_kind = has_kind || (reader.tag() >= 5 && reader.tag() <= 8);
    switch (reader.tag()) {
      case 1:
        event.event_id = reader.get_view();
        break;
      case 2:
        event.time_ms = reader.get_int64();
        break;
      case 3:
        event.monotonic_ms = reader.get_uint64();
        break;
      case 4:
        event.sequence = reader.get_uint64();
        break;
      case 5:
        event.body = ReadExposure(reader.get_message(), problem);
        break;
      case 6:
        event.body = ReadMetric(reader.get_message(), problem);
        break;
      case 7:
        event.body = ReadIdentify(reader.get_message(), problem);
        break;
      case 8:
        event.body = ReadSummary(reader.get_message(), problem);
        break;
      default:
        reader.skip();
    }
  }
  problem.CheckText("event", "id", event.event_id, kMaxEventIdSize);
  if (!has_kind) problem.Report("event", "kind is missing or unknown");
  if (!problem.ok()) return problem.status();
  return event;
}

absl::StatusOr<Batch> DecodeBatch(std::string_view bytes) {
  Problem problem;
  if (bytes.size() > kMaxBatchFileBytes) {
    return Invalid(std::string("event batch: ")
                       .append(std::to_string(bytes.size()))
                       .append(" bytes, expected at most ")
                       .append(std::to_string(kMaxBatchFileBytes)));
  }
  ScanResult scan;
  absl::Status status = Scan(bytes, kEventBatchMessage, &scan);
  if (!status.ok()) return status;
  problem.CheckCount("event batch", "events", scan.occurrences[9], kMaxBatchEvents);
  problem.CheckCount("event batch", "drop counts", scan.occurrences[8], kMaxDropCounts);
  if (!problem.ok()) return problem.status();

  Batch batch;
  batch.items.reserve(scan.occurrences[9]);
  batch.header.drops.reserve(scan.occurrences[8]);
  int ids = 0;
  const auto read_id = [&ids](std::string_view from, std::array<uint8_t, kUuidSize>& to) {
    if (from.size() != to.size()) return;
    std::copy(from.begin(), from.end(), to.begin());
    ++ids;
  };
  Reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        read_id(reader.get_view(), batch.header.batch_id);
        break;
      case 2:
        read_id(reader.get_view(), batch.header.instance_id);
        break;
      case 3:
        batch.header.sdk = reader.get_view();
        break;
      case 4:
        batch.header.sdk_version = reader.get_view();
        break;
      case 5:
        batch.header.sent_at_ms = reader.get_int64();
        break;
      case 6:
        batch.header.first_sequence = reader.get_uint64();
        break;
      case 7:
        batch.header.last_sequence = reader.get_uint64();
        break;
      case 8:
        batch.header.drops.push_back(ReadDropCount(reader.get_message()));
        break;
      case 9: {
        const std::string_view event = reader.get_view();
        batch.items.push_back({event, DecodeEvent(event)});
        break;
      }
      case 10:
        batch.header.is_clock_suspect = ReadBool(reader);
        break;
      default:
        reader.skip();
    }
  }
  for (size_t i = 0; i < batch.items.size(); ++i) {
    absl::StatusOr<Event>& event = batch.items[i].event;
    if (event.ok()) continue;
    const auto text = event.status().message();
    event = Invalid(std::string("event ").append(std::to_string(i)).append(": ").append(text.data(), text.size()));
  }
  if (ids != 2) problem.Report("event batch", "batch id or instance id is not 16 bytes");
  problem.CheckSize("event batch", "sdk", batch.header.sdk, kMaxSdkNameSize);
  problem.CheckSize("event batch", "sdk version", batch.header.sdk_version, kMaxSdkNameSize);
  for (const DropCount& drop : batch.header.drops) {
    problem.CheckSize("event batch", "experiment of a drop count", drop.experiment, kMaxEventNameSize);
    problem.CheckSize("event batch", "variant of a drop count", drop.variant, kMaxEventNameSize);
  }
  if (!problem.ok()) return problem.status();
  return batch;
}

absl::StatusOr<BatchReply> DecodeReply(std::string_view bytes) {
  absl::Status status = Scan(bytes, kEventBatchReplyMessage, nullptr);
  if (!status.ok()) return status;
  BatchReply reply;
  Reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: {
        Column results(reader.get_view());
        for (size_t left = results.size(); left > 0; --left) {
          const uint64_t result = results.Next();
          if (result < 1 || result > 4) return Invalid("event batch reply: result is unknown");
          reply.results.push_back(static_cast<AckResult>(result));
        }
        break;
      }
      case 2: {
        Rejection& rejection = reply.rejections.emplace_back();
        Reader inner = reader.get_message();
        while (inner.next()) {
          switch (inner.tag()) {
            case 1:
              rejection.index = inner.get_uint32();
              break;
            case 2:
              rejection.code = inner.get_view();
              break;
            case 3:
              rejection.text = inner.get_view();
              break;
            default:
              inner.skip();
          }
        }
        break;
      }
      case 3:
        reply.received_at_ms = reader.get_int64();
        break;
      default:
        reader.skip();
    }
  }
  return reply;
}

}  // namespace expt::wire
