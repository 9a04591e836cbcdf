// A file of the data directory, or a bundle: taken apart, its Roots chained, its snapshot verified.
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expt/options.h"
#include "src/client/crc32c.h"
#include "src/client/root_chain.h"
#include "src/client/saved_file.h"
#include "src/client/saved_snapshot.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

void Read(std::string_view bytes) {
  absl::StatusOr<std::vector<std::string>> parts = client::UnpackSavedFile(bytes, "fuzz");
  if (!parts.ok()) {
    Expect(absl::IsDataLoss(parts.status()), "what is no file is damaged");
    return;
  }
  const std::vector<std::string_view> views(parts->begin(), parts->end());
  Expect(client::PackSavedFile(views) == bytes, "a file survives reading and writing");
  const auto saved = client::SavedSnapshotOf(*std::move(parts));
  if (!saved.has_value()) return;
  Expect(MakeBundle(saved->snapshot, saved->roots) == bytes, "and is a bundle");
  client::RootChain chain;
  const absl::Status status = chain.StartAmong(saved->roots, {.pin = {}, .file = saved->roots.front()});
  if (!status.ok()) Expect(LoadErrorOf(status).has_value(), "a refusal has a code");
  if (chain.empty()) return;
  const auto snapshot = Snapshot::Parse(saved->snapshot, {.root = chain.newest()});
  if (!snapshot.ok()) Expect(LoadErrorOf(snapshot.status()).has_value(), "a refusal has a code");
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expt::fuzz::Read(bytes);
  // The same with a checksum that is right, which no mutation finds.
  std::string whole(bytes.substr(0, size < 4 ? 0 : size - 4));
  const uint32_t checksum = expt::client::Crc32c(whole);
  for (int i = 0; i < 4; ++i) whole.push_back(static_cast<char>(checksum >> (8 * i) & 0xff));
  expt::fuzz::Read(whole);
  return 0;
}
