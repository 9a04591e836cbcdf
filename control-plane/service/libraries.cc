#include "control-plane/service/libraries.h"

#include <algorithm>
#include <utility>

#include "control-plane/service/stored.h"
#include "src/base/status.h"

namespace expt::service {
namespace {

// Of a large environment some tens of megabytes each.
constexpr size_t kMostKept = 4;
// A list that changes between its document and its text is read again.
constexpr int kMostTries = 5;

}  // namespace

absl::StatusOr<std::shared_ptr<const std::string>> Libraries::ReadMembers(const storage::MemberListName& name,
                                                                          const std::string& digest) {
  if (auto kept = members_[digest].lock()) return kept;
  absl::StatusOr<std::string> text = state_.FindMemberList(name);
  if (!text.ok()) return text.status();
  if (HexDigest(*text) != digest) {
    return base::Error(absl::StatusCode::kAborted,
                       "segment \"" + name.segment + "\": another member list is stored than the document tells of");
  }
  auto made = std::make_shared<const std::string>(*std::move(text));
  members_[digest] = made;
  return made;
}

absl::Status Libraries::FillMembersLocked(const std::string& project, Library& library) {
  return library.FillMembers([&](const std::string& segment, std::string_view list, const UploadedList& of) {
    return ReadMembers({project, segment, std::string(list)}, of.digest);
  });
}

absl::Status Libraries::FillMembers(const std::string& project, Library& library) {
  const std::lock_guard lock(mutex_);
  return FillMembersLocked(project, library);
}

absl::Status Libraries::Update(Kept& kept) {
  absl::Status status;
  for (int tries = 0; tries < kMostTries; ++tries) {
    const auto view = kept.revision == 0 ? state_.LoadProject(kept.project, kept.environment)
                                         : state_.LoadChanged(kept.revision, kept.project, kept.environment);
    if (!view.ok()) return view.status();
    for (const storage::Document& document : view->documents) kept.library.Put(document);
    kept.revision = view->revision;
    status = FillMembersLocked(kept.project, kept.library);
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

absl::StatusOr<Libraries::Borrowed> Libraries::Borrow(std::string_view project, std::string_view environment) {
  std::unique_lock lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return kept.project == project && kept.environment == environment;
  });
  if (found == kept_.end()) {
    kept_.push_front({std::string(project), std::string(environment), 0, Library(std::vector<storage::Document>())});
    if (kept_.size() > kMostKept) kept_.pop_back();
  } else {
    kept_.splice(kept_.begin(), kept_, found);
  }
  if (absl::Status status = Update(kept_.front()); !status.ok()) return status;
  std::erase_if(members_, [](const auto& entry) { return entry.second.expired(); });
  return Borrowed{.library = &kept_.front().library, .revision = kept_.front().revision, .lock = std::move(lock)};
}

}  // namespace expt::service
