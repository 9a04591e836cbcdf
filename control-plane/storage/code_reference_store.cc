#include "control-plane/storage/code_reference.h"
#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {

absl::Status StateStore::WriteCodeScan(const CodeScan& scan) {
  for (const char* sql : {"DELETE FROM code_reference WHERE project=?1 AND repository=?2 AND branch=?3",
                          "DELETE FROM code_scan WHERE project=?1 AND repository=?2 AND branch=?3"}) {
    absl::StatusOr<Statement> remove = database_.Prepare(sql);
    if (!remove.ok()) return remove.status();
    const absl::Status status =
        remove->BindText(1, scan.project).BindText(2, scan.repository).BindText(3, scan.branch).Run();
    if (!status.ok()) return status;
  }
  if (scan.references.empty()) return absl::OkStatus();
  absl::StatusOr<Statement> head = database_.Prepare(
      "INSERT INTO code_scan(project, repository, branch, commit_id, scanned_ms) VALUES(?1, ?2, ?3, ?4, ?5)");
  if (!head.ok()) return head.status();
  absl::Status status = head->BindText(1, scan.project)
                            .BindText(2, scan.repository)
                            .BindText(3, scan.branch)
                            .BindText(4, scan.commit)
                            .BindInt(5, scan.scanned_ms)
                            .Run();
  if (!status.ok()) return status;
  absl::StatusOr<Statement> insert = database_.Prepare(
      "INSERT OR REPLACE INTO code_reference(project, repository, branch, flag, path, line, text) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  if (!insert.ok()) return insert.status();
  insert->BindText(1, scan.project).BindText(2, scan.repository).BindText(3, scan.branch);
  for (const CodeReference& reference : scan.references) {
    insert->BindText(4, reference.flag).BindText(5, reference.path);
    status = insert->BindInt(6, reference.line).BindText(7, reference.text).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CodeScanRow>> StateStore::ListCodeScans(std::string_view project) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      "SELECT s.repository, s.branch, s.commit_id, s.scanned_ms, COUNT(*), COUNT(DISTINCT r.flag) FROM code_scan s "
      "JOIN code_reference r ON r.project=s.project AND r.repository=s.repository AND r.branch=s.branch "
      "WHERE s.project=?1 GROUP BY s.repository, s.branch ORDER BY s.repository, s.branch");
  if (!query.ok()) return query.status();
  query->BindText(1, project);
  return All(*query, [](const Statement& row) {
    return CodeScanRow{.repository = std::string(row.Text(0)),
                       .branch = std::string(row.Text(1)),
                       .commit = std::string(row.Text(2)),
                       .scanned_ms = row.Int(3),
                       .references = row.Int(4),
                       .flags = row.Int(5)};
  });
}

absl::StatusOr<std::vector<CodeReferenceRow>> StateStore::ListCodeReferences(std::string_view project,
                                                                             std::string_view flag, size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      "SELECT r.repository, r.branch, s.commit_id, r.flag, r.path, r.line, r.text FROM code_reference r "
      "JOIN code_scan s ON s.project=r.project AND s.repository=r.repository AND s.branch=r.branch "
      "WHERE r.project=?1 AND r.flag=?2 ORDER BY r.repository, r.branch, r.path, r.line LIMIT ?3");
  if (!query.ok()) return query.status();
  query->BindText(1, project).BindText(2, flag).BindInt(3, static_cast<int64_t>(limit));
  return All(*query, [](const Statement& row) {
    return CodeReferenceRow{.repository = std::string(row.Text(0)),
                            .branch = std::string(row.Text(1)),
                            .commit = std::string(row.Text(2)),
                            .reference = {.flag = std::string(row.Text(3)),
                                          .path = std::string(row.Text(4)),
                                          .line = row.Int(5),
                                          .text = std::string(row.Text(6))}};
  });
}

}  // namespace expt::storage
