#include "control-plane/storage/event_reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "control-plane/storage/event_day.h"

namespace expt::storage {
namespace {

constexpr int64_t kOffsetMask = (int64_t{1} << kSeqDayShift) - 1;

absl::StatusOr<std::vector<EventDayName>> List(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return std::vector<EventDayName>();
  return ListEventDays(directory);
}

// Where reading of file `i` ends: the part after it knows, if there is one.
absl::StatusOr<int64_t> EndOf(const std::string& directory, const std::vector<EventDayName>& names, size_t i) {
  if (i + 1 == names.size() || names[i + 1].day != names[i].day) return kOffsetMask;
  absl::StatusOr<EventDay> next = EventDay::Open(directory, names[i + 1], EventDay::Access::kRead);
  if (!next.ok()) return next.status();
  const absl::StatusOr<std::optional<int64_t>> end = next->EarlierEnd();
  if (!end.ok()) return end.status();
  return end->value_or(kOffsetMask);
}

}  // namespace

absl::StatusOr<int64_t> EventReader::Scan(int64_t after, int64_t through, int64_t limit, const RowFn& row) const {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  int64_t last = after;
  for (size_t i = 0; i < names->size() && limit > 0; ++i) {
    const EventDayName name = (*names)[i];
    if (SeqOf(name.day, name.first_offset()) > through) break;
    if (i + 1 < names->size() && SeqOf((*names)[i + 1].day, (*names)[i + 1].first_offset() - 1) <= after) continue;
    const absl::StatusOr<int64_t> end = EndOf(directory_, *names, i);
    if (!end.ok()) return end.status();
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    absl::StatusOr<Statement> select = day->database().Prepare(
        "SELECT v.offset, e.name, v.event_id, v.kind, v.marks, v.received_ms, v.time_ms, v.corrected_ms, v.body "
        "FROM event v JOIN environment e ON e.id = v.environment "
        "WHERE v.offset > ?1 AND v.offset <= ?2 ORDER BY v.offset LIMIT ?3");
    if (!select.ok()) return select.status();
    select->BindInt(1, std::max<int64_t>(after - SeqOf(name.day, 0), 0))
        .BindInt(2, std::min(*end, through - SeqOf(name.day, 0)))
        .BindInt(3, limit);
    for (;;) {
      const absl::StatusOr<bool> found = select->Step();
      if (!found.ok()) return found.status();
      if (!*found) break;
      LoggedEvent event;
      event.seq = SeqOf(name.day, select->Int(0));
      event.environment = select->Text(1);
      event.event_id = select->Blob(2);
      event.kind = static_cast<uint8_t>(select->Int(3));
      event.is_time_suspect = (select->Int(4) & kTimeSuspectMark) != 0;
      event.is_trusted = (select->Int(4) & kTrustedMark) != 0;
      event.received_ms = select->Int(5);
      event.time_ms = select->Int(6);
      event.corrected_ms = select->Int(7);
      event.bytes = select->Blob(8);
      if (absl::Status status = row(event); !status.ok()) return status;
      last = event.seq;
      --limit;
    }
  }
  return last;
}

absl::StatusOr<int64_t> EventReader::LastSeq() const {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  for (size_t i = names->size(); i-- > 0;) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, (*names)[i], EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    const absl::StatusOr<int64_t> end = EndOf(directory_, *names, i);
    if (!end.ok()) return end.status();
    const absl::StatusOr<int64_t> last = day->LastOffset();
    if (!last.ok()) return last.status();
    const int64_t offset = std::min(*last, *end);
    if (offset >= (*names)[i].first_offset()) return SeqOf((*names)[i].day, offset);
  }
  return 0;
}

absl::StatusOr<std::vector<AccountingRow>> EventReader::Accounting(std::string_view environment) const {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  std::map<std::tuple<std::string, uint8_t, EventOutcome, std::string, std::string>, int64_t> total;
  for (size_t i = 0; i < names->size(); ++i) {
    // A later part repeats what the earlier ones counted, once it has its record of them.
    if (i + 1 < names->size() && (*names)[i + 1].day == (*names)[i].day) {
      absl::StatusOr<EventDay> next = EventDay::Open(directory_, (*names)[i + 1], EventDay::Access::kRead);
      if (!next.ok()) return next.status();
      const absl::StatusOr<std::optional<int64_t>> end = next->EarlierEnd();
      if (!end.ok()) return end.status();
      if (end->has_value()) continue;
    }
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, (*names)[i], EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    const absl::StatusOr<storage::Accounting> accounting = day->ReadAccounting();
    if (!accounting.ok()) return accounting.status();
    for (const auto& [key, count] : *accounting) {
      if (!environment.empty() && key.environment != environment) continue;
      total[{key.environment, key.kind, key.outcome, key.experiment, key.variant}] += count;
    }
  }
  std::vector<AccountingRow> rows;
  for (const auto& [key, count] : total) {
    rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), std::get<4>(key), count});
  }
  return rows;
}

absl::StatusOr<std::vector<DeclaredDropRow>> EventReader::DeclaredDrops(std::string_view environment) const {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  using Key = std::tuple<std::string, uint8_t, uint8_t, std::string, std::string>;
  // A client's counts only grow, so of several files the largest is the last.
  std::map<std::pair<std::string, Key>, int64_t> by_client;
  for (const EventDayName& name : *names) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    absl::StatusOr<Statement> select = day->database().Prepare(
        "SELECT environment, instance, kind, reason, experiment, variant, count FROM declared "
        "WHERE ?1 = '' OR environment = ?1");
    if (!select.ok()) return select.status();
    select->BindText(1, environment);
    for (;;) {
      const absl::StatusOr<bool> found = select->Step();
      if (!found.ok()) return found.status();
      if (!*found) break;
      int64_t& count = by_client[{
          std::string(select->Blob(1)),
          Key{std::string(select->Text(0)), static_cast<uint8_t>(select->Int(2)), static_cast<uint8_t>(select->Int(3)),
              std::string(select->Text(4)), std::string(select->Text(5))}}];
      count = std::max(count, select->Int(6));
    }
  }
  std::map<Key, int64_t> total;
  for (const auto& [key, count] : by_client) total[key.second] += count;
  std::vector<DeclaredDropRow> rows;
  for (const auto& [key, count] : total) {
    const auto& [row_environment, kind, reason, experiment, variant] = key;
    rows.push_back({row_environment, {reason, kind, experiment, variant, count}});
  }
  return rows;
}

absl::StatusOr<std::vector<QuarantineRow>> EventReader::Quarantine(std::string_view environment, int64_t limit) const {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  std::vector<QuarantineRow> rows;
  for (size_t i = names->size(); i-- > 0 && static_cast<int64_t>(rows.size()) < limit;) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, (*names)[i], EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    absl::StatusOr<Statement> select = day->database().Prepare(
        "SELECT environment, code, text, sender, body, first_ms, last_ms, count FROM quarantine "
        "WHERE ?1 = '' OR environment = ?1 ORDER BY last_ms DESC, code, hash LIMIT ?2");
    if (!select.ok()) return select.status();
    select->BindText(1, environment).BindInt(2, limit - static_cast<int64_t>(rows.size()));
    for (;;) {
      const absl::StatusOr<bool> found = select->Step();
      if (!found.ok()) return found.status();
      if (!*found) break;
      rows.push_back({std::string(select->Text(0)), std::string(select->Text(1)), std::string(select->Text(2)),
                      std::string(select->Text(3)), std::string(select->Blob(4)), select->Int(5), select->Int(6),
                      select->Int(7)});
    }
  }
  return rows;
}

}  // namespace expt::storage
