// A whole signed file: envelope -> digest -> signatures -> inflate -> Root, Head or Snapshot. The curve equation is
// said to hold, since no fuzzer finds a signature; everything around it is the library's.
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "expt/snapshot.h"
#include "src/host/crypto.h"
#include "src/host/deflate.h"
#include "src/host/signed_file.h"
#include "src/wire/head.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "src/wire/verify.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

// So that one input stays fast: what a file says it inflates to is believed up to here.
constexpr uint64_t kMostPlain = 1u << 20;

// The payload of a file that opens under `root`; nothing when it does not.
std::optional<std::string> Open(std::string_view file, wire::PayloadType type, const wire::RootModel& root) {
  const absl::StatusOr<wire::BeginResult> begun = wire::Begin(file, root, {.type = type});
  if (!begun.ok()) return std::nullopt;
  const wire::Envelope& envelope = begun->pending.envelope;
  Expect(envelope.payload.size() <= file.size(), "the payload lies within the file");
  if (envelope.plain_size > kMostPlain) return std::nullopt;
  wire::HostAnswer answer;
  answer.payload_digest = host::Sha256(envelope.payload);
  answer.is_verified.assign(begun->pending.candidates.size(), true);
  if (envelope.codec == wire::Codec::kDeflate) answer.plain = host::Inflate(envelope.payload, envelope.plain_size);
  (void)wire::SignedEnvironments(*begun, answer);
  const absl::StatusOr<std::string_view> plain = wire::Finish(*begun, answer);
  if (!plain.ok()) {
    Expect(LoadErrorOf(plain.status()).has_value(), "a refusal has a code");
    return std::nullopt;
  }
  Expect(plain->size() == envelope.plain_size, "the payload is as long as the envelope says");
  Expect(!begun->pending.candidates.empty(), "no file opens without a signature");
  return std::string(*plain);
}

void ReadHead(std::string_view payload) {
  const absl::StatusOr<wire::HeadModel> head = wire::DecodeHead(payload);
  if (!head.ok()) return;
  const std::string encoded = wire::EncodeHead(*head);
  const absl::StatusOr<wire::HeadModel> again = wire::DecodeHead(encoded);
  Expect(again.ok() && wire::EncodeHead(*again) == encoded, "a Head survives writing and reading");
}

void ReadRoot(std::string_view payload) {
  const absl::StatusOr<wire::RootModel> root = wire::DecodeRoot(payload);
  if (!root.ok()) return;
  const std::string encoded = wire::EncodeRoot(*root);
  const absl::StatusOr<wire::RootModel> again = wire::DecodeRoot(encoded);
  Expect(again.ok() && wire::EncodeRoot(*again) == encoded, "a Root survives writing and reading");
}

// The Root of tests/vectors/wire, whose keys signed the seeds.
const wire::RootModel& VectorsRoot() {
  static const wire::RootModel root = [] {
    std::ifstream file(EXPT_SOURCE_DIR "/tests/vectors/wire/root_1.exs1", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    absl::StatusOr<wire::RootModel> opened = host::OpenRootFile(bytes);
    Expect(opened.ok(), "the Root of the vectors opens");
    return *std::move(opened);
  }();
  return root;
}

void ReadFile(std::string_view file) {
  if (const auto payload = Open(file, wire::PayloadType::kHead, VectorsRoot())) ReadHead(*payload);
  if (const auto payload = Open(file, wire::PayloadType::kSnapshot, VectorsRoot())) {
    const absl::StatusOr<model::Snapshot> model = wire::DecodeSnapshot(*payload);
    if (!model.ok()) Expect(LoadErrorOf(model.status()).has_value(), "a refusal has a code");
  }
  // A Root is read before it is trusted: its keys are inside.
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, wire::PayloadType::kRoot);
  if (!envelope.ok()) return;
  ReadRoot(envelope->payload);
  const absl::StatusOr<wire::RootModel> root = wire::DecodeRoot(envelope->payload);
  if (root.ok()) (void)Open(file, wire::PayloadType::kRoot, *root);
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  expt::fuzz::ReadFile(file);
  // The chains that programs call, signatures and all.
  (void)expt::Root::Parse(file);
  (void)expt::Snapshot::Parse(file, {});
  return 0;
}
