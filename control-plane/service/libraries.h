// Whole libraries, kept between publishes and brought up to date by what has changed.
#ifndef EXPT_CONTROL_PLANE_SERVICE_LIBRARIES_H_
#define EXPT_CONTROL_PLANE_SERVICE_LIBRARIES_H_

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "control-plane/service/library.h"

namespace expt::service {

// Thread-safe. Keeps the few that were used last. The store must outlive it.
class Libraries {
 public:
  explicit Libraries(storage::StateStore& state) : state_(state) {}

  // A library of all documents of the project and the environment as they are now, with the members of their segments,
  // and the revision of the store. It is the caller's alone until `lock` is released.
  struct Borrowed {
    Library* library = nullptr;
    int64_t revision = 0;
    std::unique_lock<std::mutex> lock;
  };
  absl::StatusOr<Borrowed> Borrow(std::string_view project, std::string_view environment);

  // Gives the segments of another library of that project the members that are stored.
  absl::Status FillMembers(const std::string& project, Library& library);

 private:
  struct Kept {
    std::string project;
    std::string environment;
    int64_t revision = 0;
    Library library;
  };

  // Brings it up to the newest revision.
  absl::Status Update(Kept& kept);
  absl::Status FillMembersLocked(const std::string& project, Library& library);
  // kAborted when what is stored now is another text than the documents tell of.
  absl::StatusOr<std::shared_ptr<const std::string>> ReadMembers(const storage::MemberListName& name,
                                                                 const std::string& digest);

  storage::StateStore& state_;
  std::mutex mutex_;      // guards what follows
  std::list<Kept> kept_;  // used last first
  std::map<std::string, std::weak_ptr<const std::string>> members_;  // of the kept ones, by digest
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_LIBRARIES_H_
