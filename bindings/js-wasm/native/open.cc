// Opening what was verified: Roots, Heads, Snapshots. What each export answers with: answer.h. src/root.ts, head.ts
// and snapshot.ts of @expt/core name the parts.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/js-wasm/native/answer.h"
#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/verification.h"
#include "expt/snapshot.h"
#include "src/core/engine.h"
#include "src/core/head.h"
#include "src/core/ruleset.h"
#include "src/host/signed_file.h"
#include "src/wire/root.h"

namespace expt::wasm {
namespace {

std::optional<Digest> DigestAt(const uint8_t* bytes) {
  if (bytes == nullptr) return std::nullopt;
  Digest digest;
  std::copy_n(bytes, digest.size(), digest.begin());
  return digest;
}

void PutRef(const wire::SnapshotRef& ref) {
  PutList(3);
  Put(ref.version);
  PutDigest(ref.digest);
  Put(ref.size_bytes);
}

void Answer(const Root& root) {
  BeginAnswer();
  Put(root.version());
  PutTexts(root.environments());
  PutDigest(root.digest());
  Put(core::KeysOf(root).expires_at_ms);
}

void Answer(const core::AcceptedHead& accepted) {
  const wire::HeadModel& head = accepted.head;
  BeginAnswer();
  for (const int64_t number :
       {head.root_version, head.epoch, head.head_number, head.issued_at_ms, head.expires_at_ms,
        int64_t{head.candidate_ppm}, int64_t{head.poll_interval_ms}, int64_t{head.fetch_jitter_ms}}) {
    Put(number);
  }
  PutTexts(head.emergency_off);
  PutDigest(accepted.digest);
  PutRef(head.stable);
  if (head.candidate.has_value()) {
    PutRef(*head.candidate);
  } else {
    PutList(0);
  }
}

void Answer(const Snapshot& snapshot) {
  BeginAnswer();
  Put(snapshot.project());
  Put(snapshot.environment());
  Put(static_cast<int>(snapshot.audience()));
  Put(snapshot.epoch());
  Put(snapshot.version());
  Put(snapshot.issued_at().time_since_epoch().count());
  PutDigest(snapshot.digest());
  const core::Ruleset& ruleset = *snapshot.ruleset();
  PutTexts(snapshot.warnings());
  PutTexts(ruleset.unit_types);
  PutTexts(ruleset.analytics_attributes);
  PutList(ruleset.rules.attributes.size());
  for (const eval::Attribute& attribute : ruleset.rules.attributes) Put(attribute.name);
  PutList(ruleset.rules.flags.size());
  for (const eval::Flag& flag : ruleset.rules.flags) Put(flag.key);
}

}  // namespace
}  // namespace expt::wasm

using expt::Root;
using expt::Snapshot;
using expt::wasm::Answering;
using expt::wasm::DigestAt;
using expt::wasm::PutError;
using expt::wasm::Verification;

EXPT_EXPORT(expt_root_open) Root* expt_root_open(Verification* v, const uint8_t* pin) {
  const Answering answering(v);
  absl::StatusOr<Root> root = Root::Parse(v->file(), DigestAt(pin));
  if (!root.ok()) {
    PutError(root.status());
    return nullptr;
  }
  expt::wasm::Answer(*root);
  return new Root(*std::move(root));
}

// Whether the file is the Root after `root`: signed by its thresholds too, of the next version, with no epoch that
// falls. 1, or 0 and an error.
EXPT_EXPORT(expt_root_follows) uint32_t expt_root_follows(Verification* v, const Root* root) {
  const Answering answering(v);
  const auto opened =
      expt::host::OpenSignedFile(v->file(), expt::core::KeysOf(*root), {.type = expt::wire::PayloadType::kRoot});
  if (!opened.ok()) return PutError(opened.status());
  const auto next = expt::wire::DecodeRoot(opened->plain.view());
  if (!next.ok()) return PutError(next.status());
  const absl::Status status = expt::wire::CheckSuccessor(expt::core::KeysOf(*root), *next);
  return status.ok() ? 1 : PutError(status);
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
  auto accepted =
      expt::core::OpenHead(v->file(), *root, v->environment, static_cast<expt::Audience>(audience), floor, now);
  if (!accepted.ok()) return PutError(accepted.status());
  static auto* const kept = new expt::core::AcceptedHead();  // until the next one: the answer views it
  *kept = *std::move(accepted);
  expt::wasm::Answer(*kept);
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
  expt::wasm::Answer(*snapshot);
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
