// Members of segments that are uploaded. docs/decisions/uploaded-members.md
#include <algorithm>
#include <iterator>
#include <utility>

#include "control-plane/service/check.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "control-plane/service/member_file.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "expt/context.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxMembersOfChange = 10'000;

bool IsMemberList(std::string_view list) { return list == "include" || list == "exclude"; }

std::string ListOf(std::string_view key, std::string_view list) {
  return Named(kSegmentKind, key) + ": uploaded " + Quoted(list);
}

// What the document tells of the list; null when there is none.
json UploadedOf(const json& segment, std::string_view list) {
  const json uploaded = segment.value("uploaded", json::object());
  return uploaded.value(std::string(list), json());
}

std::vector<std::string> ReadUnitIds(ObjectReader& object, std::string_view name, Problems& problems) {
  std::vector<std::string> unit_ids;
  const json* entries = object.Array(name, false, kMaxMembersOfChange);
  if (entries == nullptr) return unit_ids;
  for (size_t i = 0; i < entries->size(); ++i) {
    const json& entry = (*entries)[i];
    std::string fault = entry.is_string() ? MemberFault(entry.get_ref<const std::string&>())
                                          : "expected a string, found " + std::string(Found(entry));
    if (fault.empty()) {
      unit_ids.push_back(entry.get<std::string>());
    } else {
      problems.push_back({Child(object.At(name), i), std::move(fault)});
    }
  }
  SortMembers(unit_ids);
  return unit_ids;
}

}  // namespace

Result<Versioned> Service::WriteMembers(const Call& call, const Where& where, std::string_view list,
                                        const std::string& bucket_by, std::optional<int64_t> revision,
                                        const EditMembers& edit) {
  const std::lock_guard lock(writing_);
  if (auto fault = CheckFolder(Kind::kSegment, where)) return *std::move(fault);
  if (auto fault = CheckProjectLives(where.project)) return *std::move(fault);
  const storage::DocumentName name = NameOf(Kind::kSegment, where);
  const auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named(name.kind, where.key));
  if ((*current)->is_archived) return Conflict(Named(name.kind, where.key) + " is archived");
  if (auto fault = RefuseDirect(Kind::kSegment, where)) return *std::move(fault);
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  json segment = json::parse((*current)->body);
  const json known = UploadedOf(segment, list);
  const storage::MemberListName list_name{where.project, where.key, std::string(list)};
  std::vector<std::string> unit_ids;
  if (!known.is_null()) {
    const auto text = state_.FindMemberList(list_name);
    if (!text.ok()) return StorageFault(text.status());
    unit_ids = SplitMembers(*text);
  }
  edit(unit_ids);

  Problems problems;
  json entry = nullptr;
  std::string text;
  if (!unit_ids.empty()) {
    const std::string before = known.is_null() ? std::string(kTargetingKey) : known["bucket_by"].get<std::string>();
    const std::string& of = bucket_by.empty() ? before : bucket_by;
    if (unit_ids.size() > kMaxUploadedMembers) {
      problems.push_back({"", "expected at most " + std::to_string(kMaxUploadedMembers) + " unit ids, found " +
                                  std::to_string(unit_ids.size())});
    }
    Library library(state_, where.project, "");
    CheckUnitType(of, "/bucket_by", library, problems);
    if (!library.status().ok()) return StorageFault(library.status());
    text = JoinMembers(unit_ids);
    entry = {{"bucket_by", of},
             {"count", unit_ids.size()},
             {"digest", HexDigest(text)},
             {"updated", FormatInstant(Milliseconds(call.now))}};
  }
  if (!problems.empty()) return Invalid(ListOf(where.key, list), std::move(problems));
  const bool is_same = entry.is_null() ? known.is_null()
                                       : !known.is_null() && known["digest"] == entry["digest"] &&
                                             known["bucket_by"] == entry["bucket_by"];
  if (is_same) return AnswerOf(**current);
  segment["uploaded"][std::string(list)] = std::move(entry);
  storage::Change change = ChangeBy(call);
  change.writes.push_back(
      {.name = name, .id = (*current)->id, .body = Dump(segment), .revision = (*current)->revision});
  change.member_lists.push_back({.name = list_name, .text = std::move(text)});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return Get(Kind::kSegment, where);
}

Result<Versioned> Service::UploadMembers(const Call& call, const Where& segment, std::string_view list,
                                         std::string_view csv, const MemberUpload& upload,
                                         std::optional<int64_t> revision) {
  if (!IsMemberList(list)) return NotFound(ListOf(segment.key, list));
  const Result<Versioned> found = Get(Kind::kSegment, segment);
  if (!found.ok()) return found.fault();
  const json known = UploadedOf(found->body, list);
  const bool is_of_known = upload.bucket_by.empty() && !known.is_null();
  const std::string bucket_by = is_of_known                ? known["bucket_by"].get<std::string>()
                                : upload.bucket_by.empty() ? std::string(kTargetingKey)
                                                           : upload.bucket_by;
  // Reading a long file keeps nobody else waiting.
  Problems problems;
  std::vector<std::string> read = ReadMemberFile(csv, upload.column, bucket_by, problems);
  if (upload.is_addition && !known.is_null() && known["bucket_by"] != bucket_by) {
    problems.push_back({"/bucket_by", "expected " + Quoted(known["bucket_by"].get<std::string>()) +
                                          ", of which the members are that are there, found " + Quoted(bucket_by)});
  }
  if (read.empty() && problems.empty() && !upload.is_addition) {
    problems.push_back({"", "expected at least one unit id, found none"});
  }
  if (!problems.empty()) return Invalid(ListOf(segment.key, list), std::move(problems));
  return WriteMembers(call, segment, list, bucket_by, revision, [&](std::vector<std::string>& unit_ids) {
    if (!upload.is_addition) {
      unit_ids = std::move(read);
      return;
    }
    unit_ids.insert(unit_ids.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
    SortMembers(unit_ids);
  });
}

Result<Versioned> Service::ChangeMembers(const Call& call, const Where& segment, std::string_view list,
                                         const json& body, std::optional<int64_t> revision) {
  if (!IsMemberList(list)) return NotFound(ListOf(segment.key, list));
  const Result<Versioned> found = Get(Kind::kSegment, segment);
  if (!found.ok()) return found.fault();
  const json known = UploadedOf(found->body, list);
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string bucket_by = object.Text("bucket_by", false, kMaxKeySize);
  const std::vector<std::string> added = ReadUnitIds(object, "add", problems);
  const std::vector<std::string> removed = ReadUnitIds(object, "remove", problems);
  object.RefuseOthers();
  if (!bucket_by.empty() && !known.is_null() && known["bucket_by"] != bucket_by) {
    problems.push_back({"/bucket_by", "expected " + Quoted(known["bucket_by"].get<std::string>()) +
                                          ", of which the members are that are there, found " + Quoted(bucket_by)});
  }
  for (const std::string& unit_id : added) {
    if (!std::binary_search(removed.begin(), removed.end(), unit_id)) continue;
    problems.push_back({"/remove", "a unit id is both added and removed"});
    break;
  }
  if (!problems.empty()) return Invalid(ListOf(segment.key, list), std::move(problems));
  return WriteMembers(call, segment, list, bucket_by, revision, [&](std::vector<std::string>& unit_ids) {
    std::vector<std::string> with;
    std::set_union(unit_ids.begin(), unit_ids.end(), added.begin(), added.end(), std::back_inserter(with));
    unit_ids.clear();
    std::set_difference(with.begin(), with.end(), removed.begin(), removed.end(), std::back_inserter(unit_ids));
  });
}

Result<Versioned> Service::RemoveMembers(const Call& call, const Where& segment, std::string_view list,
                                         std::optional<int64_t> revision) {
  if (!IsMemberList(list)) return NotFound(ListOf(segment.key, list));
  return WriteMembers(call, segment, list, "", revision, [](std::vector<std::string>& unit_ids) { unit_ids.clear(); });
}

Result<std::string> Service::DownloadMembers(const Where& segment, std::string_view list) {
  const Result<Versioned> found = Get(Kind::kSegment, segment);
  if (!found.ok()) return found.fault();
  const json known = UploadedOf(found->body, list);
  if (!IsMemberList(list) || known.is_null()) return NotFound(ListOf(segment.key, list));
  const auto text = state_.FindMemberList({segment.project, segment.key, std::string(list)});
  if (!text.ok()) return StorageFault(text.status());
  return WriteMemberFile(*text, known["bucket_by"].get<std::string>());
}

}  // namespace expt::service
