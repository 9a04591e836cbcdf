#include "control-plane/service/edits.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"

namespace expt::service {
namespace {

using nlohmann::json;

struct KindRow {
  Kind kind;
  Permission permission;
};
constexpr std::array kKinds = {KindRow{Kind::kFlag, Permission::kFlagsWrite},
                               KindRow{Kind::kMetric, Permission::kMetricsWrite},
                               KindRow{Kind::kSegment, Permission::kSegmentsWrite},
                               KindRow{Kind::kAttribute, Permission::kAttributesWrite},
                               KindRow{Kind::kExperiment, Permission::kExperimentsWrite},
                               KindRow{Kind::kLayer, Permission::kLayersWrite},
                               KindRow{Kind::kHoldout, Permission::kHoldoutsWrite}};

void AddDifferences(const json& before, const json& after, const std::string& pointer, json& differences) {
  if (before == after) return;
  static const json kNone;
  if (before.is_object() && after.is_object()) {
    std::set<std::string> names;
    for (const auto& [name, value] : before.items()) names.insert(name);
    for (const auto& [name, value] : after.items()) names.insert(name);
    for (const std::string& name : names) {
      AddDifferences(before.contains(name) ? before[name] : kNone, after.contains(name) ? after[name] : kNone,
                     Child(pointer, name), differences);
    }
  } else if (before.is_array() && after.is_array()) {
    for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
      AddDifferences(i < before.size() ? before[i] : kNone, i < after.size() ? after[i] : kNone, Child(pointer, i),
                     differences);
    }
  } else {
    differences.push_back({{"pointer", pointer}, {"before", before}, {"after", after}});
  }
}

Edit ReadEdit(const json& document, const std::string& pointer, Problems& problems) {
  Edit edit;
  ObjectReader object(document, pointer, problems);
  edit.kind = object.Word("kind", {"flag", "flag_configuration", "segment", "attribute", "metric", "experiment",
                                   "layer", "holdout"});
  for (const KindRow& row : kKinds) {
    if (KindName(row.kind) == edit.kind) edit.of = row.kind;
  }
  edit.key = object.Key("key");
  edit.base_revision = object.Integer("base_revision", 0, std::numeric_limits<int64_t>::max());
  const bool is_archive = object.Boolean("archive", false);
  const json* body = object.Object("body", false);
  if (object.is_object() && is_archive == object.Has("body")) {
    object.Report("body", is_archive ? "a document that is archived keeps its body" : "expected a value, found none");
  }
  if (is_archive && edit.kind == storage::kConfigurationKind) {
    object.Report("archive", "a configuration goes with its flag; disable it, or archive the flag");
  }
  object.RefuseOthers();
  if (body != nullptr && !is_archive) edit.body = *body;
  return edit;
}

}  // namespace

std::vector<Edit> ReadEdits(ObjectReader& object, Problems& problems) {
  std::vector<Edit> edits;
  const json* list = object.Array("edits", false, kMaxEdits);
  if (list == nullptr) return edits;
  std::set<std::pair<std::string, std::string>> seen;
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = Child(object.At("edits"), i);
    Edit edit = ReadEdit((*list)[i], pointer, problems);
    if (!edit.key.empty() && !seen.emplace(edit.kind, edit.key).second) {
      problems.push_back({Child(pointer, "key"), Named(edit.kind, edit.key) + " stands there twice"});
    }
    edits.push_back(std::move(edit));
  }
  return edits;
}

json EditsJson(const std::vector<Edit>& edits) {
  json list = json::array();
  for (const Edit& edit : edits) {
    json one = {{"kind", edit.kind}, {"key", edit.key}, {"base_revision", edit.base_revision.value_or(0)}};
    if (edit.body.is_null()) {
      one["archive"] = true;
    } else {
      one["body"] = edit.body;
    }
    list.push_back(std::move(one));
  }
  return list;
}

storage::DocumentName NameOf(const Edit& edit, std::string_view project, std::string_view environment) {
  return {std::string(project), edit.is_of_environment() ? std::string(environment) : "", edit.kind, edit.key};
}

Permission PermissionFor(const Edit& edit) {
  for (const KindRow& row : kKinds) {
    if (edit.of == row.kind) return row.permission;
  }
  return Permission::kFlagsWrite;
}

json DifferencesOf(const json& before, const json& after) {
  json differences = json::array();
  AddDifferences(before, after, "", differences);
  return differences;
}

}  // namespace expt::service
