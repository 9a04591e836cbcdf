// How often flags are evaluated and which values attributes have, from the evaluation summaries and exposures in the
// event log. docs/decisions/usage.md
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_USAGE_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_USAGE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/event_reader.h"
#include "control-plane/storage/usage_store.h"
#include "expt/snapshot.h"

namespace expt::analysis {

struct FlagUsage {
  storage::UsageCount total;  // since the first day that is known
  std::vector<storage::FlagDay> days;
};

// Thread-safe: one call at a time. What was acknowledged before a call is in its answer.
class Usage {
 public:
  // `directory` is that of the data; the log is in "events" below it. A missing, damaged or outdated usage.db is made
  // anew. Errors: kUnavailable (I/O).
  static absl::StatusOr<std::unique_ptr<Usage>> Open(const std::string& directory);

  // Errors of all of them: kUnavailable, kDataLoss (a damaged file of the log).

  // Copies what the log holds by now.
  absl::Status CatchUp();
  absl::StatusOr<FlagUsage> OfFlag(std::string_view environment, std::string_view flag, Time from);
  // Of every flag that was ever evaluated.
  absl::StatusOr<std::map<std::string, storage::UsageCount>> OfEnvironment(std::string_view environment);
  absl::StatusOr<std::vector<storage::SeenValue>> ValuesOf(std::string_view environment, std::string_view attribute,
                                                           size_t limit);

 private:
  Usage(storage::EventReader reader, storage::UsageStore store)
      : reader_(std::move(reader)), store_(std::move(store)) {}
  absl::Status CatchUpLocked();

  const storage::EventReader reader_;
  std::mutex mutex_;  // guards what follows
  storage::UsageStore store_;
};

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_USAGE_H_
