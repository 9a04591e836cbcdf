// Runs every file of tests/vectors/evaluation: by the engine, by the oracle, through the wire format, explained.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/wire/snapshot_codec.h"
#include "tests/oracle/oracle.h"
#include "tests/vectors/definitions.h"

namespace expt::vectors {
namespace {

using nlohmann::json;

const char kFolder[] = EXPT_SOURCE_DIR "/tests/vectors/evaluation";
const char kDocument[] = EXPT_SOURCE_DIR "/docs/evaluation.md";

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Every file of the folder by name, also one that this runner cannot use: it fails to parse.
std::map<std::string, json> Files() {
  std::map<std::string, json> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.is_regular_file()) files[entry.path().filename()] = json::parse(ReadAll(entry.path()), nullptr, false);
  }
  return files;
}

oracle::Answer Expected(const json& expect) {
  oracle::Answer answer;
  if (expect.contains("value")) {
    const json& value = expect["value"];
    answer.value =
        value.is_object() && value.contains("double") ? ToJson(ValueView(value["double"].get<double>())) : value.dump();
  }
  answer.variant = expect.value("variant", "");
  answer.reason = expect.at("reason");
  answer.error = expect.value("error", "");
  answer.rule = expect.value("rule", "");
  answer.bucket = expect.value("bucket", -1);
  if (expect.contains("exposures")) {
    for (const json& e : expect["exposures"]) {
      answer.exposures.push_back({.experiment = e.at("experiment"),
                                  .id = e.at("experiment_id"),
                                  .variant = e.at("variant"),
                                  .bucket_by = e.at("bucket_by"),
                                  .phase = e.at("phase")});
    }
  }
  return answer;
}

ValueType ExpectedType(const json& test) {
  const std::string name = test.value("asked", "");
  for (int type = 1; type <= 6; ++type) {
    if (ValueTypeName(static_cast<ValueType>(type)) == name) return static_cast<ValueType>(type);
  }
  return ValueType::kMissing;
}

Snapshot Overlaid(const Snapshot& snapshot, const json& test) {
  if (!test.contains("overlay")) return snapshot;
  const std::vector<std::string> off = test["overlay"].value("emergency_off", std::vector<std::string>());
  Overlay overlay;
  overlay.emergency_off = off;
  const std::string stale = test["overlay"].value("stale", "");
  if (stale == "defaults") overlay.stale = Overlay::Stale::kDefaults;
  if (stale == "fail_closed") overlay.stale = Overlay::Stale::kFailClosed;
  return snapshot.With(overlay);
}

EvaluateInput InputOf(const json& test) {
  return {.now = Time(std::chrono::milliseconds(test.value("now_ms", int64_t{0})))};
}

// Calls `use(file, snapshot, case)` for every case of every file that loads.
template <typename Use>
size_t ForEachCase(Use use) {
  size_t count = 0;
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) continue;
    const absl::StatusOr<Snapshot> snapshot = core::Load(ModelOf(file.at("snapshot")), Digest{});
    EXPECT_TRUE(snapshot.ok()) << name << ": " << snapshot.status();
    if (!snapshot.ok()) continue;
    for (const json& test : file.at("cases")) {
      SCOPED_TRACE(test.at("id").get<std::string>());
      use(file, *snapshot, test);
      ++count;
    }
  }
  return count;
}

TEST(EvaluationVectors, EngineDecidesEachAsWritten) {
  const size_t count = ForEachCase([](const json&, const Snapshot& snapshot, const json& test) {
    const Attributes attributes(test.at("context"));
    const Decision decision = Evaluate(Overlaid(snapshot, test), test.at("flag").get<std::string>(),
                                       attributes.context(), InputOf(test), ExpectedType(test));
    EXPECT_EQ(oracle::AnswerOf(decision), Expected(test.at("expect")));
  });
  size_t refused = 0;
  for (const auto& [name, file] : Files()) refused += file.contains("refused") ? 1 : 0;
  std::cout << "evaluation vectors: " << count << " cases, " << refused << " refused snapshots, " << Files().size()
            << " files\n";
  std::cout << "vectors: " << count << "\n";  // as the runners of every language print it
  EXPECT_GE(count, 120u);
}

TEST(EvaluationVectors, OracleDecidesEachAsWritten) {
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) continue;
    const model::Snapshot model = ModelOf(file.at("snapshot"));
    const oracle::Oracle oracle(model);
    for (const json& test : file.at("cases")) {
      SCOPED_TRACE(test.at("id").get<std::string>());
      oracle::OracleOverlay overlay;
      if (test.contains("overlay")) {
        overlay.emergency_off = test["overlay"].value("emergency_off", std::set<std::string>());
        overlay.stale = test["overlay"].value("stale", "");
      }
      const Attributes attributes(test.at("context"));
      EXPECT_EQ(oracle.Decide(test.at("flag"), attributes.list(), test.value("now_ms", int64_t{0}), ExpectedType(test),
                              overlay),
                Expected(test.at("expect")));
    }
  }
}

TEST(EvaluationVectors, EncodedSnapshotDecidesTheSame) {
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) continue;
    absl::StatusOr<model::Snapshot> decoded = wire::DecodeSnapshot(wire::EncodeSnapshot(ModelOf(file.at("snapshot"))));
    ASSERT_TRUE(decoded.ok()) << name << ": " << decoded.status();
    const absl::StatusOr<Snapshot> snapshot = core::Load(*std::move(decoded), Digest{});
    ASSERT_TRUE(snapshot.ok()) << name << ": " << snapshot.status();
    for (const json& test : file.at("cases")) {
      SCOPED_TRACE(test.at("id").get<std::string>());
      const Attributes attributes(test.at("context"));
      const Decision decision = Evaluate(Overlaid(*snapshot, test), test.at("flag").get<std::string>(),
                                         attributes.context(), InputOf(test), ExpectedType(test));
      EXPECT_EQ(oracle::AnswerOf(decision), Expected(test.at("expect")));
    }
  }
}

TEST(EvaluationVectors, ExplanationCarriesTheSameDecision) {
  ForEachCase([](const json&, const Snapshot& snapshot, const json& test) {
    if (test.contains("asked")) return;
    const Attributes attributes(test.at("context"));
    const std::string flag = test.at("flag");
    const Snapshot overlaid = Overlaid(snapshot, test);
    const Explanation explanation = Explain(overlaid, flag, attributes.context(), InputOf(test));
    const json document = json::parse(explanation.json, nullptr, false);
    ASSERT_FALSE(document.is_discarded()) << explanation.json;
    EXPECT_EQ(document.at("decision"),
              json::parse(ToJson(Evaluate(overlaid, flag, attributes.context(), InputOf(test)))));
    EXPECT_NE(explanation.text.find(flag), std::string::npos);
  });
}

TEST(EvaluationVectors, WarningsAreAsWritten) {
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) continue;
    const absl::StatusOr<Snapshot> snapshot = core::Load(ModelOf(file.at("snapshot")), Digest{});
    ASSERT_TRUE(snapshot.ok()) << name;
    const auto expected = file.value("warnings", std::vector<std::string>());
    const std::vector<std::string> got(snapshot->warnings().begin(), snapshot->warnings().end());
    EXPECT_THAT(got, testing::ElementsAreArray(expected)) << name;
  }
}

TEST(EvaluationVectors, RefusedSnapshotsSayWhy) {
  for (const auto& [name, file] : Files()) {
    if (!file.contains("refused")) continue;
    const absl::StatusOr<Snapshot> snapshot = core::Load(ModelOf(file.at("snapshot")), Digest{});
    ASSERT_FALSE(snapshot.ok()) << name;
    EXPECT_EQ(LoadErrorOf(snapshot.status())->code, LoadCode::kBadContent) << name;
    EXPECT_THAT(std::string(snapshot.status().message()), testing::HasSubstr(file["refused"].get<std::string>()));
  }
}

TEST(EvaluationVectors, GoldenVectorsMadeFromEachFileHold) {
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) continue;
    model::Snapshot model = ModelOf(file.at("snapshot"));
    core::AddGoldenVectors(model);
    EXPECT_FALSE(model.golden_vectors.empty()) << name;
    const absl::StatusOr<Snapshot> snapshot = core::Load(std::move(model), Digest{});
    EXPECT_TRUE(snapshot.ok()) << name << ": " << snapshot.status();
  }
}

TEST(EvaluationVectors, EveryFileIsUsed) {
  for (const auto& [name, file] : Files()) {
    ASSERT_TRUE(file.is_object()) << name << " is not a JSON object";
    EXPECT_TRUE(file.contains("refused") != file.contains("cases")) << name;
    if (file.contains("cases")) {
      EXPECT_FALSE(file["cases"].empty()) << name;
    }
  }
}

// The names of vectors: those of cases, and the file names of refused snapshots.
std::set<std::string> Ids() {
  std::set<std::string> ids;
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) {
      ids.insert(std::filesystem::path(name).stem());
      continue;
    }
    for (const json& test : file.at("cases")) {
      EXPECT_TRUE(ids.insert(test.at("id").get<std::string>()).second) << test.at("id") << " is used twice";
    }
  }
  return ids;
}

// What stands between brackets, where it is names of vectors: lower case, digits, dashes, a star at the end.
std::vector<std::string> NamesIn(const std::string& text) {
  std::vector<std::string> names;
  const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789-*";
  for (size_t open = text.find('['); open != std::string::npos; open = text.find('[', open + 1)) {
    const size_t close = text.find(']', open);
    if (close == std::string::npos) break;
    std::string list = text.substr(open + 1, close - open - 1);
    if (list.find_first_not_of(letters + ", \n") != std::string::npos) continue;
    std::replace(list.begin(), list.end(), ',', ' ');
    std::stringstream words(list);
    for (std::string name; words >> name;) names.push_back(name);
  }
  return names;
}

TEST(EvaluationVectors, DocumentAndFolderNameEachOther) {
  const std::set<std::string> ids = Ids();
  std::set<std::string> named;
  for (std::string name : NamesIn(ReadAll(kDocument))) {
    const bool is_prefix = name.back() == '*';
    if (is_prefix) name.pop_back();
    bool is_known = false;
    for (const std::string& id : ids) {
      if (is_prefix ? id.rfind(name, 0) == 0 : id == name) {
        named.insert(id);
        is_known = true;
      }
    }
    EXPECT_TRUE(is_known) << "docs/evaluation.md names [" << name << "], which is no vector";
  }
  for (const std::string& id : ids) EXPECT_TRUE(named.contains(id)) << "docs/evaluation.md does not name " << id;
}

}  // namespace
}  // namespace expt::vectors
