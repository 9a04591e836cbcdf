// What the C++ library answers to every unit of a world. Usage: native_answers DIRECTORY UNITS OUT
//
//   DIRECTORY   root.exs1, parity.exs1, and parity.json with the definitions
//   UNITS, OUT  lines of JSON, as compare.py says
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "expt/evaluate.h"
#include "expt/snapshot.h"
#include "tests/vectors/case.h"
#include "tests/vectors/definitions.h"

namespace {

using nlohmann::json;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read \"" + path + "\"");
  return {std::istreambuf_iterator<char>(in), {}};
}

expt::Snapshot Overlaid(const expt::Snapshot& snapshot, const expt::oracle::Asked& asked) {
  const std::vector<std::string> off(asked.overlay.emergency_off.begin(), asked.overlay.emergency_off.end());
  expt::Overlay overlay;
  overlay.emergency_off = off;
  if (asked.overlay.stale == "defaults") overlay.stale = expt::Overlay::Stale::kDefaults;
  if (asked.overlay.stale == "fail_closed") overlay.stale = expt::Overlay::Stale::kFailClosed;
  return snapshot.With(overlay);
}

// One unit with every flag, as one line.
std::string Answers(const expt::Snapshot& snapshot, const std::vector<std::string>& flags, const json& unit) {
  const expt::oracle::Asked asked = expt::vectors::AskedOf(unit);
  const expt::Snapshot overlaid = Overlaid(snapshot, asked);
  const expt::vectors::Attributes attributes(unit.at("context"));
  const expt::Context context = attributes.context();
  expt::StickyAssignments sticky;
  for (const auto& [key, variant] : asked.sticky) {
    const auto& [experiment_id, phase, bucket_by, unit_id] = key;
    sticky.Set(experiment_id, phase, bucket_by, unit_id, variant);
  }
  const expt::EvaluateInput input{.now = expt::Time(std::chrono::milliseconds(asked.now_ms)), .sticky = &sticky};
  json line = json::array();
  for (const std::string& flag : flags) {
    line.push_back(expt::vectors::JsonOf(expt::oracle::AnswerOf(expt::Evaluate(overlaid, flag, context, input))));
  }
  return line.dump() + "\n";
}

void Run(const std::string& snapshots, const std::string& units, const std::string& out) {
  const absl::StatusOr<expt::Root> root = expt::Root::Parse(ReadAll(snapshots + "/root.exs1"));
  if (!root.ok()) throw std::runtime_error(root.status().ToString());
  const absl::StatusOr<expt::Snapshot> snapshot =
      expt::Snapshot::Parse(ReadAll(snapshots + "/parity.exs1"), expt::Trust{.root = *root});
  if (!snapshot.ok()) throw std::runtime_error(snapshot.status().ToString());
  for (const std::string& warning : snapshot->warnings()) throw std::runtime_error(warning);
  const json world = json::parse(ReadAll(snapshots + "/parity.json"));
  std::vector<std::string> flags;
  for (const json& flag : world.at("snapshot").at("flags")) flags.push_back(flag.at("key"));
  std::ifstream in(units);
  std::ofstream written(out, std::ios::binary);
  for (std::string line; std::getline(in, line);) written << Answers(*snapshot, flags, json::parse(line));
  if (!written.flush()) throw std::runtime_error("cannot write \"" + out + "\"");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: native_answers DIRECTORY UNITS OUT\n";
    return 2;
  }
  try {
    Run(argv[1], argv[2], argv[3]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "native_answers: " << error.what() << "\n";
    return 1;
  }
}
