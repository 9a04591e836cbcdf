#include "control-plane/storage/change_requests.h"

#include <utility>

#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr std::string_view kChangeRequestColumns =
    "number, id, project, environment, state, actor, authors, document, revision, edited_revision, created_ms, "
    "updated_ms, publish_at_ms, scheduled_by, applied_by, applied_ms, state_revision, version, failure, failed_ms";
constexpr std::string_view kRemarkColumns = "change_request, number, revision, time_ms, actor, person, verdict, text";

ChangeRequest ChangeRequestRow(const Statement& row) {
  ChangeRequest request;
  request.number = row.Int(0);
  request.id = row.Text(1);
  request.project = row.Text(2);
  request.environment = row.Text(3);
  request.state = static_cast<ChangeRequestState>(row.Int(4));
  request.actor = row.Text(5);
  request.authors = row.Text(6);
  request.document = row.Text(7);
  request.revision = row.Int(8);
  request.edited_revision = row.Int(9);
  request.created_ms = row.Int(10);
  request.updated_ms = row.Int(11);
  request.publish_at_ms = row.Int(12);
  request.scheduled_by = row.Text(13);
  request.applied_by = row.Text(14);
  request.applied_ms = row.Int(15);
  request.state_revision = row.Int(16);
  request.version = row.Int(17);
  request.failure = row.Text(18);
  request.failed_ms = row.Int(19);
  return request;
}

Remark RemarkRow(const Statement& row) {
  return {.change_request = std::string(row.Text(0)),
          .number = row.Int(1),
          .revision = row.Int(2),
          .time_ms = row.Int(3),
          .actor = std::string(row.Text(4)),
          .person = std::string(row.Text(5)),
          .verdict = static_cast<Verdict>(row.Int(6)),
          .text = std::string(row.Text(7))};
}

}  // namespace

absl::Status StateStore::WriteChangeRequest(const ChangeRequestWrite& write, int64_t time_ms, int64_t state_revision) {
  const ChangeRequest& request = write.request;
  absl::StatusOr<Statement> query = database_.Prepare("SELECT revision FROM change_request WHERE id=?1");
  if (!query.ok()) return query.status();
  query->BindText(1, request.id);
  const auto current = First(*query, [](const Statement& row) { return row.Int(0); });
  if (!current.ok()) return current.status();
  const int64_t revision = current->value_or(0);
  if (revision != write.revision) {
    return base::Error(absl::StatusCode::kAborted, "change request \"" + request.id + "\": expected revision " +
                                                       std::to_string(write.revision) + ", found " +
                                                       std::to_string(revision));
  }
  absl::StatusOr<Statement> upsert = database_.Prepare(
      "INSERT INTO change_request(id, project, environment, state, actor, authors, document, revision, "
      "edited_revision, created_ms, updated_ms, publish_at_ms, scheduled_by, applied_by, applied_ms, state_revision, "
      "version, failure, failed_ms) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) "
      "ON CONFLICT(id) DO UPDATE SET state=?4, authors=?6, document=?7, revision=?8, edited_revision=?9, "
      "updated_ms=?10, publish_at_ms=?11, scheduled_by=?12, applied_by=?13, applied_ms=?14, state_revision=?15, "
      "version=?16, failure=?17, failed_ms=?18");
  if (!upsert.ok()) return upsert.status();
  const bool is_applied = request.state == ChangeRequestState::kApplied;
  return upsert->BindText(1, request.id)
      .BindText(2, request.project)
      .BindText(3, request.environment)
      .BindInt(4, static_cast<int64_t>(request.state))
      .BindText(5, request.actor)
      .BindText(6, request.authors)
      .BindText(7, request.document)
      .BindInt(8, revision + 1)
      .BindInt(9, request.edited_revision)
      .BindInt(10, time_ms)
      .BindInt(11, request.publish_at_ms)
      .BindText(12, request.scheduled_by)
      .BindText(13, request.applied_by)
      .BindInt(14, request.applied_ms)
      .BindInt(15, is_applied && request.state_revision == 0 ? state_revision : request.state_revision)
      .BindInt(16, request.version)
      .BindText(17, request.failure)
      .BindInt(18, request.failed_ms)
      .Run();
}

absl::Status StateStore::WriteRemark(const Remark& remark) {
  absl::StatusOr<Statement> insert = database_.Prepare(
      "INSERT INTO remark(change_request, number, revision, time_ms, actor, person, verdict, text) "
      "VALUES(?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM remark WHERE change_request=?1), ?2, ?3, ?4, ?5, ?6, ?7)");
  if (!insert.ok()) return insert.status();
  return insert->BindText(1, remark.change_request)
      .BindInt(2, remark.revision)
      .BindInt(3, remark.time_ms)
      .BindText(4, remark.actor)
      .BindText(5, remark.person)
      .BindInt(6, static_cast<int64_t>(remark.verdict))
      .BindText(7, remark.text)
      .Run();
}

absl::StatusOr<std::optional<ChangeRequest>> StateStore::FindChangeRequest(std::string_view id) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kChangeRequestColumns, "FROM change_request WHERE id=?1"));
  if (!query.ok()) return query.status();
  query->BindText(1, id);
  return First(*query, ChangeRequestRow);
}

absl::StatusOr<std::vector<ChangeRequest>> StateStore::ListChangeRequests(std::string_view project,
                                                                          std::string_view environment,
                                                                          std::optional<ChangeRequestState> state,
                                                                          int64_t before_number, size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kChangeRequestColumns,
             "FROM change_request WHERE project=?1 AND environment=?2 AND (?3=0 OR state=?3) AND (?4=0 OR number<?4) "
             "ORDER BY number DESC LIMIT ?5"));
  if (!query.ok()) return query.status();
  query->BindText(1, project)
      .BindText(2, environment)
      .BindInt(3, state.has_value() ? static_cast<int64_t>(*state) : 0)
      .BindInt(4, before_number)
      .BindInt(5, static_cast<int64_t>(limit));
  return All(*query, ChangeRequestRow);
}

absl::StatusOr<std::vector<ChangeRequest>> StateStore::DueChangeRequests(int64_t now_ms, int64_t applied_before_ms) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kChangeRequestColumns,
             "FROM change_request WHERE (state=3 AND publish_at_ms>0 AND publish_at_ms<=?1) OR (state=4 AND version=0 "
             "AND failure='' AND applied_ms<?2) ORDER BY publish_at_ms, number"));
  if (!query.ok()) return query.status();
  query->BindInt(1, now_ms).BindInt(2, applied_before_ms);
  return All(*query, ChangeRequestRow);
}

absl::StatusOr<std::vector<Remark>> StateStore::ListRemarks(std::string_view change_request, int64_t after_number,
                                                            size_t limit) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare(
      Select(kRemarkColumns, "FROM remark WHERE change_request=?1 AND number>?2 ORDER BY number LIMIT ?3"));
  if (!query.ok()) return query.status();
  query->BindText(1, change_request).BindInt(2, after_number).BindInt(3, static_cast<int64_t>(limit));
  return All(*query, RemarkRow);
}

}  // namespace expt::storage
