#include "control-plane/service/review.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "control-plane/service/instant.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr int64_t kMostApprovals = 3;
constexpr size_t kMostFreezes = 100;
constexpr size_t kMostEnvironments = static_cast<size_t>(std::numeric_limits<int32_t>::max());

// The environments that are meant: one, or all of the project.
Result<std::vector<storage::Document>> Meant(storage::StateStore& state, std::string_view project,
                                             std::string_view environment) {
  const storage::DocumentName name{std::string(project), "", std::string(storage::kEnvironmentKind),
                                   std::string(environment)};
  if (environment.empty()) {
    auto all = state.List(name, "", kMostEnvironments, false);
    if (!all.ok()) return StorageFault(all.status());
    return *std::move(all);
  }
  const auto one = state.Find(name);
  if (!one.ok()) return StorageFault(one.status());
  if (!one->has_value()) return NotFound(Named(storage::kEnvironmentKind, environment));
  return std::vector<storage::Document>{**one};
}

int64_t ApprovalsOf(const storage::Document& environment) {
  const json body = json::parse(environment.body);
  const auto review = body.find("review");
  if (review == body.end() || !(*review)["required"].get<bool>()) return 0;
  return (*review)["approvals"].get<int64_t>();
}

}  // namespace

json ReadReview(ObjectReader& environment, Problems& problems) {
  json read = {{"required", false}, {"approvals", 1}};
  const json* review = environment.Object("review", false);
  if (review == nullptr) return read;
  const std::string pointer = environment.At("review");
  ObjectReader object(*review, pointer, problems);
  read["required"] = object.Boolean("required", false);
  read["approvals"] = object.Integer("approvals", 1, kMostApprovals).value_or(1);
  object.RefuseOthers();
  return read;
}

json ReadFreezes(ObjectReader& environment, Problems& problems) {
  json read = json::array();
  const json* freezes = environment.Array("freezes", false, kMostFreezes);
  if (freezes == nullptr) return read;
  for (size_t i = 0; i < freezes->size(); ++i) {
    const std::string pointer = Child(environment.At("freezes"), i);
    ObjectReader object((*freezes)[i], pointer, problems);
    object.Any("from", true);
    object.Any("until", true);
    const std::optional<int64_t> from = object.Instant("from");
    const std::optional<int64_t> until = object.Instant("until");
    const std::string reason = object.Text("reason", true);
    object.RefuseOthers();
    if (!from.has_value() || !until.has_value()) continue;
    if (*until <= *from) object.Report("until", "the end is not after the start");
    read.push_back({{"from", FormatInstant(*from)}, {"until", FormatInstant(*until)}, {"reason", reason}});
  }
  return read;
}

Result<int64_t> ApprovalsNeeded(storage::StateStore& state, std::string_view project, std::string_view environment) {
  const auto environments = Meant(state, project, environment);
  if (!environments.ok()) return environments.fault();
  int64_t most = 0;
  for (const storage::Document& one : *environments) most = std::max(most, ApprovalsOf(one));
  return most;
}

std::optional<Fault> RefuseUnreviewed(storage::StateStore& state, std::string_view project,
                                      std::string_view environment) {
  const auto environments = Meant(state, project, environment);
  if (!environments.ok()) return environments.fault();
  for (const storage::Document& one : *environments) {
    if (ApprovalsOf(one) == 0) continue;
    return Conflict(Named(storage::kEnvironmentKind, one.name.key) +
                    " asks for a review: make a change request (POST /api/v1/projects/" + one.name.project +
                    "/environments/" + one.name.key + "/change-requests)");
  }
  return std::nullopt;
}

std::optional<Fault> RefuseInFreeze(storage::StateStore& state, std::string_view project, std::string_view environment,
                                    int64_t time_ms) {
  const auto environments = Meant(state, project, environment);
  if (!environments.ok()) return environments.fault();
  for (const storage::Document& one : *environments) {
    const json body = json::parse(one.body);
    if (!body.contains("freezes")) continue;
    for (const json& freeze : body["freezes"]) {
      const int64_t from = ParseInstant(freeze["from"].get_ref<const std::string&>()).value_or(0);
      const int64_t until = ParseInstant(freeze["until"].get_ref<const std::string&>()).value_or(0);
      if (time_ms < from || time_ms >= until) continue;
      return Conflict(Named(storage::kEnvironmentKind, one.name.key) + " is frozen from " +
                      freeze["from"].get<std::string>() + " until " + freeze["until"].get<std::string>() + ": " +
                      freeze["reason"].get<std::string>());
    }
  }
  return std::nullopt;
}

bool DecidesTheSame(const json& before, const json& after) {
  if (!after.is_object()) return false;
  const auto text = [](const json& flag, const char* name, const json& fallback) {
    const auto found = flag.find(name);
    return found == flag.end() || found->is_null() ? fallback : *found;
  };
  return text(before, "type", nullptr) == text(after, "type", nullptr) &&
         text(before, "variants", nullptr) == text(after, "variants", nullptr) &&
         text(before, "visibility", "server") == text(after, "visibility", "server");
}

}  // namespace expt::service
