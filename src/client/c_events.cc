// What a client of expt/c.h reports, and how it says that it fares.
#include "src/client/c_call.h"
#include "src/client/c_handles.h"

namespace {

using expt::c::AreTexts;
using expt::c::Guard;
using expt::c::GuardOr;
using expt::c::Out;
using expt::c::View;
using expt::c::Wait;

std::optional<expt::Time> TimeOf(bool has_time, int64_t time_ms) {
  if (!has_time) return std::nullopt;
  return expt::Time(std::chrono::milliseconds(time_ms));
}

// The options of an event, with room for what their C++ form views.
struct TrackArguments {
  expt::TrackOptions options;
  std::vector<expt::Property> properties;
  std::vector<expt::Unit> units;

  // False for a wrong call.
  bool Read(const expt_track_options* given) {
    if (given == nullptr) return true;
    expt_track_options from;
    if (expt::c::ReadStruct(given, from) != EXPT_OK || !AreTexts(from.event_id)) return false;
    if (!ReadProperties(from) || !ReadUnits(from)) return false;
    if (from.has_value) options.value = from.value;
    options.time = TimeOf(from.has_time, from.time_ms);
    options.event_id = View(from.event_id);
    options.properties = properties;
    options.units = units;
    return true;
  }

  bool ReadProperties(const expt_track_options& from) {
    // A count beyond the limit is the client's to refuse and to count; a pointer is needed for it all the same.
    if (from.property_count > expt::kMaxEventProperties) {
      properties.resize(expt::kMaxEventProperties + 1);
      return from.properties != nullptr;
    }
    if (from.properties == nullptr && from.property_count != 0) return false;
    for (size_t i = 0; i < from.property_count; ++i) {
      const expt_property& property = from.properties[i];
      expt::ValueView value;
      if (!AreTexts(property.name) || !expt::c::InValue(property.value, value)) return false;
      properties.push_back({View(property.name), value});
    }
    return true;
  }

  bool ReadUnits(const expt_track_options& from) {
    if (from.unit_count > expt::kMaxContextAttributes || (from.units == nullptr && from.unit_count != 0)) return false;
    for (size_t i = 0; i < from.unit_count; ++i) {
      const expt_unit& unit = from.units[i];
      if (!AreTexts(unit.unit_type, unit.unit_id)) return false;
      units.push_back({View(unit.unit_type), View(unit.unit_id)});
    }
    return true;
  }
};

// The answer of record(), or EXPT_DROP_INVALID for a wrong call.
template <typename Record>
expt_drop_reason Reported(bool is_call, Record record) {
  if (!is_call) return EXPT_DROP_INVALID;
  return GuardOr<expt_drop_reason>(EXPT_DROP_INVALID, [&]() -> expt_drop_reason { return record(); });
}

expt_drop_reason ReasonOf(const expt::TrackResult& result) { return static_cast<expt_drop_reason>(result.dropped); }

}  // namespace

expt_drop_reason expt_client_track(expt_client* client, expt_string name, const expt_context* context,
                                   const expt_track_options* options) {
  return Reported(client != nullptr && AreTexts(name) && context != nullptr, [&]() -> expt_drop_reason {
    TrackArguments arguments;
    if (!arguments.Read(options)) return EXPT_DROP_INVALID;
    return ReasonOf(client->client.Track(View(name), context->sealed(), arguments.options));
  });
}

expt_drop_reason expt_client_expose(expt_client* client, const expt_decision* decision, const expt_context* context) {
  return Reported(client != nullptr && decision != nullptr && context != nullptr,
                  [&] { return ReasonOf(client->client.Expose(decision->view, context->sealed())); });
}

expt_drop_reason expt_client_expose_assignment(expt_client* client, expt_string experiment, expt_string variant,
                                               const expt_context* context, const expt_expose_options* options) {
  const bool is_call = client != nullptr && AreTexts(experiment, variant) && context != nullptr;
  return Reported(is_call, [&]() -> expt_drop_reason {
    expt_expose_options from{};
    if (options != nullptr && (expt::c::ReadStruct(options, from) != EXPT_OK || !AreTexts(from.event_id))) {
      return EXPT_DROP_INVALID;
    }
    const expt::ExposeOptions to{.time = TimeOf(from.has_time, from.time_ms), .event_id = View(from.event_id)};
    return ReasonOf(client->client.Expose(View(experiment), View(variant), context->sealed(), to));
  });
}

expt_drop_reason expt_client_identify(expt_client* client, const expt_context* context, expt_string unit_type,
                                      expt_string unit_id) {
  return Reported(client != nullptr && context != nullptr && AreTexts(unit_type, unit_id),
                  [&] { return ReasonOf(client->client.Identify(context->sealed(), View(unit_type), View(unit_id))); });
}

expt_code expt_client_wait_for_room(expt_client* client, size_t events, int64_t timeout_ms) {
  if (client == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&] { return client->client.WaitForRoom(events, Wait(timeout_ms)) ? EXPT_OK : EXPT_DEADLINE_EXCEEDED; });
}

expt_code expt_client_flush(expt_client* client, int64_t timeout_ms, expt_flush_report* report) {
  if (client == nullptr || (report != nullptr && !expt::c::IsWritable(report))) return EXPT_INVALID_ARGUMENT;
  return Guard([&]() -> expt_code {
    const expt::FlushReport flushed = client->client.Flush(Wait(timeout_ms));
    if (report != nullptr) {
      expt_flush_report out{};
      out.delivered = flushed.delivered;
      out.rejected = flushed.rejected;
      out.remaining = flushed.remaining;
      expt::c::WriteStruct(out, report);
    }
    return flushed.remaining == 0 ? EXPT_OK : EXPT_DEADLINE_EXCEEDED;
  });
}

expt_code expt_client_status(const expt_client* client, expt_status** status) {
  if (status == nullptr) return EXPT_INVALID_ARGUMENT;
  *status = nullptr;
  if (client == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&] {
    *status = new expt_status{client->client.Status()};
    return EXPT_OK;
  });
}

void expt_status_free(expt_status* status) { delete status; }

expt_code expt_status_read(const expt_status* status, expt_status_view* view) {
  if (status == nullptr) return EXPT_INVALID_ARGUMENT;
  const expt::ClientStatus& from = status->status;
  const expt::LoadError load = from.last_load_error.value_or(expt::LoadError{});
  expt_status_view out{};
  out.environment = Out(from.environment);
  out.last_error = Out(from.last_error);
  out.snapshot_version = from.snapshot_version;
  out.age_ms = from.age.count();
  out.events_accepted = from.events_accepted;
  out.events_delivered = from.events_delivered;
  out.events_duplicate = from.events_duplicate;
  out.events_rejected = from.events_rejected;
  out.exposures_suppressed = from.exposures_suppressed;
  out.drop_count = from.drops.size();
  out.state = static_cast<expt_state>(from.state);
  out.last_load_step = load.step;
  out.last_load_code = static_cast<expt_load_code>(load.code);
  out.events_spooled = from.events_spooled;
  out.load_count_count = from.load_counts.size();
  out.quarantined = from.quarantined.has_value() ? from.quarantined->data() : nullptr;
  out.source = static_cast<expt_source>(from.source);
  for (const auto condition : from.conditions) out.conditions |= 1 << static_cast<int>(condition);
  out.is_streaming = from.is_streaming;
  return expt::c::WriteStruct(out, view, offsetof(expt_status_view, events_spooled));
}

expt_code expt_status_load_count(const expt_status* status, size_t index, expt_load_count_view* view) {
  if (status == nullptr || !expt::c::IsWritable(view)) return EXPT_INVALID_ARGUMENT;
  if (index >= status->status.load_counts.size()) return EXPT_NOT_FOUND;
  const expt::ClientStatus::LoadCount& from = status->status.load_counts[index];
  expt_load_count_view out{};
  out.count = from.count;
  out.step = from.step;
  out.code = static_cast<expt_load_code>(from.code);
  return expt::c::WriteStruct(out, view);
}

expt_code expt_status_drop(const expt_status* status, size_t index, expt_drop_view* view) {
  if (status == nullptr || !expt::c::IsWritable(view)) return EXPT_INVALID_ARGUMENT;
  if (index >= status->status.drops.size()) return EXPT_NOT_FOUND;
  const expt::ClientStatus::Drop& from = status->status.drops[index];
  expt_drop_view out{};
  out.experiment = Out(from.experiment);
  out.variant = Out(from.variant);
  out.count = from.count;
  out.reason = static_cast<expt_drop_reason>(from.reason);
  out.kind = static_cast<expt_event_kind>(from.kind);
  return expt::c::WriteStruct(out, view);
}
