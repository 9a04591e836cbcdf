#include "control-plane/cli/definitions_check.h"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/time_text.h"
#include "control-plane/service/assemble.h"
#include "control-plane/service/check.h"
#include "control-plane/service/experiment_life.h"
#include "control-plane/service/library.h"
#include "src/model/validate.h"

namespace expt::cli {
namespace {

using nlohmann::json;
using service::Library;
using service::Problems;

// One document, what is wrong with it alone, and what is wrong with its references.
struct Entry {
  std::string place;
  Problems problems;
  std::function<void(Library&, Problems&)> check;
};

class Checker {
 public:
  // `read` is of the service, `check` too; the document goes into the library under `kind`.
  template <typename T, typename Check>
  void Add(std::string_view kind, std::string place, const std::string& key, const json& document,
           T (*read)(const json&, Problems&), Check check) {
    Entry entry{std::move(place), {}, nullptr};
    T value = read(document, entry.problems);
    // References of a document that is wrong in itself say nothing.
    if (entry.problems.empty()) {
      entry.check = [value = std::move(value), check](Library& library, Problems& problems) {
        check(value, library, problems);
      };
    }
    entries_.push_back(std::move(entry));
    documents_.push_back({});
    documents_.back().name.kind = kind;
    documents_.back().name.key = key;
    documents_.back().body = document.dump();
  }

  DefinitionsCheck Run(bool is_complete) {
    DefinitionsCheck check;
    check.problems = Texts(is_complete);
    if (!is_complete || !check.problems.empty()) return check;
    check.model = Assemble(check.problems);
    if (!check.problems.empty()) check.model.reset();
    return check;
  }

 private:
  std::vector<std::string> Texts(bool is_complete) {
    if (is_complete) {
      Library library(documents_);
      for (Entry& entry : entries_) {
        if (entry.check) entry.check(library, entry.problems);
      }
    }
    std::vector<std::string> texts;
    for (const Entry& entry : entries_) {
      for (const service::Problem& problem : entry.problems) {
        texts.push_back(entry.place + ": " + (problem.pointer.empty() ? "" : problem.pointer + ": ") + problem.text);
      }
    }
    return texts;
  }

  // The snapshot that the documents make, and what the engine says about it: operands, expressions, limits.
  std::optional<model::Snapshot> Assemble(std::vector<std::string>& texts) {
    int made = 0;
    const auto make = [&made] { return "validate-" + std::to_string(++made); };
    Problems problems;
    for (storage::Document& document : documents_) {
      json body = json::parse(document.body);
      if (document.name.kind == service::kConfigurationKind) {
        service::FillConfiguration(body, service::InitialConfiguration(), make, make);
      } else if (document.name.kind == service::kSegmentKind) {
        service::FillSegment(body, json(), make);
      } else if (document.name.kind == service::kLayerKind || document.name.kind == service::kHoldoutKind ||
                 document.name.kind == service::kExperimentKind) {
        if (TextAt(body, "salt").empty()) body["salt"] = make();
      }
      if (document.name.kind == service::kExperimentKind) {
        service::ContinueExperiment(body, json(), Now().time_since_epoch().count(), problems);
        document.id = make();
      }
      document.body = body.dump();
    }
    for (const service::Problem& problem : problems) texts.push_back(problem.pointer + ": " + problem.text);
    if (!texts.empty()) return std::nullopt;
    const Library library(documents_);
    model::Snapshot snapshot =
        service::AssembleSnapshot(library, {"validate", "env_validate", Audience::kServer, "validate", Now()});
    snapshot.is_declared_empty = snapshot.flags.empty();
    for (const model::Issue& issue : model::Validate(snapshot)) {
      texts.push_back((issue.place.empty() ? "" : issue.place + ": ") + issue.text);
    }
    return snapshot;
  }

  std::vector<Entry> entries_;
  std::vector<storage::Document> documents_;
};

}  // namespace

DefinitionsCheck CheckDefinitions(const Definitions& definitions, bool is_complete) {
  Checker checker;
  const auto nothing = [](const auto&, Library&, Problems&) {};
  json targeting_key = service::TargetingKeyDefinition();
  bool is_targeting_key_given = false;
  for (const json& document : definitions.attributes) {
    const std::string key = TextAt(document, "key");
    is_targeting_key_given |= key == TextAt(targeting_key, "key");
    checker.Add(service::kAttributeKind, NameOf("attribute", key), key, document, service::ReadAttribute, nothing);
  }
  // Every project has it from the start.
  if (!is_targeting_key_given) {
    checker.Add(service::kAttributeKind, "", TextAt(targeting_key, "key"), targeting_key, service::ReadAttribute,
                nothing);
  }
  for (const json& document : definitions.segments) {
    const std::string key = TextAt(document, "key");
    checker.Add(service::kSegmentKind, NameOf("segment", key), key, document, service::ReadSegment,
                service::CheckSegment);
  }
  for (const json& document : definitions.metrics) {
    const std::string key = TextAt(document, "key");
    checker.Add(service::kMetricKind, NameOf("metric", key), key, document, service::ReadMetric, service::CheckMetric);
  }
  for (const json& document : definitions.layers) {
    const std::string key = TextAt(document, "key");
    checker.Add(service::kLayerKind, NameOf("layer", key), key, document, service::ReadLayer, service::CheckLayer);
  }
  for (const json& document : definitions.holdouts) {
    const std::string key = TextAt(document, "key");
    checker.Add(service::kHoldoutKind, NameOf("holdout", key), key, document, service::ReadHoldout,
                service::CheckHoldout);
  }
  std::vector<service::Experiment> experiments;
  for (const json& document : definitions.experiments) {
    Problems reported_below;
    experiments.push_back(service::ReadExperiment(document, reported_below));
  }
  for (const json& document : definitions.experiments) {
    const std::string key = TextAt(document, "key");
    checker.Add(service::kExperimentKind, NameOf("experiment", key), key, document, service::ReadExperiment,
                [&experiments](const service::Experiment& experiment, Library& library, Problems& problems) {
                  service::CheckExperiment(experiment, library, problems);
                  service::CheckAllocation(experiment, experiments, problems);
                });
  }
  for (const json& document : definitions.flags) {
    const std::string key = TextAt(document, "key");
    json definition = document;
    definition.erase("configuration");
    checker.Add(service::kFlagKind, NameOf("flag", key), key, definition, service::ReadFlag, nothing);
    if (!document.contains("configuration")) continue;
    checker.Add(service::kConfigurationKind, NameOf("flag", key) + ": configuration", key, document["configuration"],
                service::ReadFlagConfiguration,
                [key](const service::FlagConfiguration& configuration, Library& library, Problems& problems) {
                  service::CheckConfiguration(configuration, key, library, problems);
                });
  }
  return checker.Run(is_complete);
}

}  // namespace expt::cli
