#include <map>
#include <tuple>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;

// A document before the first and after the last of several changes.
struct NetChange {
  bool is_new = false;  // the first of them created it
  bool is_archived = false;
  std::string before;
  std::string after;
  std::string actor;
  int64_t time_ms = 0;
};

json JsonOrNull(const std::string& text) { return text.empty() ? json(nullptr) : json::parse(text); }

}  // namespace

Result<json> Service::ListChanges(const Call& call, std::string_view project, std::string_view environment) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const auto live = state_.LivePublish(place->id, Audience::kServer);
  if (!live.ok()) return StorageFault(live.status());
  const int64_t published_revision = live->has_value() ? (*live)->state_revision : 0;
  const auto entries = state_.ChangesSince(published_revision, place->project, place->key);
  if (!entries.ok()) return StorageFault(entries.status());

  std::map<std::tuple<std::string, std::string, std::string>, NetChange> changes;  // by kind, key, environment
  for (const storage::AuditEntry& entry : *entries) {
    if (!IsKindOfSnapshots(entry.subject.kind)) continue;
    const auto [at, is_first] = changes.try_emplace({entry.subject.kind, entry.subject.key, entry.subject.environment});
    NetChange& change = at->second;
    if (is_first) {
      change.is_new = entry.action == "create";
      change.before = entry.before;
    }
    change.is_archived = entry.action == "archive";
    change.after = entry.after;
    change.actor = entry.actor;
    change.time_ms = entry.time_ms;
  }

  json items = json::array();
  for (const auto& [name, change] : changes) {
    if (change.is_archived && change.is_new) continue;  // came and went
    json before = JsonOrNull(change.before);
    json after = change.is_archived ? json(nullptr) : JsonOrNull(change.after);
    if (before == after) continue;
    items.push_back({{"kind", std::get<0>(name)},
                     {"key", std::get<1>(name)},
                     {"change", change.is_archived ? "archived"
                                : change.is_new    ? "created"
                                                   : "updated"},
                     {"before", std::move(before)},
                     {"after", std::move(after)},
                     {"actor", change.actor},
                     {"time", FormatInstant(change.time_ms)}});
  }

  json problems = json::array();
  if (const Result<Assembly> assembly = Assemble(call, project, environment); !assembly.ok()) {
    if (assembly.fault().status != 422) return assembly.fault();
    for (const Problem& problem : assembly.fault().errors) {
      problems.push_back({{"pointer", problem.pointer}, {"text", problem.text}});
    }
  }
  return json{{"published_version", live->has_value() ? json((*live)->version) : json(nullptr)},
              {"published", live->has_value() ? json(FormatInstant((*live)->created_ms)) : json(nullptr)},
              {"changes", std::move(items)},
              {"problems", std::move(problems)}};
}

Result<std::vector<StaleFlag>> Service::ListStale(const Call& call, const EnvironmentRef& environment,
                                                  const std::map<std::string, int64_t>& last_seen_ms) {
  const auto view = state_.LoadProject(environment.project, environment.key);
  if (!view.ok()) return StorageFault(view.status());
  return FindStaleFlags(view->documents, last_seen_ms, Milliseconds(call.now));
}

}  // namespace expt::service
