// Where sticky assignments are kept: variants that units shall keep although the experiment's split has changed.
//
//   auto client = expt::Client::Open({.url = url, .key = key, .assignment_store = std::make_shared<OurRedis>()});
//   auto kept = client->Assignments(user);                       // asks the store, on this thread, once per request
//   if (!kept.ok()) Log(kept.status());                          // nothing was read: the split decides
//   const expt::StickyAssignments none;
//   std::string variant = client->Variant("checkout-test", user, "control", {.sticky = kept.ok() ? &*kept : &none});
//
// Evaluation never asks a store: what was kept is read before, where waiting is allowed, and passed in. New assignments
// of sticky experiments are saved by the background thread.
#ifndef EXPT_ASSIGNMENT_STORE_H_
#define EXPT_ASSIGNMENT_STORE_H_

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "expt/evaluate.h"

namespace expt {
inline namespace v1 {

// Thread-safe: Load() is called from any thread, Save() from the background thread, at the same time. Must not throw.
class AssignmentStore {
 public:
  virtual ~AssignmentStore() = default;

  // Adds to `assignments` what is kept for one unit, of any experiment and phase; what no longer counts does no harm.
  // A unit that is not known is no error. May block: Client::Assignments() waits for it.
  //
  // Errors: any; Client::Assignments() returns it.
  virtual absl::Status Load(std::string_view bucket_by, std::string_view unit_id, StickyAssignments& assignments) = 0;

  // Keeps each row, in place of one for the same experiment, phase and unit. The views are valid during the call. While
  // it works no snapshot is fetched and no event sent: it should return within seconds.
  //
  // Errors: any; all rows come again after a back-off (ClientOptions::retry_initial, retry_max).
  virtual absl::Status Save(std::span<const Assignment> assignments) = 0;
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_ASSIGNMENT_STORE_H_
