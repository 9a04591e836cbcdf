// Requests that are sent again, because their answer was lost, are done once.
//
//   Result<Idempotency::Turn> turn = idempotency.Begin(principal, key, digest, now);
//   if (turn->reply) return *turn->reply;            // it was done before
//   ... do it ...
//   idempotency.Finish(*turn, reply);                // or Forget(*turn), when nothing was changed
//
// A key is its principal's own and is remembered for a day. docs/api.md says what callers see.
#ifndef EXPT_CONTROL_PLANE_SERVICE_IDEMPOTENCY_H_
#define EXPT_CONTROL_PLANE_SERVICE_IDEMPOTENCY_H_

#include <optional>
#include <string>
#include <string_view>

#include "control-plane/service/fault.h"
#include "control-plane/storage/idempotency.h"
#include "expt/snapshot.h"

namespace expt::storage {
class StateStore;
}

namespace expt::service {

// Thread-safe. `state` must outlive it.
class Idempotency {
 public:
  explicit Idempotency(storage::StateStore& state);

  struct Turn {
    storage::KeyedRequest request;
    std::optional<std::string> reply;  // as Finish() got it
  };
  // Faults: 400 for a key that is none; 422 when the key belongs to another request; 409 while that request is under
  // way, when it was cut off, or when its reply is kept nowhere; 429 when the principal has too many keys.
  Result<Turn> Begin(std::string_view principal, std::string_view key, const Digest& digest, Time now);
  // `reply` is what a repetition gets; empty: a secret, which is not kept.
  void Finish(const Turn& turn, std::string_view reply);
  // Nothing was changed: the key may be used again.
  void Forget(const Turn& turn);

 private:
  storage::StateStore& state_;
  const std::string process_;  // of this run
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_IDEMPOTENCY_H_
