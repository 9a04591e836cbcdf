// One signed file between wire::Begin() and wire::Finish(): what the page must compute, and what it answered.
//
//   expt_verify_begin ──▶ candidates ──▶ JavaScript: SHA-256, Ed25519
//   expt_verify_check ──▶ inflate?   ──▶ JavaScript: inflate
//   expt_*_open: the same chains as everywhere (Root::Parse, core::OpenHead, Snapshot::Parse), whose src/host is
//   host.cc: it gives them the answers that stand here.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_VERIFICATION_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_VERIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "src/wire/verify.h"

namespace expt::wasm {

struct Verification {
  Verification() = default;
  ~Verification();
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

  char* file_bytes = nullptr;  // from expt_alloc; owned
  size_t file_size = 0;
  std::string environment;
  std::optional<Digest> expected_digest;
  std::optional<uint64_t> expected_size;
  wire::PayloadType type = wire::PayloadType::kSnapshot;

  absl::Status begin_status;
  wire::BeginResult begun;  // where begin_status is OK
  wire::HostAnswer answer;

  // The first of the two calls; fills `begun`. Null: a Root, judged by its own keys.
  absl::Status Begin(const Root* root);

  std::string_view file() const { return {file_bytes, file_size}; }
};

// The verification whose answers host.cc gives out; set for the time of one chain.
class Answering {
 public:
  explicit Answering(Verification* verification);
  ~Answering();
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  static Verification* current();
};

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_VERIFICATION_H_
