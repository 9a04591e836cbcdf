// What a route asks of its caller.
#ifndef EXPT_CONTROL_PLANE_AUTH_ACCESS_H_
#define EXPT_CONTROL_PLANE_AUTH_ACCESS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "control-plane/service/permission.h"

namespace expt::auth {

enum class Need : uint8_t {
  kPublic,    // anybody
  kSetup,     // anybody; the handler checks the secret in the body
  kSdkSnapshots,  // an SDK key with that scope: Heads and snapshots of its environment and audience
  kSdkEvents,     // an SDK key with that scope: events of its environment
  kSignedIn,  // a member or the holder of an API token; what they see is their own
  kOperator,  // server.read, or a caller on this machine
};

// Made from a need or from a permission: a route without one does not compile.
class Access {
 public:
  constexpr Access(Need need) : need_(need) {}  // NOLINT: implicit by intent
  // At the project and the environment in the path; everywhere, where the path names none.
  constexpr Access(service::Permission permission) : permission_(permission) {}  // NOLINT
  // At one place at least: the handler leaves out what lies elsewhere.
  static constexpr Access Anywhere(service::Permission permission) {
    Access access(permission);
    access.is_anywhere_ = true;
    return access;
  }

  // Exactly one of the two.
  constexpr std::optional<Need> need() const { return need_; }
  constexpr std::optional<service::Permission> permission() const { return permission_; }
  constexpr bool is_anywhere() const { return is_anywhere_; }
  // True for routes of the API: an API token or a session.
  constexpr bool is_of_api() const {
    return permission_.has_value() || need_ == Need::kSignedIn || need_ == Need::kOperator;
  }
  // "public", "sdk_snapshots", ..., "flags.write"
  std::string_view name() const;

 private:
  std::optional<Need> need_;
  std::optional<service::Permission> permission_;
  bool is_anywhere_ = false;
};

}  // namespace expt::auth

#endif  // EXPT_CONTROL_PLANE_AUTH_ACCESS_H_
