// Models become signed snapshots that every SDK of an environment takes.
//
//   Publisher publisher(state, blobs, keys, std::move(signing));
//   PublishRequest request = ...;            // from service::Assembly
//   auto outcome = publisher.Publish(std::move(request));
//   if (outcome.ok() && outcome->problems.empty()) ... outcome->version is live ...
//
// The way of one snapshot: model::Validate, model::Review against what is live -> golden vectors -> core::Load with the
// client's own engine -> encode -> sign -> BlobStore, by digest -> a row of the state store -> Head.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_PUBLISHER_H_
#define EXPT_CONTROL_PLANE_PUBLISH_PUBLISHER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/publish/head_issuer.h"
#include "control-plane/publish/replay.h"
#include "control-plane/publish/signing_keys.h"
#include "control-plane/storage/rings.h"
#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::storage {
class BlobStore;
class StateStore;
struct DocumentName;
struct Publish;
}  // namespace expt::storage

namespace expt::publish {

// For the audit.
struct Author {
  std::string actor;
  std::string address;
  Time now{};
};

struct PublishRequest {
  std::string actor;        // for the audit
  std::string person = {};  // who answers for that: no person approves what is their own
  bool has_other_publisher = false;  // somebody else could approve
  std::string address;
  Time now{};
  std::string comment;
  std::string environment_id;  // "env_…"
  int64_t state_revision = 0;  // of the documents that the models were made from
  model::Snapshot server;
  model::Snapshot client;
  bool allows_empty = false;  // a server snapshot without any flag is meant
  bool is_renewal = false;    // the content is what is live: nobody need approve it
};

struct PublishOutcome {
  // Not empty: refused, nothing has changed. Texts as in model::Issue: `flag "checkout": rule "r2": ...`.
  std::vector<std::string> problems;
  std::vector<std::string> warnings;  // docs/definitions.md lists them
  int64_t version = 0;
  Digest digest{};  // of the server snapshot's payload
  Digest client_digest{};
  size_t flags = 0;  // in the server snapshot
  // Refused until a second person approves `count.content`: nothing has changed. Where nobody else may publish, so many
  // changes are a warning.
  bool needs_approval = false;
  ChangeCount count;  // of the server snapshot
  std::optional<storage::Rings> rings;  // nothing: it went to everyone at once
};

// What PublishRequest would do, without doing it.
struct PublishPreview {
  std::vector<std::string> problems;  // not empty: there is nothing to replay
  std::vector<std::string> warnings;
  int64_t live_version = 0;  // 0 before the first publish
  Replay replay;             // of the server snapshot
  bool needs_approval = false;  // as in PublishOutcome
};

// Thread-safe. What it is given must outlive it.
class Publisher {
 public:
  // `exported`, unless null, gets a copy of each snapshot file before a Head names it.
  Publisher(storage::StateStore& state, storage::BlobStore& blobs, SigningKeys& signing, HeadIssuer& heads,
            storage::BlobStore* exported = nullptr);

  // To everyone at once, or in rings where the environment says so and something is published already.
  //
  // Errors: kNotFound unknown environment; kFailedPrecondition no Root names it, or a publish is under way in rings;
  // kAborted a newer state has been published meanwhile, assemble again; storage errors.
  absl::StatusOr<PublishOutcome> Publish(PublishRequest request);

  absl::StatusOr<PublishPreview> Preview(PublishRequest request);

  // Notes that `request.actor` approves what has this digest, for the next publish of it by somebody else.
  //
  // Errors: kAborted when it is not what would be published; as Publish().
  absl::Status Approve(const PublishRequest& request, const Digest& content);

  // Publishes under the next version, to everyone at once, the content that was there before `version`: what is under
  // way in rings, or the newest publish. A version is withdrawn once, and a withdrawal never.
  //
  // Errors: kFailedPrecondition when `version` is not the newest, is a withdrawal or the first; those of Publish().
  absl::StatusOr<storage::Rings> Withdraw(const Author& author, const std::string& environment_id, int64_t version,
                                          const std::string& reason);

  // Of the last publish that went out in rings or was withdrawn; nothing before the first.
  absl::StatusOr<std::optional<storage::Rings>> FindRings(std::string_view environment_id) const;

  // Publishes again, under the next version, what is live and would not be taken under the newest Root: of an epoch
  // that has ended, or signed by keys that it does not name. The content stays. Answers how many environments.
  absl::StatusOr<size_t> Renew(Time now);

  // Copies what is live to `exported`, where it is missing.
  absl::Status ExportLive();

  // The signed file of a live or earlier snapshot of that environment and audience; kNotFound for any other digest.
  // `hex_digest` as it stands in the URL.
  absl::StatusOr<std::string> SnapshotFile(std::string_view environment_id, Audience audience,
                                           std::string_view hex_digest) const;
  // The one that is live; kNotFound before the first publish.
  absl::StatusOr<std::string> LiveSnapshotFile(std::string_view environment_id, Audience audience) const;

 private:
  // Somebody else than `person` approved it after the last publish.
  absl::StatusOr<bool> IsApproved(const storage::DocumentName& environment, const Digest& content, int64_t since_ms,
                                  std::string_view person) const;
  struct Way {
    bool may_be_staged = false;            // else to everyone at once
    storage::Rings* withdrawal = nullptr;  // of another version, which it completes
  };
  // The caller holds publishing_.
  absl::StatusOr<PublishOutcome> PublishLocked(PublishRequest request, Way way);
  absl::Status FillFrom(const storage::Publish& row, PublishRequest& request) const;
  bool IsTaken(const storage::Publish& row) const;
  absl::Status RenewEnvironment(const std::string& environment_id, Time now);
  std::optional<model::Snapshot> LiveModel(const storage::Publish& row) const;

  storage::StateStore& state_;
  storage::BlobStore& blobs_;
  SigningKeys& signing_;
  HeadIssuer& heads_;
  storage::BlobStore* const exported_;
  std::mutex publishing_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_PUBLISHER_H_
