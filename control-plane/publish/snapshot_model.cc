#include "control-plane/publish/snapshot_model.h"

#include <optional>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/host/deflate.h"
#include "src/wire/envelope.h"
#include "src/wire/snapshot_codec.h"

namespace expt::publish {

absl::StatusOr<model::Snapshot> ReadModel(std::string_view file) {
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, wire::PayloadType::kSnapshot);
  if (!envelope.ok()) return envelope.status();
  if (envelope->codec == wire::Codec::kNone) return wire::DecodeSnapshot(std::string(envelope->payload));
  std::optional<base::SharedText> plain = host::Inflate(envelope->payload, envelope->plain_size);
  if (!plain.has_value()) return base::Error(absl::StatusCode::kDataLoss, "snapshot: the payload does not inflate");
  return wire::DecodeSnapshot(*std::move(plain));
}

}  // namespace expt::publish
