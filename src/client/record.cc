// What a client reports: exposures, metric events, identities.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "src/base/status.h"
#include "src/client/core.h"
#include "src/core/catalog.h"

namespace expt::client {
namespace {

constexpr size_t kUnitIdBuffer = 24;   // as UnitId() asks
constexpr size_t kMaxAttributes = 16;  // of an exposure; docs/client.md
constexpr size_t kMaxUnits = wire::kMaxEventUnits;

bool IsUsableUnit(std::string_view unit_id) { return !unit_id.empty() && unit_id.size() <= wire::kMaxUnitIdSize; }

bool IsUsableType(std::string_view unit_type) {
  return !unit_type.empty() && unit_type.size() <= wire::kMaxEventNameSize;
}

bool IsValidProperty(const Property& property) {
  if (property.name.empty() || property.name.size() > wire::kMaxEventNameSize) return false;
  switch (property.value.type()) {
    case ValueType::kBoolean:
    case ValueType::kInteger:
      return true;
    case ValueType::kDouble:
      return std::isfinite(property.value.real());
    case ValueType::kString:
      return property.value.text().size() <= wire::kMaxPropertyText;
    default:
      return false;
  }
}

// The attributes of `context` that may leave the process, as far as they fit.
size_t AnalyticsOf(const Installed& installed, const Context& context,
                   std::array<Property, kMaxAttributes>& properties) {
  size_t count = 0;
  for (const std::string& name : installed.analytics) {
    if (count == properties.size()) break;
    const ValueView value = context.Find(name);
    const Property property{name, value};
    if (value.is_missing() || !IsValidProperty(property)) continue;
    if (value.text().size() > wire::kMaxExposureAttributeText) continue;
    properties[count++] = property;
  }
  return count;
}

}  // namespace

RecordHead Core::HeadOf(EventKind kind, std::optional<Time> time, std::string_view event_id) const {
  Clock& clock = *settings_.options.clock;
  const Time at = time.has_value() ? *time : clock.Now();
  return {.kind = kind,
          .time_ms = at.time_since_epoch().count(),
          .monotonic_ms = static_cast<uint64_t>((clock.Monotonic() - opened_).count()),
          .event_id = event_id};
}

TrackResult Core::Push(EventKind kind, const RecordWriter& record) {
  const EventBuffer::Pushed pushed = buffer_.Push(kind, record.bytes());
  if (pushed.wake && kind != EventKind::kSummary) Wake();
  return {pushed.dropped};
}

TrackResult Core::Drop(DropReason reason, EventKind kind) {
  drops_.Add(reason, kind, {}, {});
  return {reason};
}

TrackResult Core::RecordExposures(const SnapshotSlot::Reader& reader, const Decision& decision, const Context& context,
                                  Time now) {
  TrackResult result;
  RecentExposures* const recent = reader.recent_exposures();
  const int64_t now_ms = now.time_since_epoch().count();
  for (const Exposure& exposure : decision.exposures()) {
    std::array<char, kUnitIdBuffer> buffer;
    const std::string_view unit_id = UnitId(context.Find(exposure.bucket_by), buffer);
    if (!IsUsableUnit(unit_id)) {
      drops_.Add(DropReason::kInvalid, EventKind::kExposure, exposure.experiment_id, exposure.variant);
      result.dropped = DropReason::kInvalid;
      continue;
    }
    const ExposureKey key = dedupe_.KeyOf(exposure, unit_id);
    if (recent != nullptr && recent->Has(key, now_ms, dedupe_.ttl_ms())) {
      reader.CountSuppressed();
      continue;
    }
    const ExposureDedupe::Noted noted = dedupe_.Note(key, now);
    if (!noted.is_new) {
      if (recent != nullptr) recent->Add(key, noted.noted_ms);
      reader.CountSuppressed();
      continue;
    }
    std::array<Property, kMaxAttributes> attributes;
    const size_t attribute_count = AnalyticsOf(reader.installed(), context, attributes);
    RecordWriter record;
    PutExposure(record, HeadOf(EventKind::kExposure, now, {}),
                {.experiment = exposure.experiment_id,
                 .variant = exposure.variant,
                 .flag = decision.flag,
                 .rule = decision.rule,
                 .unit_type = exposure.bucket_by,
                 .unit_id = unit_id,
                 .snapshot_version = decision.snapshot_version,
                 .phase = exposure.phase,
                 .origin = exposure.origin == ExposureOrigin::kSticky ? wire::Origin::kSticky : wire::Origin::kEngine,
                 .is_holdout = exposure.is_holdout,
                 .attributes = std::span(attributes).first(attribute_count)});
    const TrackResult pushed = Push(EventKind::kExposure, record);
    if (assignments_.Note(exposure, unit_id)) Wake();
    if (pushed.accepted()) {
      if (recent != nullptr) recent->Add(key, noted.noted_ms);
      continue;
    }
    dedupe_.Forget(key);
    result = pushed;
  }
  return result;
}

absl::StatusOr<StickyAssignments> Core::Assignments(const Context& context) const {
  AssignmentStore* const store = settings_.options.assignment_store.get();
  if (store == nullptr) {
    return base::Error(absl::StatusCode::kFailedPrecondition, "assignments: the client has no assignment_store");
  }
  const std::shared_ptr<const Installed> installed = slot_.Current();
  StickyAssignments assignments;
  const auto load = [&](std::string_view bucket_by) {
    std::array<char, kUnitIdBuffer> buffer;
    const std::string_view unit_id = UnitId(context.Find(bucket_by), buffer);
    return unit_id.empty() ? absl::OkStatus() : store->Load(bucket_by, unit_id, assignments);
  };
  if (absl::Status status = load(kTargetingKey); !status.ok()) return status;
  for (const std::string& unit_type : installed->unit_types) {
    if (absl::Status status = load(unit_type); !status.ok()) return status;
  }
  return assignments;
}

TrackResult Core::Track(std::string_view name, const Context& context, const TrackOptions& options) {
  constexpr EventKind kKind = EventKind::kMetric;
  if (name.empty() || name.size() > wire::kMaxEventNameSize) return Drop(DropReason::kInvalid, kKind);
  if (options.event_id.size() > wire::kMaxEventIdSize) return Drop(DropReason::kInvalid, kKind);
  if (options.value.has_value() && !std::isfinite(*options.value)) return Drop(DropReason::kInvalid, kKind);
  if (options.properties.size() > kMaxEventProperties) return Drop(DropReason::kInvalid, kKind);
  for (const Property& property : options.properties) {
    if (!IsValidProperty(property)) return Drop(DropReason::kInvalid, kKind);
  }

  std::array<std::array<char, kUnitIdBuffer>, kMaxUnits> buffers;
  std::array<Unit, kMaxUnits> units;
  size_t unit_count = 0;
  bool is_valid = true;
  // An empty unit id is a missing one.
  const auto add = [&](std::string_view unit_type, std::string_view unit_id) {
    if (unit_id.empty()) return;
    for (size_t i = 0; i < unit_count; ++i) {
      if (units[i].unit_type == unit_type) return;  // the first of a type counts
    }
    is_valid = is_valid && IsUsableType(unit_type) && IsUsableUnit(unit_id) && unit_count < kMaxUnits;
    if (is_valid) units[unit_count++] = {unit_type, unit_id};
  };
  const SnapshotSlot::Reader reader(slot_);
  for (const Unit& unit : options.units) {
    is_valid = is_valid && !unit.unit_id.empty();
    add(unit.unit_type, unit.unit_id);
  }
  const auto add_attribute = [&](std::string_view attribute) {
    const ValueView value = context.Find(attribute);
    if (!value.is_missing()) add(attribute, UnitId(value, buffers[std::min(unit_count, kMaxUnits - 1)]));
  };
  add_attribute(kTargetingKey);
  for (const std::string& unit_type : reader.installed().unit_types) add_attribute(unit_type);
  if (unit_count == 0 || !is_valid) return Drop(DropReason::kInvalid, kKind);

  RecordWriter record;
  PutMetric(record, HeadOf(kKind, options.time, options.event_id), name, options.value, options.properties,
            std::span(units).first(unit_count));
  return Push(kKind, record);
}

TrackResult Core::Expose(const Decision& decision, const Context& context) {
  const Time now = settings_.options.clock->Now();
  const SnapshotSlot::Reader reader(slot_);
  return RecordExposures(reader, decision, context, now);
}

TrackResult Core::Expose(std::string_view experiment, std::string_view variant, const Context& context,
                         const ExposeOptions& options) {
  constexpr EventKind kKind = EventKind::kExposure;
  const SnapshotSlot::Reader reader(slot_);
  const auto entry = core::FindExperiment(reader.installed().snapshot, experiment);
  if (settings_.key.audience != Audience::kServer || !entry.has_value() ||
      options.event_id.size() > wire::kMaxEventIdSize) {
    return Drop(DropReason::kInvalid, kKind);
  }
  const bool is_variant = std::find(entry->variants.begin(), entry->variants.end(), variant) != entry->variants.end();
  std::array<char, kUnitIdBuffer> buffer;
  const std::string_view unit_id = UnitId(context.Find(entry->bucket_by), buffer);
  if (!is_variant || !IsUsableUnit(unit_id)) return Drop(DropReason::kInvalid, kKind);
  std::array<Property, kMaxAttributes> attributes;
  const size_t attribute_count = AnalyticsOf(reader.installed(), context, attributes);
  RecordWriter record;
  PutExposure(record, HeadOf(kKind, options.time, options.event_id),
              {.experiment = entry->id,
               .variant = variant,
               .flag = entry->flag,
               .rule = {},
               .unit_type = entry->bucket_by,
               .unit_id = unit_id,
               .snapshot_version = 0,
               .phase = entry->phase,
               .origin = wire::Origin::kImported,
               .is_holdout = false,
               .attributes = std::span(attributes).first(attribute_count)});
  return Push(kKind, record);
}

TrackResult Core::Identify(const Context& context, std::string_view unit_type, std::string_view unit_id) {
  constexpr EventKind kKind = EventKind::kIdentify;
  std::array<char, kUnitIdBuffer> buffer;
  const std::string_view own = UnitId(context.Find(kTargetingKey), buffer);
  if (!IsUsableUnit(own) || !IsUsableType(unit_type) || !IsUsableUnit(unit_id))
    return Drop(DropReason::kInvalid, kKind);
  RecordWriter record;
  PutIdentify(record, HeadOf(kKind, std::nullopt, {}), {kTargetingKey, own}, {unit_type, unit_id});
  return Push(kKind, record);
}

}  // namespace expt::client
