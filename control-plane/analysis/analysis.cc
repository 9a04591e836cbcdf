#include "control-plane/analysis/analysis.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "control-plane/analysis/event_sink.h"
#include "control-plane/analysis/moments_query.h"
#include "control-plane/analysis/request_check.h"
#include "control-plane/analysis/unit_hash.h"
#include "src/base/status.h"

namespace expt::analysis {
namespace {

std::optional<int64_t> Milliseconds(const std::optional<Time>& time) {
  if (!time.has_value()) return std::nullopt;
  return time->time_since_epoch().count();
}

storage::UnitTotal TotalOf(Aggregation aggregation) {
  switch (aggregation) {
    case Aggregation::kAny:
      return storage::UnitTotal::kAny;
    case Aggregation::kCount:
      return storage::UnitTotal::kCount;
    case Aggregation::kSum:
      break;
  }
  return storage::UnitTotal::kSum;
}

stats::Kind KindOf(MetricKind kind) {
  switch (kind) {
    case MetricKind::kProportion:
      return stats::Kind::kProportion;
    case MetricKind::kMean:
      return stats::Kind::kMean;
    case MetricKind::kRatio:
      break;
  }
  return stats::Kind::kRatio;
}

// Events count until the phase's end and the longest window after it; while there is no end, until the watermark.
std::optional<int64_t> AnalysisEnd(const ExperimentRequest& request) {
  if (!request.end.has_value()) return std::nullopt;
  std::optional<int64_t> longest;
  for (const ExperimentMetric& metric : request.metrics) {
    if (metric.definition.end_ms.has_value()) longest = std::max(longest.value_or(0), *metric.definition.end_ms);
  }
  if (!longest.has_value()) return std::nullopt;
  return request.end->time_since_epoch().count() + *longest;
}

stats::Data DataOf(MetricKind kind, const MetricArms& arms, int64_t variant) {
  const auto found = arms.find(variant);
  if (kind == MetricKind::kProportion) {
    if (found == arms.end()) return stats::Counts{};
    return stats::Counts{.n = found->second.n, .successes = std::llround(found->second.numerator)};
  }
  if (found != arms.end()) return found->second.moments;
  stats::Moments empty;
  empty.mean.assign(kind == MetricKind::kRatio ? 2 : 1, 0);
  empty.cross.assign(kind == MetricKind::kRatio ? 3 : 1, 0);
  return empty;
}

// The plan is for all variants; a comparison is about two of them.
std::optional<int64_t> PlannedUnits(const ExperimentRequest& request, const ExperimentVariant& a,
                                    const ExperimentVariant& b) {
  if (!request.planned_units.has_value()) return std::nullopt;
  double total = 0;
  for (const ExperimentVariant& variant : request.variants) total += variant.weight;
  if (total <= 0 || a.weight + b.weight <= 0) return request.planned_units;
  const double share = (a.weight + b.weight) / total;
  return std::max<int64_t>(1, std::llround(static_cast<double>(*request.planned_units) * share));
}

MetricResult Compare(const ExperimentRequest& request, const ExperimentMetric& metric, const MetricArms& arms,
                     bool srm_alarm) {
  MetricResult result;
  result.metric = metric.definition.key;
  result.kind = metric.definition.kind;
  result.direction = metric.definition.direction;
  result.role = metric.role;
  const auto control = std::find_if(request.variants.begin(), request.variants.end(),
                                    [&](const ExperimentVariant& variant) { return variant.key == request.control; });
  for (const ExperimentVariant& variant : request.variants) {
    stats::CompareRequest compare;
    compare.kind = KindOf(result.kind);
    compare.control = DataOf(result.kind, arms, VariantHash(control->key));
    compare.treatment = DataOf(result.kind, arms, VariantHash(variant.key));
    compare.alpha = request.alpha;
    compare.mode = request.mode;
    compare.planned_units = PlannedUnits(request, *control, variant);
    compare.direction =
        result.direction == Direction::kIncrease ? stats::Direction::kIncrease : stats::Direction::kDecrease;
    compare.srm_alarm = srm_alarm;
    stats::Comparison comparison = stats::Compare(compare);
    result.variants.push_back({variant.key, comparison.treatment});
    if (variant.key != request.control) {
      result.comparisons.push_back({request.control, variant.key, std::move(comparison)});
    }
  }
  return result;
}

}  // namespace

class Analysis::State {
 public:
  State(EventSink sink, std::unique_ptr<storage::SqlEngine> engine, AnalysisOptions options)
      : sink_(std::move(sink)), engine_(std::move(engine)), options_(options) {}

  ~State() {
    {
      std::lock_guard lock(stop_mutex_);
      is_stopping_ = true;
    }
    stop_.notify_all();
    if (copier_.joinable()) copier_.join();
  }

  absl::Status Start() {
    if (absl::Status status = sink_.Load(); !status.ok()) return status;
    if (options_.copy_interval.count() > 0) copier_ = std::thread([this] { CopyForever(); });
    return absl::OkStatus();
  }

  absl::Status CatchUp() {
    std::lock_guard lock(sink_mutex_);
    return sink_.CatchUp();
  }

  absl::StatusOr<Results> Compute(const ExperimentRequest& request);

 private:
  // What one computation needs to know of the store.
  struct Bound {
    storage::ExposureSlice slice;
    std::vector<storage::UnitMetric> metrics;
    int64_t unit_type = 0;
  };

  void CopyForever() {
    std::unique_lock lock(stop_mutex_);
    while (!stop_.wait_for(lock, options_.copy_interval, [this] { return is_stopping_; })) {
      lock.unlock();
      // What cannot be copied now is copied by the next round, or said by the next Compute().
      (void)CatchUp();
      lock.lock();
    }
  }

  absl::StatusOr<Bound> Bind(const ExperimentRequest& request);

  // Locked in this order. The engine's view of the rows is opened under both, so that it is the watermark's.
  std::mutex engine_mutex_;
  std::mutex sink_mutex_;
  EventSink sink_;
  std::unique_ptr<storage::SqlEngine> engine_;
  const AnalysisOptions options_;

  struct Cached {
    int64_t seq;
    Results results;
  };
  std::unordered_map<std::string, Cached> cache_;  // guarded by engine_mutex_

  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
  std::thread copier_;
};

absl::StatusOr<Analysis::State::Bound> Analysis::State::Bind(const ExperimentRequest& request) {
  Bound bound;
  absl::StatusOr<int64_t> id =
      sink_.store().ExperimentId(request.environment, request.experiment_id, request.phase, false);
  if (!id.ok()) return id.status();
  bound.slice = {.experiment = *id,
                 .start_ms = Milliseconds(request.start),
                 .end_ms = Milliseconds(request.end),
                 .is_first_seen = request.multi_exposure == MultiExposure::kFirstSeen};
  if (id = sink_.store().UnitTypeId(request.unit_type); !id.ok()) return id.status();
  bound.unit_type = *id;

  std::vector<std::string> texts;
  for (const ExperimentMetric& metric : request.metrics) {
    texts.push_back(MetricBinding::TextOf(metric.definition.numerator, request.unit_type));
    if (metric.definition.denominator.has_value()) {
      texts.push_back(MetricBinding::TextOf(*metric.definition.denominator, request.unit_type));
    }
  }
  const absl::StatusOr<std::vector<int64_t>> sources = sink_.Bind(request.environment, texts);
  if (!sources.ok()) return sources.status();
  auto source = sources->begin();
  const std::optional<int64_t> latest = AnalysisEnd(request);
  for (const ExperimentMetric& metric : request.metrics) {
    const MetricDefinition& definition = metric.definition;
    storage::UnitMetric unit_metric;
    unit_metric.numerator = {*source++, TotalOf(definition.numerator.aggregation)};
    if (definition.denominator.has_value()) {
      unit_metric.denominator = {*source++, TotalOf(definition.denominator->aggregation)};
    }
    unit_metric.start_ms = definition.start_ms;
    unit_metric.end_ms = definition.end_ms;
    unit_metric.latest_ms = latest;
    unit_metric.leaves_out_units_without_events = definition.units_without_events == UnitsWithoutEvents::kLeaveOut;
    bound.metrics.push_back(unit_metric);
  }
  return bound;
}

absl::StatusOr<Results> Analysis::State::Compute(const ExperimentRequest& request) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  const std::string text = TextOf(request);
  Results results;
  results.experiment = request.experiment_key;
  results.experiment_id = request.experiment_id;
  results.phase = request.phase;
  results.mode = request.mode;
  results.alpha = request.alpha;

  std::lock_guard engine_lock(engine_mutex_);
  std::unique_lock sink_lock(sink_mutex_);
  if (absl::Status status = sink_.CatchUp(); !status.ok()) return status;
  const storage::AnalysisWatermark watermark = sink_.store().watermark();
  if (const auto it = cache_.find(text); it != cache_.end() && it->second.seq == watermark.seq) {
    return it->second.results;
  }
  const absl::StatusOr<Bound> bound = Bind(request);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> suspects = sink_.store().TimeSuspectExposures(bound->slice.experiment);
  if (!suspects.ok()) return suspects.status();
  if (watermark.seq > 0) results.watermark = Time(std::chrono::milliseconds(watermark.received_ms));
  results.time_suspect_exposures = *suspects;

  if (absl::Status status = engine_->Begin(); !status.ok()) return status;
  struct EndView {
    storage::SqlEngine* engine;
    ~EndView() { engine->End(); }
  } const end_view{engine_.get()};
  const absl::StatusOr<UnitCounts> units = CountUnits(*engine_, bound->slice);
  sink_lock.unlock();  // the view is open: the background step may go on
  if (!units.ok()) return units.status();
  const absl::StatusOr<std::vector<MetricArms>> arms =
      ComputeArms(*engine_, bound->metrics, bound->unit_type, bound->slice.is_first_seen);
  if (!arms.ok()) return arms.status();

  results.exposure_events = units->exposure_events;
  results.multi_exposed_units = units->multi_exposed;
  results.exposed_units = units->multi_exposed;
  stats::SrmRequest srm;
  srm.multi_exposed_units = units->multi_exposed;
  srm.periods.emplace_back();
  for (const auto& [variant, count] : units->by_variant) {
    results.exposed_units += count;
    srm.unknown_units += count;
  }
  for (const ExperimentVariant& variant : request.variants) {
    const auto found = units->by_variant.find(VariantHash(variant.key));
    const int64_t count = found == units->by_variant.end() ? 0 : found->second;
    results.variants.push_back({variant.key, variant.weight, count});
    srm.periods[0].push_back({count, variant.weight});
    srm.unknown_units -= count;
  }
  results.srm = stats::Srm(srm);
  for (size_t i = 0; i < request.metrics.size(); ++i) {
    results.metrics.push_back(Compare(request, request.metrics[i], (*arms)[i], results.srm.alarm));
  }
  if (cache_.size() >= options_.max_cached_results) cache_.clear();
  if (options_.max_cached_results > 0) cache_.insert_or_assign(text, Cached{watermark.seq, results});
  return results;
}

Analysis::Analysis(std::unique_ptr<State> state) : state_(std::move(state)) {}

Analysis::~Analysis() = default;

absl::StatusOr<std::unique_ptr<Analysis>> Analysis::Open(const std::string& directory, AnalysisOptions options) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    return base::Error(absl::StatusCode::kUnavailable, "analysis: cannot make its directory: " + error.message());
  const std::string path = directory + "/analysis.db";
  storage::EventReader reader(directory + "/events");
  const absl::StatusOr<int64_t> last_seq = reader.LastSeq();
  if (!last_seq.ok()) return last_seq.status();
  absl::StatusOr<storage::AnalysisStore> store = storage::AnalysisStore::Open(path, *last_seq);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::unique_ptr<storage::SqliteEngine>> engine = storage::SqliteEngine::Open(path);
  if (!engine.ok()) return engine.status();
  auto state = std::make_unique<State>(EventSink(std::move(reader), *std::move(store)), *std::move(engine), options);
  if (absl::Status status = state->Start(); !status.ok()) return status;
  return std::unique_ptr<Analysis>(new Analysis(std::move(state)));
}

absl::StatusOr<Results> Analysis::Compute(const ExperimentRequest& request) { return state_->Compute(request); }

absl::Status Analysis::CatchUp() { return state_->CatchUp(); }

}  // namespace expt::analysis
