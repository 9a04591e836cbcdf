// The payload of a Root, signed by the root key before it and by its own where that is known: does it follow?
#include <array>
#include <string>
#include <string_view>

#include "src/client/root_chain.h"
#include "src/core/engine.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/signed_root.h"

namespace expt::fuzz {
namespace {

const client::RootChain& FirstChain() {
  static const client::RootChain chain = [] {
    client::RootChain made;
    const std::string file = SignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(FirstRoot()));
    Expect(made.Start(file, host::Sha256(file)).ok(), "the first Root starts a chain");
    return made;
  }();
  return chain;
}

void Follow(const std::string& file) {
  client::RootChain chain = FirstChain();
  const absl::Status status = chain.Extend(file);
  if (!status.ok()) {
    Expect(LoadErrorOf(status).has_value(), "a refusal has a code");
    Expect(chain.newest().version() == 1 && chain.files().size() == 1, "and changes nothing");
    return;
  }
  const wire::RootModel& newest = core::KeysOf(chain.newest());
  Expect(newest.root_version == 2, "versions step by one");
  for (const auto& [environment, epoch] : FirstRoot().epochs) {
    const int64_t now = newest.Epoch(environment);
    Expect(now == 0 || now >= epoch, "no epoch falls");
  }
  Expect(!chain.Extend(file).ok(), "no Root follows itself");

  client::RootChain again;
  const std::array<std::string, 2> files = {chain.files()[0], chain.files()[1]};
  Expect(again.StartAmong(files, {.pin = host::Sha256(files[0]), .file = {}}).ok(), "a chain that was kept is a chain");
  Expect(again.newest().digest() == chain.newest().digest(), "and leads to the same Root");
  const std::array<std::string, 1> cut = {files[1]};
  Expect(!again.StartAmong(cut, {.pin = host::Sha256(files[0]), .file = {}}).ok(), "none without the trusted one");
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  expt::fuzz::Follow(expt::fuzz::SignedFile(expt::wire::PayloadType::kRoot, payload));
  expt::fuzz::Follow(std::string(payload));  // as a whole file
  return 0;
}
