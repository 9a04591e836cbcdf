// usage.db: how often flags were evaluated, and which values attributes had, copied out of the event log.
//
//   evaluation(environment, flag, day, variant, reason) -> count, first and last time
//   seen_value(environment, attribute, value)           -> count, last time
//
// Bounded: who makes up names with a public client key fills it no further than the limits below. Everything here can be
// made again from the log.
#ifndef EXPT_CONTROL_PLANE_STORAGE_USAGE_STORE_H_
#define EXPT_CONTROL_PLANE_STORAGE_USAGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/database.h"

namespace expt::storage {

inline constexpr size_t kMaxUsedFlags = 20'000;    // of an environment
inline constexpr size_t kMaxUsedVariants = 128;    // of a flag
inline constexpr size_t kMaxSeenAttributes = 256;  // of an environment
inline constexpr size_t kMaxSeenValues = 1'000;    // of an attribute

struct UsageCount {
  int64_t count = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
};

// What a slice of the log adds.
struct UsageRows {
  // environment, flag, day since 1970, variant, reason (Reason; stored)
  std::map<std::tuple<std::string, std::string, int32_t, std::string, int64_t>, UsageCount> evaluations;
  // environment, attribute, value as JSON text
  std::map<std::tuple<std::string, std::string, std::string>, UsageCount> values;
};

struct FlagDay {
  int32_t day = 0;
  std::string variant;  // empty: the default of the caller
  int64_t reason = 0;
  int64_t count = 0;
};

struct SeenValue {
  std::string value;  // JSON text
  int64_t count = 0;
  int64_t last_ms = 0;
};

// Not thread-safe.
class UsageStore {
 public:
  // Makes the file when it is missing, damaged, of another version, or when it has copied more than the log's `last_seq`.
  // Errors: kUnavailable.
  static absl::StatusOr<UsageStore> Open(const std::string& path, int64_t last_seq);

  int64_t seq() const { return seq_; }  // everything up to it is in

  // Adds `rows` and raises seq, all or nothing. What is beyond a limit is left out.
  absl::Status Insert(const UsageRows& rows, int64_t seq);

  // By day, variant, reason, from that day on.
  absl::StatusOr<std::vector<FlagDay>> Days(std::string_view environment, std::string_view flag, int32_t from_day);
  // Of all days; count 0 for a flag that was never evaluated.
  absl::StatusOr<UsageCount> Total(std::string_view environment, std::string_view flag);
  absl::StatusOr<std::map<std::string, UsageCount>> Totals(std::string_view environment);
  // The most frequent first, at most `limit`.
  absl::StatusOr<std::vector<SeenValue>> Values(std::string_view environment, std::string_view attribute,
                                                size_t limit);

 private:
  explicit UsageStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  static absl::StatusOr<UsageStore> OpenFile(const std::string& path);
  absl::Status LoadKnown();

  using Names = std::map<std::string, std::set<std::string>>;  // flag -> variants, attribute -> values
  static bool Admit(std::map<std::string, Names>& known, const std::string& environment, const std::string& name,
                    const std::string& entry, size_t most_names, size_t most_entries);

  std::unique_ptr<Database> database_;
  int64_t seq_ = 0;
  std::map<std::string, Names> flags_;   // by environment
  std::map<std::string, Names> values_;  // by environment
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_USAGE_STORE_H_
