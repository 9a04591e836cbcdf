// The documents of one project and one of its environments in typed form: read when asked for, and kept.
#ifndef EXPT_CONTROL_PLANE_SERVICE_LIBRARY_H_
#define EXPT_CONTROL_PLANE_SERVICE_LIBRARY_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/service/attribute.h"
#include "control-plane/service/experiment.h"
#include "control-plane/service/flag.h"
#include "control-plane/service/flag_configuration.h"
#include "control-plane/service/flag_test.h"
#include "control-plane/service/holdout.h"
#include "control-plane/service/layer.h"
#include "control-plane/service/metric.h"
#include "control-plane/service/metric_group.h"
#include "control-plane/service/saved_context.h"
#include "control-plane/service/segment.h"
#include "control-plane/service/unit_override.h"
#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {

using storage::kAttributeKind;
using storage::kConfigurationKind;
using storage::kContextKind;
using storage::kDashboardKind;
using storage::kEmergencyOffKind;
using storage::kEnvironmentKind;
using storage::kExperimentKind;
using storage::kFlagKind;
using storage::kFlagTestKind;
using storage::kHoldoutKind;
using storage::kLayerKind;
using storage::kMetricGroupKind;
using storage::kMetricKind;
using storage::kMetricVersionKind;
using storage::kOverrideKind;
using storage::kProjectKind;
using storage::kSegmentKind;
using storage::kTemplateKind;

// Archived documents are as good as missing. Not thread-safe.
class Library {
 public:
  template <typename T>
  using Shelf = std::map<std::string, std::optional<T>, std::less<>>;  // nothing: looked for, and not there

  // Reads one document at a time. `state` must outlive it; without an environment nothing of one is found.
  Library(storage::StateStore& state, std::string project, std::string environment);
  // Holds `documents` and never reads another one.
  explicit Library(const std::vector<storage::Document>& documents);

  // Takes the document in place of what was read of it before; takes an archived one away.
  void Put(const storage::Document& document);

  // Gives each uploaded list of a segment that has no text yet the one that `read` answers: (key of the segment,
  // "include" or "exclude", the list). Stops at the first error.
  using ReadMembers = std::function<absl::StatusOr<std::shared_ptr<const std::string>>(
      const std::string& segment, std::string_view list, const UploadedList& uploaded)>;
  absl::Status FillMembers(const ReadMembers& read);

  // Null when missing. Valid while the library lives.
  const Flag* FindFlag(std::string_view key);
  const FlagConfiguration* FindConfiguration(std::string_view key);
  const Segment* FindSegment(std::string_view key);
  const AttributeDefinition* FindAttribute(std::string_view key);
  const Metric* FindMetric(std::string_view key);
  const Layer* FindLayer(std::string_view key);
  const Holdout* FindHoldout(std::string_view key);
  const Experiment* FindExperiment(std::string_view key);
  const SavedContext* FindContext(std::string_view key);
  const MetricGroup* FindMetricGroup(std::string_view key);

  // What has been read so far; everything for a library made of documents.
  const Shelf<Flag>& flags() const { return flags_; }
  const Shelf<FlagConfiguration>& configurations() const { return configurations_; }
  const Shelf<Segment>& segments() const { return segments_; }
  const Shelf<AttributeDefinition>& attributes() const { return attributes_; }
  const Shelf<Metric>& metrics() const { return metrics_; }
  const Shelf<Layer>& layers() const { return layers_; }
  const Shelf<Holdout>& holdouts() const { return holdouts_; }
  const Shelf<Experiment>& experiments() const { return experiments_; }
  // Of the environment, and of the whole project.
  const Shelf<UnitOverride>& overrides() const { return overrides_; }
  const Shelf<UnitOverride>& project_overrides() const { return project_overrides_; }
  const Shelf<FlagTest>& flag_tests() const { return flag_tests_; }
  const Shelf<MetricGroup>& metric_groups() const { return metric_groups_; }

  // The first error of the store; what was asked for then counts as missing.
  const absl::Status& status() const { return status_; }

 private:
  template <typename T, typename Read>
  const T* Find(Shelf<T>& shelf, std::string_view kind, bool is_of_environment, std::string_view key, Read read);

  storage::StateStore* state_ = nullptr;
  std::string project_;
  std::string environment_;
  absl::Status status_;
  Shelf<Flag> flags_;
  Shelf<FlagConfiguration> configurations_;
  Shelf<Segment> segments_;
  Shelf<AttributeDefinition> attributes_;
  Shelf<Metric> metrics_;
  Shelf<Layer> layers_;
  Shelf<Holdout> holdouts_;
  Shelf<Experiment> experiments_;
  Shelf<UnitOverride> overrides_;
  Shelf<UnitOverride> project_overrides_;
  Shelf<SavedContext> contexts_;
  Shelf<FlagTest> flag_tests_;
  Shelf<MetricGroup> metric_groups_;
};

// Only documents of these kinds are read when a snapshot is made.
bool IsKindOfSnapshots(std::string_view kind);

// The experiment of a stored document, with its id.
Experiment ReadStoredExperiment(const storage::Document& document);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_LIBRARY_H_
