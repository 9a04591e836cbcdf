// Copies the event log into the raw tables of analysis.db, each event once.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_EVENT_SINK_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_EVENT_SINK_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/analysis/metric_binding.h"
#include "control-plane/storage/analysis_store.h"
#include "control-plane/storage/event_reader.h"

namespace expt::analysis {

// Not thread-safe. Errors of every method: those of the log and of the store.
class EventSink {
 public:
  EventSink(storage::EventReader reader, storage::AnalysisStore store)
      : reader_(std::move(reader)), store_(std::move(store)) {}

  // Takes up the bindings that the store knows.
  absl::Status Load();

  // Copies everything that the log holds when it is called, and perhaps later events.
  absl::Status CatchUp();

  // The sources of these bindings (MetricBinding::TextOf) in `environment`, in their order. Those that are new are
  // replayed from the whole log up to the watermark.
  absl::StatusOr<std::vector<int64_t>> Bind(const std::string& environment, const std::vector<std::string>& texts);

  storage::AnalysisStore& store() { return store_; }

 private:
  struct Source {
    int64_t id;
    MetricBinding binding;
  };
  // (environment, event name) -> what counts it.
  using Sources = std::map<std::pair<std::string, std::string>, std::vector<Source>>;

  absl::Status AddRows(const storage::LoggedEvent& event, storage::RawRows& rows);
  static absl::Status AddMetricRows(const storage::LoggedEvent& event, const Sources& sources, storage::RawRows& rows);
  absl::Status Replay(const Sources& sources, const std::vector<int64_t>& ids);
  void Activate(const std::string& environment, Source source);

  storage::EventReader reader_;
  storage::AnalysisStore store_;
  Sources active_;  // bound through the watermark
  std::vector<int64_t> active_ids_;
};

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_EVENT_SINK_H_
