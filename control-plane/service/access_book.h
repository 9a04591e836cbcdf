// Who may do what, made from the bindings, teams and roles in the store and kept until one of them changes.
#ifndef EXPT_CONTROL_PLANE_SERVICE_ACCESS_BOOK_H_
#define EXPT_CONTROL_PLANE_SERVICE_ACCESS_BOOK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/service/rights.h"

namespace expt::storage {
class StateStore;
}  // namespace expt::storage

namespace expt::service {

// Thread-safe. `state` must outlive it.
class AccessBook {
 public:
  explicit AccessBook(storage::StateStore& state) : state_(state) {}

  // What the bindings of that member or API token, and of the teams that it is in, permit. Empty for an unknown id.
  absl::StatusOr<std::vector<Grant>> GrantsOf(std::string_view principal);

  // To be called after each change of a binding, a team or a role: a right that is taken away is gone with the next
  // request.
  void Forget();

 private:
  using Page = std::map<std::string, std::vector<Grant>, std::less<>>;  // by id of the principal
  absl::StatusOr<std::shared_ptr<const Page>> Read() const;
  absl::StatusOr<std::shared_ptr<const Page>> Open();

  storage::StateStore& state_;
  std::mutex mutex_;
  std::shared_ptr<const Page> page_;  // guarded by mutex_; null: to be read
  uint64_t changes_ = 0;              // guarded by mutex_
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_ACCESS_BOOK_H_
