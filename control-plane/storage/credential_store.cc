#include <algorithm>
#include <nlohmann/json.hpp>

#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {
namespace {

constexpr int64_t kTouchIntervalMs = 60'000;
constexpr std::string_view kCredentialColumns =
    "id, kind, secret_hash, project, environment, scope, scopes, name, created_ms, last_used_ms, revoked_ms, "
    "expires_ms, replaced_by";

Credential CredentialRow(const Statement& row) {
  Credential credential;
  credential.id = row.Text(0);
  credential.kind = row.Text(1);
  credential.secret_hash = DigestOf(row.Blob(2));
  credential.project = row.Text(3);
  credential.environment = row.Text(4);
  credential.scope = row.Text(5);
  credential.scopes = row.Text(6);
  credential.name = row.Text(7);
  credential.created_ms = row.Int(8);
  credential.last_used_ms = row.Int(9);
  credential.revoked_ms = row.Int(10);
  credential.expires_ms = row.Int(11);
  credential.replaced_by = row.Text(12);
  return credential;
}

// What the audit keeps of a credential.
std::string Describe(const Credential& credential) {
  nlohmann::json kept{
      {"id", credential.id}, {"kind", credential.kind}, {"scope", credential.scope}, {"name", credential.name}};
  if (!credential.scopes.empty()) kept["scopes"] = credential.scopes;
  if (credential.expires_ms != 0) kept["expires_ms"] = credential.expires_ms;
  if (!credential.replaced_by.empty()) kept["replaced_by"] = credential.replaced_by;
  return kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

DocumentName SubjectOf(const Credential& credential) {
  return {credential.project, credential.environment, credential.kind + "_key", credential.id};
}

absl::Status InsertCredential(Database& database, const Credential& credential) {
  absl::StatusOr<Statement> insert = database.Prepare(
      "INSERT INTO credential(id, kind, secret_hash, project, environment, scope, scopes, name, created_ms, "
      "expires_ms) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  if (!insert.ok()) return insert.status();
  return insert->BindText(1, credential.id)
      .BindText(2, credential.kind)
      .BindBlob(3, BytesOf(credential.secret_hash))
      .BindText(4, credential.project)
      .BindText(5, credential.environment)
      .BindText(6, credential.scope)
      .BindText(7, credential.scopes)
      .BindText(8, credential.name)
      .BindInt(9, credential.created_ms)
      .BindInt(10, credential.expires_ms)
      .Run();
}

// Of that kind and environment.
absl::StatusOr<std::optional<Credential>> FindIn(Database& database, std::string_view kind,
                                                 std::string_view environment, std::string_view id) {
  absl::StatusOr<Statement> query =
      database.Prepare(Select(kCredentialColumns, "FROM credential WHERE id=?1 AND kind=?2 AND environment=?3"));
  if (!query.ok()) return query.status();
  query->BindText(1, id).BindText(2, kind).BindText(3, environment);
  return First(*query, CredentialRow);
}

}  // namespace

absl::Status StateStore::AddCredential(const Change& who, const Credential& credential) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = InsertCredential(database_, credential); !status.ok()) return status;
  if (absl::Status status = AppendAudit(who, "create_key", SubjectOf(credential), "", Describe(credential));
      !status.ok()) {
    return status;
  }
  return transaction->Commit();
}

absl::StatusOr<std::optional<Credential>> StateStore::FindCredential(std::string_view id) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(Select(kCredentialColumns, "FROM credential WHERE id=?1"));
  if (!query.ok()) return query.status();
  query->BindText(1, id);
  return First(*query, CredentialRow);
}

absl::StatusOr<std::vector<Credential>> StateStore::ListCredentials(std::string_view kind, std::string_view environment,
                                                                    std::string_view after_id, size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kCredentialColumns, "FROM credential WHERE kind=?1 AND environment=?2 AND id>?3 ORDER BY id LIMIT ?4"));
  if (!query.ok()) return query.status();
  query->BindText(1, kind).BindText(2, environment).BindText(3, after_id).BindInt(4, static_cast<int64_t>(limit));
  return All(*query, CredentialRow);
}

absl::StatusOr<bool> StateStore::RevokeCredential(const Change& who, std::string_view kind,
                                                  std::string_view environment, std::string_view id) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  const auto found = FindIn(database_, kind, environment, id);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return false;
  if ((*found)->revoked_ms != 0) return true;
  absl::StatusOr<Statement> update = database_.Prepare("UPDATE credential SET revoked_ms=?2 WHERE id=?1");
  if (!update.ok()) return update.status();
  if (absl::Status status = update->BindText(1, id).BindInt(2, std::max<int64_t>(who.time_ms, 1)).Run(); !status.ok()) {
    return status;
  }
  if (absl::Status status = AppendAudit(who, "revoke_key", SubjectOf(**found), Describe(**found), ""); !status.ok()) {
    return status;
  }
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return true;
}

absl::StatusOr<bool> StateStore::RotateCredential(const Change& who, std::string_view old_id, int64_t old_expires_ms,
                                                  const Credential& fresh) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  const auto found = FindIn(database_, fresh.kind, fresh.environment, old_id);
  if (!found.ok()) return found.status();
  if (!found->has_value() || (*found)->revoked_ms != 0 || !(*found)->replaced_by.empty()) return false;
  Credential old = **found;
  old.expires_ms = old_expires_ms;
  old.replaced_by = fresh.id;
  absl::StatusOr<Statement> update =
      database_.Prepare("UPDATE credential SET expires_ms=?2, replaced_by=?3 WHERE id=?1");
  if (!update.ok()) return update.status();
  absl::Status status = update->BindText(1, old.id).BindInt(2, old.expires_ms).BindText(3, old.replaced_by).Run();
  if (!status.ok()) return status;
  status = AppendAudit(who, "rotate_key", SubjectOf(old), Describe(**found), Describe(old));
  if (!status.ok()) return status;
  if (status = InsertCredential(database_, fresh); !status.ok()) return status;
  status = AppendAudit(who, "create_key", SubjectOf(fresh), "", Describe(fresh));
  if (!status.ok()) return status;
  if (status = transaction->Commit(); !status.ok()) return status;
  return true;
}

absl::StatusOr<bool> StateStore::ExchangeCredential(const Change& who, std::string_view old_id,
                                                    const Credential& fresh) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Statement> update =
      database_.Prepare("UPDATE credential SET revoked_ms=?2, last_used_ms=?2 WHERE id=?1 AND revoked_ms=0");
  if (!update.ok()) return update.status();
  if (absl::Status status = update->BindText(1, old_id).BindInt(2, std::max<int64_t>(who.time_ms, 1)).Run();
      !status.ok()) {
    return status;
  }
  if (database_.changes() != 1) return false;
  if (absl::Status status = InsertCredential(database_, fresh); !status.ok()) return status;
  const DocumentName subject{"", "", fresh.kind + "_key", fresh.id};
  if (absl::Status status = AppendAudit(who, "exchange_key", subject, "", Describe(fresh)); !status.ok()) return status;
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return true;
}

absl::StatusOr<bool> StateStore::HasCredential(std::string_view kind) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare("SELECT 1 FROM credential WHERE kind=?1 LIMIT 1");
  if (!query.ok()) return query.status();
  query->BindText(1, kind);
  const auto found = First(*query, [](const Statement& row) { return row.Int(0); });
  if (!found.ok()) return found.status();
  return found->has_value();
}

absl::Status StateStore::TouchCredential(std::string_view id, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> update =
      database_.Prepare("UPDATE credential SET last_used_ms=?2 WHERE id=?1 AND last_used_ms<=?2-?3");
  if (!update.ok()) return update.status();
  return update->BindText(1, id).BindInt(2, now_ms).BindInt(3, kTouchIntervalMs).Run();
}

}  // namespace expt::storage
