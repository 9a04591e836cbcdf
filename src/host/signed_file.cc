#include "src/host/signed_file.h"

#include <utility>
#include <vector>

#include "src/host/deflate.h"

namespace expt::host {
namespace {

template <size_t kSize>
std::string_view TextOf(const std::array<uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

}  // namespace

std::string MakeSignedFile(wire::PayloadType type, std::string_view plain, std::span<const SecretKey> keys) {
  std::string_view payload = plain;
  wire::Codec codec = wire::Codec::kNone;
  std::string deflated;
  if (type == wire::PayloadType::kSnapshot) {
    deflated = Deflate(plain);
    if (!deflated.empty() && deflated.size() < plain.size()) {
      payload = deflated;
      codec = wire::Codec::kDeflate;
    }
  }
  const auto message = wire::SignedBytes(type, codec, plain.size(), payload.size(), Sha256(payload));
  std::vector<wire::SignatureEntry> signatures;
  for (const SecretKey& key : keys) signatures.push_back({KeyIdOf(key.public_key()), key.Sign(TextOf(message))});
  return wire::WriteEnvelope(type, codec, plain.size(), signatures, payload);
}

absl::StatusOr<OpenedFile> OpenSignedFile(std::string_view file, const wire::RootModel& root,
                                          const wire::VerifyRequest& request) {
  const absl::StatusOr<wire::BeginResult> begun = wire::Begin(file, root, request);
  if (!begun.ok()) return begun.status();
  const wire::Envelope& envelope = begun->pending.envelope;

  wire::HostAnswer answer;
  answer.payload_digest = Sha256(envelope.payload);
  const auto message = wire::SignedBytes(envelope.type, envelope.codec, envelope.plain_size, envelope.payload.size(),
                                         answer.payload_digest);
  for (const wire::Pending::Candidate& candidate : begun->pending.candidates) {
    answer.is_verified.push_back(VerifyEd25519(candidate.public_key, TextOf(message), candidate.signature));
  }
  absl::Status status = wire::CheckSignatures(*begun, answer);
  if (!status.ok()) return status;
  if (envelope.codec == wire::Codec::kDeflate) answer.plain = Inflate(envelope.payload, envelope.plain_size);

  const absl::StatusOr<std::string_view> plain = wire::Finish(*begun, answer);
  if (!plain.ok()) return plain.status();
  OpenedFile opened;
  opened.payload_digest = answer.payload_digest;
  opened.payload_size = envelope.payload.size();
  opened.environments = wire::SignedEnvironments(*begun, answer);
  opened.environment = opened.environments.front();
  opened.plain = answer.plain.has_value() ? *std::move(answer.plain) : base::SharedText(std::string(*plain));
  return opened;
}

absl::StatusOr<wire::RootModel> OpenRootFile(std::string_view file) {
  // The file is judged by its own keys, so it is decoded before its signatures can be checked. What is read from it
  // is given out only when they hold.
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, wire::PayloadType::kRoot);
  if (!envelope.ok()) return envelope.status();
  absl::StatusOr<wire::RootModel> root = wire::DecodeRoot(envelope->payload);
  if (!root.ok()) return root.status();
  const absl::StatusOr<OpenedFile> opened = OpenSignedFile(file, *root, {.type = wire::PayloadType::kRoot});
  if (!opened.ok()) return opened.status();
  return root;
}

}  // namespace expt::host
