#include "control-plane/service/stored.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "src/host/crypto.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxLimit = 1000;

}  // namespace

bool BelongsToEnvironment(Kind kind) {
  return kind == Kind::kExperiment || kind == Kind::kLayer || kind == Kind::kHoldout || kind == Kind::kOverride;
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kFlag:
      return kFlagKind;
    case Kind::kMetric:
      return kMetricKind;
    case Kind::kSegment:
      return kSegmentKind;
    case Kind::kAttribute:
      return kAttributeKind;
    case Kind::kExperiment:
      return kExperimentKind;
    case Kind::kLayer:
      return kLayerKind;
    case Kind::kHoldout:
      return kHoldoutKind;
    case Kind::kOverride:
    case Kind::kProjectOverride:
      return kOverrideKind;
    case Kind::kContext:
      return kContextKind;
    case Kind::kFlagTest:
      return kFlagTestKind;
    case Kind::kMetricGroup:
      return kMetricGroupKind;
    case Kind::kTemplate:
      return kTemplateKind;
    case Kind::kDashboard:
      return kDashboardKind;
  }
  return "";
}

storage::DocumentName NameOf(Kind kind, const Where& where) {
  return {where.project, BelongsToEnvironment(kind) ? where.environment : "", std::string(KindName(kind)), where.key};
}

std::string Named(std::string_view noun, std::string_view key) {
  std::string text(noun);
  std::replace(text.begin(), text.end(), '_', ' ');  // a kind of documents, as people say it
  text.append(" \"").append(key).append("\"");
  return text;
}

std::string NewId(std::string_view prefix) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<uint8_t, 10> bytes;
  host::RandomBytes(bytes);
  std::string id(prefix);
  for (uint8_t byte : bytes) id.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return id;
}

std::string Base64Url(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += kDigits[(bits >> count) & 63];
    }
  }
  if (count > 0) text += kDigits[(bits << (6 - count)) & 63];
  return text;
}

std::string NewSalt() {
  std::array<uint8_t, 16> bytes;
  host::RandomBytes(bytes);
  return Base64Url(bytes);
}

std::string NewSecret() {
  std::array<uint8_t, 32> bytes;
  host::RandomBytes(bytes);
  return Base64Url(bytes);
}

std::string HexDigest(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : host::Sha256(bytes)) text.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return text;
}

int64_t Milliseconds(Time time) { return time.time_since_epoch().count(); }

storage::Change ChangeBy(const Call& call) {
  return {.actor = call.actor, .address = call.address, .time_ms = Milliseconds(call.now)};
}

std::string Dump(const json& document) { return document.dump(-1, ' ', false, json::error_handler_t::replace); }

Versioned AnswerOf(const storage::Document& document) {
  Versioned answer;
  answer.body = json::parse(document.body);
  answer.body["id"] = document.id;
  answer.body["created"] = FormatInstant(document.created_ms);
  answer.body["updated"] = FormatInstant(document.updated_ms);
  answer.body["archived"] = document.is_archived;
  if (document.name.kind == kExperimentKind) {
    const json& phases = answer.body["phases"];
    answer.body["phase"] = phases.empty() ? json(0) : phases.back()["number"];
  }
  answer.revision = document.revision;
  return answer;
}

Page PageOf(const std::vector<storage::Document>& documents, size_t limit) {
  Page page;
  for (const storage::Document& document : documents) {
    if (page.items.size() == limit) {
      page.next_cursor = documents[limit - 1].name.key;
      break;
    }
    page.items.push_back(AnswerOf(document).body);
  }
  return page;
}

json Page::ToJson() const {
  return {{"items", items}, {"next_cursor", next_cursor.has_value() ? json(*next_cursor) : json(nullptr)}};
}

void Merge(std::vector<Problem>& problems, std::vector<Problem> more) {
  const size_t known = problems.size();
  for (Problem& problem : more) {
    const auto is_same = [&problem](const Problem& other) { return other.pointer == problem.pointer; };
    if (std::none_of(problems.begin(), problems.begin() + static_cast<ptrdiff_t>(known), is_same)) {
      problems.push_back(std::move(problem));
    }
  }
}

Result<Versioned> WithWarnings(Result<Versioned> answer, const std::vector<std::string>& warnings) {
  if (answer.ok() && !warnings.empty()) answer->body["warnings"] = warnings;
  return answer;
}

Fault CommitFault(const absl::Status& status, const storage::DocumentName& name) {
  const std::string place = Named(name.kind, name.key);
  switch (status.code()) {
    case absl::StatusCode::kAlreadyExists:
      return Conflict(place + " is there already");
    case absl::StatusCode::kAborted:
      return StaleRevision(place + " was changed by somebody else; read it again");
    case absl::StatusCode::kNotFound:
      return NotFound(place);
    default:
      return StorageFault(status);
  }
}

size_t LimitOf(const ListOptions& options) { return std::clamp<size_t>(options.limit, 1, kMaxLimit); }

}  // namespace expt::service
