#include "control-plane/analysis/metric_preview.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <variant>

#include "control-plane/analysis/metric_binding.h"
#include "control-plane/analysis/unit_hash.h"
#include "control-plane/storage/event_day.h"
#include "control-plane/storage/event_reader.h"
#include "expt/event.h"
#include "src/wire/event_codec.h"

namespace expt::analysis {
namespace {

constexpr int64_t kMostPreviewed = 1'000'000;

// The numbers of units, as events come.
class Tally {
 public:
  Tally(MetricBinding binding, Aggregation aggregation) : binding_(std::move(binding)), aggregation_(aggregation) {}

  void Add(std::string_view environment, const wire::MetricEvent& event, int64_t time_ms) {
    if (event.name != binding_.event()) return;
    ++preview_.named;
    const std::optional<double> value = binding_.ValueOf(event);
    if (!value.has_value()) return;
    ++preview_.events;
    const auto unit = std::find_if(event.units.begin(), event.units.end(), [&](const wire::EventUnit& candidate) {
      return candidate.unit_type == binding_.unit_type();
    });
    if (unit == event.units.end()) {
      ++preview_.without_unit;
      return;
    }
    const int64_t hash = UnitHash(environment, unit->unit_type, unit->unit_id);
    Count(*value, units_[hash]);
    Day& day = days_[storage::DayOf(time_ms)];
    ++day.events;
    Count(*value, day.units[hash]);
  }

  SourcePreview Take() {
    preview_.units = static_cast<int64_t>(units_.size());
    for (const auto& [unit, number] : units_) {
      preview_.total += number;
      preview_.smallest = std::min(preview_.smallest.value_or(number), number);
      preview_.largest = std::max(preview_.largest.value_or(number), number);
    }
    for (const auto& [day, counted] : days_) {
      double total = 0;
      for (const auto& [unit, number] : counted.units) total += number;
      preview_.days.push_back({day, counted.events, static_cast<int64_t>(counted.units.size()), total});
    }
    return std::move(preview_);
  }

 private:
  using Units = std::unordered_map<int64_t, double>;
  struct Day {
    int64_t events = 0;
    Units units;
  };
  void Count(double value, double& number) const {
    switch (aggregation_) {
      case Aggregation::kAny:
        number = 1;
        break;
      case Aggregation::kCount:
        number += 1;
        break;
      case Aggregation::kSum:
        number += value;
        break;
    }
  }

  const MetricBinding binding_;
  const Aggregation aggregation_;
  Units units_;
  std::map<int32_t, Day> days_;
  SourcePreview preview_;
};

absl::StatusOr<Tally> TallyOf(const MetricSource& source, const std::string& unit_type) {
  absl::StatusOr<MetricBinding> binding = MetricBinding::Parse(MetricBinding::TextOf(source, unit_type));
  if (!binding.ok()) return binding.status();
  return Tally(*std::move(binding), source.aggregation);
}

}  // namespace

absl::StatusOr<MetricPreview> PreviewMetric(const std::string& log_directory, const std::string& environment,
                                            const MetricDefinition& metric, Time from, Time until) {
  absl::StatusOr<Tally> numerator = TallyOf(metric.numerator, metric.unit_type);
  if (!numerator.ok()) return numerator.status();
  std::optional<Tally> denominator;
  if (metric.denominator.has_value()) {
    absl::StatusOr<Tally> tally = TallyOf(*metric.denominator, metric.unit_type);
    if (!tally.ok()) return tally.status();
    denominator.emplace(*std::move(tally));
  }
  const storage::EventReader reader(log_directory);
  const absl::StatusOr<int64_t> last = reader.LastSeq();
  if (!last.ok()) return last.status();
  const int64_t from_ms = from.time_since_epoch().count();
  const int64_t until_ms = until.time_since_epoch().count();
  const auto add = [&](const storage::LoggedEvent& logged) {
    const bool is_meant = static_cast<EventKind>(logged.kind) == EventKind::kMetric &&
                          logged.environment == environment && !logged.is_time_suspect &&
                          logged.corrected_ms >= from_ms && logged.corrected_ms < until_ms;
    if (!is_meant) return;
    const absl::StatusOr<wire::Event> event = wire::DecodeEvent(logged.bytes);
    if (!event.ok()) return;  // results tell of damaged files
    const auto* counted = std::get_if<wire::MetricEvent>(&event->body);
    if (counted == nullptr) return;
    numerator->Add(environment, *counted, logged.corrected_ms);
    if (denominator.has_value()) denominator->Add(environment, *counted, logged.corrected_ms);
  };
  MetricPreview preview;
  int64_t left = kMostPreviewed;
  // By the day on which events came, the newest first: none comes before it happened.
  for (int64_t day = *last >> storage::kSeqDayShift; day >= storage::DayOf(from_ms) && !preview.is_cut_short; --day) {
    const int64_t begin = day << storage::kSeqDayShift;
    const int64_t end = (day + 1) << storage::kSeqDayShift;
    const absl::StatusOr<int64_t> read = reader.Scan(begin, end - 1, left, [&](const storage::LoggedEvent& logged) {
      --left;
      add(logged);
      return absl::OkStatus();
    });
    if (!read.ok()) return read.status();
    preview.is_cut_short = left == 0;
  }
  preview.numerator = numerator->Take();
  if (denominator.has_value()) preview.denominator = denominator->Take();
  return preview;
}

}  // namespace expt::analysis
