#include <algorithm>

#include "control-plane/storage/rows.h"
#include "control-plane/storage/share.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {
namespace {

constexpr std::string_view kShareColumns =
    "id, secret_hash, project, environment, kind, key, name, actor, created_ms, expires_ms, revoked_ms, frozen";

Share ShareRow(const Statement& row) {
  Share share;
  share.id = row.Text(0);
  share.secret_hash = DigestOf(row.Blob(1));
  share.project = row.Text(2);
  share.environment = row.Text(3);
  share.kind = row.Text(4);
  share.key = row.Text(5);
  share.name = row.Text(6);
  share.actor = row.Text(7);
  share.created_ms = row.Int(8);
  share.expires_ms = row.Int(9);
  share.revoked_ms = row.Int(10);
  share.frozen = row.Text(11);
  return share;
}

}  // namespace

absl::Status StateStore::WriteShare(const Share& share) {
  absl::StatusOr<Statement> insert = database_.Prepare(
      "INSERT INTO share(id, secret_hash, project, environment, kind, key, name, actor, created_ms, expires_ms, "
      "revoked_ms, frozen) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
      "ON CONFLICT(id) DO UPDATE SET revoked_ms=?11");
  if (!insert.ok()) return insert.status();
  return insert->BindText(1, share.id)
      .BindBlob(2, BytesOf(share.secret_hash))
      .BindText(3, share.project)
      .BindText(4, share.environment)
      .BindText(5, share.kind)
      .BindText(6, share.key)
      .BindText(7, share.name)
      .BindText(8, share.actor)
      .BindInt(9, share.created_ms)
      .BindInt(10, share.expires_ms)
      .BindInt(11, share.revoked_ms)
      .BindText(12, share.frozen)
      .Run();
}

absl::StatusOr<std::optional<Share>> StateStore::FindShare(std::string_view id) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(Select(kShareColumns, "FROM share WHERE id=?1"));
  if (!query.ok()) return query.status();
  query->BindText(1, id);
  return First(*query, ShareRow);
}

absl::StatusOr<std::vector<Share>> StateStore::ListShares(std::string_view project, std::string_view after_id,
                                                          size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kShareColumns, "FROM share WHERE project=?1 AND id>?2 ORDER BY id LIMIT ?3"));
  if (!query.ok()) return query.status();
  query->BindText(1, project).BindText(2, after_id).BindInt(3, static_cast<int64_t>(limit));
  return All(*query, ShareRow);
}

}  // namespace expt::storage
