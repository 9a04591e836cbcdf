#include "control-plane/service/permission.h"

#include <algorithm>

namespace expt::service {
namespace {

constexpr std::array kTable = {
    PermissionRow{Permission::kProjectsRead, "projects.read", Role::kViewer, true},
    PermissionRow{Permission::kProjectsWrite, "projects.write", Role::kAdmin},
    PermissionRow{Permission::kEnvironmentsWrite, "environments.write", Role::kAdmin},
    PermissionRow{Permission::kFlagsRead, "flags.read", Role::kViewer, true},
    PermissionRow{Permission::kFlagsWrite, "flags.write", Role::kEditor},
    PermissionRow{Permission::kSegmentsRead, "segments.read", Role::kViewer, true},
    PermissionRow{Permission::kSegmentsWrite, "segments.write", Role::kEditor},
    PermissionRow{Permission::kAttributesRead, "attributes.read", Role::kViewer, true},
    PermissionRow{Permission::kAttributesWrite, "attributes.write", Role::kEditor},
    PermissionRow{Permission::kMetricsRead, "metrics.read", Role::kViewer, true},
    PermissionRow{Permission::kMetricsWrite, "metrics.write", Role::kAnalyst},
    PermissionRow{Permission::kExperimentsRead, "experiments.read", Role::kViewer},
    PermissionRow{Permission::kExperimentsWrite, "experiments.write", Role::kEditor},
    PermissionRow{Permission::kLayersRead, "layers.read", Role::kViewer},
    PermissionRow{Permission::kLayersWrite, "layers.write", Role::kEditor},
    PermissionRow{Permission::kHoldoutsRead, "holdouts.read", Role::kViewer},
    PermissionRow{Permission::kHoldoutsWrite, "holdouts.write", Role::kEditor},
    PermissionRow{Permission::kOverridesRead, "overrides.read", Role::kViewer},
    PermissionRow{Permission::kOverridesWrite, "overrides.write", Role::kEditor},
    PermissionRow{Permission::kTestsRead, "tests.read", Role::kViewer, true},
    PermissionRow{Permission::kTestsWrite, "tests.write", Role::kEditor},
    PermissionRow{Permission::kTemplatesRead, "templates.read", Role::kViewer, true},
    PermissionRow{Permission::kTemplatesWrite, "templates.write", Role::kEditor},
    PermissionRow{Permission::kDashboardsRead, "dashboards.read", Role::kViewer},
    PermissionRow{Permission::kDashboardsWrite, "dashboards.write", Role::kAnalyst},
    PermissionRow{Permission::kSharesRead, "shares.read", Role::kAnalyst},
    PermissionRow{Permission::kSharesWrite, "shares.write", Role::kPublisher},
    PermissionRow{Permission::kCodeReferencesWrite, "code_references.write", Role::kEditor},
    PermissionRow{Permission::kPublishRead, "publish.read", Role::kViewer},
    PermissionRow{Permission::kPublishWrite, "publish.write", Role::kPublisher},
    PermissionRow{Permission::kEmergencyWrite, "emergency.write", Role::kPublisher},
    PermissionRow{Permission::kKeysRead, "keys.read", Role::kViewer},
    PermissionRow{Permission::kKeysWrite, "keys.write", Role::kAdmin},
    PermissionRow{Permission::kResultsRead, "results.read", Role::kViewer},
    PermissionRow{Permission::kEventsRead, "events.read", Role::kViewer},
    PermissionRow{Permission::kQuarantineRead, "quarantine.read", Role::kAdmin},
    PermissionRow{Permission::kAuditRead, "audit.read", Role::kAdmin},
    PermissionRow{Permission::kMembersRead, "members.read", Role::kAdmin},
    PermissionRow{Permission::kMembersWrite, "members.write", Role::kAdmin},
    PermissionRow{Permission::kRolesRead, "roles.read", Role::kAdmin},
    PermissionRow{Permission::kRolesWrite, "roles.write", Role::kAdmin},
    PermissionRow{Permission::kTokensWrite, "tokens.write", Role::kAdmin},
    PermissionRow{Permission::kServerRead, "server.read", Role::kAdmin},
    PermissionRow{Permission::kChangesWrite, "changes.write", Role::kEditor},
    PermissionRow{Permission::kChangesReview, "changes.review", Role::kPublisher},
};

constexpr bool IsInOrder() {
  for (size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<size_t>(kTable[i].permission) != i) return false;
  }
  return static_cast<size_t>(Permission::kChangesReview) + 1 == kTable.size();
}
static_assert(IsInOrder(), "one row for each permission");

template <typename Is>
constexpr PermissionSet Those(Is is) {
  PermissionSet set;
  for (const PermissionRow& row : kTable) {
    if (is(row)) set.Add(row.permission);
  }
  return set;
}

}  // namespace

std::string_view RoleName(Role role) {
  static constexpr std::array<std::string_view, kRoles.size()> kNames = {"viewer", "analyst", "editor", "publisher",
                                                                         "admin"};
  return kNames[static_cast<size_t>(role)];
}

std::optional<Role> RoleByName(std::string_view name) {
  const auto found = std::find_if(kRoles.begin(), kRoles.end(), [&](Role role) { return RoleName(role) == name; });
  return found == kRoles.end() ? std::nullopt : std::optional(*found);
}

std::span<const PermissionRow> PermissionTable() { return kTable; }

std::string_view PermissionWord(Permission permission) { return kTable[static_cast<size_t>(permission)].word; }

std::optional<Permission> PermissionByWord(std::string_view word) {
  const auto found =
      std::find_if(kTable.begin(), kTable.end(), [&](const PermissionRow& row) { return row.word == word; });
  return found == kTable.end() ? std::nullopt : std::optional(found->permission);
}

PermissionSet PermissionsOf(Role role) {
  return Those([role](const PermissionRow& row) { return row.least <= role; });
}

PermissionSet SharedPermissions() {
  return Those([](const PermissionRow& row) { return row.is_shared; });
}

PermissionSet AdminPermissions() {
  return Those([](const PermissionRow& row) { return row.least == Role::kAdmin; });
}

}  // namespace expt::service
