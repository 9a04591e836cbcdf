#include "src/wire/verify.h"

#include <algorithm>

#include "src/base/message.h"
#include "src/base/sha256.h"
#include "src/base/status.h"
#include "src/wire/ed25519_encoding.h"

namespace expt::wire {
namespace {

base::MessagePart PlaceOf(PayloadType type) {
  switch (type) {
    case PayloadType::kRoot:
      return "root: ";
    case PayloadType::kHead:
      return "head: ";
    case PayloadType::kSnapshot:
      break;
  }
  return "snapshot: ";
}

absl::Status Failure(PayloadType type, LoadCode code, base::MessagePart text) {
  return base::LoadFailure(code, base::Message(PlaceOf(type)).append(text));
}

RoleKind RoleOf(PayloadType type) {
  switch (type) {
    case PayloadType::kRoot:
      return RoleKind::kRoot;
    case PayloadType::kHead:
      return RoleKind::kHead;
    case PayloadType::kSnapshot:
      break;
  }
  return RoleKind::kSnapshot;
}

// Keys of a Root with what identifies them; revoked ones are left out.
struct TrustedKey {
  KeyId id{};
  bool is_trusted = false;
};

std::vector<TrustedKey> TrustedKeysOf(const RootModel& root) {
  std::vector<TrustedKey> keys(root.public_keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const PublicKey& key = root.public_keys[i];
    const Digest digest = base::Sha256({reinterpret_cast<const char*>(key.data()), key.size()});
    std::copy_n(digest.begin(), keys[i].id.size(), keys[i].id.begin());
    keys[i].is_trusted = std::find(root.revoked_key_hashes.begin(), root.revoked_key_hashes.end(), digest) ==
                         root.revoked_key_hashes.end();
  }
  return keys;
}

std::vector<const Role*> RolesFor(const RootModel& root, const VerifyRequest& request) {
  const RoleKind kind = RoleOf(request.type);
  std::vector<const Role*> roles;
  for (const Role& role : root.roles) {
    if (role.kind != kind) continue;
    if (kind == RoleKind::kRoot || request.environment.empty() || role.environment == request.environment) {
      roles.push_back(&role);
    }
  }
  return roles;
}

bool IsMet(const Pending& pending, const Pending::RoleCheck& role, const HostAnswer& answer) {
  std::vector<const PublicKey*> verified;
  for (size_t candidate : role.candidates) {
    if (candidate >= answer.is_verified.size() || !answer.is_verified[candidate]) continue;
    const PublicKey& key = pending.candidates[candidate].public_key;
    const bool is_repeated =
        std::any_of(verified.begin(), verified.end(), [&](const PublicKey* other) { return *other == key; });
    if (!is_repeated) verified.push_back(&key);
  }
  return role.threshold >= 1 && verified.size() >= role.threshold;
}

}  // namespace

absl::StatusOr<BeginResult> Begin(std::string_view file, const RootModel& root, const VerifyRequest& request) {
  absl::StatusOr<Envelope> envelope = ParseEnvelope(file, request.type);
  if (!envelope.ok()) return envelope.status();
  if (request.expected_size.has_value() && envelope->payload.size() > *request.expected_size) {
    return Failure(request.type, LoadCode::kTooLarge,
                   base::Message("payload is ")
                       .append(base::Number(envelope->payload.size()))
                       .append(" bytes, expected ")
                       .append(base::Number(*request.expected_size)));
  }

  BeginResult result;
  Pending& pending = result.pending;
  pending.envelope = *std::move(envelope);
  pending.request = request;
  const std::vector<TrustedKey> keys = TrustedKeysOf(root);
  const std::vector<const Role*> roles = RolesFor(root, request);
  for (const Role* role : roles) pending.roles.push_back({role->environment, role->threshold, {}});

  bool is_key_known = false;
  for (const SignatureEntry& entry : pending.envelope.signatures) {
    for (size_t k = 0; k < keys.size(); ++k) {
      if (!keys[k].is_trusted || keys[k].id != entry.key_id) continue;
      std::optional<size_t> candidate;
      for (size_t r = 0; r < roles.size(); ++r) {
        if (std::find(roles[r]->keys.begin(), roles[r]->keys.end(), k) == roles[r]->keys.end()) continue;
        is_key_known = true;
        if (!IsWellFormed(root.public_keys[k]) || !IsWellFormed(entry.signature)) break;
        if (!candidate.has_value()) {
          candidate = pending.candidates.size();
          pending.candidates.push_back({root.public_keys[k], entry.signature});
        }
        pending.roles[r].candidates.push_back(*candidate);
      }
    }
  }
  if (!is_key_known) {
    result.deferred =
        Failure(request.type, LoadCode::kUnknownKey, "no signature is by a key that the root trusts for it");
  } else if (pending.candidates.empty()) {
    result.deferred = Failure(request.type, LoadCode::kBadSignature, "signature or key is not in canonical form");
  }
  return result;
}

absl::Status CheckSignatures(const BeginResult& begun, const HostAnswer& answer) {
  const Pending& pending = begun.pending;
  const VerifyRequest& request = pending.request;
  if (request.expected_digest.has_value() && *request.expected_digest != answer.payload_digest) {
    return Failure(request.type, LoadCode::kDigestMismatch, "digest of the payload is not the expected one");
  }
  if (!begun.deferred.ok()) return begun.deferred;
  for (const Pending::RoleCheck& role : pending.roles) {
    if (IsMet(pending, role, answer)) return absl::OkStatus();
  }
  return Failure(request.type, LoadCode::kBadSignature, "fewer keys than needed have signed it");
}

absl::StatusOr<std::string_view> Finish(const BeginResult& begun, const HostAnswer& answer) {
  absl::Status status = CheckSignatures(begun, answer);
  if (!status.ok()) return status;
  const Envelope& envelope = begun.pending.envelope;
  std::string_view plain = envelope.payload;
  if (envelope.codec != Codec::kNone) {
    if (!answer.plain.has_value()) {
      return Failure(
          envelope.type, LoadCode::kBadInflate,
          base::Message("payload does not inflate to ").append(base::Number(envelope.plain_size)).append(" bytes"));
    }
    plain = answer.plain->view();
  }
  if (plain.size() != envelope.plain_size) {
    return Failure(envelope.type, LoadCode::kBadInflate,
                   base::Message("plain payload is ")
                       .append(base::Number(plain.size()))
                       .append(" bytes, expected ")
                       .append(base::Number(envelope.plain_size)));
  }
  return plain;
}

std::vector<std::string> SignedEnvironments(const BeginResult& begun, const HostAnswer& answer) {
  std::vector<std::string> environments;
  for (const Pending::RoleCheck& role : begun.pending.roles) {
    if (IsMet(begun.pending, role, answer)) environments.push_back(role.environment);
  }
  return environments;
}

}  // namespace expt::wire
