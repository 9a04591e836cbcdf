// A client's loading part without its thread, so that a test can end it like a crash does: without a word.
#ifndef EXPT_TESTS_CLIENT_LONE_LOADER_H_
#define EXPT_TESTS_CLIENT_LONE_LOADER_H_

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "src/client/loader.h"
#include "tests/client/control_plane.h"

namespace expt::test {

// The machine's clocks, moved by a test. Time passes on its own, too.
class ShiftedClock final : public Clock {
 public:
  Time Now() override { return SystemClock()->Now() + shift_.load(); }
  std::chrono::milliseconds Monotonic() override { return SystemClock()->Monotonic() + shift_.load(); }
  void Shift(std::chrono::milliseconds by) { shift_ = shift_.load() + by; }

 private:
  std::atomic<std::chrono::milliseconds> shift_{std::chrono::milliseconds(0)};
};

// One run of a process. Destroyed without Close(), it has crashed.
class LoneLoader {
 public:
  explicit LoneLoader(ClientOptions options)
      : settings_(*client::CheckOptions(std::move(options))),
        store_(settings_.options.data_directory.empty() ? nullptr
                                                        : *client::Store::Open(settings_.options.data_directory)),
        health_(settings_.options.clock->Monotonic()),
        loader_(settings_, store_.get(), &health_, &slot_) {
    loader_.LoadSaved();
  }

  // Until `version` is installed. False when that does not happen.
  bool ComesTo(int64_t version) {
    return StepUntil([&] { return this->version() == version; });
  }
  template <typename Condition>
  bool StepUntil(Condition condition) {
    return Eventually([&] {
      loader_.Step();
      return condition();
    });
  }

  int64_t version() const { return slot_.Current()->snapshot.version(); }
  Overlay::Stale stale() const { return slot_.Current()->stale; }
  ClientStatus Status() const {
    ClientStatus status;
    health_.Fill(settings_.options.clock->Monotonic(), status);
    return status;
  }
  uint64_t Count(LoadCode code) const {
    for (const ClientStatus::LoadCount& row : Status().load_counts) {
      if (row.code == code) return row.count;
    }
    return 0;
  }
  bool Is(ClientStatus::Condition condition) const {
    for (const ClientStatus::Condition held : Status().conditions) {
      if (held == condition) return true;
    }
    return false;
  }
  client::Loader& loader() { return loader_; }

 private:
  const client::Settings settings_;
  const std::unique_ptr<client::Store> store_;
  client::Health health_;
  client::SnapshotSlot slot_;
  client::Loader loader_;
};

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_LONE_LOADER_H_
