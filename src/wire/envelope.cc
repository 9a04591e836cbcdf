#include "src/wire/envelope.h"

#include <algorithm>

#include "src/base/message.h"
#include "src/base/status.h"

namespace expt::wire {
namespace {

constexpr std::string_view kMagic = "EXS1";

void AppendLittleEndian(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t ReadLittleEndian(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

absl::Status TooLarge(base::MessagePart what, uint64_t found, uint64_t limit) {
  return base::LoadFailure(LoadCode::kTooLarge, base::Message("envelope: ")
                                                    .append(what)
                                                    .append(" is ")
                                                    .append(base::Number(found))
                                                    .append(" bytes, expected at most ")
                                                    .append(base::Number(limit)));
}

absl::Status BadEnvelope(base::MessagePart text) {
  return base::LoadFailure(LoadCode::kBadEnvelope, base::Message("envelope: ").append(text));
}

absl::Status Unknown(base::MessagePart what, uint8_t number) {
  return base::LoadFailure(
      LoadCode::kBadEnvelope, absl::StatusCode::kUnimplemented,
      base::Message("envelope: ").append(what).append(" ").append(base::Number(number)).append(" is unknown"));
}

base::MessagePart NameOf(PayloadType type) {
  switch (type) {
    case PayloadType::kRoot:
      return "root";
    case PayloadType::kHead:
      return "head";
    case PayloadType::kSnapshot:
      break;
  }
  return "snapshot";
}

}  // namespace

uint64_t MaxFileSize(PayloadType type) {
  switch (type) {
    case PayloadType::kRoot:
      return kMaxRootSize;
    case PayloadType::kHead:
      return kMaxHeadSize;
    case PayloadType::kSnapshot:
      break;
  }
  return kMaxSnapshotSize;
}

absl::StatusOr<Envelope> ParseEnvelope(std::string_view file, PayloadType expected) {
  const uint64_t limit = MaxFileSize(expected);
  if (file.size() > limit) return TooLarge("file", file.size(), limit);
  if (file.size() < kFixedHeaderSize) return BadEnvelope("cut short within the header");
  if (!file.starts_with(kMagic)) return BadEnvelope("does not begin with \"EXS1\"");
  const uint64_t header_size = ReadLittleEndian(file, 4, 4);
  const auto type = static_cast<uint8_t>(file[8]);
  const auto codec = static_cast<uint8_t>(file[9]);
  const uint64_t signature_count = ReadLittleEndian(file, 10, 2);
  if (signature_count < 1 || signature_count > kMaxSignatures) {
    return BadEnvelope(base::Message("expected 1 to 16 signatures, found ").append(base::Number(signature_count)));
  }
  if (header_size != 12 + kSignatureSize * signature_count) {
    return BadEnvelope("header size does not fit the number of signatures");
  }
  const size_t payload_begin = kFixedHeaderSize + kSignatureSize * signature_count;
  if (file.size() < payload_begin) return BadEnvelope("cut short within the signatures");
  if (type < 1 || type > 3) return Unknown("payload type", type);
  if (type != static_cast<uint8_t>(expected)) {
    return BadEnvelope(base::Message("expected a ")
                           .append(NameOf(expected))
                           .append(", found a ")
                           .append(NameOf(static_cast<PayloadType>(type))));
  }
  if (codec > 1) return Unknown("codec", codec);
  // Its keys are inside: it is decoded before it is verified, and nothing is inflated before it is verified.
  if (codec != 0 && expected == PayloadType::kRoot) return BadEnvelope("expected a root that is not compressed");

  Envelope envelope;
  envelope.type = expected;
  envelope.codec = static_cast<Codec>(codec);
  envelope.plain_size = ReadLittleEndian(file, 12, 8);
  if (envelope.plain_size > limit) return TooLarge("plain payload", envelope.plain_size, limit);
  envelope.signatures.resize(signature_count);
  for (size_t i = 0; i < signature_count; ++i) {
    const std::string_view entry = file.substr(kFixedHeaderSize + kSignatureSize * i, kSignatureSize);
    std::copy_n(entry.begin(), 8, envelope.signatures[i].key_id.begin());
    std::copy_n(entry.begin() + 8, 64, envelope.signatures[i].signature.begin());
  }
  envelope.payload = file.substr(payload_begin);
  return envelope;
}

std::array<uint8_t, kSignedBytesSize> SignedBytes(PayloadType type, Codec codec, uint64_t plain_size,
                                                  uint64_t payload_size, const Digest& payload_digest) {
  std::string bytes(kMagic);
  bytes.push_back(static_cast<char>(type));
  bytes.push_back(static_cast<char>(codec));
  AppendLittleEndian(bytes, plain_size, 8);
  AppendLittleEndian(bytes, payload_size, 8);
  bytes.append(payload_digest.begin(), payload_digest.end());
  std::array<uint8_t, kSignedBytesSize> signed_bytes;
  std::copy_n(bytes.begin(), kSignedBytesSize, signed_bytes.begin());
  return signed_bytes;
}

std::string WriteEnvelope(PayloadType type, Codec codec, uint64_t plain_size,
                          std::span<const SignatureEntry> signatures, std::string_view payload) {
  std::string file(kMagic);
  file.reserve(kFixedHeaderSize + kSignatureSize * signatures.size() + payload.size());
  AppendLittleEndian(file, 12 + kSignatureSize * signatures.size(), 4);
  file.push_back(static_cast<char>(type));
  file.push_back(static_cast<char>(codec));
  AppendLittleEndian(file, signatures.size(), 2);
  AppendLittleEndian(file, plain_size, 8);
  for (const SignatureEntry& entry : signatures) {
    file.append(entry.key_id.begin(), entry.key_id.end());
    file.append(entry.signature.begin(), entry.signature.end());
  }
  file.append(payload);
  return file;
}

}  // namespace expt::wire
