#include "control-plane/service/rights.h"

#include <algorithm>
#include <utility>

namespace expt::service {

Rights::Rights(std::vector<Grant> grants, std::shared_ptr<const Rights> ceiling, PermissionSet withheld)
    : grants_(std::move(grants)), ceiling_(std::move(ceiling)), withheld_(withheld) {}

Rights Rights::Everything() { return Rights({{.permissions = PermissionsOf(Role::kAdmin)}}); }

PermissionSet Rights::At(std::string_view project, std::string_view environment) const {
  PermissionSet permitted;
  for (const Grant& grant : grants_) {
    if (grant.project.empty()) {
      permitted = permitted | grant.permissions;
    } else if (grant.project == project) {
      if (grant.environment.empty() || grant.environment == environment) {
        permitted = permitted | grant.permissions;
      } else if (environment.empty()) {
        permitted = permitted | (grant.permissions & SharedPermissions());
      }
    }
  }
  permitted = permitted - withheld_;
  return ceiling_ == nullptr ? permitted : permitted & ceiling_->At(project, environment);
}

bool Rights::Anywhere(Permission permission) const {
  const std::vector<Grant> places = Places();
  return std::any_of(places.begin(), places.end(),
                     [&](const Grant& place) { return place.permissions.Has(permission); });
}

std::vector<Grant> Rights::Places() const {
  std::vector<Grant> places;
  const auto add = [&](const std::vector<Grant>& grants) {
    for (const Grant& grant : grants) {
      const auto is_same = [&](const Grant& place) {
        return place.project == grant.project && place.environment == grant.environment;
      };
      if (std::any_of(places.begin(), places.end(), is_same)) continue;
      const PermissionSet permitted = At(grant.project, grant.environment);
      if (!permitted.empty()) places.push_back({grant.project, grant.environment, permitted});
    }
  };
  add(grants_);
  if (ceiling_ != nullptr) add(ceiling_->Places());
  return places;
}

}  // namespace expt::service
