#include "control-plane/service/library.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;

// Stored documents have been read before, so there is nothing to report.
template <typename T>
T ReadStored(const Document& document, T (*read)(const json&, Problems&)) {
  Problems none;
  return read(json::parse(document.body), none);
}

}  // namespace

bool IsKindOfSnapshots(std::string_view kind) {
  return kind == kFlagKind || kind == kConfigurationKind || kind == kSegmentKind || kind == kAttributeKind ||
         kind == kExperimentKind || kind == kLayerKind || kind == kHoldoutKind || kind == kOverrideKind;
}

Experiment ReadStoredExperiment(const Document& document) {
  Experiment experiment = ReadStored(document, ReadExperiment);
  experiment.id = document.id;
  return experiment;
}

Library::Library(storage::StateStore& state, std::string project, std::string environment)
    : state_(&state), project_(std::move(project)), environment_(std::move(environment)) {}

Library::Library(const std::vector<Document>& documents) {
  for (const Document& document : documents) Put(document);
}

void Library::Put(const Document& document) {
  const std::string& kind = document.name.kind;
  const auto put = [&](auto& shelf, auto read) {
    if (document.is_archived) {
      shelf.insert_or_assign(document.name.key, std::nullopt);  // nobody looks for it in the store
    } else {
      shelf.insert_or_assign(document.name.key, read(document));
    }
  };
  const auto stored = [](auto read) { return [read](const Document& one) { return ReadStored(one, read); }; };
  if (kind == kFlagKind) put(flags_, stored(ReadFlag));
  if (kind == kConfigurationKind) put(configurations_, stored(ReadFlagConfiguration));
  if (kind == kSegmentKind) put(segments_, stored(ReadSegment));
  if (kind == kAttributeKind) put(attributes_, stored(ReadAttribute));
  if (kind == kMetricKind) put(metrics_, stored(ReadMetric));
  if (kind == kLayerKind) put(layers_, stored(ReadLayer));
  if (kind == kHoldoutKind) put(holdouts_, stored(ReadHoldout));
  if (kind == kExperimentKind) put(experiments_, ReadStoredExperiment);
  if (kind == kOverrideKind) {
    put(document.name.environment.empty() ? project_overrides_ : overrides_, stored(ReadUnitOverride));
  }
  if (kind == kContextKind) put(contexts_, stored(ReadSavedContext));
  if (kind == kFlagTestKind) put(flag_tests_, stored(ReadFlagTest));
  if (kind == kMetricGroupKind) put(metric_groups_, stored(ReadMetricGroup));
}

absl::Status Library::FillMembers(const ReadMembers& read) {
  for (auto& [key, segment] : segments_) {
    if (!segment.has_value()) continue;
    for (const std::string_view list : {"include", "exclude"}) {
      auto& uploaded = list == "include" ? segment->uploaded_include : segment->uploaded_exclude;
      if (!uploaded.has_value() || uploaded->text != nullptr) continue;
      auto text = read(key, list, *uploaded);
      if (!text.ok()) return text.status();
      uploaded->text = *std::move(text);
    }
  }
  return absl::OkStatus();
}

template <typename T, typename Read>
const T* Library::Find(Shelf<T>& shelf, std::string_view kind, bool is_of_environment, std::string_view key,
                       Read read) {
  auto found = shelf.find(key);
  if (found == shelf.end()) {
    std::optional<T> value;
    if (state_ != nullptr && (!is_of_environment || !environment_.empty())) {
      const auto document =
          state_->Find({project_, is_of_environment ? environment_ : "", std::string(kind), std::string(key)});
      if (!document.ok()) {
        if (status_.ok()) status_ = document.status();
      } else if (document->has_value() && !(*document)->is_archived) {
        value = read(**document);
      }
    }
    found = shelf.emplace(std::string(key), std::move(value)).first;
  }
  return found->second.has_value() ? &*found->second : nullptr;
}

const Flag* Library::FindFlag(std::string_view key) {
  return Find(flags_, kFlagKind, false, key, [](const Document& d) { return ReadStored(d, ReadFlag); });
}

const FlagConfiguration* Library::FindConfiguration(std::string_view key) {
  return Find(configurations_, kConfigurationKind, true, key,
              [](const Document& d) { return ReadStored(d, ReadFlagConfiguration); });
}

const Segment* Library::FindSegment(std::string_view key) {
  return Find(segments_, kSegmentKind, false, key, [](const Document& d) { return ReadStored(d, ReadSegment); });
}

const AttributeDefinition* Library::FindAttribute(std::string_view key) {
  return Find(attributes_, kAttributeKind, false, key, [](const Document& d) { return ReadStored(d, ReadAttribute); });
}

const Metric* Library::FindMetric(std::string_view key) {
  return Find(metrics_, kMetricKind, false, key, [](const Document& d) { return ReadStored(d, ReadMetric); });
}

const Layer* Library::FindLayer(std::string_view key) {
  return Find(layers_, kLayerKind, true, key, [](const Document& d) { return ReadStored(d, ReadLayer); });
}

const Holdout* Library::FindHoldout(std::string_view key) {
  return Find(holdouts_, kHoldoutKind, true, key, [](const Document& d) { return ReadStored(d, ReadHoldout); });
}

const Experiment* Library::FindExperiment(std::string_view key) {
  return Find(experiments_, kExperimentKind, true, key, ReadStoredExperiment);
}

const SavedContext* Library::FindContext(std::string_view key) {
  return Find(contexts_, kContextKind, false, key, [](const Document& d) { return ReadStored(d, ReadSavedContext); });
}

const MetricGroup* Library::FindMetricGroup(std::string_view key) {
  return Find(metric_groups_, kMetricGroupKind, false, key,
              [](const Document& d) { return ReadStored(d, ReadMetricGroup); });
}

}  // namespace expt::service
