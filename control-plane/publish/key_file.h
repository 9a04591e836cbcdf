// The file of one secret key, as `expt keygen` writes it and `exptd serve` reads it:
//
//   {"format": "expt-key/1", "key_id": "5f0c…", "public_key": "…base64…", "seed": "…base64…"}
//
// `seed` is the Ed25519 seed of RFC 8032 (32 bytes); whoever has it can sign. `public_key` and `key_id` (the first 8
// bytes of its SHA-256, hexadecimal) are for people and are checked against the seed.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_KEY_FILE_H_
#define EXPT_CONTROL_PLANE_PUBLISH_KEY_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "src/host/crypto.h"

namespace expt::publish {

std::string FormatKeyFile(const host::SecretKey& key);

// Errors: kInvalidArgument; never quotes the file.
absl::StatusOr<host::SecretKey> ParseKeyFile(std::string_view text);

// Errors: kNotFound, kInvalidArgument; kPermissionDenied when others may read it.
absl::StatusOr<host::SecretKey> ReadKeyFile(const std::string& path);

// The part of it that others may see: {"format": "expt-public-key/1", "key_id": "…", "public_key": "…"}.
std::string FormatPublicKeyFile(const wire::PublicKey& key);

// The public key of either kind of file.
//
// Errors: kInvalidArgument; also for a key that is not canonical or of small order.
absl::StatusOr<wire::PublicKey> ParsePublicKeyFile(std::string_view text);

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_KEY_FILE_H_
