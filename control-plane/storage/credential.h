// What the state store keeps of a key or a token.
#ifndef EXPT_CONTROL_PLANE_STORAGE_CREDENTIAL_H_
#define EXPT_CONTROL_PLANE_STORAGE_CREDENTIAL_H_

#include <cstdint>
#include <string>

#include "expt/snapshot.h"

namespace expt::storage {

// Keys of SDKs, API tokens and the setup token. The secret itself is never stored.
struct Credential {
  std::string id;           // public
  std::string kind;         // "sdk", "api", "setup"
  Digest secret_hash{};     // SHA-256 of the secret
  std::string project;      // sdk
  std::string environment;  // sdk: environment id
  std::string scope;        // sdk: "server" or "client"; api: role
  std::string scopes;       // sdk: words with blanks between them; empty: all of them
  std::string name;
  int64_t created_ms = 0;
  int64_t last_used_ms = 0;  // 0: never; written at most once a minute
  int64_t revoked_ms = 0;    // 0: valid
  int64_t expires_ms = 0;    // sdk: 0: never
  std::string replaced_by;   // sdk: id of the key that it was rotated to
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_CREDENTIAL_H_
