#include "control-plane/api/publishing.h"

#include <algorithm>
#include <utility>

#include "control-plane/api/answer.h"

namespace expt::api {
namespace {

// A change of the documents between assembling and publishing makes both start again, this many times.
constexpr int kMaxAttempts = 3;

std::string_view ChangeName(publish::ReplayedFlag::Change change) {
  switch (change) {
    case publish::ReplayedFlag::Change::kCreated: return "created";
    case publish::ReplayedFlag::Change::kUpdated: return "updated";
    case publish::ReplayedFlag::Change::kRemoved: return "removed";
  }
  return "";
}

void AddOnce(const std::vector<std::string>& more, std::vector<std::string>& warnings) {
  for (const std::string& text : more) {
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
  }
}

service::Result<Published> PublishedOf(publish::PublishOutcome outcome, std::vector<std::string> warnings) {
  if (!outcome.problems.empty()) return NothingPublished(outcome.problems);
  if (outcome.needs_approval) {
    return service::Conflict(GuardText(outcome.count) + " content " + HexText(outcome.count.content));
  }
  AddOnce(outcome.warnings, warnings);
  return Published{std::move(outcome), std::move(warnings)};
}

}  // namespace

service::Fault NothingPublished(const std::vector<std::string>& problems) {
  std::vector<service::Problem> errors;
  for (const std::string& text : problems) errors.push_back({"", text});
  return service::Invalid("nothing was published", std::move(errors));
}

std::string GuardText(const publish::ChangeCount& count) {
  return std::to_string(count.updated_flags + count.removed_flags) + " of " + std::to_string(count.live_flags) +
         " flags change: a second person must approve";
}

service::Result<Assembled> RequestOf(const Services& services, const service::Call& call, const std::string& person,
                                     service::Result<service::Assembly> assembly) {
  if (!assembly.ok()) return assembly.fault();
  Assembled assembled;
  assembled.request.actor = call.actor;
  assembled.request.address = call.address;
  assembled.request.now = call.now;
  assembled.request.person = person;
  const auto runs = services.service.RunTests(call, *assembly);
  // What the engine does not take at all is for the publisher to explain.
  if (!runs.ok() && runs.fault().status != 422) return runs.fault();
  if (runs.ok()) {
    for (const service::FlagTestRun& run : *runs) {
      if (!run.is_passed) assembled.failures.push_back(run.text);
    }
  }
  const auto has_other =
      services.people.HasOtherPublisher(call, assembled.request.person, assembly->project, assembly->environment);
  if (!has_other.ok()) return has_other.fault();
  assembled.request.has_other_publisher = *has_other;
  assembled.request.environment_id = assembly->environment_id;
  assembled.request.state_revision = assembly->state_revision;
  assembled.request.server = std::move(assembly->server);
  assembled.request.client = std::move(assembly->client);
  assembled.warnings = std::move(assembly->warnings);
  return assembled;
}

Answer PreviewAnswer(const Services& services, Assembled assembled) {
  const auto preview = services.publisher.Preview(std::move(assembled.request));
  if (!preview.ok()) return FaultOf(preview.status());
  const publish::ChangeCount& count = preview->replay.count;
  nlohmann::json flags = nlohmann::json::array();
  for (const publish::ReplayedFlag& flag : preview->replay.flags) {
    nlohmann::json moves = nlohmann::json::array();
    for (const publish::ReplayedMove& move : flag.moves) {
      moves.push_back({{"from", move.from.empty() ? nlohmann::json(nullptr) : nlohmann::json(move.from)},
                       {"to", move.to.empty() ? nlohmann::json(nullptr) : nlohmann::json(move.to)},
                       {"contexts", move.contexts}});
    }
    flags.push_back({{"key", flag.key},
                     {"change", ChangeName(flag.change)},
                     {"moved_contexts", flag.contexts},
                     {"moves", std::move(moves)},
                     {"experiments", flag.experiments}});
  }
  std::vector<std::string> warnings = std::move(assembled.warnings);
  AddOnce(preview->warnings, warnings);
  std::vector<std::string> problems = preview->problems;
  problems.insert(problems.end(), assembled.failures.begin(), assembled.failures.end());
  const bool has_live = preview->live_version != 0;
  return JsonResponse(200, {{"published_version", has_live ? nlohmann::json(preview->live_version) : nullptr},
                            {"content", HexText(count.content)},
                            {"live_flags", count.live_flags},
                            {"created_flags", count.created_flags},
                            {"updated_flags", count.updated_flags},
                            {"removed_flags", count.removed_flags},
                            {"needs_approval", preview->needs_approval},
                            {"contexts", preview->replay.contexts},
                            {"moved_contexts", preview->replay.moved_contexts},
                            {"flags", std::move(flags)},
                            {"problems", problems},
                            {"warnings", std::move(warnings)}});
}

service::Result<Published> PublishNow(const Services& services, const service::Call& call, const PublishTask& task) {
  for (int attempt = 1;; ++attempt) {
    auto assembled = RequestOf(services, call, task.person,
                               services.service.Assemble(call, task.project, task.environment));
    if (!assembled.ok()) return assembled.fault();
    if (!assembled->failures.empty()) return NothingPublished(assembled->failures);
    assembled->request.comment = task.comment;
    assembled->request.allows_empty = task.allows_empty;
    if (task.is_approved) assembled->request.has_other_publisher = false;
    if (task.is_unattended) assembled->request.has_other_publisher = true;
    auto outcome = services.publisher.Publish(std::move(assembled->request));
    if (outcome.ok()) {
      if (outcome->rings.has_value()) services.rings.Look();  // a ring with nobody in it ends at once
      return PublishedOf(*std::move(outcome), std::move(assembled->warnings));
    }
    if (outcome.status().code() == absl::StatusCode::kAborted && attempt < kMaxAttempts) continue;
    const bool is_refusal = absl::IsFailedPrecondition(outcome.status());
    services.log.Write(is_refusal ? LogLevel::kInfo : LogLevel::kError, "publish_failed",
                       {{"text", std::string(outcome.status().message())}});
    return FaultOf(outcome.status());
  }
}

}  // namespace expt::api
