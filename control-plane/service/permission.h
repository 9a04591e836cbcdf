// What may be done, in words, and which of it each built-in role may do. The table is data: permission.cc.
#ifndef EXPT_CONTROL_PLANE_SERVICE_PERMISSION_H_
#define EXPT_CONTROL_PLANE_SERVICE_PERMISSION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace expt::service {

// Each may do what the ones before it may, in the order of kRoles. Stored by name.
enum class Role : uint8_t { kViewer, kAnalyst, kEditor, kPublisher, kAdmin };
inline constexpr std::array kRoles = {Role::kViewer, Role::kAnalyst, Role::kEditor, Role::kPublisher, Role::kAdmin};
std::string_view RoleName(Role role);  // "viewer", ...
std::optional<Role> RoleByName(std::string_view name);

// Stored by word; a word is never given another meaning.
enum class Permission : uint8_t {
  kProjectsRead,
  kProjectsWrite,
  kEnvironmentsWrite,
  kFlagsRead,
  kFlagsWrite,
  kSegmentsRead,
  kSegmentsWrite,
  kAttributesRead,
  kAttributesWrite,
  kMetricsRead,
  kMetricsWrite,
  kExperimentsRead,
  kExperimentsWrite,
  kLayersRead,
  kLayersWrite,
  kHoldoutsRead,
  kHoldoutsWrite,
  kOverridesRead,
  kOverridesWrite,
  kTestsRead,
  kTestsWrite,
  kTemplatesRead,
  kTemplatesWrite,
  kDashboardsRead,
  kDashboardsWrite,
  kSharesRead,
  kSharesWrite,
  kCodeReferencesWrite,
  kPublishRead,
  kPublishWrite,
  kEmergencyWrite,
  kKeysRead,
  kKeysWrite,
  kResultsRead,
  kEventsRead,
  kQuarantineRead,
  kAuditRead,
  kMembersRead,
  kMembersWrite,
  kRolesRead,
  kRolesWrite,
  kTokensWrite,
  kServerRead,
  kChangesWrite,
  kChangesReview,
};

// A set of permissions. A value.
class PermissionSet {
 public:
  constexpr PermissionSet() = default;
  constexpr void Add(Permission permission) { bits_ |= Bit(permission); }
  constexpr bool Has(Permission permission) const { return (bits_ & Bit(permission)) != 0; }
  constexpr bool HasAll(PermissionSet other) const { return (other.bits_ & ~bits_) == 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr PermissionSet operator|(PermissionSet a, PermissionSet b) { return Of(a.bits_ | b.bits_); }
  friend constexpr PermissionSet operator&(PermissionSet a, PermissionSet b) { return Of(a.bits_ & b.bits_); }
  friend constexpr PermissionSet operator-(PermissionSet a, PermissionSet b) { return Of(a.bits_ & ~b.bits_); }
  friend constexpr bool operator==(PermissionSet, PermissionSet) = default;

 private:
  static constexpr uint64_t Bit(Permission permission) { return uint64_t{1} << static_cast<int>(permission); }
  static constexpr PermissionSet Of(uint64_t bits) {
    PermissionSet set;
    set.bits_ = bits;
    return set;
  }
  uint64_t bits_ = 0;
};

struct PermissionRow {
  Permission permission;
  std::string_view word;  // "flags.write"
  Role least;             // the built-in role from which on it is held
  // Held for the project, too, by who holds it in one of its environments: nobody can work in an environment without
  // reading the definitions that it serves.
  bool is_shared = false;
};
// One row for each permission, in their order.
std::span<const PermissionRow> PermissionTable();

std::string_view PermissionWord(Permission permission);
std::optional<Permission> PermissionByWord(std::string_view word);
PermissionSet PermissionsOf(Role role);
PermissionSet SharedPermissions();
// What administrators may do and no other built-in role.
PermissionSet AdminPermissions();

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_PERMISSION_H_
