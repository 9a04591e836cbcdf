#include "src/client/saved_snapshot.h"

#include <iterator>
#include <utility>

#include "expt/options.h"
#include "src/client/saved_file.h"

namespace expt {
namespace client {

std::vector<std::string_view> PartsOf(const SavedSnapshot& saved) {
  std::vector<std::string_view> parts = {saved.snapshot};
  parts.insert(parts.end(), saved.roots.begin(), saved.roots.end());
  return parts;
}

std::optional<SavedSnapshot> SavedSnapshotOf(std::vector<std::string> parts) {
  if (parts.size() < 2) return std::nullopt;
  SavedSnapshot saved;
  saved.snapshot = std::move(parts.front());
  saved.roots.assign(std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
  return saved;
}

}  // namespace client

inline namespace v1 {

std::string MakeBundle(std::string_view snapshot, std::span<const std::string> roots) {
  std::vector<std::string_view> parts = {snapshot};
  parts.insert(parts.end(), roots.begin(), roots.end());
  return client::PackSavedFile(parts);
}

}  // namespace v1
}  // namespace expt
