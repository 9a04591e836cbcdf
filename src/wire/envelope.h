// The EXS1 envelope: signed bytes around a Root, Head or Snapshot. docs/snapshot-format.md draws it.
#ifndef EXPT_SRC_WIRE_ENVELOPE_H_
#define EXPT_SRC_WIRE_ENVELOPE_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"

namespace expt::wire {

// Stored; never renumbered.
enum class PayloadType : uint8_t { kRoot = 1, kHead = 2, kSnapshot = 3 };
enum class Codec : uint8_t { kNone = 0, kDeflate = 1 };  // 2 is reserved

inline constexpr size_t kFixedHeaderSize = 20;
inline constexpr size_t kSignatureSize = 72;  // key id 8, Ed25519 64
inline constexpr size_t kMaxSignatures = 16;
inline constexpr size_t kSignedBytesSize = 54;

inline constexpr uint64_t kMaxRootSize = 64u << 10;
inline constexpr uint64_t kMaxHeadSize = 16u << 10;
inline constexpr uint64_t kMaxSnapshotSize = 32u << 20;  // plain, and a whole file

// Of a whole file of that type, and of its payload after inflating.
uint64_t MaxFileSize(PayloadType type);

using KeyId = std::array<uint8_t, 8>;
using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;

struct SignatureEntry {
  KeyId key_id;
  Signature signature;
};

// Views into the file.
struct Envelope {
  PayloadType type = PayloadType::kSnapshot;
  Codec codec = Codec::kNone;
  uint64_t plain_size = 0;
  std::vector<SignatureEntry> signatures;
  std::string_view payload;  // as stored
};

// Steps 1 and 2 of the acceptance order: TOO_LARGE, BAD_ENVELOPE; kUnimplemented for an unknown type or codec.
absl::StatusOr<Envelope> ParseEnvelope(std::string_view file, PayloadType expected);

// What a signature signs.
std::array<uint8_t, kSignedBytesSize> SignedBytes(PayloadType type, Codec codec, uint64_t plain_size,
                                                  uint64_t payload_size, const Digest& payload_digest);

std::string WriteEnvelope(PayloadType type, Codec codec, uint64_t plain_size,
                          std::span<const SignatureEntry> signatures, std::string_view payload);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_ENVELOPE_H_
