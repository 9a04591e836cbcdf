// Makes and opens signed files natively: wire::Begin, the host's part, wire::Finish in one call.
#ifndef EXPT_SRC_HOST_SIGNED_FILE_H_
#define EXPT_SRC_HOST_SIGNED_FILE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "src/host/crypto.h"
#include "src/wire/verify.h"

namespace expt::host {

// Compresses (when that is smaller and `type` is kSnapshot) and signs with each of `keys`.
std::string MakeSignedFile(wire::PayloadType type, std::string_view plain, std::span<const SecretKey> keys);

struct OpenedFile {
  base::SharedText plain;
  Digest payload_digest{};  // of the payload as stored
  uint64_t payload_size = 0;
  // Of the roles whose keys signed; several only where the request named no environment and environments share keys.
  // A caller that named none must find what the payload says among them. For a Root: one empty name.
  std::vector<std::string> environments;
  std::string environment;  // the first of them
};
// Steps 1 to 6 of the acceptance order.
absl::StatusOr<OpenedFile> OpenSignedFile(std::string_view file, const wire::RootModel& root,
                                          const wire::VerifyRequest& request);

// A Root file signed by the threshold of its own root keys, decoded.
absl::StatusOr<wire::RootModel> OpenRootFile(std::string_view file);

}  // namespace expt::host

#endif  // EXPT_SRC_HOST_SIGNED_FILE_H_
