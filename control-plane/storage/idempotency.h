// What the state store keeps of a request that carried an Idempotency-Key.
#ifndef EXPT_CONTROL_PLANE_STORAGE_IDEMPOTENCY_H_
#define EXPT_CONTROL_PLANE_STORAGE_IDEMPOTENCY_H_

#include <cstdint>
#include <string>

#include "expt/snapshot.h"

namespace expt::storage {

// A key is its caller's own.
struct KeyedRequest {
  std::string principal;
  std::string key;
  Digest digest{};         // of method, path, query and body
  std::string process;     // the run of the server that has begun it
  int64_t begun_ms = 0;
  bool is_finished = false;
  std::string reply = {};  // empty when it held a secret
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_IDEMPOTENCY_H_
