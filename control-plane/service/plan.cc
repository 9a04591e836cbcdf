#include "control-plane/service/plan.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using storage::Document;
using storage::DocumentName;

bool IsSeen(const DocumentName& name, std::string_view project, std::string_view environment) {
  return name.project == project && (name.environment.empty() || name.environment == environment);
}

auto OrderOf(const Document& document) {
  return std::tie(document.name.environment, document.name.kind, document.name.key);
}

}  // namespace

Plan::Plan(storage::StateStore& state)
    : make_salt(NewSalt), make_rule_id([] { return NewId("rule_"); }), state_(state) {}

void Plan::Lay(Document document) {
  for (auto& [place, library] : libraries_) {
    if (IsSeen(document.name, place.first, place.second)) library.Put(document);
  }
  const auto same = std::find_if(laid_.begin(), laid_.end(),
                                 [&](const Document& laid) { return laid.name == document.name; });
  if (same == laid_.end()) {
    laid_.push_back(std::move(document));
  } else {
    *same = std::move(document);
  }
}

void Plan::Write(storage::DocumentWrite write) {
  Lay({.name = write.name,
       .id = write.id,
       .body = write.body,
       .revision = write.revision + 1,
       .is_archived = write.is_archived});
  writes_.push_back(std::move(write));
}

absl::StatusOr<std::optional<Document>> Plan::Find(const DocumentName& name) const {
  for (const Document& laid : laid_) {
    if (laid.name == name) return std::optional(laid);
  }
  return state_.Find(name);
}

void Plan::LayOver(std::vector<Document>& documents, const std::function<bool(const DocumentName&)>& is_wanted) const {
  if (laid_.empty()) return;
  for (const Document& laid : laid_) {
    if (!is_wanted(laid.name)) continue;
    std::erase_if(documents, [&](const Document& stored) { return stored.name == laid.name; });
    if (!laid.is_archived) documents.push_back(laid);
  }
  std::sort(documents.begin(), documents.end(),
            [](const Document& a, const Document& b) { return OrderOf(a) < OrderOf(b); });
}

absl::StatusOr<std::vector<Document>> Plan::List(const DocumentName& folder) const {
  auto documents = state_.List(folder, "", static_cast<size_t>(std::numeric_limits<int32_t>::max()), false);
  if (!documents.ok()) return documents.status();
  LayOver(*documents, [&](const DocumentName& name) {
    return name.project == folder.project && name.environment == folder.environment && name.kind == folder.kind;
  });
  return documents;
}

absl::StatusOr<storage::StateStore::View> Plan::LoadProject(std::string_view project,
                                                            std::string_view environment) const {
  auto view = state_.LoadProject(project, environment);
  if (!view.ok()) return view.status();
  LayOver(view->documents, [&](const DocumentName& name) {
    return name.project == project &&
           (environment.empty() || name.environment.empty() || name.environment == environment);
  });
  return view;
}

Library& Plan::LibraryOf(const std::string& project, const std::string& environment) {
  const auto [at, is_new] =
      libraries_.try_emplace(std::pair(project, environment), state_, project, environment);
  if (!is_new) return at->second;
  for (const Document& laid : laid_) {
    if (IsSeen(laid.name, project, environment)) at->second.Put(laid);
  }
  return at->second;
}

}  // namespace expt::service
