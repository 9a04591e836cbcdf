// What one caller may do, and where.
//
//   Rights rights({{.project = "shop", .environment = "", .permissions = PermissionsOf(Role::kEditor)}});
//   rights.At("shop", "production").Has(Permission::kFlagsWrite);   // true
//   rights.At("bank", "").empty();                                  // true: for them there is no such project
#ifndef EXPT_CONTROL_PLANE_SERVICE_RIGHTS_H_
#define EXPT_CONTROL_PLANE_SERVICE_RIGHTS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/permission.h"

namespace expt::service {

// Everything that is permitted at a place and below it: everywhere (both empty), in one project, in one environment.
struct Grant {
  std::string project = {};      // key
  std::string environment = {};  // key
  PermissionSet permissions = {};
};

// Immutable. Without a grant nothing is permitted.
class Rights {
 public:
  Rights() = default;
  // Never more than `ceiling` permits: that of a token's owner. `withheld` is taken away everywhere.
  explicit Rights(std::vector<Grant> grants, std::shared_ptr<const Rights> ceiling = nullptr,
                  PermissionSet withheld = {});
  static Rights Everything();

  // What is permitted in an environment, in a project itself (`environment` empty), and where no project is meant
  // (both empty).
  PermissionSet At(std::string_view project, std::string_view environment) const;
  // True when there is a place at which it is permitted.
  bool Anywhere(Permission permission) const;
  // What is permitted at each place that the grants name, without empty ones.
  std::vector<Grant> Places() const;

 private:
  std::vector<Grant> grants_;
  std::shared_ptr<const Rights> ceiling_;  // null: none
  PermissionSet withheld_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_RIGHTS_H_
