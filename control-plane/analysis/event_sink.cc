#include "control-plane/analysis/event_sink.h"

#include <algorithm>
#include <variant>

#include "control-plane/analysis/unit_hash.h"
#include "src/base/status.h"
#include "src/wire/event_codec.h"

namespace expt::analysis {
namespace {

// Events of one transaction: bounds memory, and how long a reader waits for the writer.
constexpr int64_t kSliceEvents = 50'000;

absl::StatusOr<wire::Event> Decode(const storage::LoggedEvent& logged) {
  absl::StatusOr<wire::Event> event = wire::DecodeEvent(logged.bytes);
  if (event.ok()) return event;
  return base::Error(absl::StatusCode::kDataLoss,
                     "event log: event " + std::to_string(logged.seq) + ": " + std::string(event.status().message()));
}

}  // namespace

absl::Status EventSink::Load() {
  absl::StatusOr<std::vector<storage::MetricSourceRow>> rows = store_.Sources();
  if (!rows.ok()) return rows.status();
  for (const storage::MetricSourceRow& row : *rows) {
    // One whose replay was cut short is taken up when it is asked for.
    if (row.bound_through < store_.watermark().seq) continue;
    absl::StatusOr<MetricBinding> binding = MetricBinding::Parse(row.text);
    if (binding.ok()) Activate(row.environment, {row.id, *std::move(binding)});
  }
  return absl::OkStatus();
}

void EventSink::Activate(const std::string& environment, Source source) {
  active_ids_.push_back(source.id);
  std::string event = source.binding.event();
  active_[{environment, std::move(event)}].push_back(std::move(source));
}

absl::Status EventSink::AddMetricRows(const storage::LoggedEvent& logged, const Sources& sources,
                                      storage::RawRows& rows) {
  const absl::StatusOr<wire::Event> event = Decode(logged);
  if (!event.ok()) return event.status();
  const auto* metric = std::get_if<wire::MetricEvent>(&event->body);
  if (metric == nullptr) return absl::OkStatus();
  const auto found = sources.find({std::string(logged.environment), metric->name});
  if (found == sources.end()) return absl::OkStatus();
  for (const Source& source : found->second) {
    const std::optional<double> value = source.binding.ValueOf(*metric);
    if (!value.has_value()) continue;
    storage::MetricRow row{
        .unit = 0, .source = source.id, .ts_ms = logged.corrected_ms, .value = *value, .seq = logged.seq};
    const auto own = std::find_if(metric->units.begin(), metric->units.end(), [&](const wire::EventUnit& unit) {
      return unit.unit_type == source.binding.unit_type();
    });
    if (own != metric->units.end()) {
      row.unit = UnitHash(logged.environment, own->unit_type, own->unit_id);
      rows.events.push_back(row);
      continue;
    }
    for (const wire::EventUnit& unit : metric->units) {
      row.unit = UnitHash(logged.environment, unit.unit_type, unit.unit_id);
      rows.secondary.push_back(row);
    }
  }
  return absl::OkStatus();
}

absl::Status EventSink::AddRows(const storage::LoggedEvent& logged, storage::RawRows& rows) {
  switch (static_cast<EventKind>(logged.kind)) {
    case EventKind::kExposure: {
      const absl::StatusOr<wire::Event> event = Decode(logged);
      if (!event.ok()) return event.status();
      const auto* exposure = std::get_if<wire::ExposureEvent>(&event->body);
      if (exposure == nullptr) return absl::OkStatus();
      const absl::StatusOr<int64_t> experiment =
          store_.ExperimentId(logged.environment, exposure->experiment, exposure->phase, exposure->is_holdout);
      if (!experiment.ok()) return experiment.status();
      if (logged.is_time_suspect) {
        ++rows.time_suspect[*experiment];
      } else {
        rows.exposures.push_back({*experiment, UnitHash(logged.environment, exposure->unit_type, exposure->unit_id),
                                  logged.corrected_ms, VariantHash(exposure->variant), logged.seq});
      }
      return absl::OkStatus();
    }
    case EventKind::kMetric:
      if (logged.is_time_suspect || active_.empty()) return absl::OkStatus();
      return AddMetricRows(logged, active_, rows);
    case EventKind::kIdentify: {
      if (logged.is_time_suspect) return absl::OkStatus();
      const absl::StatusOr<wire::Event> event = Decode(logged);
      if (!event.ok()) return event.status();
      const auto* identify = std::get_if<wire::IdentifyEvent>(&event->body);
      if (identify == nullptr) return absl::OkStatus();
      // Either may be the unit of an experiment, and the other the secondary one.
      for (const auto& [unit, secondary] :
           {std::pair(&identify->first, &identify->second), std::pair(&identify->second, &identify->first)}) {
        const absl::StatusOr<int64_t> type = store_.UnitTypeId(unit->unit_type);
        if (!type.ok()) return type.status();
        rows.idents.push_back({*type, UnitHash(logged.environment, secondary->unit_type, secondary->unit_id),
                               UnitHash(logged.environment, unit->unit_type, unit->unit_id), logged.corrected_ms,
                               logged.seq});
      }
      return absl::OkStatus();
    }
    case EventKind::kSummary:
      break;
  }
  return absl::OkStatus();
}

absl::Status EventSink::CatchUp() {
  for (;;) {
    storage::RawRows rows;
    storage::AnalysisWatermark watermark = store_.watermark();
    const absl::StatusOr<int64_t> last =
        reader_.Scan(watermark.seq, INT64_MAX, kSliceEvents, [&](const storage::LoggedEvent& event) {
          watermark.received_ms = std::max(watermark.received_ms, event.received_ms);
          return AddRows(event, rows);
        });
    if (!last.ok()) return last.status();
    if (*last == watermark.seq) return absl::OkStatus();
    watermark.seq = *last;
    if (absl::Status status = store_.Insert(std::move(rows), watermark, active_ids_); !status.ok()) return status;
  }
}

absl::StatusOr<std::vector<int64_t>> EventSink::Bind(const std::string& environment,
                                                     const std::vector<std::string>& texts) {
  std::vector<int64_t> ids;
  std::vector<int64_t> new_ids;
  Sources added;
  for (const std::string& text : texts) {
    const absl::StatusOr<int64_t> id = store_.SourceId(environment, text);
    if (!id.ok()) return id.status();
    ids.push_back(*id);
    const auto is_known = [&](const std::vector<int64_t>& known) {
      return std::find(known.begin(), known.end(), *id) != known.end();
    };
    if (is_known(active_ids_) || is_known(new_ids)) continue;
    absl::StatusOr<MetricBinding> binding = MetricBinding::Parse(text);
    if (!binding.ok()) return binding.status();
    std::string event = binding->event();
    added[{environment, std::move(event)}].push_back({*id, *std::move(binding)});
    new_ids.push_back(*id);
  }
  if (new_ids.empty()) return ids;
  if (absl::Status status = Replay(added, new_ids); !status.ok()) return status;
  for (auto& [key, sources] : added) {
    for (Source& source : sources) Activate(environment, std::move(source));
  }
  return ids;
}

absl::Status EventSink::Replay(const Sources& sources, const std::vector<int64_t>& ids) {
  const int64_t through = store_.watermark().seq;
  for (int64_t after = 0;;) {
    storage::RawRows rows;
    const absl::StatusOr<int64_t> last =
        reader_.Scan(after, through, kSliceEvents, [&](const storage::LoggedEvent& event) {
          if (static_cast<EventKind>(event.kind) != EventKind::kMetric || event.is_time_suspect) {
            return absl::OkStatus();
          }
          return AddMetricRows(event, sources, rows);
        });
    if (!last.ok()) return last.status();
    const bool is_done = *last == after;
    after = *last;
    const absl::Status status = store_.InsertReplayed(std::move(rows), is_done ? through : after, ids);
    if (!status.ok() || is_done) return status;
  }
}

}  // namespace expt::analysis
