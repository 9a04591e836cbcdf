#include "control-plane/service/segment.h"

#include <nlohmann/json.hpp>

#include "control-plane/service/flag_configuration.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxMembers = 100'000;

std::vector<MemberList> ReadLists(ObjectReader& object, std::string_view name, Problems& problems) {
  std::vector<MemberList> lists;
  const json* entries = object.Array(name, false, 64);
  if (entries == nullptr) return lists;
  for (size_t i = 0; i < entries->size(); ++i) {
    ObjectReader entry((*entries)[i], Child(object.At(name), i), problems);
    MemberList list;
    list.bucket_by = entry.Text("bucket_by", false, kMaxKeySize);
    if (list.bucket_by.empty()) list.bucket_by = "targeting_key";
    if (entry.is_object() && !entry.Has("unit_ids")) entry.Report("unit_ids", "expected a value, found none");
    list.unit_ids = entry.Texts("unit_ids", kMaxMembers, kMaxUnitIdSize);
    entry.RefuseOthers();
    lists.push_back(std::move(list));
  }
  return lists;
}

// Written by the service. In a file of definitions it may be anything, and says nothing.
std::optional<UploadedList> ReadUploaded(const json& document, const char* list) {
  const json uploaded = document.is_object() ? document.value("uploaded", json()) : json();
  const json entry = uploaded.is_object() ? uploaded.value(list, json()) : json();
  if (!entry.is_object()) return std::nullopt;
  const json bucket_by = entry.value("bucket_by", json());
  const json count = entry.value("count", json());
  const json digest = entry.value("digest", json());
  if (!bucket_by.is_string() || !IsInt64(count) || !digest.is_string()) return std::nullopt;
  return UploadedList{.bucket_by = bucket_by.get<std::string>(),
                      .count = count.get<int64_t>(),
                      .digest = digest.get<std::string>()};
}

}  // namespace

Segment ReadSegment(const json& document, Problems& problems) {
  Segment segment;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated", "uploaded"});
  segment.key = object.Key("key");
  segment.name = object.Text("name", false, 256);
  segment.description = object.Text("description", false, 4096);
  if (const json* condition = object.Object("condition", false)) {
    segment.condition = ReadCondition(*condition, object.At("condition"), ConditionScope::kContext, problems);
  }
  segment.include = ReadLists(object, "include", problems);
  segment.exclude = ReadLists(object, "exclude", problems);
  segment.uploaded_include = ReadUploaded(document, "include");
  segment.uploaded_exclude = ReadUploaded(document, "exclude");
  object.RefuseOthers();
  return segment;
}

void FillSegment(json& document, const json& previous, const std::function<std::string()>& make_salt) {
  const auto condition = document.find("condition");
  if (condition == document.end() || !condition->is_object()) return;
  const bool has_previous = previous.is_object() && previous.contains("condition");
  FillConditionSalts(*condition, has_previous ? &previous["condition"] : nullptr, make_salt);
}

}  // namespace expt::service
