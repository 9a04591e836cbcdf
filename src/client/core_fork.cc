// What a client does in a forked child.
//
// Only the thread that called fork() lives on there; any lock of the parent's core may be held for ever, and its
// background thread is gone. So the child never touches that core again, but for what is constant or published by one
// atomic store: it makes an heir with a buffer, dedupe, instance id, connection and thread of its own, which goes on
// with the snapshot that was installed. What the parent had buffered is the parent's to send.
#include <thread>
#include <utility>

#include "src/client/core.h"

namespace expt::client {

Core& Core::Heir(bool is_started) {
  if (!has_thread_) return *this;  // fixed flags, of a test: nothing of it is another process's
  const uint64_t here = Incarnation();
  while (true) {
    Core* const heir = heir_.load(std::memory_order_acquire);
    if (heir != nullptr && heir->incarnation_ == here) return *heir;
    uint64_t maker = heir_maker_.load();
    if (maker == here) {  // another thread of this process is at it
      std::this_thread::yield();
      continue;
    }
    if (!heir_maker_.compare_exchange_strong(maker, here)) continue;
    return MakeHeir(heir != nullptr ? *heir : *this, is_started);
  }
}

Core& Core::MakeHeir(const Core& parent, bool is_started) {
  // The parent holds these locks; through inherited descriptors they would outlive it.
  if (parent.store_ != nullptr) parent.store_->LeaveToParent();
  if (parent.spool_ != nullptr) parent.spool_->LeaveToParent();
  absl::StatusOr<Settings> settings = CheckOptions(settings_.given);  // they were good before
  std::unique_ptr<Store> store;
  if (!settings->options.data_directory.empty()) {
    // As long as the parent lives the directory is the parent's, and the child keeps its snapshots in memory.
    absl::StatusOr<std::unique_ptr<Store>> opened = Store::Open(settings->options.data_directory);
    if (opened.ok()) store = *std::move(opened);
  }
  std::shared_ptr<Core> heir(new Core(*std::move(settings), std::move(store), absl::OkStatus(), files_, true));
  heir->health_.SetSince(parent.health_.since());
  heir->loader_.Inherit(parent.slot_.InheritedFromParent());
  if (is_started && !parent.is_closed_) {
    heir->StartThread();
  } else {
    heir->Close(std::chrono::milliseconds(0)).IgnoreError();  // what was closed before the fork stays closed
  }
  // The shared pointer of an earlier heir belongs to a parent: it is left alone.
  heir_owner_ = new std::shared_ptr<Core>(heir);
  heir_.store(heir.get(), std::memory_order_release);
  return *heir;
}

void Core::Release(std::shared_ptr<Core> core, std::chrono::milliseconds timeout) {
  if (core == nullptr) return;
  if (core->incarnation_ == Incarnation() || !core->has_thread_) {
    core->Close(timeout).IgnoreError();
    return;
  }
  Core* const heir = core->heir_.load();
  if (heir != nullptr && heir->incarnation_ == Incarnation()) heir->Close(timeout).IgnoreError();
  new std::shared_ptr<Core>(std::move(core));  // never destroyed: its locks and its thread are the parent's
}

}  // namespace expt::client
