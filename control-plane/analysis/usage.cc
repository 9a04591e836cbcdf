#include "control-plane/analysis/usage.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include "control-plane/storage/event_day.h"
#include "expt/event.h"
#include "src/wire/event_codec.h"

namespace expt::analysis {
namespace {

// Events of one transaction: bounds memory, and how long a reader waits.
constexpr int64_t kUsageSlice = 50'000;
// One summary says no more: a client that invents numbers must not overflow a sum.
constexpr uint64_t kMaxSummaryCount = 1'000'000'000;

void Add(storage::UsageCount& sum, int64_t count, int64_t first_ms, int64_t last_ms) {
  sum.first_ms = sum.count == 0 ? first_ms : std::min(sum.first_ms, first_ms);
  sum.last_ms = sum.count == 0 ? last_ms : std::max(sum.last_ms, last_ms);
  sum.count += count;
}

// By our clock. Nothing was seen before its client said it, or after it came here.
int64_t SeenAt(const storage::LoggedEvent& logged) {
  return logged.is_time_suspect ? logged.received_ms : std::min(logged.corrected_ms, logged.received_ms);
}

void AddSummary(const storage::LoggedEvent& logged, const wire::SummaryEvent& summary, storage::UsageRows& rows) {
  const auto count = static_cast<int64_t>(std::min(summary.count, kMaxSummaryCount));
  if (count == 0) return;
  const int64_t last_ms = SeenAt(logged);
  const int64_t window_ms = std::clamp<int64_t>(summary.window_end_ms - summary.window_start_ms, 0, 86'400'000);
  Add(rows.evaluations[{std::string(logged.environment), summary.flag, storage::DayOf(last_ms), summary.variant,
                        static_cast<int64_t>(summary.reason)}],
      count, last_ms - window_ms, last_ms);
}

void AddExposure(const storage::LoggedEvent& logged, const wire::ExposureEvent& exposure, storage::UsageRows& rows) {
  const int64_t at_ms = SeenAt(logged);
  for (const wire::EventProperty& attribute : exposure.attributes) {
    Add(rows.values[{std::string(logged.environment), attribute.name, ToJson(attribute.value.view())}], 1, at_ms,
        at_ms);
  }
}

absl::Status AddUsage(const storage::LoggedEvent& logged, storage::UsageRows& rows) {
  const auto kind = static_cast<EventKind>(logged.kind);
  if (kind != EventKind::kSummary && kind != EventKind::kExposure) return absl::OkStatus();
  const absl::StatusOr<wire::Event> event = wire::DecodeEvent(logged.bytes);
  if (!event.ok()) return absl::OkStatus();  // analysis tells of damaged files
  if (const auto* summary = std::get_if<wire::SummaryEvent>(&event->body)) AddSummary(logged, *summary, rows);
  if (const auto* exposure = std::get_if<wire::ExposureEvent>(&event->body)) AddExposure(logged, *exposure, rows);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Usage>> Usage::Open(const std::string& directory) {
  storage::EventReader reader(directory + "/events");
  const absl::StatusOr<int64_t> last = reader.LastSeq();
  if (!last.ok()) return last.status();
  absl::StatusOr<storage::UsageStore> store = storage::UsageStore::Open(directory + "/usage.db", *last);
  if (!store.ok()) return store.status();
  return std::unique_ptr<Usage>(new Usage(std::move(reader), *std::move(store)));
}

absl::Status Usage::CatchUpLocked() {
  for (;;) {
    storage::UsageRows rows;
    const absl::StatusOr<int64_t> last =
        reader_.Scan(store_.seq(), INT64_MAX, kUsageSlice,
                     [&](const storage::LoggedEvent& event) { return AddUsage(event, rows); });
    if (!last.ok()) return last.status();
    if (*last == store_.seq()) return absl::OkStatus();
    if (absl::Status status = store_.Insert(rows, *last); !status.ok()) return status;
  }
}

absl::Status Usage::CatchUp() {
  const std::lock_guard lock(mutex_);
  return CatchUpLocked();
}

absl::StatusOr<FlagUsage> Usage::OfFlag(std::string_view environment, std::string_view flag, Time from) {
  const std::lock_guard lock(mutex_);
  if (absl::Status status = CatchUpLocked(); !status.ok()) return status;
  const auto total = store_.Total(environment, flag);
  if (!total.ok()) return total.status();
  auto days = store_.Days(environment, flag, storage::DayOf(from.time_since_epoch().count()));
  if (!days.ok()) return days.status();
  return FlagUsage{.total = *total, .days = *std::move(days)};
}

absl::StatusOr<std::map<std::string, storage::UsageCount>> Usage::OfEnvironment(std::string_view environment) {
  const std::lock_guard lock(mutex_);
  if (absl::Status status = CatchUpLocked(); !status.ok()) return status;
  return store_.Totals(environment);
}

absl::StatusOr<std::vector<storage::SeenValue>> Usage::ValuesOf(std::string_view environment,
                                                                std::string_view attribute, size_t limit) {
  const std::lock_guard lock(mutex_);
  if (absl::Status status = CatchUpLocked(); !status.ok()) return status;
  return store_.Values(environment, attribute, limit);
}

}  // namespace expt::analysis
