// Who is asking, and when. Made by the auth room for each request.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CALL_H_
#define EXPT_CONTROL_PLANE_SERVICE_CALL_H_

#include <string>
#include <string_view>

#include "expt/snapshot.h"

namespace expt::service {

// Stored; never renumbered. Each role may do what the ones before it may.
enum class Role { kViewer = 1, kEditor = 2, kPublisher = 3, kAdmin = 4 };
std::string_view RoleName(Role role);  // "viewer", ...

// The owner of an API token.
struct Principal {
  std::string id;  // public id of the token
  std::string name;
  Role role = Role::kViewer;
};

// The owner of an SDK key.
struct SdkPrincipal {
  std::string key_id;
  std::string environment;  // id
  Audience audience = Audience::kServer;
};

// Goes into the audit with every change.
struct Call {
  std::string actor = {};    // "token tok_5f2c…", "setup", "system"
  std::string address = {};  // of the peer; empty for the process itself
  Time now{};
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CALL_H_
