#include <algorithm>
#include <utility>

#include "control-plane/service/experiment.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;

constexpr size_t kMaxScreenshots = 10;
constexpr size_t kMaxCaptionSize = 256;

// By the first bytes, whatever the sender calls it; empty for anything else.
std::string_view PictureType(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  return "";
}

json::iterator FindScreenshotIn(json& document, std::string_view id) {
  json& listed = document["screenshots"];
  if (!listed.is_array()) listed = json::array();
  return std::find_if(listed.begin(), listed.end(), [&](const json& entry) { return entry["id"] == id; });
}

Fault NoScreenshot(std::string_view id) { return NotFound(Named("screenshot", id)); }

}  // namespace

Result<Versioned> Service::AddScreenshot(const Call& call, const Where& where, std::string_view picture,
                                         std::string_view variant, std::string_view caption,
                                         std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, where, revision);
  if (!current.ok()) return current.fault();
  const std::string_view type = PictureType(picture);
  Problems problems;
  if (type.empty()) problems.push_back({"", "expected a PNG or JPEG picture"});
  const Experiment experiment = ReadStoredExperiment(*current);
  const auto is_variant = [&](const auto& share) { return share.first == variant; };
  if (!variant.empty() && std::none_of(experiment.weights.begin(), experiment.weights.end(), is_variant)) {
    problems.push_back({"/variant", "experiment " + Quoted(where.key) + " has no variant " + Quoted(variant)});
  }
  if (caption.size() > kMaxCaptionSize) {
    problems.push_back({"/caption", "expected at most " + std::to_string(kMaxCaptionSize) + " bytes, found " +
                                        std::to_string(caption.size())});
  }
  if (!problems.empty()) return Invalid("screenshot", std::move(problems));
  json document = json::parse(current->body);
  const std::string id = NewId("shot_");
  (void)FindScreenshotIn(document, id);
  if (document["screenshots"].size() >= kMaxScreenshots) {
    return Conflict(Named(kExperimentKind, where.key) + " has " + std::to_string(kMaxScreenshots) +
                    " screenshots; remove one first");
  }
  document["screenshots"].push_back({{"id", id},
                                     {"variant", variant.empty() ? json(nullptr) : json(variant)},
                                     {"caption", caption},
                                     {"media_type", type},
                                     {"size_bytes", picture.size()},
                                     {"digest", HexDigest(picture)},
                                     {"actor", call.actor},
                                     {"time", FormatInstant(Milliseconds(call.now))}});
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = current->name,
                           .id = current->id,
                           .body = Dump(document),
                           .revision = current->revision,
                           .action = "attach"});
  change.screenshots.push_back({.experiment = current->id, .id = id, .bytes = std::string(picture)});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), current->name);
  return Get(Kind::kExperiment, where);
}

Result<Versioned> Service::RemoveScreenshot(const Call& call, const Where& where, std::string_view id,
                                            std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, where, revision);
  if (!current.ok()) return current.fault();
  json document = json::parse(current->body);
  const json::iterator found = FindScreenshotIn(document, id);
  if (found == document["screenshots"].end()) return NoScreenshot(id);
  document["screenshots"].erase(found);
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = current->name,
                           .id = current->id,
                           .body = Dump(document),
                           .revision = current->revision,
                           .action = "detach"});
  change.screenshots.push_back({.experiment = current->id, .id = std::string(id), .bytes = {}});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), current->name);
  return Get(Kind::kExperiment, where);
}

Result<Picture> Service::GetScreenshot(const Where& where, std::string_view id) {
  if (auto fault = CheckFolder(Kind::kExperiment, where)) return *std::move(fault);
  const auto current = state_.Find(NameOf(Kind::kExperiment, where));
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named(kExperimentKind, where.key));
  json document = json::parse((*current)->body);
  const json::iterator found = FindScreenshotIn(document, id);
  if (found == document["screenshots"].end()) return NoScreenshot(id);
  auto bytes = state_.FindScreenshot((*current)->id, id);
  if (!bytes.ok()) return StorageFault(bytes.status());
  if (!bytes->has_value()) return NoScreenshot(id);
  return Picture{*std::move(*bytes), (*found)["media_type"].get<std::string>(), (*found)["digest"].get<std::string>()};
}

}  // namespace expt::service
