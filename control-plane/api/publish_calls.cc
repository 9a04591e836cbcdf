#include <algorithm>
#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/publish/hex.h"
#include "control-plane/service/json_reader.h"

namespace expt::api {
namespace {

// A change of the documents between assembling and publishing makes both start again, this many times.
constexpr int kMaxAttempts = 3;

service::Result<Audience> AudienceOf(const Exchange& exchange) {
  const std::string_view text = exchange.request.Query("audience").value_or("server");
  if (text == "server") return Audience::kServer;
  if (text == "client") return Audience::kClient;
  return service::Fault{.status = 400, .detail = "query: audience: expected server or client"};
}

struct Assembled {
  publish::PublishRequest request;
  std::vector<std::string> failures;  // of flag tests
  std::vector<std::string> warnings;
};

// What a publish now would make live, for the caller.
service::Result<Assembled> AssembleRequest(const Services& services, const Exchange& exchange) {
  auto assembly = services.service.Assemble(exchange.caller.call, exchange.request.Parameter("project"),
                                            exchange.request.Parameter("environment"));
  if (!assembly.ok()) return assembly.fault();
  Assembled assembled;
  assembled.request.actor = exchange.caller.call.actor;
  assembled.request.address = exchange.caller.call.address;
  assembled.request.now = exchange.caller.call.now;
  assembled.request.person = exchange.caller.api->person();
  const auto runs = services.service.RunTests(exchange.caller.call, *assembly);
  // What the engine does not take at all is for the publisher to explain.
  if (!runs.ok() && runs.fault().status != 422) return runs.fault();
  if (runs.ok()) {
    for (const service::FlagTestRun& run : *runs) {
      if (!run.is_passed) assembled.failures.push_back(run.text);
    }
  }
  const auto has_other = services.people.HasOtherPublisher(exchange.caller.call, assembled.request.person,
                                                           assembly->project, assembly->environment);
  if (!has_other.ok()) return has_other.fault();
  assembled.request.has_other_publisher = *has_other;
  assembled.request.environment_id = assembly->environment_id;
  assembled.request.state_revision = assembly->state_revision;
  assembled.request.server = std::move(assembly->server);
  assembled.request.client = std::move(assembly->client);
  assembled.warnings = std::move(assembly->warnings);
  return assembled;
}

std::string_view ChangeName(publish::ReplayedFlag::Change change) {
  switch (change) {
    case publish::ReplayedFlag::Change::kCreated: return "created";
    case publish::ReplayedFlag::Change::kUpdated: return "updated";
    case publish::ReplayedFlag::Change::kRemoved: return "removed";
  }
  return "";
}

service::Fault NothingPublished(const std::vector<std::string>& problems) {
  std::vector<service::Problem> errors;
  for (const std::string& text : problems) errors.push_back({"", text});
  return service::Invalid("nothing was published", std::move(errors));
}

Answer PublishedAnswer(const publish::PublishOutcome& outcome, std::vector<std::string> warnings) {
  if (!outcome.problems.empty()) return NothingPublished(outcome.problems);
  if (outcome.needs_approval) {
    const size_t changed = outcome.count.updated_flags + outcome.count.removed_flags;
    return service::Conflict(std::to_string(changed) + " of " + std::to_string(outcome.count.live_flags) +
                             " flags change: a second person must approve content " + HexText(outcome.count.content));
  }
  for (const std::string& text : outcome.warnings) {
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
  }
  return JsonResponse(200, {{"version", outcome.version},
                            {"digest", HexText(outcome.digest)},
                            {"client_digest", HexText(outcome.client_digest)},
                            {"flags", outcome.flags},
                            {"warnings", std::move(warnings)},
                            {"rings", RingsJson(outcome.rings)}});
}

}  // namespace

Answer PostPublish(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  service::Problems problems;
  service::ObjectReader reader(*body, "", problems);
  const std::string comment = reader.Text("comment", false);
  const bool allows_empty = reader.Boolean("allow_empty", false);
  reader.RefuseOthers();
  if (!problems.empty()) return service::Invalid("publish", std::move(problems));

  for (int attempt = 1;; ++attempt) {
    auto assembled = AssembleRequest(services, exchange);
    if (!assembled.ok()) return assembled.fault();
    if (!assembled->failures.empty()) return NothingPublished(assembled->failures);
    assembled->request.comment = comment;
    assembled->request.allows_empty = allows_empty;
    const auto outcome = services.publisher.Publish(std::move(assembled->request));
    if (outcome.ok()) {
      if (outcome->rings.has_value()) services.rings.Look();  // a ring with nobody in it ends at once
      return PublishedAnswer(*outcome, std::move(assembled->warnings));
    }
    if (outcome.status().code() == absl::StatusCode::kAborted && attempt < kMaxAttempts) continue;
    const bool is_refusal = absl::IsFailedPrecondition(outcome.status());
    services.log.Write(is_refusal ? LogLevel::kInfo : LogLevel::kError, "publish_failed",
                       {{"text", std::string(outcome.status().message())}});
    return FaultOf(outcome.status());
  }
}

Answer GetPublishPreview(const Services& services, const Exchange& exchange) {
  auto assembled = AssembleRequest(services, exchange);
  if (!assembled.ok()) return assembled.fault();
  const auto preview = services.publisher.Preview(std::move(assembled->request));
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
  std::vector<std::string> warnings = std::move(assembled->warnings);
  for (const std::string& text : preview->warnings) {
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
  }
  std::vector<std::string> problems = preview->problems;
  problems.insert(problems.end(), assembled->failures.begin(), assembled->failures.end());
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

Answer PostPublishApproval(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  service::Problems problems;
  service::ObjectReader reader(*body, "", problems);
  const std::string text = reader.Text("content", true);
  reader.RefuseOthers();
  const std::optional<Digest> content = publish::ParseDigest(text);
  if (problems.empty() && !content.has_value()) {
    problems.push_back({"/content", "expected the 64 digits that a preview answers with"});
  }
  if (!problems.empty()) return service::Invalid("approval", std::move(problems));
  const auto changes = services.service.ListChanges(exchange.caller.call, exchange.request.Parameter("project"),
                                                    exchange.request.Parameter("environment"));
  if (!changes.ok()) return changes.fault();
  for (const nlohmann::json& change : (*changes)["changes"]) {
    const auto person = services.people.PersonOf(change["actor"].get<std::string>());
    if (!person.ok()) return person.fault();
    if (*person == exchange.caller.api->person()) {
      return service::Fault{.status = 403, .title = "not allowed", .detail = "who made a change cannot approve it"};
    }
  }
  const auto assembled = AssembleRequest(services, exchange);
  if (!assembled.ok()) return assembled.fault();
  const absl::Status status = services.publisher.Approve(assembled->request, *content);
  if (absl::IsAborted(status)) return service::Conflict(std::string(status.message()));
  if (!status.ok()) return FaultOf(status);
  return JsonResponse(201, {{"content", text}, {"actor", exchange.caller.call.actor}});
}

Answer GetChanges(const Services& services, const Exchange& exchange) {
  const auto changes = services.service.ListChanges(exchange.caller.call, exchange.request.Parameter("project"),
                                                    exchange.request.Parameter("environment"));
  if (!changes.ok()) return changes.fault();
  return JsonResponse(200, *changes);
}

Answer GetLiveSnapshot(const Services& services, const Exchange& exchange) {
  const auto audience = AudienceOf(exchange);
  if (!audience.ok()) return audience.fault();
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  absl::StatusOr<std::string> file = services.publisher.LiveSnapshotFile(environment->id, *audience);
  if (!file.ok()) return FaultOf(file.status());
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(file);
  return response;
}

Answer GetEnvironmentRoot(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  absl::StatusOr<std::string> file = services.signing.RootFile(services.signing.root_version());
  if (!file.ok()) return FaultOf(file.status());
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(file);
  return response;
}

}  // namespace expt::api
