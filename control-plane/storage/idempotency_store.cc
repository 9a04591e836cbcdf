#include "control-plane/storage/idempotency.h"
#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr std::string_view kKeyedColumns = "principal, key, digest, process, begun_ms, finished, reply";

KeyedRequest KeyedRow(const Statement& row) {
  return {.principal = std::string(row.Text(0)),
          .key = std::string(row.Text(1)),
          .digest = DigestOf(row.Blob(2)),
          .process = std::string(row.Text(3)),
          .begun_ms = row.Int(4),
          .is_finished = row.Int(5) != 0,
          .reply = std::string(row.Blob(6))};
}

}  // namespace

absl::StatusOr<std::optional<KeyedRequest>> StateStore::BeginKeyed(const KeyedRequest& request,
                                                                   int64_t forget_before_ms, int64_t max_keys) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Statement> forget = database_.Prepare("DELETE FROM keyed_request WHERE begun_ms<?1");
  if (!forget.ok()) return forget.status();
  if (absl::Status status = forget->BindInt(1, forget_before_ms).Run(); !status.ok()) return status;
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kKeyedColumns, "FROM keyed_request WHERE principal=?1 AND key=?2"));
  if (!query.ok()) return query.status();
  query->BindText(1, request.principal).BindText(2, request.key);
  auto found = First(*query, KeyedRow);
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    absl::StatusOr<Statement> count = database_.Prepare("SELECT COUNT(*) FROM keyed_request WHERE principal=?1");
    if (!count.ok()) return count.status();
    count->BindText(1, request.principal);
    const auto kept = First(*count, [](const Statement& row) { return row.Int(0); });
    if (!kept.ok()) return kept.status();
    if (**kept >= max_keys) return base::Error(absl::StatusCode::kResourceExhausted, "too many idempotency keys");
    absl::StatusOr<Statement> insert = database_.Prepare(
        "INSERT INTO keyed_request(principal, key, digest, process, begun_ms, finished, reply) "
        "VALUES(?1, ?2, ?3, ?4, ?5, 0, x'')");
    if (!insert.ok()) return insert.status();
    const absl::Status status = insert->BindText(1, request.principal)
                                    .BindText(2, request.key)
                                    .BindBlob(3, BytesOf(request.digest))
                                    .BindText(4, request.process)
                                    .BindInt(5, request.begun_ms)
                                    .Run();
    if (!status.ok()) return status;
  }
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return *std::move(found);
}

absl::Status StateStore::FinishKeyed(const KeyedRequest& request, std::string_view reply) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> update =
      database_.Prepare("UPDATE keyed_request SET finished=1, reply=?3 WHERE principal=?1 AND key=?2");
  if (!update.ok()) return update.status();
  return update->BindText(1, request.principal).BindText(2, request.key).BindBlob(3, reply).Run();
}

absl::Status StateStore::ForgetKeyed(const KeyedRequest& request) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> remove = database_.Prepare("DELETE FROM keyed_request WHERE principal=?1 AND key=?2");
  if (!remove.ok()) return remove.status();
  return remove->BindText(1, request.principal).BindText(2, request.key).Run();
}

}  // namespace expt::storage
