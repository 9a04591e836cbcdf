// Signs what the tests and benchmarks of bindings/js-wasm load. Usage: make_js_snapshots DIRECTORY
//
//   root.exs1                a Root for every environment below
//   root_2.exs1              the Root after it: the epoch of env_workload has risen
//   root_3_fallen.exs1       the one after that, signed as it should be, with the epoch of the first again
//   ended/root.exs1, ended/head.exs1   a Root that ended in 1970, and a Head under it that has not
//   evaluation/<name>.exs1   each file of tests/vectors/evaluation, also those that loading must refuse
//   workload.exs1            the flags w1 to w4 of docs/performance.md
//   many.exs1                10,000 flags
//   all.exs1                 1,000 flags like w2, every second one with a segment that they share
//   regex.json               what src/eval/regex.h says here about generated patterns, see regex_answers.h
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "src/host/signed_file.h"
#include "src/model/snapshot.h"
#include "src/wire/head.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "tests/vectors/definitions.h"
#include "tests/wasm/regex_answers.h"

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr char kWorkload[] = R"json({
  "environment": "env_workload",
  "attributes": [{"key": "account", "type": "string", "unit_type": true},
                 {"key": "plan", "type": "string", "analytics": true}],
  "flags": [
    {"key": "w1", "type": "boolean", "variants": [{"key": "off", "value": false}, {"key": "on", "value": true}],
     "default_serve": {"variant": "on"}},
    {"key": "w2", "type": "boolean", "variants": [{"key": "off", "value": false}, {"key": "on", "value": true}],
     "rules": [{"id": "pro", "serve": {"variant": "on"}, "coverage": {"salt": "w2", "ppm": 500000},
       "condition": {"all": [
         {"attribute": "country", "operator": "in",
          "operands": ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "SE"]},
         {"attribute": "plan", "operator": "equals", "operands": ["pro"]}]}}],
     "default_serve": {"variant": "off"}},
    {"key": "w4", "type": "json", "variants": [{"key": "control", "value": {"size": 20}},
       {"key": "a", "value": {"size": 30}}, {"key": "b", "value": {"size": 40}}],
     "rules": [{"id": "test", "serve": {"experiment": "w4-test"},
       "condition": {"all": [
         {"attribute": "country", "operator": "in",
          "operands": ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "SE"]},
         {"attribute": "plan", "operator": "equals", "operands": ["pro"]}]}}],
     "default_serve": {"variant": "control"}},
    {"key": "size", "type": "integer", "variants": [{"key": "small", "value": 20}, {"key": "large", "value": 50}],
     "rules": [{"id": "large", "serve": {"variant": "large"},
       "condition": {"attribute": "device.os", "operator": "equals", "operands": ["ios"]}}],
     "default_serve": {"variant": "small"}}],
  "experiments": [{"key": "w4-test", "flag": "w4", "salt": "w4", "status": "running", "start_ms": 1000,
                   "weights": {"control": 400000, "a": 300000, "b": 300000}, "control": "control"}]
})json";

json ManyFlags() {
  json flags = json::array();
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    flags.push_back({{"key", "flag-" + number},
                     {"type", "boolean"},
                     {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}},
                     {"rules",
                      {{{"id", "r"},
                        {"condition", {{"attribute", "country"}, {"operator", "equals"}, {"operands", {"C" + number}}}},
                        {"serve", {{"variant", "on"}}}}}},
                     {"default_serve", {{"variant", "off"}}}});
  }
  return {{"environment", "env_many"}, {"flags", flags}};
}

json ThousandFlags() {
  const json w2 = json::parse(kWorkload).at("flags").at(1);
  json flags = json::array();
  for (int i = 0; i < 1'000; ++i) {
    json flag = w2;
    flag["key"] = "w6-" + std::to_string(i);
    json& rule = flag["rules"][0];
    rule["coverage"]["salt"] = flag["key"];
    if (i % 2 == 0) rule["condition"]["all"].push_back({{"operator", "in_segment"}, {"operands", {"adults"}}});
    flags.push_back(flag);
  }
  const json adults = {{"attribute", "age"}, {"operator", "gte"}, {"operands", {18}}};
  return {{"environment", "env_all"}, {"segments", {{{"key", "adults"}, {"condition", adults}}}}, {"flags", flags}};
}

void Write(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

int Make(const fs::path& directory) {
  std::map<std::string, expt::model::Snapshot> models;
  for (const auto& entry : fs::directory_iterator(fs::path(EXPT_SOURCE_DIR) / "tests" / "vectors" / "evaluation")) {
    std::ifstream in(entry.path());
    models.emplace("evaluation/" + entry.path().stem().string(),
                   expt::vectors::ModelOf(json::parse(in).at("snapshot")));
  }
  models.emplace("workload", expt::vectors::ModelOf(json::parse(kWorkload)));
  models.emplace("many", expt::vectors::ModelOf(ManyFlags()));
  models.emplace("all", expt::vectors::ModelOf(ThousandFlags()));

  std::array<uint8_t, 32> seed{};
  seed[0] = 1;
  const auto root_key = expt::host::SecretKey::FromSeed(seed);
  seed[0] = 2;
  const auto snapshot_key = expt::host::SecretKey::FromSeed(seed);
  std::map<std::string, int64_t> epochs;
  for (const auto& [name, model] : models) epochs[std::string(model.environment)] = model.epoch;

  expt::wire::RootModel root;
  root.root_version = 1;
  root.public_keys = {root_key.public_key(), snapshot_key.public_key()};
  root.roles.push_back({expt::wire::RoleKind::kRoot, "", 1, {0}});
  for (const auto& [environment, epoch] : epochs) {
    root.roles.push_back({expt::wire::RoleKind::kSnapshot, environment, 1, {1}});
    root.epochs.push_back({environment, epoch});
  }
  fs::create_directories(directory / "evaluation");
  fs::create_directories(directory / "ended");
  const auto sign_root = [&](const std::string& name) {
    Write(directory / name,
          expt::host::MakeSignedFile(expt::wire::PayloadType::kRoot, expt::wire::EncodeRoot(root), {{root_key}}));
  };
  sign_root("root.exs1");
  const auto epoch_of = [&](const char* environment) -> int64_t& {
    return std::find_if(root.epochs.begin(), root.epochs.end(), [&](const auto& row) {
             return row.environment == environment;
           })->epoch;
  };
  root.root_version = 2;
  ++epoch_of("env_workload");
  sign_root("root_2.exs1");
  root.root_version = 3;
  --epoch_of("env_workload");
  sign_root("root_3_fallen.exs1");
  root.root_version = 1;
  root.expires_at_ms = 1'000;
  root.roles.push_back({expt::wire::RoleKind::kHead, "env_workload", 1, {1}});
  sign_root("ended/root.exs1");
  expt::wire::HeadModel head;
  head.environment = "env_workload";
  head.root_version = 1;
  head.epoch = epoch_of("env_workload");
  head.head_number = 1;
  head.expires_at_ms = int64_t{1} << 50;
  head.stable = {.version = 1, .digest = {1}, .size_bytes = 1};
  Write(directory / "ended" / "head.exs1",
        expt::host::MakeSignedFile(expt::wire::PayloadType::kHead, expt::wire::EncodeHead(head), {{snapshot_key}}));
  for (const auto& [name, model] : models) {
    Write(directory / (name + ".exs1"),
          expt::host::MakeSignedFile(expt::wire::PayloadType::kSnapshot, expt::wire::EncodeSnapshot(model),
                                     {{snapshot_key}}));
  }
  Write(directory / "regex.json", expt::wasm::RegexAnswers().dump());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_js_snapshots DIRECTORY\n";
    return 2;
  }
  try {
    return Make(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "make_js_snapshots: " << error.what() << "\n";
    return 1;
  }
}
