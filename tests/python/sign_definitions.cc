// Signs snapshots for the tests of bindings/python. Usage: sign_definitions OUT_DIRECTORY FILE.json...
//
//   OUT_DIRECTORY/root.exs1    a Root for the environments of all of them
//   OUT_DIRECTORY/NAME.exs1    the member "snapshot" of NAME.json, as tests/vectors/README.md describes it, also where
//                              loading must refuse it
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "src/host/signed_file.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "tests/vectors/definitions.h"

namespace {

namespace fs = std::filesystem;

// Test keys; they protect nothing.
expt::host::SecretKey KeyOf(uint8_t first) {
  std::array<uint8_t, 32> seed{};
  seed[0] = first;
  return expt::host::SecretKey::FromSeed(seed);
}

void Write(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write \"" + path.string() + "\"");
}

void Sign(const fs::path& directory, std::span<char*> files) {
  const auto root_key = KeyOf(1);
  const auto snapshot_key = KeyOf(2);
  std::map<std::string, int64_t> epochs;
  fs::create_directories(directory);
  for (const fs::path file : files) {
    std::ifstream in(file);
    const auto model = expt::vectors::ModelOf(nlohmann::json::parse(in).at("snapshot"));
    epochs[std::string(model.environment)] = model.epoch;
    Write(directory / file.filename().replace_extension(".exs1"),
          expt::host::MakeSignedFile(expt::wire::PayloadType::kSnapshot, expt::wire::EncodeSnapshot(model),
                                     {{snapshot_key}}));
  }
  expt::wire::RootModel root;
  root.root_version = 1;
  root.public_keys = {root_key.public_key(), snapshot_key.public_key()};
  root.roles.push_back({expt::wire::RoleKind::kRoot, "", 1, {0}});
  for (const auto& [environment, epoch] : epochs) {
    root.roles.push_back({expt::wire::RoleKind::kSnapshot, environment, 1, {1}});
    root.epochs.push_back({environment, epoch});
  }
  Write(directory / "root.exs1",
        expt::host::MakeSignedFile(expt::wire::PayloadType::kRoot, expt::wire::EncodeRoot(root), {{root_key}}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: sign_definitions OUT_DIRECTORY FILE.json...\n";
    return 2;
  }
  try {
    Sign(argv[1], std::span(argv + 2, static_cast<size_t>(argc - 2)));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "sign_definitions: " << error.what() << "\n";
    return 1;
  }
}
