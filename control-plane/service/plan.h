// Changes of documents that belong together, before any of them is committed: each is checked against the others as
// they will be, and all are written in one step.
//
//   Plan plan(state);
//   plan.Lay(flag);                        // what is checked from now on sees it
//   Library& library = plan.LibraryOf("shop", "production");
//   plan.Write({.name = ..., .body = ...});
//   state.Commit({.writes = plan.writes()});
#ifndef EXPT_CONTROL_PLANE_SERVICE_PLAN_H_
#define EXPT_CONTROL_PLANE_SERVICE_PLAN_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/service/library.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {

// Not thread-safe; `state` must outlive it. What is stored must not change from the first look to the commit.
class Plan {
 public:
  explicit Plan(storage::StateStore& state);

  // Lays a document over the one that is stored, without writing it.
  void Lay(storage::Document document);
  // Lays it, and writes it with the commit.
  void Write(storage::DocumentWrite write);
  const std::vector<storage::DocumentWrite>& writes() const { return writes_; }

  // As StateStore answers, with what was laid over it. Archived documents are found, and not listed.
  absl::StatusOr<std::optional<storage::Document>> Find(const storage::DocumentName& name) const;
  absl::StatusOr<std::vector<storage::Document>> List(const storage::DocumentName& folder) const;
  absl::StatusOr<storage::StateStore::View> LoadProject(std::string_view project, std::string_view environment) const;
  // Kept, and brought up to date by what is laid. Valid while the plan lives.
  Library& LibraryOf(const std::string& project, const std::string& environment);

  // Makes salts and ids of rules that a document leaves out. Others than these only for looking.
  std::function<std::string()> make_salt;
  std::function<std::string()> make_rule_id;
  std::vector<std::string> warnings;  // what a permitted change does to units

 private:
  void LayOver(std::vector<storage::Document>& documents,
               const std::function<bool(const storage::DocumentName&)>& is_wanted) const;

  storage::StateStore& state_;
  std::vector<storage::Document> laid_;
  std::map<std::pair<std::string, std::string>, Library> libraries_;  // by project and environment
  std::vector<storage::DocumentWrite> writes_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_PLAN_H_
