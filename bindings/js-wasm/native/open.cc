// Opening what was verified: Roots, Heads, Snapshots. Each export answers with a JSON document in words 0 and 1.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/js-wasm/native/json_fields.h"
#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/verification.h"
#include "expt/snapshot.h"
#include "src/core/engine.h"
#include "src/core/head.h"
#include "src/core/ruleset.h"
#include "src/host/signed_file.h"

namespace expt::wasm {
namespace {

std::optional<Digest> DigestAt(const uint8_t* bytes) {
  if (bytes == nullptr) return std::nullopt;
  Digest digest;
  std::copy_n(bytes, digest.size(), digest.begin());
  return digest;
}

void PutRef(base::JsonWriter& json, std::string_view name, const wire::SnapshotRef& ref) {
  json.Key(name);
  json.BeginObject();
  json.Field("version", ref.version);
  PutHex(json, "digest", ref.digest);
  json.Field("sizeBytes", ref.size_bytes);
  json.EndObject();
}

std::string JsonOf(const Root& root) {
  base::JsonWriter json;
  json.BeginObject();
  json.Field("version", root.version());
  PutTexts(json, "environments", root.environments());
  PutHex(json, "digest", root.digest());
  json.Field("expiresAtMs", core::KeysOf(root).expires_at_ms);
  json.EndObject();
  return json.Take();
}

std::string JsonOf(const core::AcceptedHead& accepted) {
  const wire::HeadModel& head = accepted.head;
  base::JsonWriter json;
  json.BeginObject();
  json.Field("rootVersion", head.root_version);
  json.Field("epoch", head.epoch);
  json.Field("headNumber", head.head_number);
  json.Field("issuedAtMs", head.issued_at_ms);
  json.Field("expiresAtMs", head.expires_at_ms);
  PutRef(json, "stable", head.stable);
  if (head.candidate.has_value()) PutRef(json, "candidate", *head.candidate);
  json.Field("candidatePpm", head.candidate_ppm);
  PutTexts(json, "emergencyOff", head.emergency_off);
  json.Field("pollIntervalMs", head.poll_interval_ms);
  json.Field("fetchJitterMs", head.fetch_jitter_ms);
  PutHex(json, "digest", accepted.digest);
  json.EndObject();
  return json.Take();
}

std::string JsonOf(const Snapshot& snapshot) {
  base::JsonWriter json;
  json.BeginObject();
  json.Field("project", snapshot.project());
  json.Field("environment", snapshot.environment());
  json.Field("audience", static_cast<int64_t>(snapshot.audience()));
  json.Field("epoch", snapshot.epoch());
  json.Field("version", snapshot.version());
  json.Field("issuedAtMs", int64_t{snapshot.issued_at().time_since_epoch().count()});
  PutHex(json, "digest", snapshot.digest());
  PutTexts(json, "warnings", snapshot.warnings());
  PutTexts(json, "unitTypes", snapshot.ruleset()->unit_types);
  PutTexts(json, "analytics", snapshot.ruleset()->analytics_attributes);
  json.Key("flags");
  json.BeginArray();
  for (size_t i = 0; i < snapshot.flag_count(); ++i) json.Text(snapshot.flag(i).key);
  json.EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace
}  // namespace expt::wasm

using expt::Root;
using expt::Snapshot;
using expt::wasm::Answering;
using expt::wasm::DigestAt;
using expt::wasm::PutError;
using expt::wasm::PutText;
using expt::wasm::Verification;

EXPT_EXPORT(expt_root_open) Root* expt_root_open(Verification* v, const uint8_t* pin) {
  const Answering answering(v);
  absl::StatusOr<Root> root = Root::Parse(v->file(), DigestAt(pin));
  if (!root.ok()) {
    PutError(root.status());
    return nullptr;
  }
  PutText(expt::wasm::JsonOf(*root));
  return new Root(*std::move(root));
}

// Whether the thresholds of `root` have signed the file too. 1, or 0 and an error.
EXPT_EXPORT(expt_root_signs) uint32_t expt_root_signs(Verification* v, const Root* root) {
  const Answering answering(v);
  const auto opened =
      expt::host::OpenSignedFile(v->file(), expt::core::KeysOf(*root), {.type = expt::wire::PayloadType::kRoot});
  return opened.ok() ? 1 : PutError(opened.status());
}

EXPT_EXPORT(expt_root_free) void expt_root_free(Root* root) { delete root; }

// 1, or 0 and an error.
EXPT_EXPORT(expt_head_open)
uint32_t expt_head_open(Verification* v, const Root* root, uint32_t audience, double floor_epoch, double floor_number,
                        const uint8_t* floor_digest, double now_ms) {
  const Answering answering(v);
  const expt::core::HeadFloor floor{.epoch = static_cast<int64_t>(floor_epoch),
                                    .head_number = static_cast<int64_t>(floor_number),
                                    .digest = DigestAt(floor_digest)};
  const expt::Time now{std::chrono::milliseconds(static_cast<int64_t>(now_ms))};
  const auto accepted =
      expt::core::OpenHead(v->file(), *root, v->environment, static_cast<expt::Audience>(audience), floor, now);
  if (!accepted.ok()) return PutError(accepted.status());
  PutText(expt::wasm::JsonOf(*accepted));
  return 1;
}

// `audience` 0 accepts both.
EXPT_EXPORT(expt_snapshot_open)
Snapshot* expt_snapshot_open(Verification* v, const Root* root, uint32_t audience, double floor_epoch,
                             double floor_version, const uint8_t* floor_digest) {
  const Answering answering(v);
  expt::Trust trust;
  trust.root = *root;
  trust.environment = v->environment;
  if (audience != 0) trust.audience = static_cast<expt::Audience>(audience);
  trust.floor = {.epoch = static_cast<int64_t>(floor_epoch),
                 .version = static_cast<int64_t>(floor_version),
                 .digest = DigestAt(floor_digest)};
  absl::StatusOr<Snapshot> snapshot = Snapshot::Parse(v->file(), trust);
  if (!snapshot.ok()) {
    PutError(snapshot.status());
    return nullptr;
  }
  PutText(expt::wasm::JsonOf(*snapshot));
  return new Snapshot(*std::move(snapshot));
}

// Flag keys in `emergency_off`, one per line; `stale` as Overlay::Stale.
EXPT_EXPORT(expt_snapshot_with)
Snapshot* expt_snapshot_with(const Snapshot* snapshot, uint32_t stale, const char* emergency_off, uint32_t size) {
  std::vector<std::string> keys;
  const std::string_view text(emergency_off, size);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    keys.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return new Snapshot(snapshot->With({.emergency_off = keys, .stale = static_cast<expt::Overlay::Stale>(stale)}));
}

EXPT_EXPORT(expt_snapshot_free) void expt_snapshot_free(Snapshot* snapshot) { delete snapshot; }
