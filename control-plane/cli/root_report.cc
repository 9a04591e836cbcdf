#include "control-plane/cli/root_report.h"

#include <chrono>
#include <cstdio>

#include "control-plane/cli/input.h"
#include "control-plane/cli/root_plan.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/time_text.h"
#include "control-plane/publish/hex.h"
#include "src/host/crypto.h"
#include "src/wire/envelope.h"

namespace expt::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* KindName(wire::RoleKind kind) {
  switch (kind) {
    case wire::RoleKind::kRoot:
      return "root";
    case wire::RoleKind::kHead:
      return "head";
    case wire::RoleKind::kSnapshot:
      return "snapshot";
  }
  return "unknown";
}

std::string TimeText(int64_t ms) { return FormatTime(Time(std::chrono::milliseconds(ms))); }

Json KeyIds(const std::vector<wire::PublicKey>& keys) {
  Json ids = Json::array();
  for (const wire::PublicKey& key : keys) ids.push_back(publish::Hex(host::KeyIdOf(key)));
  return ids;
}

// How many of the root keys of `judge` signed `file`, of how many that must.
Json Signatures(const RootFile& file, const wire::RootModel& judge, const std::string& whose,
                std::vector<std::string>& problems) {
  const wire::Role* role = judge.FindRole(wire::RoleKind::kRoot, "");
  if (role == nullptr) return nullptr;
  const std::vector<wire::PublicKey> signers = SignersOf(file.bytes, judge, *role);
  if (signers.size() < role->threshold) {
    problems.push_back("\"" + file.path + "\": signed by " + std::to_string(signers.size()) + " " + whose +
                       " root keys, expected " + std::to_string(role->threshold));
  }
  return {{"needed", role->threshold}, {"signed_by", KeyIds(signers)}};
}

Json Roles(const wire::RootModel& root) {
  Json roles = Json::array();
  for (const wire::Role& role : root.roles) {
    std::vector<wire::PublicKey> keys;
    for (const uint32_t row : role.keys) keys.push_back(root.public_keys[row]);
    Json row = {{"role", KindName(role.kind)}};
    if (role.kind != wire::RoleKind::kRoot) row["environment"] = role.environment;
    row["threshold"] = role.threshold;
    row["keys"] = KeyIds(keys);
    roles.push_back(std::move(row));
  }
  return roles;
}

Json Describe(const RootFile& file) {
  const wire::RootModel& root = file.root;
  Json row = {{"file", file.path},
              {"version", root.root_version},
              {"sha256", publish::Hex(host::Sha256(file.bytes))},
              {"issued_at", TimeText(root.issued_at_ms)},
              {"expires_at", TimeText(root.expires_at_ms)},
              {"roles", Roles(root)},
              {"epochs", Json::object()},
              {"revoked", Json::array()}};
  for (const wire::EnvironmentEpoch& epoch : root.epochs) row["epochs"][epoch.environment] = epoch.epoch;
  for (const Digest& hash : root.revoked_key_hashes) row["revoked"].push_back(publish::Hex(hash).substr(0, 16));
  return row;
}

std::string Joined(const Json& ids) {
  std::string text;
  for (const Json& id : ids) text += (text.empty() ? "" : " ") + id.get<std::string>();
  return text.empty() ? "nobody" : text;
}

}  // namespace

absl::StatusOr<RootFile> ReadRootFile(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(*bytes, wire::PayloadType::kRoot);
  if (!envelope.ok()) return At("\"" + path + "\"", envelope.status());
  absl::StatusOr<wire::RootModel> root = wire::DecodeRoot(envelope->payload);
  if (!root.ok()) return At("\"" + path + "\"", root.status());
  return RootFile{path, *std::move(bytes), *std::move(root)};
}

RootReport ReportOf(const std::vector<RootFile>& files, Time now) {
  RootReport report;
  report.json["roots"] = Json::array();
  const RootFile* before = nullptr;
  for (const RootFile& file : files) {
    Json row = Describe(file);
    row["signatures"] = Signatures(file, file.root, "of its own", report.problems);
    if (before != nullptr) {
      row["signatures_of_previous"] = Signatures(file, before->root, "of the previous", report.problems);
      if (const absl::Status status = wire::CheckSuccessor(before->root, file.root); !status.ok()) {
        report.problems.push_back("\"" + file.path + "\": " + Text(status));
      }
    }
    report.json["roots"].push_back(std::move(row));
    before = &file;
  }
  if (before != nullptr && before->root.expires_at_ms <= now.time_since_epoch().count()) {
    report.problems.push_back("\"" + before->path + "\": has ended");
  }
  return report;
}

void PrintRoots(const RootReport& report) {
  for (const Json& root : report.json["roots"]) {
    std::printf("root %lld  %s\n", root["version"].get<long long>(), root["file"].get<std::string>().c_str());
    std::printf("  sha-256    %s\n", root["sha256"].get<std::string>().c_str());
    std::printf("  issued     %s, ends %s\n", root["issued_at"].get<std::string>().c_str(),
                root["expires_at"].get<std::string>().c_str());
    for (const Json& role : root["roles"]) {
      const std::string environment = role.value("environment", "");
      const std::string name = role["role"].get<std::string>() + (environment.empty() ? "" : " of " + environment);
      std::printf("  %s: %u of %zu: %s\n", name.c_str(), role["threshold"].get<unsigned>(), role["keys"].size(),
                  Joined(role["keys"]).c_str());
    }
    for (const auto& [environment, epoch] : root["epochs"].items()) {
      std::printf("  epoch of %s: %lld\n", environment.c_str(), epoch.get<long long>());
    }
    if (!root["revoked"].empty()) std::printf("  revoked    %s\n", Joined(root["revoked"]).c_str());
    for (const auto& [member, text] : {std::pair("signatures", "own"), std::pair("signatures_of_previous", "previous")}) {
      if (!root.contains(member) || root[member].is_null()) continue;
      std::printf("  signed by %s root keys: %zu, needed %u: %s\n", text, root[member]["signed_by"].size(),
                  root[member]["needed"].get<unsigned>(), Joined(root[member]["signed_by"]).c_str());
    }
  }
}

}  // namespace expt::cli
