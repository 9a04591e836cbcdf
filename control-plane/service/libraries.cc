#include "control-plane/service/libraries.h"

#include <algorithm>
#include <utility>

namespace expt::service {
namespace {

// Of a large environment some tens of megabytes each.
constexpr size_t kMostKept = 4;

}  // namespace

absl::StatusOr<Libraries::Borrowed> Libraries::Borrow(std::string_view project, std::string_view environment) {
  std::unique_lock lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return kept.project == project && kept.environment == environment;
  });
  const auto view = found == kept_.end() ? state_.LoadProject(project, environment)
                                         : state_.LoadChanged(found->revision, project, environment);
  if (!view.ok()) return view.status();
  if (found == kept_.end()) {
    kept_.push_front({std::string(project), std::string(environment), view->revision, Library(view->documents)});
    if (kept_.size() > kMostKept) kept_.pop_back();
  } else {
    kept_.splice(kept_.begin(), kept_, found);
    for (const storage::Document& document : view->documents) found->library.Put(document);
    found->revision = view->revision;
  }
  return Borrowed{.library = &kept_.front().library, .revision = view->revision, .lock = std::move(lock)};
}

}  // namespace expt::service
