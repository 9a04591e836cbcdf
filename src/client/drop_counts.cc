#include "src/client/drop_counts.h"

#include <limits>

namespace expt::client {

void DropCounts::Add(DropReason reason, EventKind kind, std::string_view experiment, std::string_view variant,
                     uint64_t count) {
  if (count == 0) return;
  Row row{reason, kind, std::string(experiment), std::string(variant)};
  const std::lock_guard guard(mutex_);
  auto at = counts_.find(row);
  if (at == counts_.end()) {
    const size_t name_bytes = row.experiment.size() + row.variant.size();
    if (counts_.size() >= kMaxRows || name_bytes_ + name_bytes > kMaxNameBytes) {
      row.experiment.clear();
      row.variant.clear();
    } else {
      name_bytes_ += name_bytes;
    }
    at = counts_.try_emplace(std::move(row), 0).first;
  }
  const uint64_t room = std::numeric_limits<uint64_t>::max() - at->second;
  at->second += count < room ? count : room;
}

std::vector<wire::DropCount> DropCounts::List() const {
  const std::lock_guard guard(mutex_);
  std::vector<wire::DropCount> list;
  list.reserve(counts_.size());
  for (const auto& [row, count] : counts_) {
    list.push_back(
        {.reason = row.reason, .kind = row.kind, .experiment = row.experiment, .variant = row.variant, .count = count});
  }
  return list;
}

}  // namespace expt::client
