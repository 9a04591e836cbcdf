// Writes the inputs that fuzzing begins with: make_fuzz_seeds <tests/vectors> <directory>, a folder for each target.
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "expt/options.h"
#include "src/wire/head.h"
#include "src/wire/snapshot_codec.h"
#include "tests/fuzz/signed_root.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

namespace fs = std::filesystem;

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Seeds {
 public:
  explicit Seeds(fs::path directory) : directory_(std::move(directory)) {}

  void Write(const std::string& target, const std::string& name, std::string_view bytes) const {
    fs::create_directories(directory_ / target);
    std::ofstream(directory_ / target / name, std::ios::binary) << bytes;
  }

 private:
  const fs::path directory_;
};

void WriteEvaluation(const fs::path& vectors, const Seeds& seeds) {
  for (const auto& entry : fs::directory_iterator(vectors / "evaluation")) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().stem();
    const nlohmann::json file = nlohmann::json::parse(ReadWhole(entry.path()));
    seeds.Write("snapshot", name, wire::EncodeSnapshot(vectors::ModelOf(file.at("snapshot"))));
    size_t count = 0;
    for (const nlohmann::json& item : file.value("cases", nlohmann::json::array())) {
      if (!item.contains("context")) continue;
      seeds.Write("context_json", name + "-" + std::to_string(count++), item["context"].dump());
    }
  }
}

void WriteWire(const fs::path& vectors, const Seeds& seeds) {
  for (const auto& entry : fs::recursive_directory_iterator(vectors / "wire")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".exs1")) seeds.Write("envelope", name, ReadWhole(entry.path()));
    if (name.ends_with(".bin")) seeds.Write("event", name, ReadWhole(entry.path()));
  }
}

// Payloads that the key of signed_root.h signs.
void WriteSigned(const Seeds& seeds) {
  wire::HeadModel head;
  head.environment = fuzz::kEnvironment;
  head.root_version = 1;
  head.epoch = 3;
  head.head_number = 7;
  head.expires_at_ms = 900'000;
  head.stable = {.version = 5, .digest = {1}, .size_bytes = 100};
  const std::string before(24, '\0');  // epoch, head number and time
  seeds.Write("head", "plain", before + wire::EncodeHead(head));
  head.candidate = {.version = 6, .digest = {2}, .size_bytes = 200};
  head.candidate_ppm = 10'000;
  head.emergency_off = {"checkout", "page-size"};
  head.poll_interval_ms = 30'000;
  seeds.Write("head", "candidate", before + wire::EncodeHead(head));

  wire::RootModel root = fuzz::FirstRoot();
  root.root_version = 2;
  seeds.Write("root_chain", "next", wire::EncodeRoot(root));
  ++root.epochs[0].epoch;
  root.roles[0].keys = {0, 1};
  root.roles[0].threshold = 2;
  root.expires_at_ms = 1'000;
  seeds.Write("root_chain", "two_keys", wire::EncodeRoot(root));
  root.epochs[0].epoch = 1;
  seeds.Write("root_chain", "fallen", wire::EncodeRoot(root));
}

// A data directory's file of the vectors' snapshot.
void WriteSaved([[maybe_unused]] const fs::path& vectors, [[maybe_unused]] const Seeds& seeds) {
#ifdef EXPT_HAS_CLIENT
  const auto read = [&](const char* name) { return ReadWhole(vectors / "wire" / name); };
  const std::array<std::string, 2> roots = {read("root_1.exs1"), read("root_2.exs1")};
  seeds.Write("saved_file", "one_root", MakeBundle(read("snapshot_server.exs1"), std::span(roots).first(1)));
  seeds.Write("saved_file", "two_roots", MakeBundle(read("snapshot_server.exs1"), roots));
#endif
}

// Bytes to choose by, so that whole models are drawn from the start.
void WriteChoices(const Seeds& seeds) {
  uint32_t state = 1;
  for (int file = 0; file < 16; ++file) {
    std::string bytes;
    for (int i = 0; i < 512; ++i) {
      state = state * 1664525u + 1013904223u;
      bytes.push_back(static_cast<char>(state >> 24));
    }
    seeds.Write("oracle", std::to_string(file), bytes);
    seeds.Write("wild_model", std::to_string(file), bytes);
  }
}

}  // namespace
}  // namespace expt

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_fuzz_seeds <tests/vectors> <directory>\n");
    return 2;
  }
  try {
    const expt::Seeds seeds(argv[2]);
    expt::WriteEvaluation(argv[1], seeds);
    expt::WriteWire(argv[1], seeds);
    expt::WriteChoices(seeds);
    expt::WriteSigned(seeds);
    expt::WriteSaved(argv[1], seeds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_fuzz_seeds: %s\n", error.what());
    return 1;
  }
  return 0;
}
