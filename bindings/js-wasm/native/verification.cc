#include "bindings/js-wasm/native/verification.h"

#include <algorithm>
#include <cstdlib>

#include "bindings/js-wasm/native/output.h"
#include "src/core/engine.h"

namespace expt::wasm {
namespace {

Verification* g_current = nullptr;

}  // namespace

absl::Status Verification::Begin(const Root* root) {
  const wire::VerifyRequest request{
      .type = type, .environment = environment, .expected_digest = expected_digest, .expected_size = expected_size};
  wire::RootModel own;
  const wire::RootModel* keys = nullptr;
  if (root != nullptr) {
    keys = &core::KeysOf(*root);
  } else {
    // A Root is judged by its own keys; what is read from it is given out only when they hold.
    const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file(), wire::PayloadType::kRoot);
    if (!envelope.ok()) return envelope.status();
    absl::StatusOr<wire::RootModel> decoded = wire::DecodeRoot(envelope->payload);
    if (!decoded.ok()) return decoded.status();
    own = *std::move(decoded);
    keys = &own;
  }
  absl::StatusOr<wire::BeginResult> result = wire::Begin(file(), *keys, request);
  if (!result.ok()) return result.status();
  begun = *std::move(result);
  return absl::OkStatus();
}

Verification::~Verification() { std::free(file_bytes); }

Answering::Answering(Verification* verification) { g_current = verification; }
Answering::~Answering() { g_current = nullptr; }
Verification* Answering::current() { return g_current; }

}  // namespace expt::wasm

using expt::wasm::Verification;

// Takes `file` (from expt_alloc) over. `root` is null for a Root that is judged by its own keys.
// words 0: codec, 1 and 2: payload, 3: plain size, 4: candidates, 5: their address, 96 bytes each: key, signature.
// A file that is no envelope has no candidates and no payload; opening it tells why.
EXPT_EXPORT(expt_verify_begin)
Verification* expt_verify_begin(char* file, uint32_t size, uint32_t type, const expt::Root* root,
                                const char* environment, uint32_t environment_size, const uint8_t* expected_digest,
                                double expected_size) {
  auto* const v = new Verification();
  v->file_bytes = file;
  v->file_size = size;
  v->type = static_cast<expt::wire::PayloadType>(type);
  v->environment.assign(environment, environment_size);
  if (expected_digest != nullptr) {
    v->expected_digest.emplace();
    std::copy_n(expected_digest, v->expected_digest->size(), v->expected_digest->begin());
    v->expected_size = static_cast<uint64_t>(expected_size);
  }
  v->begin_status = v->Begin(root);
  auto& words = expt::wasm::g_words;
  std::fill_n(words.begin(), 6, 0);
  if (!v->begin_status.ok()) return v;
  const expt::wire::Pending& pending = v->begun.pending;
  words[0] = static_cast<uint32_t>(pending.envelope.codec);
  expt::wasm::PutView(1, pending.envelope.payload);
  words[3] = static_cast<uint32_t>(pending.envelope.plain_size);
  words[4] = static_cast<uint32_t>(pending.candidates.size());
  words[5] = expt::wasm::Address(pending.candidates.data());
  static_assert(sizeof(expt::wire::Pending::Candidate) == 96);
  return v;
}

EXPT_EXPORT(expt_verify_free) void expt_verify_free(Verification* v) { delete v; }

// Notes the SHA-256 of the payload and writes the 54 bytes that signatures sign to `message`.
EXPT_EXPORT(expt_verify_digest)
void expt_verify_digest(Verification* v, const uint8_t* digest, uint8_t* message) {
  std::copy_n(digest, v->answer.payload_digest.size(), v->answer.payload_digest.begin());
  const expt::wire::Envelope& envelope = v->begun.pending.envelope;
  const auto bytes = expt::wire::SignedBytes(envelope.type, envelope.codec, envelope.plain_size,
                                             envelope.payload.size(), v->answer.payload_digest);
  std::copy(bytes.begin(), bytes.end(), message);
}

// Notes which candidates (bit by bit) verified. 1 when the payload is to be inflated now.
EXPT_EXPORT(expt_verify_check)
uint32_t expt_verify_check(Verification* v, uint32_t verified) {
  v->answer.is_verified.clear();
  for (size_t i = 0; i < v->begun.pending.candidates.size(); ++i) {
    v->answer.is_verified.push_back((verified >> i & 1) != 0);
  }
  return v->begin_status.ok() && v->begun.pending.envelope.codec == expt::wire::Codec::kDeflate &&
                 expt::wire::CheckSignatures(v->begun, v->answer).ok()
             ? 1
             : 0;
}

// Where the inflated payload goes: as many bytes as the envelope says. Called only when inflating gave that many.
EXPT_EXPORT(expt_verify_plain)
char* expt_verify_plain(Verification* v) {
  const auto size = static_cast<size_t>(v->begun.pending.envelope.plain_size);
  v->answer.plain.emplace(std::string(size, '\0'));
  return const_cast<char*>(v->answer.plain->view().data());
}
