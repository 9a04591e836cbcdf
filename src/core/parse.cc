#include <algorithm>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/core/accept.h"
#include "src/core/engine.h"
#include "src/host/signed_file.h"
#include "src/wire/snapshot_codec.h"

namespace expt {
inline namespace v1 {

absl::StatusOr<Snapshot> Snapshot::Parse(std::string_view bytes, const Trust& trust) {
  const wire::RootModel& keys = core::KeysOf(trust.root);
  wire::VerifyRequest request;
  request.type = wire::PayloadType::kSnapshot;
  request.environment = trust.environment;
  absl::StatusOr<host::OpenedFile> opened = host::OpenSignedFile(bytes, keys, request);
  if (!opened.ok()) return opened.status();
  absl::StatusOr<model::Snapshot> model = wire::DecodeSnapshot(std::move(opened->plain));
  if (!model.ok()) return model.status();

  // Environments may share keys; where none was asked for, what the snapshot says counts if it is one of them.
  const auto& names = opened->environments;
  const bool is_one_of_them = std::find(names.begin(), names.end(), model->environment) != names.end();
  const std::string signed_for = is_one_of_them ? std::string(model->environment) : opened->environment;

  core::Origin origin;
  origin.signed_for = signed_for;
  origin.root_epoch = keys.Epoch(signed_for);
  origin.digest = opened->payload_digest;
  if (absl::Status status = core::CheckOrigin(*model, origin, trust); !status.ok()) return status;
  return core::Load(*std::move(model), opened->payload_digest);
}

}  // namespace v1
}  // namespace expt
