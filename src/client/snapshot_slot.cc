#include "src/client/snapshot_slot.h"

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <algorithm>

#include "src/client/incarnation.h"

namespace expt::client {

struct Seat {
  std::atomic<uint32_t> busy{0};  // readers of this thread that are alive; written by the owner
  uint64_t generation = 0;        // the owner's
  std::shared_ptr<const Installed> installed;
  std::shared_ptr<EvaluationCounts> counts;
  std::shared_ptr<SeatRegistry> registry;
  std::unique_ptr<RecentExposures> recent;  // the owner's
  std::atomic<uint64_t> suppressed{0};      // written by the owner
};

struct SeatRegistry {
  const uint64_t incarnation = Incarnation();  // of the process whose locks these are
  // What is installed, once more: a forked child reads newest[newest_at] without the lock. Install() writes the other
  // one first, so whatever moment the fork has caught, the one that newest_at names is whole.
  std::shared_ptr<const Installed> newest[2];
  std::atomic<int> newest_at{0};

  std::atomic<uint64_t> generation{1};
  std::mutex mutex;
  // All below: under `mutex`.
  std::shared_ptr<const Installed> installed;
  std::vector<Seat*> seats;
  struct Retired {
    std::shared_ptr<const Installed> installed;
    std::shared_ptr<EvaluationCounts> counts;
  };
  std::vector<Retired> retired;
  uint64_t suppressed = 0;  // by threads that have ended
  bool is_collected = true;
  bool is_closed = false;

  // Moves the counts of `seat` to `retired`.
  void Retire(Seat& seat) {
    if (seat.counts != nullptr && is_collected) retired.push_back({seat.installed, std::move(seat.counts)});
    seat.counts = nullptr;
  }
};

namespace {

constexpr size_t kFirstCells = 64;
constexpr size_t kMostCells = 1u << 15;

// Makes every thread of the process pass a full barrier. False where the system cannot.
bool ProcessBarrier() {
#ifdef __linux__
  static const bool is_registered = syscall(__NR_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  return is_registered && syscall(__NR_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
  return false;
#endif
}

// Seats of one thread; leaves them when the thread ends.
class ThreadSeats {
 public:
  ~ThreadSeats();
  Seat* Find(const std::shared_ptr<SeatRegistry>& registry);

 private:
  static void Leave(Seat& seat);
  void ForgetParents();
  std::vector<std::unique_ptr<Seat>> seats_;
};

// Plain words beside the object with a destructor: reading them needs no check whether it was made.
constinit thread_local Seat* last_seat = nullptr;
constinit thread_local bool is_thread_ending = false;

ThreadSeats::~ThreadSeats() {
  last_seat = nullptr;
  is_thread_ending = true;
  ForgetParents();
  for (const auto& seat : seats_) Leave(*seat);
}

// In a forked child, seats of the parent's slots are left as they are: their locks may be held for ever.
void ThreadSeats::ForgetParents() {
  for (auto& seat : seats_) {
    if (seat->registry->incarnation != Incarnation()) static_cast<void>(seat.release());
  }
  std::erase(seats_, nullptr);
}

void ThreadSeats::Leave(Seat& seat) {
  SeatRegistry& registry = *seat.registry;
  const std::lock_guard guard(registry.mutex);
  if (!registry.is_closed) registry.Retire(seat);
  registry.suppressed += seat.suppressed.load(std::memory_order_relaxed);
  std::erase(registry.seats, &seat);
}

Seat* ThreadSeats::Find(const std::shared_ptr<SeatRegistry>& registry) {
  for (const auto& seat : seats_) {
    if (seat->registry == registry) return seat.get();
  }
  ForgetParents();
  // Seats of slots that are gone hold nothing but their registry; let go of them now.
  std::erase_if(seats_, [](const std::unique_ptr<Seat>& seat) {
    const std::lock_guard guard(seat->registry->mutex);
    return seat->registry->is_closed;
  });
  auto seat = std::make_unique<Seat>();
  seat->registry = registry;
  {
    const std::lock_guard guard(registry->mutex);
    registry->seats.push_back(seat.get());
  }
  seats_.push_back(std::move(seat));
  return seats_.back().get();
}

Seat* SeatOfThread(const std::shared_ptr<SeatRegistry>& registry) {
  Seat* seat = last_seat;
  if (seat != nullptr && seat->registry == registry) return seat;
  if (is_thread_ending) return nullptr;
  static thread_local ThreadSeats seats;
  last_seat = seats.Find(registry);
  return last_seat;
}

// Brings the seat of the calling thread up to date.
void Refresh(Seat& seat) {
  SeatRegistry& registry = *seat.registry;
  const std::lock_guard guard(registry.mutex);
  registry.Retire(seat);
  seat.installed = registry.installed;
  seat.counts = std::make_shared<EvaluationCounts>(kFirstCells);
  seat.generation = registry.generation.load(std::memory_order_relaxed);
}

// Replaces a full table by one of twice the size.
void Grow(Seat& seat) {
  const size_t cells = std::min(seat.counts->cells() * 2, kMostCells);
  auto larger = std::make_shared<EvaluationCounts>(cells);
  const std::lock_guard guard(seat.registry->mutex);
  seat.registry->Retire(seat);
  seat.counts = std::move(larger);
}

void AddCounts(const Installed& installed, EvaluationCounts& counts, EvaluationTally& tally) {
  const int64_t version = installed.snapshot.is_ready() ? installed.snapshot.version() : 0;
  counts.Collect(
      [&](std::string_view flag, std::string_view variant, std::string_view rule, Reason reason, uint64_t count) {
        tally[{version, std::string(flag), std::string(variant), std::string(rule), reason}] += count;
      });
}

}  // namespace

SnapshotSlot::SnapshotSlot() : registry_(std::make_shared<SeatRegistry>()) {
  registry_->installed = registry_->newest[0] = std::make_shared<const Installed>();
  ProcessBarrier();  // registers this process while it is cheap
}

SnapshotSlot::~SnapshotSlot() {
  const std::lock_guard guard(registry_->mutex);
  registry_->is_closed = true;
  registry_->installed = nullptr;
  for (auto& newest : registry_->newest) newest = nullptr;
  registry_->retired.clear();
  for (Seat* seat : registry_->seats) {  // no reader is left: the client is being destroyed
    seat->installed = nullptr;
    seat->counts = nullptr;
  }
}

SnapshotSlot::Reader::Reader(const SnapshotSlot& slot) : registry_(slot.registry_.get()) {
  Seat* seat = SeatOfThread(slot.registry_);
  if (seat != nullptr) {
    const uint32_t depth = seat->busy.load(std::memory_order_relaxed);
    seat->busy.store(depth + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // ProcessBarrier() is the other half
    seat_ = seat;
    if (seat->generation == slot.registry_->generation.load(std::memory_order_acquire)) {
      installed_ = seat->installed.get();
      return;
    }
    if (depth == 0) {
      Refresh(*seat);
      installed_ = seat->installed.get();
      return;
    }
  }
  own_ = slot.Current();
  installed_ = own_.get();
}

SnapshotSlot::Reader::~Reader() {
  if (seat_ == nullptr) return;
  seat_->busy.store(seat_->busy.load(std::memory_order_relaxed) - 1, std::memory_order_release);
}

void SnapshotSlot::Reader::Count(const Decision& decision) const {
  if (own_ != nullptr) return;  // the table at hand belongs to another snapshot
  if (seat_->counts->Add(decision)) return;
  Grow(*seat_);
  seat_->counts->Add(decision);
}

RecentExposures* SnapshotSlot::Reader::recent_exposures() const {
  if (seat_ == nullptr) return nullptr;
  if (seat_->recent == nullptr) seat_->recent = std::make_unique<RecentExposures>();
  return seat_->recent.get();
}

void SnapshotSlot::Reader::CountSuppressed() const {
  if (seat_ != nullptr) {
    seat_->suppressed.store(seat_->suppressed.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return;
  }
  const std::lock_guard guard(registry_->mutex);
  ++registry_->suppressed;
}

void SnapshotSlot::StopCollecting() {
  const std::lock_guard guard(registry_->mutex);
  registry_->is_collected = false;
  registry_->retired.clear();
}

uint64_t SnapshotSlot::suppressed() const {
  const std::lock_guard guard(registry_->mutex);
  uint64_t count = registry_->suppressed;
  for (const Seat* seat : registry_->seats) count += seat->suppressed.load(std::memory_order_relaxed);
  return count;
}

void SnapshotSlot::Install(std::shared_ptr<const Installed> installed) {
  std::shared_ptr<const Installed> old;  // destroyed without the lock
  {
    const std::lock_guard guard(registry_->mutex);
    registry_->installed = std::move(installed);
    const int other = 1 - registry_->newest_at.load(std::memory_order_relaxed);
    registry_->newest[other] = registry_->installed;
    registry_->newest_at.store(other, std::memory_order_release);
    old = std::move(registry_->newest[1 - other]);
    registry_->generation.fetch_add(1, std::memory_order_release);
  }
  Sweep();
}

std::shared_ptr<const Installed> SnapshotSlot::InheritedFromParent() const {
  return registry_->newest[registry_->newest_at.load(std::memory_order_acquire)];
}

std::shared_ptr<const Installed> SnapshotSlot::Current() const {
  const std::lock_guard guard(registry_->mutex);
  return registry_->installed;
}

void SnapshotSlot::Sweep() {
  std::vector<std::shared_ptr<const Installed>> garbage;  // destroyed without the lock
  const std::lock_guard guard(registry_->mutex);
  if (!ProcessBarrier()) return;
  for (Seat* seat : registry_->seats) {
    if (seat->installed == nullptr || seat->installed == registry_->installed) continue;
    if (seat->busy.load(std::memory_order_acquire) != 0) continue;
    registry_->Retire(*seat);
    garbage.push_back(std::move(seat->installed));
    seat->installed = nullptr;
  }
}

void SnapshotSlot::Collect(EvaluationTally& tally) {
  std::vector<SeatRegistry::Retired> retired;
  {
    const std::lock_guard guard(registry_->mutex);
    for (Seat* seat : registry_->seats) {
      if (seat->counts != nullptr) AddCounts(*seat->installed, *seat->counts, tally);
    }
    retired.swap(registry_->retired);
  }
  for (const SeatRegistry::Retired& table : retired) AddCounts(*table.installed, *table.counts, tally);
}

}  // namespace expt::client
