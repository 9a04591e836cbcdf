#include "control-plane/storage/event_reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
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

// (environment, kind, reason, experiment, variant)
using DropKey = std::tuple<std::string, uint8_t, uint8_t, std::string, std::string>;
using DropOfInstance = std::pair<std::string, DropKey>;

absl::StatusOr<std::map<DropOfInstance, int64_t>> DropsByInstance(const std::string& directory,
                                                                  std::string_view environment) {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory);
  if (!names.ok()) return names.status();
  // A client's counts only grow, so of several files the largest is the last.
  std::map<DropOfInstance, int64_t> drops;
  for (const EventDayName& name : *names) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory, name, EventDay::Access::kRead);
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
      int64_t& count = drops[{std::string(select->Blob(1)),
                              DropKey{std::string(select->Text(0)), static_cast<uint8_t>(select->Int(2)),
                                      static_cast<uint8_t>(select->Int(3)), std::string(select->Text(4)),
                                      std::string(select->Text(5))}}];
      count = std::max(count, select->Int(6));
    }
  }
  return drops;
}

// The files that hold the sums of their days: a later part repeats what the earlier ones counted, once it has its
// record of them.
absl::StatusOr<std::vector<EventDayName>> LastParts(const std::string& directory,
                                                    const std::vector<EventDayName>& names) {
  std::vector<EventDayName> lasts;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i + 1 < names.size() && names[i + 1].day == names[i].day) {
      absl::StatusOr<EventDay> next = EventDay::Open(directory, names[i + 1], EventDay::Access::kRead);
      if (!next.ok()) return next.status();
      const absl::StatusOr<std::optional<int64_t>> end = next->EarlierEnd();
      if (!end.ok()) return end.status();
      if (end->has_value()) continue;
    }
    lasts.push_back(names[i]);
  }
  return lasts;
}

// The ranges of one file, by instance.
class RangeCursor {
 public:
  static absl::StatusOr<std::unique_ptr<RangeCursor>> Open(EventDay day, std::string_view environment) {
    std::unique_ptr<RangeCursor> cursor(new RangeCursor(std::move(day)));
    absl::StatusOr<Statement> select = cursor->day_.database().Prepare(
        "SELECT instance, first, last FROM sequence WHERE environment = ?1 ORDER BY instance, first");
    if (!select.ok()) return select.status();
    cursor->select_ = *std::move(select);
    cursor->select_.BindText(1, environment);
    if (absl::Status status = cursor->Next(); !status.ok()) return status;
    return cursor;
  }

  bool is_at_end() const { return is_at_end_; }
  std::string_view instance() const { return select_.Blob(0); }
  SequenceRange range() const { return {select_.Int(1), select_.Int(2)}; }
  absl::Status Next() {
    const absl::StatusOr<bool> found = select_.Step();
    if (!found.ok()) return found.status();
    is_at_end_ = !*found;
    return absl::OkStatus();
  }

 private:
  explicit RangeCursor(EventDay day) : day_(std::move(day)) {}
  EventDay day_;
  Statement select_;  // goes before its database
  bool is_at_end_ = false;
};

// Adds what the ranges of one instance say; `declared` of its numbers are explained.
void AddInstance(std::vector<SequenceRange> ranges, int64_t declared, SequenceSums* sums) {
  std::sort(ranges.begin(), ranges.end(),
            [](const SequenceRange& a, const SequenceRange& b) { return a.first < b.first; });
  int64_t last = 0;
  int64_t missing = 0;
  for (const SequenceRange& range : ranges) {
    missing += std::max<int64_t>(0, range.first - last - 1);
    last = std::max(last, range.last);
  }
  const int64_t received = last - missing;
  const int64_t explained = std::min(missing, declared);
  const int64_t unknown = std::min(missing - explained, kMaxUnknownLoss);
  ++sums->instances;
  sums->sent += received + explained + unknown;
  sums->received += received;
  sums->declared += explained;
  sums->unknown += unknown;
}

std::string Said(std::string_view file, std::string_view what, int64_t expected, int64_t found) {
  return std::string("event log: \"")
      .append(file)
      .append("\": ")
      .append(what)
      .append(": expected ")
      .append(std::to_string(expected))
      .append(", found ")
      .append(std::to_string(found));
}

// Events of the earlier parts of a file's day.
absl::StatusOr<int64_t> EventsBefore(const std::string& directory, const std::vector<EventDayName>& names, size_t i) {
  int64_t events = 0;
  for (size_t k = i; k-- > 0 && names[k].day == names[i].day;) {
    const absl::StatusOr<int64_t> end = EndOf(directory, names, k);
    if (!end.ok()) return end.status();
    events += *end - names[k].first_offset() + 1;
  }
  return events;
}

// In one view of the file, because it may be written meanwhile.
absl::Status CheckFile(EventDay& day, int64_t earlier_events, std::vector<AccountingFault>* faults) {
  const absl::StatusOr<bool> is_checkable = day.HasTable("accepted");
  if (!is_checkable.ok()) return is_checkable.status();
  if (!*is_checkable) return absl::OkStatus();
  const absl::StatusOr<Transaction> view = Transaction::Begin(day.database(), Transaction::Kind::kRead);
  if (!view.ok()) return view.status();
  const absl::StatusOr<std::map<std::string, int64_t>> accepted = day.ReadAccepted();
  if (!accepted.ok()) return accepted.status();
  const absl::StatusOr<storage::Accounting> accounting = day.ReadAccounting();
  if (!accounting.ok()) return accounting.status();
  const absl::StatusOr<int64_t> last = day.LastOffset();
  if (!last.ok()) return last.status();
  std::map<std::string, int64_t> outcomes;
  for (const auto& [environment, count] : *accepted) outcomes[environment] = 0;
  int64_t stored = 0;
  for (const auto& [key, count] : *accounting) {
    outcomes[key.environment] += count;
    if (key.outcome == EventOutcome::kStored || key.outcome == EventOutcome::kStoredTimeSuspect) stored += count;
  }
  const std::string file = day.name().FileName();
  for (const auto& [environment, count] : outcomes) {
    const auto found = accepted->find(environment);
    const int64_t taken_in = found == accepted->end() ? 0 : found->second;
    if (taken_in != count) {
      faults->push_back({environment, Said(file, "environment \"" + environment + "\": outcomes", taken_in, count)});
    }
  }
  const int64_t events = earlier_events + *last - day.name().first_offset() + 1;
  if (events != stored) faults->push_back({"", Said(file, "stored events", stored, events)});
  return absl::OkStatus();
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
  absl::StatusOr<std::vector<EventDayName>> lasts = LastParts(directory_, *names);
  if (!lasts.ok()) return lasts.status();
  std::map<std::tuple<std::string, uint8_t, EventOutcome, std::string, std::string>, int64_t> total;
  for (const EventDayName name : *lasts) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kRead);
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

absl::StatusOr<int64_t> EventReader::Accepted(std::string_view environment) const {
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  const absl::StatusOr<std::vector<EventDayName>> lasts = LastParts(directory_, *names);
  if (!lasts.ok()) return lasts.status();
  int64_t total = 0;
  for (const EventDayName name : *lasts) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    const absl::StatusOr<bool> has_table = day->HasTable("accepted");
    if (!has_table.ok()) return has_table.status();
    // A file of an earlier version has counted outcomes only.
    absl::StatusOr<Statement> select = day->database().Prepare(
        std::string("SELECT SUM(count) FROM ") + (*has_table ? "accepted" : "accounting") +
        " WHERE ?1 = '' OR environment = ?1");
    if (!select.ok()) return select.status();
    const absl::StatusOr<bool> found = select->BindText(1, environment).Step();
    if (!found.ok()) return found.status();
    total += select->Int(0);
  }
  return total;
}

absl::StatusOr<SequenceSums> EventReader::Sequences(std::string_view environment,
                                                    std::span<const uint8_t> explaining) const {
  const absl::StatusOr<std::map<DropOfInstance, int64_t>> drops = DropsByInstance(directory_, environment);
  if (!drops.ok()) return drops.status();
  std::map<std::string, int64_t> declared;
  for (const auto& [key, count] : *drops) {
    const bool explains = std::find(explaining.begin(), explaining.end(), std::get<2>(key.second)) != explaining.end();
    if (explains) declared[key.first] += count;
  }
  absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  std::vector<std::unique_ptr<RangeCursor>> cursors;
  for (const EventDayName name : *names) {
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    const absl::StatusOr<bool> has_table = day->HasTable("sequence");
    if (!has_table.ok()) return has_table.status();
    if (!*has_table) continue;
    absl::StatusOr<std::unique_ptr<RangeCursor>> cursor = RangeCursor::Open(*std::move(day), environment);
    if (!cursor.ok()) return cursor.status();
    cursors.push_back(*std::move(cursor));
  }
  SequenceSums sums;
  for (;;) {
    std::optional<std::string> instance;
    for (const auto& cursor : cursors) {
      if (!cursor->is_at_end() && (!instance.has_value() || cursor->instance() < *instance)) {
        instance = std::string(cursor->instance());
      }
    }
    if (!instance.has_value()) return sums;
    std::vector<SequenceRange> ranges;
    for (const auto& cursor : cursors) {
      while (!cursor->is_at_end() && cursor->instance() == *instance) {
        ranges.push_back(cursor->range());
        if (absl::Status status = cursor->Next(); !status.ok()) return status;
      }
    }
    const auto found = declared.find(*instance);
    AddInstance(std::move(ranges), found == declared.end() ? 0 : found->second, &sums);
  }
}

absl::StatusOr<std::vector<AccountingFault>> EventReader::CheckAccounting() const {
  const absl::StatusOr<std::vector<EventDayName>> names = List(directory_);
  if (!names.ok()) return names.status();
  const absl::StatusOr<std::vector<EventDayName>> lasts = LastParts(directory_, *names);
  if (!lasts.ok()) return lasts.status();
  std::vector<AccountingFault> faults;
  for (size_t i = 0; i < names->size(); ++i) {
    if (std::find(lasts->begin(), lasts->end(), (*names)[i]) == lasts->end()) continue;
    const absl::StatusOr<int64_t> before = EventsBefore(directory_, *names, i);
    if (!before.ok()) return before.status();
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, (*names)[i], EventDay::Access::kRead);
    if (!day.ok()) return day.status();
    if (absl::Status status = CheckFile(*day, *before, &faults); !status.ok()) return status;
  }
  return faults;
}

absl::StatusOr<std::vector<DeclaredDropRow>> EventReader::DeclaredDrops(std::string_view environment) const {
  const absl::StatusOr<std::map<DropOfInstance, int64_t>> drops = DropsByInstance(directory_, environment);
  if (!drops.ok()) return drops.status();
  std::map<DropKey, int64_t> total;
  for (const auto& [key, count] : *drops) total[key.second] += count;
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
