// What a route asks of its caller.
#ifndef EXPT_CONTROL_PLANE_AUTH_PERMISSION_H_
#define EXPT_CONTROL_PLANE_AUTH_PERMISSION_H_

#include <cstdint>
#include <string_view>

namespace expt::auth {

enum class Need : uint8_t {
  kPublic,    // anybody
  kSetup,     // anybody; the handler checks the token in the body
  kSdkRead,   // an SDK key: Heads and snapshots of its environment and audience
  kSdkWrite,  // an SDK key: events of its environment
  kViewer,    // an API token of this role or a higher one
  kEditor,
  kPublisher,
  kAdmin,
  kOperator,  // an API token of an administrator, or a caller on this machine
};
// "public", "setup", "sdk_read", ...
std::string_view NeedName(Need need);

// Made from a Need only: a route without one does not compile.
class Permission {
 public:
  constexpr Permission(Need need) : need_(need) {}  // NOLINT: implicit by intent
  constexpr Need need() const { return need_; }

 private:
  Need need_;
};

}  // namespace expt::auth

#endif  // EXPT_CONTROL_PLANE_AUTH_PERMISSION_H_
