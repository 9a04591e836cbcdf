// Assignments of sticky experiments on their way to the program's AssignmentStore.
//
//   program's threads --Note()--> [ at most kMaxWaiting ] --Step()--> AssignmentStore::Save, again until it succeeds
#ifndef EXPT_SRC_CLIENT_ASSIGNMENT_SAVER_H_
#define EXPT_SRC_CLIENT_ASSIGNMENT_SAVER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "expt/assignment_store.h"
#include "src/client/retry.h"
#include "src/client/settings.h"

namespace expt::client {

// Note() and the counts are thread-safe; Step() belongs to the background thread.
class AssignmentSaver {
 public:
  static constexpr size_t kMaxWaiting = 10'000;

  // Without a store nothing is kept.
  explicit AssignmentSaver(const Settings& settings);

  // Copies an exposure's assignment if it is one to keep. True when the background thread should look.
  bool Note(const Exposure& exposure, std::string_view unit_id);

  // Saves what waits, if it is time. Returns when to call again; max() when nothing waits.
  std::chrono::steady_clock::time_point Step();

  // Ends a back-off, because somebody is waiting.
  void Hurry() { retry_at_ = {}; }

  // Gives up what waits.
  void DropAll();

  // Rows that are not saved, those under way included.
  size_t waiting() const { return waiting_; }
  uint64_t saved() const { return saved_; }
  uint64_t dropped() const { return dropped_; }

 private:
  struct Row {
    std::string experiment_id;
    std::string bucket_by;
    std::string unit_id;
    std::string variant;
    uint32_t phase;
  };

  absl::Status Save(const std::deque<Row>& rows);

  const Settings& settings_;
  AssignmentStore* const store_;
  Jitter jitter_;
  Backoff backoff_;
  std::chrono::steady_clock::time_point retry_at_{};

  std::mutex mutex_;
  std::deque<Row> rows_;  // under mutex_
  std::atomic<size_t> waiting_{0};
  std::atomic<uint64_t> saved_{0};
  std::atomic<uint64_t> dropped_{0};
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_ASSIGNMENT_SAVER_H_
