// expt keygen.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/key_set.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/time_text.h"
#include "control-plane/publish/key_file.h"

namespace expt::cli {
namespace {

struct KeygenOptions {
  std::string directory;
  std::vector<std::string> environments;
  int days = 365;
};

int Keygen(const KeygenOptions& options) {
  absl::StatusOr<KeySet> keys = MakeKeySet(options.environments, Now(), std::chrono::days(options.days));
  if (!keys.ok()) return Fail(keys.status());
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) {
    return Fail(Error(absl::StatusCode::kUnavailable, "cannot make \"" + options.directory + "\": " + error.message()));
  }
  const std::filesystem::path directory = options.directory;
  struct File {
    const char* name;
    std::string bytes;
    unsigned mode;
  };
  const File files[] = {{"root.key", publish::FormatKeyFile(keys->root_key), 0600},
                        {"head.key", publish::FormatKeyFile(keys->head_key), 0600},
                        {"snapshot.key", publish::FormatKeyFile(keys->snapshot_key), 0600},
                        {"root.exs", keys->root, 0644}};
  for (const File& file : files) {
    if (std::filesystem::exists(directory / file.name, error)) {
      return Fail(Error(absl::StatusCode::kAlreadyExists,
                        "\"" + (directory / file.name).string() + "\" exists; a key is never overwritten"));
    }
  }
  for (const File& file : files) {
    const std::string path = (directory / file.name).string();
    if (absl::Status status = WriteNewFile(path, file.bytes, file.mode); !status.ok()) return Fail(status);
    std::printf("%s\n", path.c_str());
  }
  return kDone;
}

}  // namespace

void AddKeygen(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("keygen", "Make root, head and snapshot keys, and a Root that names them");
  auto options = std::make_shared<KeygenOptions>();
  command->add_option("--out", options->directory, "directory for the files; made where it is missing")->required();
  command->add_option("--environment", options->environments, "environment id; give it again for each further one")
      ->required();
  command->add_option("--days", options->days, "life of the Root")->check(CLI::Range(1, 3650))->capture_default_str();
  command->footer(R"(Writes root.key, head.key, snapshot.key (mode 0600, never overwritten) and root.exs.
The root key signs the next Root only: keep it offline.

Examples:
  expt keygen --out keys --environment env_7f3a
  exptd serve --data state --root keys/root.exs --head-key keys/head.key --snapshot-key keys/snapshot.key)");
  command->callback([options, &action] { action = [options] { return Keygen(*options); }; });
}

}  // namespace expt::cli
