// Who holds the token of a share may read one experiment or one dashboard, and nothing else.
#ifndef EXPT_CONTROL_PLANE_STORAGE_SHARE_H_
#define EXPT_CONTROL_PLANE_STORAGE_SHARE_H_

#include <cstdint>
#include <string>

#include "expt/snapshot.h"

namespace expt::storage {

struct Share {
  std::string id;        // public
  Digest secret_hash{};  // SHA-256 of the secret
  std::string project;
  std::string environment;  // key; empty for a dashboard
  std::string kind;         // "experiment" or "dashboard"
  std::string key;
  std::string name;
  std::string actor;  // who made it
  int64_t created_ms = 0;
  int64_t expires_ms = 0;  // 0: never
  int64_t revoked_ms = 0;  // 0: valid
  std::string frozen;      // JSON text of what is shown; empty: as it is when somebody asks
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_SHARE_H_
