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
  std::string directory, key_path;
  std::vector<std::string> environments;
  int days = 365;
  RootKeys root_keys;
};

struct File {
  std::string path, bytes;
  unsigned mode;
};

int WriteAll(const std::vector<File>& files) {
  std::error_code error;
  for (const File& file : files) {
    if (std::filesystem::exists(file.path, error)) {
      return Fail(
          Error(absl::StatusCode::kAlreadyExists, "\"" + file.path + "\" exists; a key is never overwritten"));
    }
  }
  for (const File& file : files) {
    if (absl::Status status = WriteNewFile(file.path, file.bytes, file.mode); !status.ok()) return Fail(status);
    std::printf("%s\n", file.path.c_str());
  }
  return kDone;
}

int MakeOneKey(const KeygenOptions& options) {
  const host::SecretKey key = host::SecretKey::Generate();
  return WriteAll({{options.key_path, publish::FormatKeyFile(key), 0600},
                   {options.key_path + ".pub", publish::FormatPublicKeyFile(key.public_key()), 0644}});
}

int Keygen(const KeygenOptions& options) {
  if (!options.key_path.empty()) return MakeOneKey(options);
  absl::StatusOr<KeySet> keys =
      MakeKeySet(options.environments, Now(), std::chrono::days(options.days), options.root_keys);
  if (!keys.ok()) return Fail(keys.status());
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) {
    return Fail(Error(absl::StatusCode::kUnavailable, "cannot make \"" + options.directory + "\": " + error.message()));
  }
  const std::filesystem::path directory = options.directory;
  std::vector<File> files;
  for (size_t i = 0; i < keys->root_keys.size(); ++i) {
    const std::string name = keys->root_keys.size() == 1 ? "root.key" : "root-" + std::to_string(i + 1) + ".key";
    files.push_back({directory / name, publish::FormatKeyFile(keys->root_keys[i]), 0600});
  }
  files.push_back({directory / "head.key", publish::FormatKeyFile(keys->head_key), 0600});
  files.push_back({directory / "snapshot.key", publish::FormatKeyFile(keys->snapshot_key), 0600});
  files.push_back({directory / "root.exs", keys->root, 0644});
  return WriteAll(files);
}

}  // namespace

void AddKeygen(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("keygen", "Make root, head and snapshot keys, and a Root that names them");
  auto options = std::make_shared<KeygenOptions>();
  CLI::Option* out =
      command->add_option("--out", options->directory, "directory for the files; made where it is missing");
  command->add_option("--key", options->key_path, "make this one key file, and FILE.pub with its public half, instead")
      ->type_name("FILE")
      ->excludes(out);
  command->add_option("--environment", options->environments, "environment id; give it again for each further one");
  command->add_option("--root-keys", options->root_keys.count, "number of root keys")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--threshold", options->root_keys.threshold, "how many of them must sign the next Root")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--days", options->days, "life of the Root")->check(CLI::Range(1, 3650))->capture_default_str();
  command->footer(R"(Writes root-1.key, root-2.key, root-3.key, head.key, snapshot.key (mode 0600, never overwritten) and root.exs.
Root keys sign the next Root only: keep them offline and apart. With --root-keys 1 --threshold 1 the one is root.key.

Examples:
  expt keygen --out keys --environment env_7f3a
  exptd serve --data state --root keys/root.exs --head-key keys/head.key --snapshot-key keys/snapshot.key
  expt keygen --key snapshot-2.key)");
  command->callback([options, &action] {
    if (options->directory.empty() && options->key_path.empty()) throw CLI::RequiredError("--out or --key");
    action = [options] { return Keygen(*options); };
  });
}

}  // namespace expt::cli
