// Revisions of documents, which the audit holds.
#include "control-plane/storage/document_actions.h"
#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {

absl::StatusOr<std::vector<DocumentRevision>> StateStore::ListRevisions(const DocumentName& name,
                                                                        int64_t before_revision, size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      std::string(
          "SELECT revision, time_ms, actor, action, before, after FROM (SELECT ROW_NUMBER() OVER (ORDER BY number) AS "
          "revision, time_ms, actor, action, before, after FROM audit WHERE project=?1 AND environment=?2 AND kind=?3 "
          "AND "
          "key=?4 AND action IN ") +
      kDocumentActions + ") WHERE ?5=0 OR revision<?5 ORDER BY revision DESC LIMIT ?6");
  if (!query.ok()) return query.status();
  query->BindText(1, name.project)
      .BindText(2, name.environment)
      .BindText(3, name.kind)
      .BindText(4, name.key)
      .BindInt(5, before_revision)
      .BindInt(6, static_cast<int64_t>(limit));
  return All(*query, [](const Statement& row) {
    return DocumentRevision{.revision = row.Int(0),
                            .time_ms = row.Int(1),
                            .actor = std::string(row.Text(2)),
                            .action = std::string(row.Text(3)),
                            .before = std::string(row.Text(4)),
                            .after = std::string(row.Text(5))};
  });
}

}  // namespace expt::storage
