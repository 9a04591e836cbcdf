// Everything that was dropped, by reason, kind, experiment and variant.
#ifndef EXPT_SRC_CLIENT_DROP_COUNTS_H_
#define EXPT_SRC_CLIENT_DROP_COUNTS_H_

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "src/wire/event_codec.h"

namespace expt::client {

// Thread-safe. Counts never go down and saturate. When kMaxRows rows or kMaxNameBytes of names are in use, the rest is
// counted without a name, in a row for each reason and kind: a batch has room for all of them.
class DropCounts {
 public:
  static constexpr size_t kMaxRows = 900;
  static constexpr size_t kMaxNameBytes = 32u << 10;
  static_assert(kMaxRows + 8 * 4 <= wire::kMaxDropCounts);
  static_assert(kMaxNameBytes + wire::kMaxDropCounts * 24 < wire::kMaxBatchFileBytes - wire::kMaxBatchBytes);

  // `experiment` and `variant` are empty but for exposures.
  void Add(DropReason reason, EventKind kind, std::string_view experiment, std::string_view variant,
           uint64_t count = 1);

  std::vector<wire::DropCount> List() const;

 private:
  struct Row {
    DropReason reason;
    EventKind kind;
    std::string experiment;
    std::string variant;
    auto operator<=>(const Row&) const = default;
  };

  mutable std::mutex mutex_;
  std::map<Row, uint64_t> counts_;
  size_t name_bytes_ = 0;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_DROP_COUNTS_H_
