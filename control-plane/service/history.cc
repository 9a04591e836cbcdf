#include "control-plane/service/history.h"

#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "control-plane/service/edits.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::DocumentRevision;

storage::DocumentName HistoryName(DocumentKind kind, const Where& where) {
  if (kind.has_value()) return NameOf(*kind, where);
  return {where.project, where.environment, std::string(storage::kConfigurationKind), where.key};
}

std::string PlaceOf(DocumentKind kind, const Where& where) {
  return Named(kind.has_value() ? KindName(*kind) : storage::kConfigurationKind, where.key);
}

json RevisionJson(const DocumentRevision& revision, const json& before) {
  return {{"revision", revision.revision},
          {"time", FormatInstant(revision.time_ms)},
          {"actor", revision.actor},
          {"action", revision.action},
          {"changes", DifferencesOf(before, json::parse(revision.after))}};
}

json TextOrNull(const std::string& text) { return text.empty() ? json(nullptr) : json::parse(text); }

}  // namespace

std::optional<Fault> History::CheckDocument(DocumentKind kind, const Where& where) {
  const Result<Versioned> found = kind.has_value() ? service_.Get(*kind, where) : service_.GetConfiguration(where);
  return found.ok() ? std::nullopt : std::optional(found.fault());
}

Result<Page> History::List(DocumentKind kind, const Where& where, const ListOptions& options) {
  if (auto fault = CheckDocument(kind, where)) return *std::move(fault);
  int64_t before = 0;
  const char* end = options.cursor.data() + options.cursor.size();
  const auto [stop, error] = std::from_chars(options.cursor.data(), end, before);
  if (!options.cursor.empty() && (error != std::errc() || stop != end || before < 1)) {
    return Malformed("cursor: expected the one of a page");
  }
  const size_t limit = LimitOf(options);
  const auto revisions = state_.ListRevisions(HistoryName(kind, where), before, limit + 1);
  if (!revisions.ok()) return StorageFault(revisions.status());
  Page page;
  for (const DocumentRevision& revision : *revisions) {
    if (page.items.size() == limit) {
      page.next_cursor = std::to_string((*revisions)[limit - 1].revision);
      break;
    }
    page.items.push_back(RevisionJson(revision, TextOrNull(revision.before)));
  }
  return page;
}

Result<json> History::BodyAt(DocumentKind kind, const Where& where, int64_t revision) {
  const auto revisions = state_.ListRevisions(HistoryName(kind, where), revision + 1, 1);
  if (!revisions.ok()) return StorageFault(revisions.status());
  if (revision < 1 || revisions->empty() || revisions->front().revision != revision) {
    return NotFound("revision " + std::to_string(revision) + " of " + PlaceOf(kind, where));
  }
  return json::parse(revisions->front().after);
}

Result<json> History::Get(DocumentKind kind, const Where& where, int64_t revision, std::optional<int64_t> against) {
  if (auto fault = CheckDocument(kind, where)) return *std::move(fault);
  const Result<json> body = BodyAt(kind, where, revision);
  if (!body.ok()) return body.fault();
  const auto revisions = state_.ListRevisions(HistoryName(kind, where), revision + 1, 1);
  if (!revisions.ok()) return StorageFault(revisions.status());
  json before = TextOrNull(revisions->front().before);
  if (against.has_value()) {
    const Result<json> other = BodyAt(kind, where, *against);
    if (!other.ok()) return other.fault();
    before = *other;
  }
  json answer = RevisionJson(revisions->front(), before);
  answer["body"] = *body;
  return answer;
}

Result<Versioned> History::Revert(const Call& call, DocumentKind kind, const Where& where, const json& body,
                                  std::optional<int64_t> revision) {
  if (auto fault = CheckDocument(kind, where)) return *std::move(fault);
  Problems problems;
  ObjectReader object(body, "", problems);
  object.Any("to", true);
  const int64_t to = object.Integer("to", 1, std::numeric_limits<int64_t>::max() - 1).value_or(0);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("revert", std::move(problems));
  const Result<json> old = BodyAt(kind, where, to);
  if (!old.ok()) return old.fault();
  return kind.has_value() ? service_.Replace(call, *kind, where, *old, revision)
                          : service_.ReplaceConfiguration(call, where, *old, revision);
}

}  // namespace expt::service
