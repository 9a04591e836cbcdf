// state.db: documents, keys, publishes and the audit of everything that changed them.
//
//   auto store = StateStore::Open("/var/lib/exptd/state.db");
//   Change change{.actor = "token tok_1", .address = "127.0.0.1", .time_ms = now};
//   change.writes.push_back({.name = {"shop", "", "flag", "checkout"}, .id = "flg_1", .body = text, .revision = 0});
//   auto revision = (*store)->Commit(change);   // all writes and their audit entries, or nothing
//
// Every change is one transaction that is on disk when the call returns. Errors are those of database.h, and:
//   kAlreadyExists  a document to be created is there, archived or not
//   kNotFound       a document to be replaced is not there
//   kAborted        its revision is another one: somebody else was faster
#ifndef EXPT_CONTROL_PLANE_STORAGE_STATE_STORE_H_
#define EXPT_CONTROL_PLANE_STORAGE_STATE_STORE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/audit_chain.h"
#include "control-plane/storage/change_requests.h"
#include "control-plane/storage/code_reference.h"
#include "control-plane/storage/credential.h"
#include "control-plane/storage/database.h"
#include "control-plane/storage/document_name.h"
#include "control-plane/storage/idempotency.h"
#include "control-plane/storage/member_list.h"
#include "control-plane/storage/people.h"
#include "control-plane/storage/rings.h"
#include "control-plane/storage/screenshot.h"
#include "control-plane/storage/share.h"
#include "expt/snapshot.h"

namespace expt::storage {

struct Document {
  DocumentName name;
  std::string id;
  std::string body;      // JSON text
  int64_t revision = 0;  // 1 when created; rises by one with every change
  int64_t created_ms = 0;
  int64_t updated_ms = 0;
  bool is_archived = false;
};

struct DocumentWrite {
  DocumentName name;
  std::string id;  // when created; ignored afterwards
  std::string body;
  int64_t revision = 0;  // that it must have now; 0 creates it
  bool is_archived = false;
  // As the audit calls it, one of document_actions.h; empty: "create", "replace" or "archive".
  std::string_view action = {};
};

// An audit entry of something that is no document.
struct Note {
  std::string action;
  DocumentName subject;
  std::string after = {};  // JSON text
};

struct Change {
  std::string actor = {};
  std::string address = {};
  int64_t time_ms = 0;
  std::vector<DocumentWrite> writes = {};
  PeopleChange people = {};
  std::vector<Note> notes = {};
  std::vector<MemberListWrite> member_lists = {};
  std::vector<CodeScan> code_scans = {};
  std::vector<Share> shares = {};  // added, or revoked
  std::vector<ChangeRequestWrite> change_requests = {};
  std::vector<Remark> remarks = {};
  std::vector<ScreenshotWrite> screenshots = {};
};

// A document as one of its changes left it.
struct DocumentRevision {
  int64_t revision = 0;
  int64_t time_ms = 0;
  std::string actor;
  std::string action;  // of document_actions.h
  std::string before;  // JSON text; empty when it was created
  std::string after;
};

// Which entries of the audit are meant; what is empty or 0 does not restrict.
struct AuditFilter {
  int64_t before_number = 0;
  int64_t from_ms = 0;   // [from, until)
  int64_t until_ms = 0;
  std::string actor = {};
  std::string action = {};
  DocumentName subject = {};
};

// What one actor has done, over the entries that are meant.
struct AuditActivity {
  std::string actor;
  std::string action;
  int64_t count = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
};

struct Publish {
  std::string environment;  // id
  Audience audience = Audience::kServer;
  int64_t epoch = 0;
  int64_t version = 0;
  Digest digest{};          // of the payload as stored
  uint64_t size_bytes = 0;  // of that payload
  int64_t state_revision = 0;
  int64_t created_ms = 0;
  std::string actor;
  std::string comment;
};

// Thread-safe: one call at a time.
class StateStore {
 public:
  // Makes the file and brings an older one up to date.
  static absl::StatusOr<std::unique_ptr<StateStore>> Open(const std::string& path);

  // --- Documents --------------------------------------------------------------------------------------------------

  // Everything that the change holds. Answers with the revision of the store after the change.
  absl::StatusOr<int64_t> Commit(const Change& change);

  // Nothing when there is no such document.
  absl::StatusOr<std::optional<Document>> Find(const DocumentName& name);
  // By key, after `after_key`.
  absl::StatusOr<std::vector<Document>> List(const DocumentName& folder, std::string_view after_key, size_t limit,
                                             bool archived);
  // Of any project, by id; archived ones too.
  absl::StatusOr<std::optional<Document>> FindById(std::string_view kind, std::string_view id);
  absl::StatusOr<std::vector<Document>> ListEverywhere(std::string_view kind);

  struct View {
    int64_t revision = 0;  // of the store: the number of the audit entry of the last change of a document
    std::vector<Document> documents;
  };
  // What is not archived of a project and one of its environments (all of them when `environment` is empty), read at
  // one moment, in the order of environment, kind, key.
  absl::StatusOr<View> LoadProject(std::string_view project, std::string_view environment);

  // Those of them, archived ones too, that have changed after `revision` of the store.
  absl::StatusOr<View> LoadChanged(int64_t revision, std::string_view project, std::string_view environment);

  // What has changed documents of the project and the environment after `revision` of the store, oldest first.
  absl::StatusOr<std::vector<AuditEntry>> ChangesSince(int64_t revision, std::string_view project,
                                                       std::string_view environment);

  // The bytes of a picture, as Commit() took them; nothing when there is none. `experiment` is an id.
  absl::StatusOr<std::optional<std::string>> FindScreenshot(std::string_view experiment, std::string_view id);

  // The text of an uploaded list, as Commit() took it; empty when there is none.
  absl::StatusOr<std::string> FindMemberList(const MemberListName& name);
  // Newest first, below `before_revision` unless that is 0.
  absl::StatusOr<std::vector<DocumentRevision>> ListRevisions(const DocumentName& name, int64_t before_revision,
                                                              size_t limit);

  // --- Change requests --------------------------------------------------------------------------------------------

  // Written by Commit(). An applied one gets the revision of the store after that commit. Nothing for an unknown id.
  absl::StatusOr<std::optional<ChangeRequest>> FindChangeRequest(std::string_view id);
  // Newest first, below `before_number` unless that is 0.
  absl::StatusOr<std::vector<ChangeRequest>> ListChangeRequests(std::string_view project, std::string_view environment,
                                                                std::optional<ChangeRequestState> state,
                                                                int64_t before_number, size_t limit);
  // What was to be published by now, and what was applied before `applied_before_ms` and neither published nor failed.
  absl::StatusOr<std::vector<ChangeRequest>> DueChangeRequests(int64_t now_ms, int64_t applied_before_ms);
  // Oldest first.
  absl::StatusOr<std::vector<Remark>> ListRemarks(std::string_view change_request, int64_t after_number, size_t limit);

  // Those that have references, by repository and branch.
  absl::StatusOr<std::vector<CodeScanRow>> ListCodeScans(std::string_view project);
  // By repository, branch, path and line.
  absl::StatusOr<std::vector<CodeReferenceRow>> ListCodeReferences(std::string_view project, std::string_view flag,
                                                                   size_t limit);

  // Valid or not; nothing for an unknown id.
  absl::StatusOr<std::optional<Share>> FindShare(std::string_view id);
  absl::StatusOr<std::vector<Share>> ListShares(std::string_view project, std::string_view after_id, size_t limit);

  // --- Audit ------------------------------------------------------------------------------------------------------

  // Newest first.
  absl::StatusOr<std::vector<AuditEntry>> ListAudit(const AuditFilter& filter, size_t limit);
  // Oldest first, above `number`.
  absl::StatusOr<std::vector<AuditEntry>> AuditAfter(int64_t number, size_t limit);
  // The newest; nothing before the first.
  absl::StatusOr<std::optional<AuditEntry>> LastAudit();
  // By actor, then action.
  absl::StatusOr<std::vector<AuditActivity>> CountAudit(const AuditFilter& filter);
  // kDataLoss names the first entry that does not follow from the one before it.
  absl::Status VerifyAudit();

  // --- Credentials ------------------------------------------------------------------------------------------------

  absl::Status AddCredential(const Change& who, const Credential& credential);
  // Whether it is revoked or not; nothing for an unknown id.
  absl::StatusOr<std::optional<Credential>> FindCredential(std::string_view id);
  absl::StatusOr<std::vector<Credential>> ListCredentials(std::string_view kind, std::string_view environment,
                                                          std::string_view after_id, size_t limit);
  // False when there is none of that kind and environment. Revoking again changes nothing.
  absl::StatusOr<bool> RevokeCredential(const Change& who, std::string_view kind, std::string_view environment,
                                        std::string_view id);
  // Replaces one credential by another in one step: the old one must be valid (else false, and nothing changes).
  absl::StatusOr<bool> ExchangeCredential(const Change& who, std::string_view old_id, const Credential& fresh);
  // Adds `fresh` beside the old one of the same kind and environment, which ends at `old_expires_ms`. False
  // when there is no such credential, or it is revoked or replaced already; then nothing changes.
  absl::StatusOr<bool> RotateCredential(const Change& who, std::string_view old_id, int64_t old_expires_ms,
                                        const Credential& fresh);
  // True when there has ever been one.
  absl::StatusOr<bool> HasCredential(std::string_view kind);
  absl::Status TouchCredential(std::string_view id, int64_t now_ms);

  // --- People -----------------------------------------------------------------------------------------------------

  // Written by Commit(). Nothing for an unknown member, address or id.
  absl::StatusOr<std::optional<Account>> FindAccount(std::string_view member);
  absl::StatusOr<std::optional<Account>> FindAccountByEmail(std::string_view email);
  absl::StatusOr<std::optional<Ticket>> FindTicket(std::string_view id);
  absl::StatusOr<bool> HasRecoveryCode(const RecoveryCode& code);
  absl::StatusOr<std::optional<LoginSession>> FindSession(std::string_view id);
  absl::StatusOr<std::vector<LoginSession>> ListSessions(std::string_view principal);
  absl::Status TouchSession(std::string_view id, int64_t now_ms);
  absl::StatusOr<std::optional<TokenTerms>> FindTokenTerms(std::string_view id);

  // --- Publishes --------------------------------------------------------------------------------------------------

  // Adds the rows of one publish, and with `rings` says in the same step how it goes out, or that it withdraws another.
  // kAborted when a row of the environment has that version or a higher one, or was made from a newer state, which a
  // withdrawal is allowed.
  absl::Status AddPublish(const Change& who, std::span<const Publish> rows, const Rings* rings = nullptr);
  // The newest; nothing before the first.
  absl::StatusOr<std::optional<Publish>> LivePublish(std::string_view environment, Audience audience);
  // The newest with that digest.
  absl::StatusOr<std::optional<Publish>> FindPublish(std::string_view environment, Audience audience,
                                                     const Digest& digest);
  absl::StatusOr<std::optional<Publish>> FindPublish(std::string_view environment, Audience audience, int64_t version);

  // Of the last publish that went out in rings or was withdrawn.
  absl::StatusOr<std::optional<Rings>> FindRings(std::string_view environment);
  // Of all environments.
  absl::StatusOr<std::vector<Rings>> ListRingsUnderWay();
  // kAborted unless that version is under way still, in ring `from`.
  absl::Status MoveRings(const Change& who, int64_t from, const Rings& to);

  // --- Requests with an idempotency key ---------------------------------------------------------------------------

  // The row of that principal and key, or nothing after adding it. Rows from before `forget_before_ms` are removed.
  // kResourceExhausted when the principal has `max_keys` of them.
  absl::StatusOr<std::optional<KeyedRequest>> BeginKeyed(const KeyedRequest& request, int64_t forget_before_ms,
                                                         int64_t max_keys);
  absl::Status FinishKeyed(const KeyedRequest& request, std::string_view reply);
  absl::Status ForgetKeyed(const KeyedRequest& request);

  // --- Settings ---------------------------------------------------------------------------------------------------

  absl::StatusOr<std::optional<std::string>> Setting(std::string_view name);
  // Keeps the first value that anybody offers, and answers with it.
  absl::StatusOr<std::string> KeepSetting(std::string_view name, std::string_view value);
  // Raises each counter by one, from 0, and answers with the new numbers.
  absl::StatusOr<std::vector<int64_t>> NextNumbers(std::span<const std::string> names);

 private:
  explicit StateStore(Database database) : database_(std::move(database)) {}
  template <typename Bind>
  absl::StatusOr<View> Load(std::string_view where, Bind bind);
  // The callers of these hold the lock.
  absl::StatusOr<int64_t> LastChangeNumber();
  absl::Status AppendAudit(const Change& who, std::string_view action, const DocumentName& subject,
                           std::string_view before, std::string_view after);
  absl::Status Write(const Change& change, const DocumentWrite& write);
  absl::Status WritePeople(const PeopleChange& change);
  absl::Status WriteMemberList(const MemberListWrite& write);
  absl::Status WriteScreenshot(const ScreenshotWrite& write);
  absl::Status WriteChangeRequest(const ChangeRequestWrite& write, int64_t time_ms, int64_t state_revision);
  absl::Status WriteRemark(const Remark& remark);
  absl::Status WriteCodeScan(const CodeScan& scan);
  absl::Status WriteShare(const Share& share);
  absl::Status PutRings(const Change& who, std::string_view action, const Rings& rings);

  std::mutex mutex_;  // guards the database
  Database database_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_STATE_STORE_H_
