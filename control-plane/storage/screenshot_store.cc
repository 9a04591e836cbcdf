#include "control-plane/storage/rows.h"
#include "control-plane/storage/screenshot.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {

absl::Status StateStore::WriteScreenshot(const ScreenshotWrite& write) {
  absl::StatusOr<Statement> statement =
      database_.Prepare(write.bytes.empty() ? "DELETE FROM screenshot WHERE experiment=?1 AND id=?2"
                                            : "INSERT INTO screenshot(experiment, id, bytes) VALUES(?1, ?2, ?3)");
  if (!statement.ok()) return statement.status();
  statement->BindText(1, write.experiment).BindText(2, write.id);
  if (!write.bytes.empty()) statement->BindBlobView(3, write.bytes);
  return statement->Run();
}

absl::StatusOr<std::optional<std::string>> StateStore::FindScreenshot(std::string_view experiment,
                                                                      std::string_view id) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare("SELECT bytes FROM screenshot WHERE experiment=?1 AND id=?2");
  if (!query.ok()) return query.status();
  query->BindText(1, experiment).BindText(2, id);
  return First(*query, [](const Statement& row) { return std::string(row.Blob(0)); });
}

}  // namespace expt::storage
