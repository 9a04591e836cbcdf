// Where the current snapshot stands, for many readers that must not wait or share a counter.
//
//   thread A: seat {generation, snapshot, counts} --+--> slot {generation, snapshot}
//   thread B: seat {generation, snapshot, counts} --+
//
// A thread keeps a seat per slot. As long as the seat's generation is the slot's, reading costs two plain stores and
// one load. Invariants:
//   1. A seat's snapshot and counts change under the slot's mutex only.
//   2. The owner reads them without the mutex only while `busy` is set and after it has seen its own generation to be
//      the slot's.
//   3. Another thread changes a seat only when the generation was raised, then every thread of the process was made to
//      pass a memory barrier, then `busy` was seen clear: the owner's next look finds the new generation and takes the
//      mutex.
// Where the system has no such barrier, a seat keeps its old snapshot until its thread evaluates again or ends.
#ifndef EXPT_SRC_CLIENT_SNAPSHOT_SLOT_H_
#define EXPT_SRC_CLIENT_SNAPSHOT_SLOT_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "src/client/evaluation_counts.h"
#include "src/client/exposure_dedupe.h"
#include "src/client/installed.h"

namespace expt::client {

// What Collect() adds to: (snapshot version, flag, variant, rule, reason) -> evaluations.
using EvaluationTally = std::map<std::tuple<int64_t, std::string, std::string, std::string, Reason>, uint64_t>;

struct Seat;
struct SeatRegistry;

// Thread-safe.
class SnapshotSlot {
 public:
  SnapshotSlot();
  ~SnapshotSlot();
  SnapshotSlot(const SnapshotSlot&) = delete;
  SnapshotSlot& operator=(const SnapshotSlot&) = delete;

  // Holds the snapshot that was current when it was made. Short-lived; stays on its thread.
  class Reader {
   public:
    explicit Reader(const SnapshotSlot& slot);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    const Installed& installed() const { return *installed_; }
    // Counts a decision of this snapshot.
    void Count(const Decision& decision) const;
    // The calling thread's; null on a thread that is ending.
    RecentExposures* recent_exposures() const;
    // Counts an exposure that was not reported again.
    void CountSuppressed() const;

   private:
    SeatRegistry* registry_;
    Seat* seat_ = nullptr;
    const Installed* installed_ = nullptr;
    std::shared_ptr<const Installed> own_;  // nested readers, and threads that are ending
  };

  void Install(std::shared_ptr<const Installed> installed);
  // In a forked child, of the parent's slot: what was installed, without touching a lock. Nothing else may be called
  // of that slot there.
  std::shared_ptr<const Installed> InheritedFromParent() const;
  std::shared_ptr<const Installed> Current() const;

  // Takes old snapshots out of seats that are not in use. Install() does it once; a later call finds the seats that
  // were busy then.
  void Sweep();

  // Nobody calls Collect() any more: what is counted from now on is forgotten at the next swap.
  void StopCollecting();

  // Exposures that were not reported again, by all threads.
  uint64_t suppressed() const;

  // Adds what was counted since the last call.
  void Collect(EvaluationTally& tally);

 private:
  std::shared_ptr<SeatRegistry> registry_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SNAPSHOT_SLOT_H_
