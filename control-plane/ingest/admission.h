// Whether a batch is taken in at all: how fast one SDK key may send, and what is shed while the log is behind.
//
//   Admission admission({});
//   if (absl::Status status = admission.Check("key_1", log.ExpectedWait(), now); !status.ok()) ...   // not yet read
//   ... inflate, decode ...
//   admission.Charge("key_1", events, now);
//   if (admission.ShedsAllButExposures(log.ExpectedWait())) ...
//
// A batch is checked before it is read, when nobody knows how many events it holds: a key that still has credit may
// send, and pays afterwards what the batch turns out to hold, so its credit may fall below nothing.
#ifndef EXPT_CONTROL_PLANE_INGEST_ADMISSION_H_
#define EXPT_CONTROL_PLANE_INGEST_ADMISSION_H_

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "expt/snapshot.h"
#include "src/base/hash.h"

namespace expt::ingest {

struct AdmissionOptions {
  // Events per second under one SDK key, and how many it may send at once after a pause. A public client key is used by
  // every browser of an environment.
  double key_events_per_second = 50'000;
  double key_burst_events = 200'000;
  // Longest wait for the disk with which a batch is taken in. With half of it only exposures are.
  std::chrono::milliseconds max_wait{150};
  size_t max_keys = 100'000;
};

// Thread-safe.
class Admission {
 public:
  explicit Admission(const AdmissionOptions& options) : options_(options) {}

  // Errors: kResourceExhausted (this key sends too fast), kUnavailable (the log is too far behind).
  absl::Status Check(std::string_view key_id, std::chrono::duration<double> wait, Time now);
  void Charge(std::string_view key_id, size_t events, Time now);
  bool ShedsAllButExposures(std::chrono::duration<double> wait) const { return wait > options_.max_wait / 2; }

 private:
  struct Credit {
    double events;
    Time counted;
  };
  Credit& Counted(std::string_view key_id, Time now);
  void Forget(Time now);

  const AdmissionOptions options_;
  std::mutex mutex_;
  std::unordered_map<std::string, Credit, base::TextHash, base::TextEqual> credits_;  // guarded by mutex_
};

}  // namespace expt::ingest

#endif  // EXPT_CONTROL_PLANE_INGEST_ADMISSION_H_
