#include "control-plane/api/own_publish.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "control-plane/api/publishing.h"
#include "control-plane/service/library.h"

namespace expt::api {
namespace {

using nlohmann::json;

// A publish makes everything live that waits for one. What belongs to the experiment may.
bool BelongsTo(const OwnChange& own, const json& change) {
  const std::string kind = change["kind"];
  const std::string key = change["key"];
  if (kind == service::kExperimentKind) return key == own.where.key;
  if (kind == service::kFlagKind || kind == service::kConfigurationKind) return key == own.flag;
  return kind == service::kLayerKind && key == own.layer;
}

}  // namespace

std::string FaultText(const service::Fault& fault) {
  std::string text = fault.Text();
  for (const service::Problem& problem : fault.errors) text += "; " + problem.pointer + ": " + problem.text;
  return text;
}

std::string WhyNotAlone(const Services& services, const service::Call& call, const OwnChange& own) {
  const auto changes = services.service.ListChanges(call, own.where.project, own.where.environment);
  if (!changes.ok()) return FaultText(changes.fault());
  int waiting = 0;
  std::string first;
  for (const json& change : (*changes)["changes"]) {
    if (BelongsTo(own, change)) continue;
    if (waiting++ == 0) {
      first = change["kind"].get<std::string>() + " " + service::Quoted(change["key"].get<std::string>());
    }
  }
  if (waiting > 0) {
    return "other changes wait for a publish, which would make them live, too: " + std::to_string(waiting) +
           ", such as " + first;
  }
  for (const json& problem : (*changes)["problems"]) {
    return "nothing can be published: " + problem["pointer"].get<std::string>() + ": " +
           problem["text"].get<std::string>();
  }
  return {};
}

std::string PublishOwn(const Services& services, const service::Call& call, const OwnChange& own,
                       const std::string& comment) {
  const auto published = PublishNow(services, call,
                                    {.person = call.actor,
                                     .project = own.where.project,
                                     .environment = own.where.environment,
                                     .comment = comment,
                                     .is_unattended = true});
  return published.ok() ? std::string() : "nothing was published: " + FaultText(published.fault());
}

}  // namespace expt::api
