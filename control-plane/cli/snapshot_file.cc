#include "control-plane/cli/snapshot_file.h"

#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

absl::Status LoadFailureAt(const std::string& place, const absl::Status& status) {
  const std::optional<LoadError> error = LoadErrorOf(status);
  if (!error) return At(place, status);
  const std::string code(LoadCodeName(error->code));
  return At(place + ": step " + std::to_string(error->step) + ": " + code, status);
}

}  // namespace

bool IsSignedFile(std::string_view bytes) { return bytes.substr(0, 4) == "EXS1"; }

absl::StatusOr<Snapshot> OpenSnapshot(std::string_view snapshot, const std::string& snapshot_name,
                                      const std::string& root_path, const std::string& environment) {
  absl::StatusOr<std::string> root_bytes = ReadFile(root_path);
  if (!root_bytes.ok()) return root_bytes.status();
  absl::StatusOr<Root> root = Root::Parse(*root_bytes);
  if (!root.ok()) return LoadFailureAt("root \"" + root_path + "\"", root.status());
  absl::StatusOr<Snapshot> parsed = Snapshot::Parse(snapshot, {.root = *root, .environment = environment});
  if (!parsed.ok()) return LoadFailureAt("snapshot \"" + snapshot_name + "\"", parsed.status());
  return parsed;
}

std::string HexText(const Digest& digest) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace expt::cli
