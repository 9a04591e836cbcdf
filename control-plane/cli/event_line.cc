#include "control-plane/cli/event_line.h"

#include <nlohmann/json.hpp>

#include "control-plane/cli/context_json.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/time_text.h"

namespace expt::cli {
namespace {

using nlohmann::json;

absl::Status WrongType(const std::string& member, const char* expected) {
  return InvalidArgument("\"" + member + "\": expected " + expected);
}

absl::Status TakeText(const json& object, const char* member, std::string& text) {
  const auto found = object.find(member);
  if (found == object.end()) return InvalidArgument("\"" + std::string(member) + "\" is missing");
  if (!found->is_string()) return WrongType(member, "a string");
  text = found->get<std::string>();
  return absl::OkStatus();
}

absl::StatusOr<Time> TimeOf(const json& value) {
  if (value.is_number_integer()) return Time(std::chrono::milliseconds(value.get<int64_t>()));
  if (!value.is_string()) return WrongType("time", "RFC 3339 text or milliseconds since 1970");
  return ParseTime(value.get_ref<const std::string&>());
}

absl::StatusOr<Value> PropertyValue(const std::string& name, const json& value) {
  if (value.is_string()) return Value(ValueView(value.get_ref<const std::string&>()));
  if (value.is_boolean()) return Value(ValueView(value.get<bool>()));
  if (value.is_number_unsigned()) {
    const ValueView view(value.get<uint64_t>());
    if (!view.is_missing()) return Value(view);
  } else if (value.is_number_integer()) {
    return Value(ValueView(value.get<int64_t>()));
  } else if (value.is_number_float()) {
    return Value(ValueView(value.get<double>()));
  }
  return WrongType("properties." + name, "a string, boolean or number in range");
}

bool IsMember(std::string_view name, EventKind kind) {
  for (const char* common : {"type", "context", "time", "event_id"}) {
    if (name == common) return kind != EventKind::kIdentify || (name != "time" && name != "event_id");
  }
  const auto is_one_of = [name](std::initializer_list<std::string_view> names) {
    for (const std::string_view candidate : names) {
      if (name == candidate) return true;
    }
    return false;
  };
  if (kind == EventKind::kMetric) return is_one_of({"name", "value", "properties", "units"});
  if (kind == EventKind::kExposure) return is_one_of({"experiment", "variant"});
  return is_one_of({"unit_type", "unit_id"});
}

absl::Status TakeMetric(const json& object, EventLine& event) {
  if (absl::Status status = TakeText(object, "name", event.name); !status.ok()) return status;
  if (const auto value = object.find("value"); value != object.end() && !value->is_null()) {
    if (!value->is_number()) return WrongType("value", "a number");
    event.value = value->get<double>();
  }
  if (const auto properties = object.find("properties"); properties != object.end()) {
    if (!properties->is_object()) return WrongType("properties", "an object");
    for (const auto& [name, value] : properties->items()) {
      absl::StatusOr<Value> property = PropertyValue(name, value);
      if (!property.ok()) return property.status();
      event.properties.emplace_back(name, *property);
    }
  }
  if (const auto units = object.find("units"); units != object.end()) {
    if (!units->is_object()) return WrongType("units", "an object of unit type and unit id");
    for (const auto& [unit_type, unit_id] : units->items()) {
      if (!unit_id.is_string()) return WrongType("units." + unit_type, "a string");
      event.units.emplace_back(unit_type, unit_id.get<std::string>());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EventLine> ParseEventLine(std::string_view line) {
  const json object = json::parse(line.begin(), line.end(), nullptr, false);
  if (object.is_discarded()) return InvalidArgument("not JSON");
  if (!object.is_object()) return InvalidArgument("expected a JSON object");
  EventLine event;
  std::string type;
  if (absl::Status status = TakeText(object, "type", type); !status.ok()) return status;
  if (type == "metric") {
    event.kind = EventKind::kMetric;
  } else if (type == "exposure") {
    event.kind = EventKind::kExposure;
  } else if (type == "identify") {
    event.kind = EventKind::kIdentify;
  } else {
    return WrongType("type", "\"metric\", \"exposure\" or \"identify\"");
  }
  for (const auto& [name, value] : object.items()) {
    if (!IsMember(name, event.kind)) return InvalidArgument("unknown member \"" + name + "\" of a " + type + " event");
  }
  const auto context = object.find("context");
  if (context == object.end()) return InvalidArgument("\"context\" is missing");
  absl::StatusOr<Context> parsed = ParseContext(context->dump());
  if (!parsed.ok()) return parsed.status();
  event.context = *parsed;
  if (const auto time = object.find("time"); time != object.end()) {
    absl::StatusOr<Time> moment = TimeOf(*time);
    if (!moment.ok()) return moment.status();
    event.time = *moment;
  }
  if (object.contains("event_id")) {
    if (absl::Status status = TakeText(object, "event_id", event.event_id); !status.ok()) return status;
    if (event.event_id.empty() || event.event_id.size() > 64) return WrongType("event_id", "1 to 64 bytes");
  }
  absl::Status status;
  if (event.kind == EventKind::kMetric) {
    status = TakeMetric(object, event);
  } else {
    const bool is_exposure = event.kind == EventKind::kExposure;
    status = TakeText(object, is_exposure ? "experiment" : "unit_type", event.name);
    if (status.ok()) status = TakeText(object, is_exposure ? "variant" : "unit_id", event.variant);
  }
  if (!status.ok()) return status;
  return event;
}

TrackResult Record(Client& client, const EventLine& event) {
  if (event.kind == EventKind::kIdentify) return client.Identify(event.context, event.name, event.variant);
  if (event.kind == EventKind::kExposure) {
    return client.Expose(event.name, event.variant, event.context, {.time = event.time, .event_id = event.event_id});
  }
  std::vector<Property> properties;
  for (const auto& [name, value] : event.properties) properties.push_back({name, value.view()});
  std::vector<Unit> units;
  for (const auto& [unit_type, unit_id] : event.units) units.push_back({unit_type, unit_id});
  return client.Track(
      event.name, event.context,
      {.value = event.value, .properties = properties, .time = event.time, .event_id = event.event_id, .units = units});
}

}  // namespace expt::cli
