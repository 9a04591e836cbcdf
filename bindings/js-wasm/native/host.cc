// src/host where the host is JavaScript: curve equation and inflating were done before the chain was called, and
// their answers stand in the current Verification.
#include <algorithm>
#include <utility>

#include "bindings/js-wasm/native/verification.h"
#include "src/base/sha256.h"
#include "src/base/status.h"
#include "src/host/signed_file.h"

namespace expt::host {

Digest Sha256(std::string_view bytes) { return base::Sha256(bytes); }

absl::StatusOr<OpenedFile> OpenSignedFile(std::string_view file, const wire::RootModel& root,
                                          const wire::VerifyRequest& request) {
  wasm::Verification* const v = wasm::Answering::current();
  if (v == nullptr) return base::Error(absl::StatusCode::kInternal, "expected answers of the host, got none");
  wire::VerifyRequest complete = request;
  complete.expected_digest = v->expected_digest;
  complete.expected_size = v->expected_size;
  const absl::StatusOr<wire::BeginResult> begun = wire::Begin(file, root, complete);
  if (!begun.ok()) return begun.status();
  // Answers count only for the very questions that they were given to.
  const auto is_same = [](const wire::Pending::Candidate& a, const wire::Pending::Candidate& b) {
    return a.public_key == b.public_key && a.signature == b.signature;
  };
  const auto& asked = v->begun.pending.candidates;
  const auto& needed = begun->pending.candidates;
  if (file.data() != v->file().data() ||
      !std::equal(asked.begin(), asked.end(), needed.begin(), needed.end(), is_same)) {
    return base::Error(absl::StatusCode::kInternal, "expected answers for this file and these keys");
  }
  const absl::StatusOr<std::string_view> plain = wire::Finish(*begun, v->answer);
  if (!plain.ok()) return plain.status();
  OpenedFile opened;
  opened.payload_digest = v->answer.payload_digest;
  opened.payload_size = begun->pending.envelope.payload.size();
  opened.environments = wire::SignedEnvironments(*begun, v->answer);
  opened.environment = opened.environments.front();
  opened.plain = v->answer.plain.has_value() ? *std::exchange(v->answer.plain, std::nullopt)
                                             : base::SharedText(std::string(*plain));
  return opened;
}

absl::StatusOr<wire::RootModel> OpenRootFile(std::string_view file) {
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, wire::PayloadType::kRoot);
  if (!envelope.ok()) return envelope.status();
  absl::StatusOr<wire::RootModel> root = wire::DecodeRoot(envelope->payload);
  if (!root.ok()) return root.status();
  const absl::StatusOr<OpenedFile> opened = OpenSignedFile(file, *root, {.type = wire::PayloadType::kRoot});
  if (!opened.ok()) return opened.status();
  return root;
}

}  // namespace expt::host
