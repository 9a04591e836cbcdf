// The SDK key string: expt1.<srv|cli>.<environment>.<key id>.<root version>.<root digest, base64url>.<secret>
#ifndef EXPT_SRC_WIRE_SDK_KEY_H_
#define EXPT_SRC_WIRE_SDK_KEY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"

namespace expt::wire {

struct SdkKey {
  Audience audience = Audience::kServer;
  std::string environment;  // id
  std::string key_id;
  int64_t root_version = 0;
  Digest root_digest{};  // SHA-256 of the whole Root file
  std::string secret;    // never logged
};

std::string FormatSdkKey(const SdkKey& key);

// Errors: kInvalidArgument, naming the part that is wrong and never quoting the secret.
absl::StatusOr<SdkKey> ParseSdkKey(std::string_view text);

// The value of the HTTP header Authorization that a client sends: "Bearer <key id>.<secret>".
std::string AuthorizationHeader(const SdkKey& key);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_SDK_KEY_H_
