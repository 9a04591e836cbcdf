#include "control-plane/storage/state_store.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "control-plane/storage/document_actions.h"
#include "control-plane/storage/rows.h"
#include "src/base/status.h"
#include "src/host/crypto.h"

namespace expt::storage {
namespace {

// What each schema version adds to the one before it. Released ones are never changed.
constexpr std::string_view kFirstSchema = R"sql(
CREATE TABLE document(
  project TEXT NOT NULL, environment TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  id TEXT NOT NULL, body TEXT NOT NULL, revision INTEGER NOT NULL,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(project, environment, kind, key)) WITHOUT ROWID;
CREATE UNIQUE INDEX document_id ON document(kind, id);
CREATE TABLE audit(
  number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, actor TEXT NOT NULL, address TEXT NOT NULL,
  action TEXT NOT NULL, project TEXT NOT NULL, environment TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TABLE credential(
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, secret_hash BLOB NOT NULL, project TEXT NOT NULL,
  environment TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,
  last_used_ms INTEGER NOT NULL DEFAULT 0, revoked_ms INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX credential_environment ON credential(kind, environment, id);
CREATE TABLE publish(
  environment TEXT NOT NULL, audience INTEGER NOT NULL, version INTEGER NOT NULL, epoch INTEGER NOT NULL,
  digest BLOB NOT NULL, size_bytes INTEGER NOT NULL, state_revision INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  actor TEXT NOT NULL, comment TEXT NOT NULL,
  PRIMARY KEY(environment, audience, version)) WITHOUT ROWID;
CREATE INDEX publish_digest ON publish(environment, audience, digest);
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)sql";
constexpr std::string_view kPeopleSchema = R"sql(
CREATE TABLE account(
  member TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password TEXT NOT NULL, totp_secret BLOB NOT NULL,
  totp_confirmed INTEGER NOT NULL, totp_step INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ticket(
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, member TEXT NOT NULL, purpose TEXT NOT NULL,
  expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ticket_member ON ticket(member);
CREATE TABLE recovery_code(
  member TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(member, hash)) WITHOUT ROWID;
CREATE TABLE session(
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, principal TEXT NOT NULL, created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX session_principal ON session(principal, id);
CREATE INDEX session_created ON session(created_ms);
CREATE TABLE token_terms(
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
)sql";
constexpr std::string_view kRingsSchema = R"sql(
CREATE TABLE rings(
  environment TEXT PRIMARY KEY, state INTEGER NOT NULL, version INTEGER NOT NULL, stable_version INTEGER NOT NULL,
  ring INTEGER NOT NULL, bake_ms INTEGER NOT NULL, entered_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,
  withdrawn_as INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
)sql";
// Without scopes a key may do everything that its kind may.
constexpr std::string_view kKeyTermsSchema = R"sql(
ALTER TABLE credential ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN expires_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credential ADD COLUMN replaced_by TEXT NOT NULL DEFAULT '';
)sql";
constexpr std::string_view kKeyedRequestSchema = R"sql(
CREATE TABLE keyed_request(
  principal TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, process TEXT NOT NULL, begun_ms INTEGER NOT NULL,
  finished INTEGER NOT NULL, reply BLOB NOT NULL, PRIMARY KEY(principal, key)) WITHOUT ROWID;
CREATE INDEX keyed_request_begun ON keyed_request(begun_ms);
)sql";
constexpr std::string_view kMemberListSchema = R"sql(
CREATE TABLE member_list(
  project TEXT NOT NULL, segment TEXT NOT NULL, list TEXT NOT NULL, text BLOB NOT NULL,
  PRIMARY KEY(project, segment, list));
)sql";
constexpr std::string_view kChangeRequestsSchema = R"sql(
CREATE TABLE change_request(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, environment TEXT NOT NULL,
  state INTEGER NOT NULL, actor TEXT NOT NULL, authors TEXT NOT NULL, document TEXT NOT NULL,
  revision INTEGER NOT NULL, edited_revision INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, publish_at_ms INTEGER NOT NULL, scheduled_by TEXT NOT NULL, applied_by TEXT NOT NULL,
  applied_ms INTEGER NOT NULL, state_revision INTEGER NOT NULL, version INTEGER NOT NULL, failure TEXT NOT NULL,
  failed_ms INTEGER NOT NULL);
CREATE INDEX change_request_place ON change_request(project, environment, number);
CREATE INDEX change_request_due ON change_request(state, publish_at_ms);
CREATE TABLE remark(
  change_request TEXT NOT NULL, number INTEGER NOT NULL, revision INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  actor TEXT NOT NULL, person TEXT NOT NULL, verdict INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(change_request, number)) WITHOUT ROWID;
)sql";
constexpr std::string_view kCodeAndSharesSchema = R"sql(
CREATE TABLE code_scan(
  project TEXT NOT NULL, repository TEXT NOT NULL, branch TEXT NOT NULL, commit_id TEXT NOT NULL,
  scanned_ms INTEGER NOT NULL, PRIMARY KEY(project, repository, branch)) WITHOUT ROWID;
CREATE TABLE code_reference(
  project TEXT NOT NULL, repository TEXT NOT NULL, branch TEXT NOT NULL, flag TEXT NOT NULL, path TEXT NOT NULL,
  line INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(project, repository, branch, flag, path, line)) WITHOUT ROWID;
CREATE INDEX code_reference_flag ON code_reference(project, flag);
CREATE TABLE share(
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, project TEXT NOT NULL, environment TEXT NOT NULL, kind TEXT NOT NULL,
  key TEXT NOT NULL, name TEXT NOT NULL, actor TEXT NOT NULL, created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, revoked_ms INTEGER NOT NULL, frozen TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX share_project ON share(project, id);
)sql";
constexpr std::string_view kScreenshotSchema = R"sql(
CREATE TABLE screenshot(
  experiment TEXT NOT NULL, id TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(experiment, id));
)sql";
constexpr std::array kSchemas = {kFirstSchema,          kPeopleSchema,        kRingsSchema,
                                 kKeyTermsSchema,       kKeyedRequestSchema,  kMemberListSchema,
                                 kChangeRequestsSchema, kCodeAndSharesSchema, kScreenshotSchema};
constexpr int64_t kSchemaVersion = kSchemas.size();

constexpr std::string_view kAuditIndices = R"sql(
CREATE INDEX IF NOT EXISTS audit_actor ON audit(actor, number);
CREATE INDEX IF NOT EXISTS audit_subject ON audit(project, environment, kind, key, number);
CREATE INDEX IF NOT EXISTS audit_time ON audit(time_ms, actor, action);
)sql";

constexpr std::string_view kDocumentColumns =
    "project, environment, kind, key, id, body, revision, created_ms, updated_ms, archived";
constexpr std::string_view kPublishColumns =
    "environment, audience, version, epoch, digest, size_bytes, state_revision, created_ms, actor, comment";
constexpr std::string_view kRingsColumns =
    "environment, state, version, stable_version, ring, bake_ms, entered_ms, ended_ms, withdrawn_as, reason";
constexpr std::string_view kAuditColumns =
    "number, time_ms, actor, address, action, project, environment, kind, key, before, after, hash";

Document DocumentRow(const Statement& row) {
  Document document;
  document.name = {std::string(row.Text(0)), std::string(row.Text(1)), std::string(row.Text(2)),
                   std::string(row.Text(3))};
  document.id = row.Text(4);
  document.body = row.Text(5);
  document.revision = row.Int(6);
  document.created_ms = row.Int(7);
  document.updated_ms = row.Int(8);
  document.is_archived = row.Int(9) != 0;
  return document;
}

Publish PublishRow(const Statement& row) {
  Publish publish;
  publish.environment = row.Text(0);
  publish.audience = static_cast<Audience>(row.Int(1));
  publish.version = row.Int(2);
  publish.epoch = row.Int(3);
  publish.digest = DigestOf(row.Blob(4));
  publish.size_bytes = static_cast<uint64_t>(row.Int(5));
  publish.state_revision = row.Int(6);
  publish.created_ms = row.Int(7);
  publish.actor = row.Text(8);
  publish.comment = row.Text(9);
  return publish;
}

Rings RingsRow(const Statement& row) {
  Rings rings;
  rings.environment = row.Text(0);
  rings.state = static_cast<RingState>(row.Int(1));
  rings.version = row.Int(2);
  rings.stable_version = row.Int(3);
  rings.ring = row.Int(4);
  rings.bake_ms = row.Int(5);
  rings.entered_ms = row.Int(6);
  rings.ended_ms = row.Int(7);
  rings.withdrawn_as = row.Int(8);
  rings.reason = row.Text(9);
  return rings;
}

AuditEntry AuditRow(const Statement& row) {
  AuditEntry entry;
  entry.number = row.Int(0);
  entry.time_ms = row.Int(1);
  entry.actor = row.Text(2);
  entry.address = row.Text(3);
  entry.action = row.Text(4);
  entry.subject = {std::string(row.Text(5)), std::string(row.Text(6)), std::string(row.Text(7)),
                   std::string(row.Text(8))};
  entry.before = row.Text(9);
  entry.after = row.Text(10);
  entry.hash = DigestOf(row.Blob(11));
  return entry;
}

// WHERE of a filter, and what it binds: the clauses are of a fixed list, so that SQLite uses their indices.
class AuditWhere {
 public:
  explicit AuditWhere(const AuditFilter& filter) {
    Number("number<", filter.before_number);
    Number("time_ms>=", filter.from_ms);
    Number("time_ms<", filter.until_ms);
    Text("actor=", filter.actor);
    Text("action=", filter.action);
    Text("project=", filter.subject.project);
    Text("environment=", filter.subject.environment);
    Text("kind=", filter.subject.kind);
    Text("key=", filter.subject.key);
  }
  const std::string& sql() const { return sql_; }
  void Bind(Statement& statement) const {
    int place = 0;
    for (const auto& [number, text] : values_) {
      ++place;
      text == nullptr ? statement.BindInt(place, number) : statement.BindText(place, *text);
    }
  }
  int size() const { return static_cast<int>(values_.size()); }

 private:
  void Number(std::string_view clause, int64_t number) {
    if (number != 0) Add(clause, number, nullptr);
  }
  void Text(std::string_view clause, const std::string& text) {
    if (!text.empty()) Add(clause, 0, &text);
  }
  void Add(std::string_view clause, int64_t number, const std::string* text) {
    values_.emplace_back(number, text);
    sql_.append(values_.size() == 1 ? "WHERE " : " AND ").append(clause).append("?");
    sql_ += std::to_string(values_.size());
  }

  std::string sql_;
  std::vector<std::pair<int64_t, const std::string*>> values_;
};

std::string Place(const DocumentName& name) { return name.kind + " \"" + name.key + "\""; }

std::string Hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (uint8_t byte : digest) hex.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return hex;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateStore>> StateStore::Open(const std::string& path) {
  absl::StatusOr<Database> database = Database::Open(path, {.durability = Durability::kFull});
  if (!database.ok()) return database.status();
  std::unique_ptr<StateStore> store(new StateStore(*std::move(database)));
  absl::StatusOr<Transaction> transaction = Transaction::Begin(store->database_);
  if (!transaction.ok()) return transaction.status();
  int64_t version = 0;
  {
    absl::StatusOr<Statement> query = store->database_.Prepare("PRAGMA user_version");
    if (!query.ok()) return query.status();
    const auto found = First(*query, [](const Statement& row) { return row.Int(0); });
    if (!found.ok()) return found.status();
    version = found->value_or(0);
  }
  if (version > kSchemaVersion) {
    return base::Error(absl::StatusCode::kUnimplemented, "database \"state.db\": schema version " +
                                                             std::to_string(version) + " is newer than this program");
  }
  if (version < kSchemaVersion) {
    std::string sql;
    for (size_t i = static_cast<size_t>(version); i < kSchemas.size(); ++i) sql += kSchemas[i];
    sql += "PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";";
    if (absl::Status status = store->database_.Execute(sql); !status.ok()) return status;
  }
  // Any version may lack or have them.
  if (absl::Status status = store->database_.Execute(kAuditIndices); !status.ok()) return status;
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return store;
}

absl::StatusOr<int64_t> StateStore::LastChangeNumber() {
  absl::StatusOr<Statement> query = database_.Prepare(std::string("SELECT number FROM audit WHERE action IN ") +
                                                      kDocumentActions + " ORDER BY number DESC LIMIT 1");
  if (!query.ok()) return query.status();
  const auto last = First(*query, [](const Statement& row) { return row.Int(0); });
  if (!last.ok()) return last.status();
  return last->value_or(0);
}

absl::Status StateStore::AppendAudit(const Change& who, std::string_view action, const DocumentName& subject,
                                     std::string_view before, std::string_view after) {
  absl::StatusOr<Statement> last = database_.Prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
  if (!last.ok()) return last.status();
  const auto tail = First(*last, [](const Statement& row) { return std::pair(row.Int(0), DigestOf(row.Blob(1))); });
  if (!tail.ok()) return tail.status();
  AuditEntry entry;
  entry.number = tail->has_value() ? (*tail)->first + 1 : 1;
  entry.time_ms = who.time_ms;
  entry.actor = who.actor;
  entry.address = who.address;
  entry.action = action;
  entry.subject = subject;
  entry.before = before;
  entry.after = after;
  entry.hash = AuditHash(tail->has_value() ? (*tail)->second : Digest{}, AuditText(entry));
  absl::StatusOr<Statement> insert = database_.Prepare(
      "INSERT INTO audit(number, time_ms, actor, address, action, project, environment, kind, key, before, after, "
      "hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
  if (!insert.ok()) return insert.status();
  return insert->BindInt(1, entry.number)
      .BindInt(2, entry.time_ms)
      .BindText(3, entry.actor)
      .BindText(4, entry.address)
      .BindText(5, entry.action)
      .BindText(6, entry.subject.project)
      .BindText(7, entry.subject.environment)
      .BindText(8, entry.subject.kind)
      .BindText(9, entry.subject.key)
      .BindText(10, entry.before)
      .BindText(11, entry.after)
      .BindBlob(12, BytesOf(entry.hash))
      .Run();
}

absl::Status StateStore::Write(const Change& change, const DocumentWrite& write) {
  absl::StatusOr<Statement> query = database_.Prepare(
      Select("revision, body", "FROM document WHERE project=?1 AND environment=?2 AND kind=?3 AND key=?4"));
  if (!query.ok()) return query.status();
  query->BindText(1, write.name.project)
      .BindText(2, write.name.environment)
      .BindText(3, write.name.kind)
      .BindText(4, write.name.key);
  const auto current =
      First(*query, [](const Statement& row) { return std::pair(row.Int(0), std::string(row.Text(1))); });
  if (!current.ok()) return current.status();
  const int64_t revision = current->has_value() ? (*current)->first : 0;
  if (write.revision == 0 && revision != 0) {
    return base::Error(absl::StatusCode::kAlreadyExists, Place(write.name) + " is there already");
  }
  if (write.revision != 0 && revision == 0) {
    return base::Error(absl::StatusCode::kNotFound, Place(write.name) + " is not there");
  }
  if (write.revision != revision) {
    return base::Error(absl::StatusCode::kAborted, Place(write.name) + ": expected revision " +
                                                       std::to_string(write.revision) + ", found " +
                                                       std::to_string(revision));
  }
  absl::StatusOr<Statement> upsert = database_.Prepare(
      "INSERT INTO document(project, environment, kind, key, id, body, revision, created_ms, updated_ms, archived) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9) ON CONFLICT(project, environment, kind, key) DO UPDATE "
      "SET body=?6, revision=?7, updated_ms=?8, archived=?9");
  if (!upsert.ok()) return upsert.status();
  const absl::Status status = upsert->BindText(1, write.name.project)
                                  .BindText(2, write.name.environment)
                                  .BindText(3, write.name.kind)
                                  .BindText(4, write.name.key)
                                  .BindText(5, write.id)
                                  .BindText(6, write.body)
                                  .BindInt(7, revision + 1)
                                  .BindInt(8, change.time_ms)
                                  .BindInt(9, write.is_archived ? 1 : 0)
                                  .Run();
  if (!status.ok()) return status;
  std::string_view action = write.action;
  if (action.empty()) action = revision == 0 ? "create" : write.is_archived ? "archive" : "replace";
  if (!IsDocumentAction(action)) {
    return base::Error(absl::StatusCode::kInternal, "unknown action \"" + std::string(action) + "\" of a document");
  }
  return AppendAudit(change, action, write.name, revision == 0 ? "" : (*current)->second, write.body);
}

absl::StatusOr<int64_t> StateStore::Commit(const Change& change) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  for (const DocumentWrite& write : change.writes) {
    if (absl::Status status = Write(change, write); !status.ok()) return status;
  }
  if (absl::Status status = WritePeople(change.people); !status.ok()) return status;
  for (const ScreenshotWrite& write : change.screenshots) {
    if (absl::Status status = WriteScreenshot(write); !status.ok()) return status;
  }
  for (const MemberListWrite& write : change.member_lists) {
    if (absl::Status status = WriteMemberList(write); !status.ok()) return status;
  }
  for (const CodeScan& scan : change.code_scans) {
    if (absl::Status status = WriteCodeScan(scan); !status.ok()) return status;
  }
  for (const Share& share : change.shares) {
    if (absl::Status status = WriteShare(share); !status.ok()) return status;
  }
  for (const Note& note : change.notes) {
    absl::Status status = AppendAudit(change, note.action, note.subject, "", note.after);
    if (!status.ok()) return status;
  }
  const absl::StatusOr<int64_t> revision = LastChangeNumber();
  if (!revision.ok()) return revision.status();
  for (const ChangeRequestWrite& write : change.change_requests) {
    if (absl::Status status = WriteChangeRequest(write, change.time_ms, *revision); !status.ok()) return status;
  }
  for (const Remark& remark : change.remarks) {
    if (absl::Status status = WriteRemark(remark); !status.ok()) return status;
  }
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return *revision;
}

absl::StatusOr<std::optional<Document>> StateStore::Find(const DocumentName& name) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kDocumentColumns, "FROM document WHERE project=?1 AND environment=?2 AND kind=?3 AND key=?4"));
  if (!query.ok()) return query.status();
  query->BindText(1, name.project).BindText(2, name.environment).BindText(3, name.kind).BindText(4, name.key);
  return First(*query, DocumentRow);
}

absl::StatusOr<std::vector<Document>> StateStore::List(const DocumentName& folder, std::string_view after_key,
                                                       size_t limit, bool archived) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kDocumentColumns,
             "FROM document WHERE project=?1 AND environment=?2 AND kind=?3 AND key>?4 AND archived=?5 "
             "ORDER BY key LIMIT ?6"));
  if (!query.ok()) return query.status();
  query->BindText(1, folder.project)
      .BindText(2, folder.environment)
      .BindText(3, folder.kind)
      .BindText(4, after_key)
      .BindInt(5, archived ? 1 : 0)
      .BindInt(6, static_cast<int64_t>(limit));
  return All(*query, DocumentRow);
}

absl::StatusOr<std::optional<Document>> StateStore::FindById(std::string_view kind, std::string_view id) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kDocumentColumns, "FROM document WHERE kind=?1 AND id=?2"));
  if (!query.ok()) return query.status();
  query->BindText(1, kind).BindText(2, id);
  return First(*query, DocumentRow);
}

absl::StatusOr<std::vector<Document>> StateStore::ListEverywhere(std::string_view kind) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kDocumentColumns, "FROM document WHERE kind=?1 AND archived=0 ORDER BY project, environment, key"));
  if (!query.ok()) return query.status();
  query->BindText(1, kind);
  return All(*query, DocumentRow);
}

template <typename Bind>
absl::StatusOr<StateStore::View> StateStore::Load(std::string_view where, Bind bind) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  View view;
  const absl::StatusOr<int64_t> revision = LastChangeNumber();
  if (!revision.ok()) return revision.status();
  view.revision = *revision;
  {
    absl::StatusOr<Statement> query = database_.Prepare(Select(kDocumentColumns, where));
    if (!query.ok()) return query.status();
    bind(*query);
    absl::StatusOr<std::vector<Document>> documents = All(*query, DocumentRow);
    if (!documents.ok()) return documents.status();
    view.documents = *std::move(documents);
  }
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return view;
}

absl::StatusOr<StateStore::View> StateStore::LoadProject(std::string_view project, std::string_view environment) {
  return Load(
      "FROM document WHERE project=?1 AND (?2='' OR environment='' OR environment=?2) AND archived=0 "
      "ORDER BY environment, kind, key",
      [&](Statement& query) { query.BindText(1, project).BindText(2, environment); });
}

absl::StatusOr<StateStore::View> StateStore::LoadChanged(int64_t revision, std::string_view project,
                                                         std::string_view environment) {
  return Load(
      std::string(
          "FROM document WHERE (project, environment, kind, key) IN (SELECT project, environment, kind, key FROM audit "
          "WHERE number>?1 AND project=?2 AND environment IN ('', ?3) AND action IN ") +
          kDocumentActions + ")",
      [&](Statement& query) { query.BindInt(1, revision).BindText(2, project).BindText(3, environment); });
}

absl::StatusOr<std::vector<AuditEntry>> StateStore::ChangesSince(int64_t revision, std::string_view project,
                                                                 std::string_view environment) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kAuditColumns, std::string("FROM audit WHERE number>?1 AND project=?2 AND environment IN ('', ?3) "
                                        "AND action IN ") +
                                kDocumentActions + " ORDER BY number"));
  if (!query.ok()) return query.status();
  query->BindInt(1, revision).BindText(2, project).BindText(3, environment);
  return All(*query, AuditRow);
}

absl::StatusOr<std::vector<AuditEntry>> StateStore::ListAudit(const AuditFilter& filter, size_t limit) {
  const std::lock_guard lock(mutex_);
  const AuditWhere where(filter);
  absl::StatusOr<Statement> query = database_.Prepare(Select(
      kAuditColumns, "FROM audit " + where.sql() + " ORDER BY number DESC LIMIT ?" + std::to_string(where.size() + 1)));
  if (!query.ok()) return query.status();
  where.Bind(*query);
  query->BindInt(where.size() + 1, static_cast<int64_t>(limit));
  return All(*query, AuditRow);
}

absl::StatusOr<std::vector<AuditEntry>> StateStore::AuditAfter(int64_t number, size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kAuditColumns, "FROM audit WHERE number>?1 ORDER BY number LIMIT ?2"));
  if (!query.ok()) return query.status();
  query->BindInt(1, number).BindInt(2, static_cast<int64_t>(limit));
  return All(*query, AuditRow);
}

absl::StatusOr<std::optional<AuditEntry>> StateStore::LastAudit() {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(Select(kAuditColumns, "FROM audit ORDER BY number DESC LIMIT 1"));
  if (!query.ok()) return query.status();
  return First(*query, AuditRow);
}

absl::StatusOr<std::vector<AuditActivity>> StateStore::CountAudit(const AuditFilter& filter) {
  const std::lock_guard lock(mutex_);
  const AuditWhere where(filter);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select("actor, action, COUNT(*), MIN(time_ms), MAX(time_ms)",
                               "FROM audit " + where.sql() + " GROUP BY actor, action ORDER BY actor, action"));
  if (!query.ok()) return query.status();
  where.Bind(*query);
  return All(*query, [](const Statement& row) {
    return AuditActivity{.actor = std::string(row.Text(0)),
                         .action = std::string(row.Text(1)),
                         .count = row.Int(2),
                         .first_ms = row.Int(3),
                         .last_ms = row.Int(4)};
  });
}

absl::Status StateStore::VerifyAudit() {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(Select(kAuditColumns, "FROM audit ORDER BY number"));
  if (!query.ok()) return query.status();
  Digest previous{};
  int64_t number = 0;
  for (;;) {
    const absl::StatusOr<bool> found = query->Step();
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    const AuditEntry entry = AuditRow(*query);
    ++number;
    if (entry.number != number) {
      return base::Error(absl::StatusCode::kDataLoss, "audit entry " + std::to_string(number) + " is missing");
    }
    if (entry.hash != AuditHash(previous, AuditText(entry))) {
      return base::Error(absl::StatusCode::kDataLoss, "audit entry " + std::to_string(number) + " has been altered");
    }
    previous = entry.hash;
  }
}

absl::Status StateStore::AddPublish(const Change& who, std::span<const Publish> rows, const Rings* rings) {
  const bool is_withdrawal = rings != nullptr && rings->state == RingState::kHalted;
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Statement> query = database_.Prepare(
      "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(state_revision), 0) FROM publish WHERE environment=?1");
  if (!query.ok()) return query.status();
  absl::StatusOr<Statement> insert = database_.Prepare(
      "INSERT INTO publish(environment, audience, version, epoch, digest, size_bytes, state_revision, created_ms, "
      "actor, comment) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  if (!insert.ok()) return insert.status();
  bool is_first = true;
  for (const Publish& row : rows) {
    if (is_first) {
      query->BindText(1, row.environment);
      const auto newest = First(*query, [](const Statement& line) { return std::pair(line.Int(0), line.Int(1)); });
      if (!newest.ok()) return newest.status();
      if ((*newest)->first >= row.version || (!is_withdrawal && (*newest)->second > row.state_revision)) {
        return base::Error(absl::StatusCode::kAborted, "environment \"" + row.environment +
                                                           "\": a newer state has been published as version " +
                                                           std::to_string((*newest)->first));
      }
      is_first = false;
    }
    const absl::Status status = insert->BindText(1, row.environment)
                                    .BindInt(2, static_cast<int64_t>(row.audience))
                                    .BindInt(3, row.version)
                                    .BindInt(4, row.epoch)
                                    .BindBlob(5, BytesOf(row.digest))
                                    .BindInt(6, static_cast<int64_t>(row.size_bytes))
                                    .BindInt(7, row.state_revision)
                                    .BindInt(8, row.created_ms)
                                    .BindText(9, row.actor)
                                    .BindText(10, row.comment)
                                    .Run();
    if (!status.ok()) return status;
    insert->Reset();
    const nlohmann::json after = {{"version", row.version},
                                  {"epoch", row.epoch},
                                  {"audience", row.audience == Audience::kServer ? "server" : "client"},
                                  {"digest", Hex(row.digest)},
                                  {"comment", row.comment}};
    const DocumentName subject{"", row.environment, "snapshot", std::to_string(row.version)};
    if (absl::Status written = AppendAudit(who, "publish", subject, "",
                                           after.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        !written.ok()) {
      return written;
    }
  }
  if (rings != nullptr) {
    const absl::Status status = PutRings(who, is_withdrawal ? "halt_rings" : "start_rings", *rings);
    if (!status.ok()) return status;
  }
  return transaction->Commit();
}

absl::Status StateStore::PutRings(const Change& who, std::string_view action, const Rings& rings) {
  absl::StatusOr<Statement> put = database_.Prepare(
      "INSERT OR REPLACE INTO rings(environment, state, version, stable_version, ring, bake_ms, entered_ms, ended_ms, "
      "withdrawn_as, reason) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  if (!put.ok()) return put.status();
  const absl::Status status = put->BindText(1, rings.environment)
                                  .BindInt(2, static_cast<int64_t>(rings.state))
                                  .BindInt(3, rings.version)
                                  .BindInt(4, rings.stable_version)
                                  .BindInt(5, rings.ring)
                                  .BindInt(6, rings.bake_ms)
                                  .BindInt(7, rings.entered_ms)
                                  .BindInt(8, rings.ended_ms)
                                  .BindInt(9, rings.withdrawn_as)
                                  .BindText(10, rings.reason)
                                  .Run();
  if (!status.ok()) return status;
  const nlohmann::json after = {{"version", rings.version},
                                {"ring", rings.ring + 1},
                                {"withdrawn_as", rings.withdrawn_as},
                                {"reason", rings.reason}};
  return AppendAudit(who, action, {"", rings.environment, "rings", std::to_string(rings.version)}, "",
                     after.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

absl::Status StateStore::MoveRings(const Change& who, int64_t from, const Rings& to) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  {
    absl::StatusOr<Statement> query = database_.Prepare(Select(kRingsColumns, "FROM rings WHERE environment=?1"));
    if (!query.ok()) return query.status();
    query->BindText(1, to.environment);
    const auto now = First(*query, RingsRow);
    if (!now.ok()) return now.status();
    if (!now->has_value() || (*now)->version != to.version || (*now)->state != RingState::kUnderWay ||
        (*now)->ring != from) {
      return base::Error(absl::StatusCode::kAborted, "environment \"" + to.environment + "\": version " +
                                                         std::to_string(to.version) + " is not there any more");
    }
  }
  const std::string_view action = to.state == RingState::kComplete ? "complete_rings" : "advance_rings";
  if (absl::Status status = PutRings(who, action, to); !status.ok()) return status;
  return transaction->Commit();
}

absl::StatusOr<std::optional<Rings>> StateStore::FindRings(std::string_view environment) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(Select(kRingsColumns, "FROM rings WHERE environment=?1"));
  if (!query.ok()) return query.status();
  query->BindText(1, environment);
  return First(*query, RingsRow);
}

absl::StatusOr<std::vector<Rings>> StateStore::ListRingsUnderWay() {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kRingsColumns, "FROM rings WHERE state=?1 ORDER BY environment"));
  if (!query.ok()) return query.status();
  query->BindInt(1, static_cast<int64_t>(RingState::kUnderWay));
  return All(*query, RingsRow);
}

absl::StatusOr<std::optional<Publish>> StateStore::FindPublish(std::string_view environment, Audience audience,
                                                               int64_t version) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kPublishColumns, "FROM publish WHERE environment=?1 AND audience=?2 AND version=?3"));
  if (!query.ok()) return query.status();
  query->BindText(1, environment).BindInt(2, static_cast<int64_t>(audience)).BindInt(3, version);
  return First(*query, PublishRow);
}

absl::StatusOr<std::optional<Publish>> StateStore::LivePublish(std::string_view environment, Audience audience) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kPublishColumns, "FROM publish WHERE environment=?1 AND audience=?2 ORDER BY version DESC LIMIT 1"));
  if (!query.ok()) return query.status();
  query->BindText(1, environment).BindInt(2, static_cast<int64_t>(audience));
  return First(*query, PublishRow);
}

absl::StatusOr<std::optional<Publish>> StateStore::FindPublish(std::string_view environment, Audience audience,
                                                               const Digest& digest) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kPublishColumns,
             "FROM publish WHERE environment=?1 AND audience=?2 AND digest=?3 ORDER BY version DESC LIMIT 1"));
  if (!query.ok()) return query.status();
  query->BindText(1, environment).BindInt(2, static_cast<int64_t>(audience)).BindBlob(3, BytesOf(digest));
  return First(*query, PublishRow);
}

absl::StatusOr<std::optional<std::string>> StateStore::Setting(std::string_view name) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare("SELECT value FROM setting WHERE name=?1");
  if (!query.ok()) return query.status();
  query->BindText(1, name);
  return First(*query, [](const Statement& row) { return std::string(row.Text(0)); });
}

absl::StatusOr<std::string> StateStore::KeepSetting(std::string_view name, std::string_view value) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> insert =
      database_.Prepare("INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO NOTHING");
  if (!insert.ok()) return insert.status();
  if (absl::Status status = insert->BindText(1, name).BindText(2, value).Run(); !status.ok()) return status;
  absl::StatusOr<Statement> query = database_.Prepare("SELECT value FROM setting WHERE name=?1");
  if (!query.ok()) return query.status();
  query->BindText(1, name);
  const auto kept = First(*query, [](const Statement& row) { return std::string(row.Text(0)); });
  if (!kept.ok()) return kept.status();
  return kept->value_or("");
}

absl::StatusOr<std::vector<int64_t>> StateStore::NextNumbers(std::span<const std::string> names) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Statement> raise = database_.Prepare(
      "INSERT INTO counter(name, value) VALUES(?1, 1) ON CONFLICT(name) DO UPDATE SET value=value+1 RETURNING value");
  if (!raise.ok()) return raise.status();
  std::vector<int64_t> numbers;
  for (const std::string& name : names) {
    raise->Reset();
    raise->BindText(1, name);
    const auto number = First(*raise, [](const Statement& row) { return row.Int(0); });
    if (!number.ok()) return number.status();
    numbers.push_back(number->value_or(0));
  }
  raise->Reset();
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return numbers;
}

}  // namespace expt::storage
