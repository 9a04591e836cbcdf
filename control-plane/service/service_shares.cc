// Tokens that show one experiment or one dashboard to whoever holds them. docs/decisions/shares.md
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/library.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "src/host/crypto.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Share;

constexpr int64_t kMaxShareLifeMs = int64_t{366} * 86'400'000;

json ShareJson(const Share& share) {
  const auto instant = [](int64_t time_ms) { return time_ms == 0 ? json(nullptr) : json(FormatInstant(time_ms)); };
  return {{"id", share.id},
          {"kind", share.kind},
          {"environment", share.environment.empty() ? json(nullptr) : json(share.environment)},
          {"key", share.key},
          {"name", share.name},
          {"actor", share.actor},
          {"frozen", !share.frozen.empty()},
          {"created", FormatInstant(share.created_ms)},
          {"expires", instant(share.expires_ms)},
          {"revoked", instant(share.revoked_ms)}};
}

storage::Note ShareNote(std::string action, const Share& share) {
  return {.action = std::move(action),
          .subject = {share.project, share.environment, "share", share.id},
          .after = Dump(ShareJson(share))};
}

std::string_view HashBytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Result<ShareRequest> Service::ReadShareRequest(const Call& call, std::string_view project, const json& body) {
  if (const Result<Versioned> found = GetProject(project); !found.ok()) return found.fault();
  Problems problems;
  ShareRequest request;
  ObjectReader object(body, "", problems);
  request.where.project = project;
  request.kind = object.Word("kind", {"experiment", "dashboard"});
  request.where.key = object.Key("key");
  if (request.kind == "experiment") request.where.environment = object.Key("environment");
  request.name = object.Text("name", false, 256);
  request.is_frozen = object.Boolean("frozen", false);
  const int64_t now_ms = Milliseconds(call.now);
  request.expires_ms = object.Instant("expires").value_or(0);
  if (request.expires_ms == 0) {
    if (object.is_object() && !object.Has("expires")) object.Report("expires", "expected a time, found none");
  } else if (request.expires_ms <= now_ms || request.expires_ms > now_ms + kMaxShareLifeMs) {
    object.Report("expires", "expected a time within the next 366 days");
  }
  if (!request.kind.empty()) object.RefuseOthers();
  if (problems.empty()) {
    const Kind kind = request.kind == "experiment" ? Kind::kExperiment : Kind::kDashboard;
    const Result<Versioned> shown = Get(kind, request.where);
    if (!shown.ok()) {
      if (shown.fault().status != 404) return shown.fault();
      problems.push_back({"/key", "unknown " + Named(KindName(kind), request.where.key)});
    }
  }
  if (!problems.empty()) return Invalid("share", std::move(problems));
  return request;
}

Result<json> Service::CreateShare(const Call& call, const ShareRequest& request, const json& frozen) {
  Share share;
  share.id = NewId("shr_");
  const std::string secret = NewSecret();
  share.secret_hash = host::Sha256(secret);
  share.project = request.where.project;
  share.environment = request.where.environment;
  share.kind = request.kind;
  share.key = request.where.key;
  share.name = request.name;
  share.actor = call.actor;
  share.created_ms = Milliseconds(call.now);
  share.expires_ms = request.expires_ms;
  if (request.is_frozen) share.frozen = Dump(frozen);
  storage::Change change = ChangeBy(call);
  change.notes.push_back(ShareNote("create_share", share));
  change.shares.push_back(share);
  const std::lock_guard lock(writing_);
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return StorageFault(committed.status());
  json answer = ShareJson(share);
  answer["token"] = share.id + "." + secret;
  return answer;
}

Result<Page> Service::ListShares(std::string_view project, const ListOptions& options) {
  if (const Result<Versioned> found = GetProject(project); !found.ok()) return found.fault();
  const size_t limit = LimitOf(options);
  const auto shares = state_.ListShares(project, options.cursor, limit + 1);
  if (!shares.ok()) return StorageFault(shares.status());
  Page page;
  for (const Share& share : *shares) {
    if (page.items.size() == limit) {
      page.next_cursor = (*shares)[limit - 1].id;
      break;
    }
    page.items.push_back(ShareJson(share));
  }
  return page;
}

Result<Done> Service::RevokeShare(const Call& call, std::string_view project, std::string_view id) {
  const std::lock_guard lock(writing_);
  const auto found = state_.FindShare(id);
  if (!found.ok()) return StorageFault(found.status());
  if (!found->has_value() || (*found)->project != project) return NotFound(Named("share", id));
  Share share = **found;
  if (share.revoked_ms != 0) return Done{};
  share.revoked_ms = Milliseconds(call.now);
  storage::Change change = ChangeBy(call);
  change.notes.push_back(ShareNote("revoke_share", share));
  change.shares.push_back(std::move(share));
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return StorageFault(committed.status());
  return Done{};
}

Result<OpenedShare> Service::OpenShare(const Call& call, std::string_view token) {
  const size_t dot = token.find('.');
  const std::string_view id = token.substr(0, dot);
  const std::string_view secret = dot == std::string_view::npos ? std::string_view() : token.substr(dot + 1);
  const auto found = state_.FindShare(id);
  if (!found.ok()) return StorageFault(found.status());
  const Share none;
  const Share& share = found->has_value() ? **found : none;
  // An unknown id costs as much as a wrong secret, and nothing tells why it is refused.
  const Digest hash = host::Sha256(secret);
  const bool is_right = host::EqualConstantTime(HashBytes(hash), HashBytes(share.secret_hash));
  const bool is_over = share.expires_ms != 0 && share.expires_ms <= Milliseconds(call.now);
  if (!found->has_value() || !is_right || is_over || share.revoked_ms != 0) return NotFound("share");
  OpenedShare opened;
  opened.request = {.where = {share.project, share.environment, share.key},
                    .kind = share.kind,
                    .name = share.name,
                    .expires_ms = share.expires_ms,
                    .is_frozen = !share.frozen.empty()};
  opened.created_ms = share.created_ms;
  if (!share.frozen.empty()) opened.frozen = json::parse(share.frozen, nullptr, false);
  return opened;
}

}  // namespace expt::service
