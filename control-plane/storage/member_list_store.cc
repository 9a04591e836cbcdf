#include "control-plane/storage/member_list.h"
#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {

absl::Status StateStore::WriteMemberList(const MemberListWrite& write) {
  absl::StatusOr<Statement> statement = database_.Prepare(
      write.text.empty() ? "DELETE FROM member_list WHERE project=?1 AND segment=?2 AND list=?3"
                         : "INSERT INTO member_list(project, segment, list, text) VALUES(?1, ?2, ?3, ?4) "
                           "ON CONFLICT(project, segment, list) DO UPDATE SET text=?4");
  if (!statement.ok()) return statement.status();
  statement->BindText(1, write.name.project).BindText(2, write.name.segment).BindText(3, write.name.list);
  if (!write.text.empty()) statement->BindBlobView(4, write.text);
  return statement->Run();
}

absl::StatusOr<std::string> StateStore::FindMemberList(const MemberListName& name) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare("SELECT text FROM member_list WHERE project=?1 AND segment=?2 AND list=?3");
  if (!query.ok()) return query.status();
  query->BindText(1, name.project).BindText(2, name.segment).BindText(3, name.list);
  auto text = First(*query, [](const Statement& row) { return std::string(row.Blob(0)); });
  if (!text.ok()) return text.status();
  return std::move(*text).value_or("");
}

}  // namespace expt::storage
