#include <algorithm>
#include <charconv>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"

namespace expt::service {
namespace {

using nlohmann::json;

json ParseOrNull(const std::string& text) { return text.empty() ? json(nullptr) : json::parse(text); }

std::string Hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : digest) hex.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return hex;
}

// Entries are looked at in batches, until a page is full or this many were.
constexpr size_t kAuditBatch = 1000;
constexpr int kMaxAuditBatches = 10;

json AuditBody(const storage::AuditEntry& entry) {
  return {{"number", entry.number},
          {"time", FormatInstant(entry.time_ms)},
          {"actor", entry.actor},
          {"address", entry.address},
          {"action", entry.action},
          {"project", entry.subject.project},
          {"environment", entry.subject.environment},
          {"kind", entry.subject.kind},
          {"key", entry.subject.key},
          {"before", ParseOrNull(entry.before)},
          {"after", ParseOrNull(entry.after)},
          {"hash", Hex(entry.hash)}};
}

// Entries of keys and publishes name the environment by its id, all others by its key.
bool MayRead(const Rights& rights, const storage::DocumentName& subject,
             const std::vector<EnvironmentRef>& environments) {
  std::string_view project = subject.project;
  std::string_view environment = subject.environment;
  for (const EnvironmentRef& known : environments) {
    if (known.id != subject.environment) continue;
    project = known.project;
    environment = known.key;
  }
  return rights.At(project, environment).Has(Permission::kAuditRead);
}

// Adds the environment of that id, where it is one that no list names because it is archived.
std::optional<Fault> Learn(storage::StateStore& state, const std::string& id, std::vector<EnvironmentRef>& known) {
  const auto is_it = [&id](const EnvironmentRef& environment) { return environment.id == id; };
  if (!id.starts_with("env_") || std::any_of(known.begin(), known.end(), is_it)) return std::nullopt;
  const auto document = state.FindById(storage::kEnvironmentKind, id);
  if (!document.ok()) return StorageFault(document.status());
  if (document->has_value()) known.push_back({(*document)->name.project, (*document)->name.key, id});
  return std::nullopt;
}

Result<int64_t> TimeOf(std::string_view name, const std::string& text) {
  if (text.empty()) return int64_t{0};
  const std::optional<int64_t> time = ParseInstant(text);
  if (!time) return Malformed("query: " + std::string(name) + ": expected a time such as 2030-01-31T12:00:00Z");
  return *time;
}

Result<storage::AuditFilter> FilterOf(const AuditQuery& query) {
  const Result<int64_t> from = TimeOf("from", query.from);
  if (!from.ok()) return from.fault();
  const Result<int64_t> until = TimeOf("until", query.until);
  if (!until.ok()) return until.fault();
  return storage::AuditFilter{.from_ms = *from,
                              .until_ms = *until,
                              .actor = query.actor,
                              .action = query.action,
                              .subject = {query.project, query.environment, query.kind, query.key}};
}

}  // namespace

Result<Page> Service::ListAudit(const AuditQuery& query, const ListOptions& options, const Rights& rights) {
  Result<storage::AuditFilter> filter = FilterOf(query);
  if (!filter.ok()) return filter.fault();
  int64_t& before = filter->before_number;
  if (!options.cursor.empty()) {
    const char* end = options.cursor.data() + options.cursor.size();
    const auto [stop, error] = std::from_chars(options.cursor.data(), end, before);
    if (error != std::errc() || stop != end || before < 1) return Malformed("cursor: expected the one of a page");
  }
  const Result<std::vector<EnvironmentRef>> environments = Environments();
  if (!environments.ok()) return environments.fault();
  std::vector<EnvironmentRef> known = *environments;
  const size_t limit = LimitOf(options);
  Page page;
  for (int batch = 0; batch < kMaxAuditBatches; ++batch) {
    const auto entries = state_.ListAudit(*filter, kAuditBatch);
    if (!entries.ok()) return StorageFault(entries.status());
    for (const storage::AuditEntry& entry : *entries) {
      if (auto fault = Learn(state_, entry.subject.environment, known)) return *std::move(fault);
      if (!MayRead(rights, entry.subject, known)) continue;
      if (page.items.size() == limit) return page;
      page.items.push_back(AuditBody(entry));
      page.next_cursor = std::to_string(entry.number);
    }
    if (entries->size() < kAuditBatch) {
      page.next_cursor.reset();
      return page;
    }
    before = entries->back().number;
    page.next_cursor = std::to_string(before);
  }
  return page;
}

Result<json> Service::CountAudit(const AuditQuery& query) {
  const Result<storage::AuditFilter> filter = FilterOf(query);
  if (!filter.ok()) return filter.fault();
  const auto rows = state_.CountAudit(*filter);
  if (!rows.ok()) return StorageFault(rows.status());
  json items = json::array();
  for (size_t i = 0; i < rows->size();) {
    storage::AuditActivity sum = (*rows)[i];
    sum.count = 0;
    json actions = json::object();
    for (; i < rows->size() && (*rows)[i].actor == sum.actor; ++i) {
      const storage::AuditActivity& row = (*rows)[i];
      sum.count += row.count;
      sum.first_ms = std::min(sum.first_ms, row.first_ms);
      sum.last_ms = std::max(sum.last_ms, row.last_ms);
      actions[row.action] = row.count;
    }
    items.push_back({{"actor", sum.actor},
                     {"count", sum.count},
                     {"first", FormatInstant(sum.first_ms)},
                     {"last", FormatInstant(sum.last_ms)},
                     {"actions", std::move(actions)}});
  }
  return json{{"items", std::move(items)}};
}

Result<std::vector<AuditLine>> Service::ExportAudit(int64_t after_number, size_t limit) {
  const auto entries = state_.AuditAfter(after_number, limit);
  if (!entries.ok()) return StorageFault(entries.status());
  std::vector<AuditLine> lines;
  lines.reserve(entries->size());
  for (const storage::AuditEntry& entry : *entries) {
    lines.push_back({.number = entry.number,
                     .text = "{\"entry\":" + storage::AuditText(entry) + ",\"hash\":\"" + Hex(entry.hash) + "\"}"});
  }
  return lines;
}

}  // namespace expt::service
