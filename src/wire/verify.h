// Checking a signed file in two calls, with the host's cryptography in between.
//
//   auto pending = Begin(file, keys, request);      // envelope, digest, key ids, Ed25519 encodings
//   HostAnswer answer = host does what pending says  // SHA-256, curve equation, inflate
//   auto plain = Finish(*pending, answer);           // threshold, sizes -> plain payload
//
// Steps 1 to 6 of the acceptance order; the first failing step decides. Decoding and steps 7 to 13 follow in
// root.h, head.h, snapshot_codec.h and src/core. Natively src/host does the host's part in one call.
#ifndef EXPT_SRC_WIRE_VERIFY_H_
#define EXPT_SRC_WIRE_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "src/base/shared_text.h"
#include "src/wire/envelope.h"
#include "src/wire/root.h"

namespace expt::wire {

struct VerifyRequest {
  PayloadType type = PayloadType::kSnapshot;
  std::string_view environment = {};  // of the role; empty: any environment whose role knows the key id
  std::optional<Digest> expected_digest = std::nullopt;  // of the payload as stored
  std::optional<uint64_t> expected_size = std::nullopt;  // of the payload as stored
};

// What the host must do before Finish(). Views into the file.
struct Pending {
  // A signature whose key id names a trusted key, both well formed.
  struct Candidate {
    PublicKey public_key;
    Signature signature;
  };
  // A role that may sign the file.
  struct RoleCheck {
    std::string environment;  // empty for a Root
    uint32_t threshold = 1;
    std::vector<size_t> candidates;  // by its keys
  };
  Envelope envelope;
  VerifyRequest request;
  std::vector<Candidate> candidates;
  std::vector<RoleCheck> roles;
};

struct HostAnswer {
  Digest payload_digest{};
  std::vector<bool> is_verified;     // per candidate: Ed25519 over SignedBytes()
  std::optional<base::SharedText> plain;  // inflated payload; nothing when inflating failed or was not needed
};

// Checks the envelope and finds the trusted keys. With a `root` that is not trusted yet (reading a Root file) pass
// the decoded file itself and type kRoot.
//
// Errors: TOO_LARGE, BAD_ENVELOPE, UNKNOWN_KEY, BAD_SIGNATURE (S >= L, non-canonical A or R, small order).
// DIGEST_MISMATCH is decided in Finish(), before UNKNOWN_KEY would be reported: Begin() keeps that error in
// `deferred` so that the order of steps holds.
struct BeginResult {
  Pending pending;
  absl::Status deferred;  // UNKNOWN_KEY or BAD_SIGNATURE, to be reported by Finish() unless an earlier step fails
};
absl::StatusOr<BeginResult> Begin(std::string_view file, const RootModel& root, const VerifyRequest& request);

// Steps 3 to 5 alone: what must hold before a host inflates. `answer.plain` is not looked at.
//
// Errors: DIGEST_MISMATCH, UNKNOWN_KEY, BAD_SIGNATURE.
absl::Status CheckSignatures(const BeginResult& begun, const HostAnswer& answer);

// Errors: as CheckSignatures(), and BAD_INFLATE.
// The answer views `answer` or the file.
absl::StatusOr<std::string_view> Finish(const BeginResult& begun, const HostAnswer& answer);

// Environments of the roles whose threshold of distinct keys verified, in the order of the Root. More than one only
// where the request named none and environments share keys. For a Root: one empty name.
std::vector<std::string> SignedEnvironments(const BeginResult& begun, const HostAnswer& answer);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_VERIFY_H_
