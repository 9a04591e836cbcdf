#include "control-plane/service/code_references.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxPathSize = 1'024;
constexpr size_t kMaxLineSize = 512;
constexpr size_t kMostListed = 1'000;  // references of one flag
constexpr size_t kMostUnknown = 100;   // keys that an answer names

}  // namespace

storage::CodeScan ReadCodeScan(const json& body, Problems& problems) {
  storage::CodeScan scan;
  ObjectReader object(body, "", problems);
  scan.repository = object.Text("repository", true, 256);
  scan.branch = object.Text("branch", true, 256);
  scan.commit = object.Text("commit", false, 64);
  if (const json* references = object.Array("references", true, kMaxCodeReferences)) {
    for (size_t i = 0; i < references->size(); ++i) {
      ObjectReader entry((*references)[i], Child(object.At("references"), i), problems);
      storage::CodeReference reference;
      reference.flag = entry.Key("flag");
      reference.path = entry.Text("path", true, kMaxPathSize);
      if (entry.is_object() && !entry.Has("line")) entry.Report("line", "expected a value, found none");
      reference.line = entry.Integer("line", 1, std::numeric_limits<int32_t>::max()).value_or(0);
      reference.text = entry.Text("text", false, kMaxLineSize);
      entry.RefuseOthers();
      scan.references.push_back(std::move(reference));
    }
  }
  object.RefuseOthers();
  return scan;
}

Result<json> Service::ReplaceCodeReferences(const Call& call, std::string_view project, const json& body) {
  Problems problems;
  storage::CodeScan scan = ReadCodeScan(body, problems);
  if (!problems.empty()) return Invalid("code references", std::move(problems));
  const std::lock_guard lock(writing_);
  if (const Result<Versioned> found = GetProject(project); !found.ok()) return found.fault();
  scan.project = project;
  scan.scanned_ms = Milliseconds(call.now);
  Library library(state_, scan.project, "");
  std::set<std::string> flags;
  std::set<std::string> unknown;
  for (const storage::CodeReference& reference : scan.references) {
    if (!flags.insert(reference.flag).second) continue;
    if (library.FindFlag(reference.flag) == nullptr && unknown.size() < kMostUnknown) unknown.insert(reference.flag);
  }
  if (!library.status().ok()) return StorageFault(library.status());
  json answer = {{"repository", scan.repository},
                 {"branch", scan.branch},
                 {"commit", scan.commit},
                 {"references", scan.references.size()},
                 {"flags", flags.size()}};
  storage::Change change = ChangeBy(call);
  change.notes.push_back({.action = "replace_code_references",
                          .subject = {scan.project, "", "code_references", scan.repository},
                          .after = Dump(answer)});
  change.code_scans.push_back(std::move(scan));
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return StorageFault(committed.status());
  answer["unknown_flags"] = unknown;
  return answer;
}

Result<json> Service::ListCodeScans(std::string_view project) {
  if (const Result<Versioned> found = GetProject(project); !found.ok()) return found.fault();
  const auto scans = state_.ListCodeScans(project);
  if (!scans.ok()) return StorageFault(scans.status());
  json items = json::array();
  for (const storage::CodeScanRow& scan : *scans) {
    items.push_back({{"repository", scan.repository},
                     {"branch", scan.branch},
                     {"commit", scan.commit},
                     {"scanned", FormatInstant(scan.scanned_ms)},
                     {"references", scan.references},
                     {"flags", scan.flags}});
  }
  return json{{"items", std::move(items)}};
}

Result<json> Service::ListCodeReferences(const Where& flag) {
  if (const Result<Versioned> found = Get(Kind::kFlag, flag); !found.ok()) return found.fault();
  const auto rows = state_.ListCodeReferences(flag.project, flag.key, kMostListed + 1);
  if (!rows.ok()) return StorageFault(rows.status());
  json items = json::array();
  for (const storage::CodeReferenceRow& row : *rows) {
    if (items.size() == kMostListed) break;
    items.push_back({{"repository", row.repository},
                     {"branch", row.branch},
                     {"commit", row.commit},
                     {"path", row.reference.path},
                     {"line", row.reference.line},
                     {"text", row.reference.text}});
  }
  return json{{"items", std::move(items)}, {"has_more", rows->size() > kMostListed}};
}

}  // namespace expt::service
