// Who is asking, and when. Made by the auth room for each request.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CALL_H_
#define EXPT_CONTROL_PLANE_SERVICE_CALL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "control-plane/service/rights.h"
#include "control-plane/service/sdk_scope.h"
#include "expt/snapshot.h"

namespace expt::service {

// A member, or the holder of an API token.
struct Principal {
  std::string id;  // "mem_…", or the public id of the token, "tok_…"
  std::string name;
  std::string email = {};  // of a member
  std::shared_ptr<const Rights> rights;
  std::string session = {};  // id, when a browser is calling
  std::string owner = {};    // of a token: the member it belongs to; empty: nobody
  bool is_fresh = true;      // false when the session did not start with the last minutes: see PeopleOptions::fresh

  bool is_member() const { return id.starts_with("mem_"); }
  // Who answers for what is done: a member, with all tokens that belong to it, or a token that belongs to nobody.
  const std::string& person() const { return owner.empty() ? id : owner; }
  // As the audit and bindings name it: "member mem_5f2c…", "token tok_5f2c…".
  std::string actor() const { return (is_member() ? "member " : "token ") + id; }
};

// An API token whose secret has been shown.
struct ApiToken {
  std::string id;  // public
  std::string name;
  std::string role = {};  // of the first one, which holds it everywhere without a binding; empty for all others
};

// The owner of an SDK key.
struct SdkPrincipal {
  std::string key_id;
  std::string environment;  // id
  Audience audience = Audience::kServer;
  SdkScopes scopes = SdkScopes::All();
  int64_t expires_ms = 0;  // 0: never
};

// Goes into the audit with every change.
struct Call {
  std::string actor = {};    // "member mem_5f2c…", "token tok_5f2c…", "setup", "system", "anybody"
  std::string address = {};  // of the peer; empty for the process itself
  Time now{};
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CALL_H_
