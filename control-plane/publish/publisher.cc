#include "control-plane/publish/publisher.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control-plane/publish/hex.h"
#include "control-plane/publish/ring_plan.h"
#include "control-plane/publish/snapshot_model.h"
#include "control-plane/storage/blob_store.h"
#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"
#include "src/base/status.h"
#include "src/core/engine.h"
#include "src/host/signed_file.h"
#include "src/model/review.h"
#include "src/model/validate.h"
#include "src/wire/snapshot_codec.h"

namespace expt::publish {
namespace {

using storage::Publish;

constexpr std::string_view kApprove = "approve";

// Of the audit: an approval of what has this digest.
storage::DocumentName ApprovalOf(const storage::DocumentName& environment, const Digest& content) {
  return {.project = environment.project, .environment = environment.key, .kind = "publish", .key = Hex(content)};
}

std::string GuardText(const ChangeCount& count) {
  return std::to_string(count.updated_flags + count.removed_flags) + " of " + std::to_string(count.live_flags) +
         " flags change";
}

// Half of what a client takes.
constexpr size_t kMaxPlainSize = 16u << 20;

struct SignedSnapshot {
  std::string file;
  Digest digest{};
  uint64_t size_bytes = 0;
};

std::string TextOf(const model::Issue& issue) {
  return issue.place.empty() ? issue.text : issue.place + ": " + issue.text;
}

void AddOnce(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

// What stops a publish, and what does not. `live` is what the model replaces, or null.
void Judge(const model::Snapshot& model, const model::Snapshot* live, PublishOutcome& outcome) {
  for (const model::Issue& issue : model::Validate(model)) AddOnce(outcome.problems, TextOf(issue));
  for (const model::Issue& issue : model::Review(model, live)) AddOnce(outcome.warnings, TextOf(issue));
}

// Encodes and signs, then takes the file exactly as a client would: origin, floor, content, compiling, golden vectors.
absl::StatusOr<SignedSnapshot> MakeSnapshot(const model::Snapshot& model, std::span<const host::SecretKey> keys,
                                            const Trust& trust) {
  const std::string plain = wire::EncodeSnapshot(model);
  if (plain.size() > kMaxPlainSize) {
    return base::Error(absl::StatusCode::kInvalidArgument, "snapshot: expected at most " +
                                                               std::to_string(kMaxPlainSize) + " bytes, found " +
                                                               std::to_string(plain.size()));
  }
  SignedSnapshot made;
  made.file = host::MakeSignedFile(wire::PayloadType::kSnapshot, plain, keys);
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(made.file, wire::PayloadType::kSnapshot);
  if (!envelope.ok()) return envelope.status();
  made.digest = host::Sha256(envelope->payload);
  made.size_bytes = envelope->payload.size();
  const absl::StatusOr<Snapshot> taken = Snapshot::Parse(made.file, trust);
  if (!taken.ok()) return taken.status();
  return made;
}

}  // namespace

Publisher::Publisher(storage::StateStore& state, storage::BlobStore& blobs, SigningKeys& signing, HeadIssuer& heads,
                     storage::BlobStore* exported)
    : state_(state), blobs_(blobs), signing_(signing), heads_(heads), exported_(exported) {}

absl::StatusOr<PublishOutcome> Publisher::Publish(PublishRequest request) {
  const std::lock_guard lock(publishing_);
  const auto rings = state_.FindRings(request.environment_id);
  if (!rings.ok()) return rings.status();
  if (rings->has_value() && (*rings)->state == storage::RingState::kUnderWay) {
    return base::Error(absl::StatusCode::kFailedPrecondition,
                       "environment \"" + request.environment_id + "\": version " + std::to_string((*rings)->version) +
                           " is under way in rings; complete or halt it first");
  }
  return PublishLocked(std::move(request), {.may_be_staged = true, .withdrawal = nullptr});
}

absl::StatusOr<PublishOutcome> Publisher::PublishLocked(PublishRequest request, Way way) {
  const auto environment = state_.FindById(storage::kEnvironmentKind, request.environment_id);
  if (!environment.ok()) return environment.status();
  const std::string place = "environment \"" + request.environment_id + "\"";
  if (!environment->has_value()) return base::Error(absl::StatusCode::kNotFound, "unknown " + place);
  const int64_t epoch = signing_.Epoch(request.environment_id);
  if (epoch == 0) return base::Error(absl::StatusCode::kFailedPrecondition, place + ": no Root names it");
  const absl::StatusOr<std::string> root_file = signing_.RootFile(signing_.root_version());
  if (!root_file.ok()) return root_file.status();
  const absl::StatusOr<Root> root = Root::Parse(*root_file);
  if (!root.ok()) return root.status();

  PublishOutcome outcome;
  if (request.server.flags.empty() && !request.allows_empty) {
    outcome.problems.push_back(place + ": there is no flag; an empty snapshot must be asked for");
    return outcome;
  }
  request.server.is_declared_empty = request.server.flags.empty();
  request.client.is_declared_empty = request.client.flags.empty();
  struct Part {
    model::Snapshot& model;
    SignedSnapshot made;
    storage::Publish row;
    std::optional<model::Snapshot> live;
  };
  Part parts[] = {{request.server, {}, {}, {}}, {request.client, {}, {}, {}}};
  int64_t version = 1;
  for (Part& part : parts) {
    const auto live = state_.LivePublish(request.environment_id, part.model.audience);
    if (!live.ok()) return live.status();
    if (!live->has_value()) continue;
    part.row = **live;
    part.live = LiveModel(part.row);
    version = std::max(version, (*live)->version + 1);
    if (way.withdrawal == nullptr && (*live)->state_revision > request.state_revision) {
      return base::Error(absl::StatusCode::kAborted, place + ": a newer state has been published meanwhile");
    }
  }
  for (Part& part : parts) {
    part.model.epoch = epoch;
    part.model.version = version;
    part.model.issued_at_ms = request.now.time_since_epoch().count();
    Judge(part.model, part.live.has_value() ? &*part.live : nullptr, outcome);
  }
  if (!outcome.problems.empty()) return outcome;
  outcome.count = CountChanges(request.server, parts[0].live.has_value() ? &*parts[0].live : nullptr);
  if (outcome.count.is_guarded() && !request.is_renewal && way.withdrawal == nullptr) {
    const absl::StatusOr<bool> is_approved =
        IsApproved((*environment)->name, outcome.count.content, parts[0].row.created_ms, request.person);
    if (!is_approved.ok()) return is_approved.status();
    outcome.needs_approval = !*is_approved && request.has_other_publisher;
    if (outcome.needs_approval) return outcome;
    if (!*is_approved) AddOnce(outcome.warnings, GuardText(outcome.count));
  }

  for (Part& part : parts) {
    core::AddGoldenVectors(part.model);
    Trust trust{.root = *root, .environment = request.environment_id, .audience = part.model.audience, .floor = {}};
    if (part.row.version != 0) trust.floor = {part.row.epoch, part.row.version, part.row.digest};
    absl::StatusOr<SignedSnapshot> made =
        MakeSnapshot(part.model, signing_.SnapshotKeys(request.environment_id), trust);
    if (!made.ok()) {
      AddOnce(outcome.problems, std::string(made.status().message()));
      continue;
    }
    part.made = *std::move(made);
    part.row = {.environment = request.environment_id,
                .audience = part.model.audience,
                .epoch = epoch,
                .version = version,
                .digest = part.made.digest,
                .size_bytes = part.made.size_bytes,
                .state_revision = request.state_revision,
                .created_ms = part.model.issued_at_ms,
                .actor = request.actor,
                .comment = request.comment};
  }
  if (!outcome.problems.empty()) return outcome;

  // Files first: a row never names what is not there. A file without a row does no harm.
  for (const Part& part : parts) {
    if (absl::Status status = blobs_.Put(Hex(part.made.digest), part.made.file); !status.ok()) return status;
    if (exported_ == nullptr) continue;
    // Clients fetch from here what they do not find there.
    if (absl::Status status = exported_->Put(Hex(part.made.digest), part.made.file); !status.ok()) {
      outcome.warnings.push_back("the snapshot could not be exported: " + std::string(status.message()));
    }
  }
  const storage::Change who{
      .actor = request.actor, .address = request.address, .time_ms = request.now.time_since_epoch().count()};
  const storage::Publish rows[] = {parts[0].row, parts[1].row};
  const RingSettings settings = RingSettingsOf((*environment)->body);
  if (way.may_be_staged && settings.is_staged && version > 1) {
    outcome.rings = storage::Rings{.environment = request.environment_id,
                                   .state = storage::RingState::kUnderWay,
                                   .version = version,
                                   .stable_version = version - 1,
                                   .ring = 0,
                                   .bake_ms = settings.bake.count(),
                                   .entered_ms = who.time_ms,
                                   .ended_ms = 0,
                                   .withdrawn_as = 0,
                                   .reason = {}};
  }
  if (way.withdrawal != nullptr) way.withdrawal->withdrawn_as = version;
  const storage::Rings* const rings = outcome.rings.has_value() ? &*outcome.rings : way.withdrawal;
  if (absl::Status status = state_.AddPublish(who, rows, rings); !status.ok()) return status;
  outcome.version = version;
  outcome.digest = parts[0].made.digest;
  outcome.client_digest = parts[1].made.digest;
  outcome.flags = request.server.flags.size();
  if (absl::Status status = heads_.IssueNow(request.environment_id); !status.ok()) {
    // It is published; the next round of the issuer signs the Head.
    outcome.warnings.push_back("the Head could not be signed yet: " + std::string(status.message()));
  }
  return outcome;
}

absl::StatusOr<bool> Publisher::IsApproved(const storage::DocumentName& environment, const Digest& content,
                                           int64_t since_ms, std::string_view person) const {
  const auto approvals = state_.ListAudit({.from_ms = since_ms,
                                           .action = std::string(kApprove),
                                           .subject = ApprovalOf(environment, content)},
                                          /*limit=*/100);
  if (!approvals.ok()) return approvals.status();
  return std::any_of(approvals->begin(), approvals->end(), [&](const storage::AuditEntry& entry) {
    return nlohmann::json::parse(entry.after)["person"] != person;
  });
}

absl::StatusOr<PublishPreview> Publisher::Preview(PublishRequest request) {
  const auto environment = state_.FindById(storage::kEnvironmentKind, request.environment_id);
  if (!environment.ok()) return environment.status();
  if (!environment->has_value()) {
    return base::Error(absl::StatusCode::kNotFound, "unknown environment \"" + request.environment_id + "\"");
  }
  PublishPreview preview;
  PublishOutcome judged;
  int64_t live_since_ms = 0;
  std::optional<model::Snapshot> live_server;
  for (model::Snapshot* model : {&request.server, &request.client}) {
    const auto row = state_.LivePublish(request.environment_id, model->audience);
    if (!row.ok()) return row.status();
    std::optional<model::Snapshot> live;
    if (row->has_value()) {
      live = LiveModel(**row);
      preview.live_version = std::max(preview.live_version, (*row)->version);
    }
    model->epoch = std::max<int64_t>(1, signing_.Epoch(request.environment_id));
    model->version = preview.live_version + 1;
    model->issued_at_ms = request.now.time_since_epoch().count();
    model->is_declared_empty = model->flags.empty();
    Judge(*model, live.has_value() ? &*live : nullptr, judged);
    if (model != &request.server) continue;
    live_since_ms = row->has_value() ? (*row)->created_ms : 0;
    live_server = std::move(live);
  }
  preview.problems = std::move(judged.problems);
  preview.warnings = std::move(judged.warnings);
  if (!preview.problems.empty()) return preview;
  absl::StatusOr<Replay> replay = ReplayChanges(std::move(request.server), std::move(live_server), request.now);
  if (!replay.ok()) return replay.status();
  preview.replay = *std::move(replay);
  const absl::StatusOr<bool> is_approved =
      IsApproved((*environment)->name, preview.replay.count.content, live_since_ms, request.person);
  if (!is_approved.ok()) return is_approved.status();
  if (!preview.replay.count.is_guarded() || *is_approved) return preview;
  preview.needs_approval = request.has_other_publisher;
  AddOnce(preview.warnings, GuardText(preview.replay.count));
  return preview;
}

absl::Status Publisher::Approve(const PublishRequest& request, const Digest& content) {
  const auto environment = state_.FindById(storage::kEnvironmentKind, request.environment_id);
  if (!environment.ok()) return environment.status();
  if (!environment->has_value()) {
    return base::Error(absl::StatusCode::kNotFound, "unknown environment \"" + request.environment_id + "\"");
  }
  // What does not validate has no content that anybody could publish.
  if (!model::Validate(request.server).empty() || CountChanges(request.server, nullptr).content != content) {
    return base::Error(absl::StatusCode::kAborted, "what would be published has changed: look at it again");
  }
  storage::Change change{
      .actor = request.actor, .address = request.address, .time_ms = request.now.time_since_epoch().count()};
  change.notes.push_back({.action = std::string(kApprove),
                          .subject = ApprovalOf((*environment)->name, content),
                          .after = nlohmann::json{{"person", request.person}}.dump()});
  return state_.Commit(change).status();
}

bool Publisher::IsTaken(const storage::Publish& row) const {
  if (row.epoch != signing_.Epoch(row.environment)) return false;
  const absl::StatusOr<std::string> file = blobs_.Get(Hex(row.digest));
  if (!file.ok()) return true;  // nothing to make a new one from
  const std::shared_ptr<const wire::RootModel> root = signing_.root();
  return host::OpenSignedFile(*file, *root, {.environment = row.environment}).ok();
}

// The content of `row`, to be published again.
absl::Status Publisher::FillFrom(const storage::Publish& row, PublishRequest& request) const {
  std::optional<model::Snapshot> model = LiveModel(row);
  if (!model.has_value()) {
    return base::Error(absl::StatusCode::kDataLoss,
                       "environment \"" + row.environment + "\": a live file is missing");
  }
  model->golden_vectors.clear();  // made anew
  request.state_revision = row.state_revision;
  (row.audience == Audience::kServer ? request.server : request.client) = *std::move(model);
  return absl::OkStatus();
}

absl::Status Publisher::RenewEnvironment(const std::string& environment_id, Time now) {
  const std::string comment = "signed again under Root " + std::to_string(signing_.root_version());
  const auto rings = state_.FindRings(environment_id);
  if (!rings.ok()) return rings.status();
  if (rings->has_value() && (*rings)->state == storage::RingState::kUnderWay) {
    // What has not proved itself does not go to everyone because of that.
    const Author author{.actor = "system", .address = {}, .now = now};
    return Withdraw(author, environment_id, (*rings)->version, comment).status();
  }
  PublishRequest request;
  request.actor = "system";
  request.now = now;
  request.comment = comment;
  request.environment_id = environment_id;
  request.allows_empty = true;
  request.is_renewal = true;
  for (const Audience audience : {Audience::kServer, Audience::kClient}) {
    const auto row = state_.LivePublish(environment_id, audience);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return base::Error(absl::StatusCode::kNotFound, "nothing is live");
    if (absl::Status status = FillFrom(**row, request); !status.ok()) return status;
  }
  const std::lock_guard lock(publishing_);
  const absl::StatusOr<PublishOutcome> outcome = PublishLocked(std::move(request), {});
  if (!outcome.ok() || outcome->problems.empty()) return outcome.status();
  return base::Error(absl::StatusCode::kFailedPrecondition, outcome->problems.front());
}

absl::StatusOr<storage::Rings> Publisher::Withdraw(const Author& author, const std::string& environment_id,
                                                   int64_t version, const std::string& reason) {
  const std::lock_guard lock(publishing_);
  const std::string place = "environment \"" + environment_id + "\": version " + std::to_string(version) + " ";
  const auto before = state_.FindRings(environment_id);
  if (!before.ok()) return before.status();
  storage::Rings rings;
  if (before->has_value() && (*before)->version == version) rings = **before;
  rings.environment = environment_id;
  rings.version = version;
  rings.stable_version = version - 1;
  rings.state = storage::RingState::kHalted;
  rings.ended_ms = author.now.time_since_epoch().count();
  rings.reason = reason;
  if (before->has_value() && (*before)->withdrawn_as == version) {
    return base::Error(absl::StatusCode::kFailedPrecondition, place + "is a withdrawal itself");
  }
  PublishRequest request{.actor = author.actor,
                         .address = author.address,
                         .now = author.now,
                         .comment = "version " + std::to_string(version) + " withdrawn: " + reason,
                         .environment_id = environment_id,
                         .state_revision = 0,
                         .server = {},
                         .client = {},
                         .allows_empty = true};
  for (const Audience audience : {Audience::kServer, Audience::kClient}) {
    const auto live = state_.LivePublish(environment_id, audience);
    const auto stable = state_.FindPublish(environment_id, audience, rings.stable_version);
    if (!live.ok()) return live.status();
    if (!stable.ok()) return stable.status();
    if (!live->has_value() || (*live)->version != version) {
      return base::Error(absl::StatusCode::kFailedPrecondition, place + "is not the newest");
    }
    if (!stable->has_value()) {
      return base::Error(absl::StatusCode::kFailedPrecondition, place + "is the first, there is nothing to go back to");
    }
    if (absl::Status status = FillFrom(**stable, request); !status.ok()) return status;
  }
  const absl::StatusOr<PublishOutcome> outcome =
      PublishLocked(std::move(request), {.may_be_staged = false, .withdrawal = &rings});
  if (!outcome.ok()) return outcome.status();
  if (outcome->problems.empty()) return rings;
  return base::Error(absl::StatusCode::kInternal, place + "cannot be withdrawn: " + outcome->problems.front());
}

absl::StatusOr<std::optional<storage::Rings>> Publisher::FindRings(std::string_view environment_id) const {
  return state_.FindRings(environment_id);
}

absl::StatusOr<size_t> Publisher::Renew(Time now) {
  const auto environments = state_.ListEverywhere(storage::kEnvironmentKind);
  if (!environments.ok()) return environments.status();
  size_t count = 0;
  absl::Status worst;
  for (const storage::Document& environment : *environments) {
    if (signing_.Epoch(environment.id) == 0) continue;  // the Root does not name it
    const auto server = state_.LivePublish(environment.id, Audience::kServer);
    const auto client = state_.LivePublish(environment.id, Audience::kClient);
    if (!server.ok()) return server.status();
    if (!client.ok()) return client.status();
    if (!server->has_value() || !client->has_value() || (IsTaken(**server) && IsTaken(**client))) continue;
    absl::Status status = RenewEnvironment(environment.id, now);
    if (status.ok()) ++count;
    if (!status.ok()) worst = std::move(status);
  }
  if (!worst.ok()) return worst;
  return count;
}

absl::Status Publisher::ExportLive() {
  const auto environments = state_.ListEverywhere(storage::kEnvironmentKind);
  if (!environments.ok()) return environments.status();
  for (const storage::Document& environment : *environments) {
    for (const Audience audience : {Audience::kServer, Audience::kClient}) {
      const auto row = state_.LivePublish(environment.id, audience);
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      const std::string name = Hex((*row)->digest);
      const absl::StatusOr<std::string> file = blobs_.Get(name);
      if (!file.ok()) return file.status();
      if (absl::Status status = exported_->Put(name, *file); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// Without its file there is nothing to compare with.
std::optional<model::Snapshot> Publisher::LiveModel(const storage::Publish& row) const {
  const absl::StatusOr<std::string> file = blobs_.Get(Hex(row.digest));
  if (!file.ok()) return std::nullopt;
  absl::StatusOr<model::Snapshot> model = ReadModel(*file);
  if (!model.ok()) return std::nullopt;
  return *std::move(model);
}

absl::StatusOr<std::string> Publisher::SnapshotFile(std::string_view environment_id, Audience audience,
                                                    std::string_view hex_digest) const {
  const std::optional<Digest> digest = ParseDigest(hex_digest);
  if (!digest.has_value()) return base::Error(absl::StatusCode::kNotFound, "unknown snapshot");
  const auto row = state_.FindPublish(environment_id, audience, *digest);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return base::Error(absl::StatusCode::kNotFound, "unknown snapshot");
  return blobs_.Get(hex_digest);
}

absl::StatusOr<std::string> Publisher::LiveSnapshotFile(std::string_view environment_id, Audience audience) const {
  const auto row = state_.LivePublish(environment_id, audience);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return base::Error(absl::StatusCode::kNotFound, "nothing has been published yet");
  absl::StatusOr<std::string> file = blobs_.Get(Hex((*row)->digest));
  // It was published: that its file is gone is a fault of this side, whose text names files.
  if (absl::IsNotFound(file.status())) return base::Error(absl::StatusCode::kDataLoss, "a published file is gone");
  return file;
}

}  // namespace expt::publish
