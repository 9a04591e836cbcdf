// Runs every file of tests/vectors/evaluation: by the engine, by the oracle, through the wire format, explained, with
// all flags at once and with many units at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/wire/snapshot_codec.h"
#include "tests/oracle/oracle.h"
#include "tests/vectors/case.h"
#include "tests/vectors/definitions.h"

namespace expt::vectors {
namespace {

using nlohmann::json;

// What every language decides, and what only this library can: README.md.
const char kFolder[] = EXPT_SOURCE_DIR "/tests/vectors/evaluation";
const char kNativeFolder[] = EXPT_SOURCE_DIR "/tests/vectors/native";
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
  for (const char* folder : {kFolder, kNativeFolder}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) files[entry.path().filename()] = json::parse(ReadAll(entry.path()), nullptr, false);
    }
  }
  return files;
}

// What the engine is given of a case: assignments as they are written, also twice. `assignments` must live as long.
EvaluateInput InputOf(const json& test, const oracle::Asked& asked, StickyAssignments& assignments) {
  for (const json& row : test.value("sticky", json::array())) {
    assignments.Set(row.at("experiment_id").get<std::string>(), row.at("phase"), row.at("bucket_by").get<std::string>(),
                    row.at("unit_id").get<std::string>(), row.at("variant").get<std::string>());
  }
  return {.now = Time(std::chrono::milliseconds(asked.now_ms)),
          .sticky = asked.sticky.empty() ? nullptr : &assignments};
}

Snapshot Overlaid(const Snapshot& snapshot, const oracle::Asked& asked) {
  const std::vector<std::string> off(asked.overlay.emergency_off.begin(), asked.overlay.emergency_off.end());
  Overlay overlay;
  overlay.emergency_off = off;
  if (asked.overlay.stale == "defaults") overlay.stale = Overlay::Stale::kDefaults;
  if (asked.overlay.stale == "fail_closed") overlay.stale = Overlay::Stale::kFailClosed;
  return off.empty() && asked.overlay.stale.empty() ? snapshot : snapshot.With(overlay);
}

// A case as the engine is asked it.
class Trial {
 public:
  Trial(const Snapshot& snapshot, const json& test)
      : attributes_(test.at("context")),
        context_(attributes_.context()),
        flag_(test.at("flag")),
        asked_(AskedOf(test)),
        input_(InputOf(test, asked_, assignments_)),
        snapshot_(Overlaid(snapshot, asked_)) {}
  Trial(const Trial&) = delete;

  const std::string& flag() const { return flag_; }
  Decision Decide() const { return Evaluate(snapshot_, flag_, context_, input_, asked_.expected); }
  Explanation Explained() const { return Explain(snapshot_, flag_, context_, input_); }

  // The decision that EvaluateAll() makes of the flag.
  std::optional<OwnedDecision> DecideAmongAll() const {
    std::optional<OwnedDecision> found;
    EvaluateAll(snapshot_, context_, input_, [&](const Decision& decision) {
      if (decision.flag == flag_) found = decision.Own();
    });
    return found;
  }

  // The decision that EvaluateMany() makes of the last of three rows; the others hold nothing.
  Decision DecideAmongMany() const {
    std::deque<std::vector<ValueView>> values;
    std::vector<Column> columns;
    for (const Attribute& attribute : attributes_.list()) {
      values.push_back({ValueView(), ValueView(), attribute.value});
      columns.push_back({.name = attribute.name, .values = values.back()});
    }
    Decision last;
    EvaluateMany(snapshot_, flag_, columns, 3, input_, [&](size_t row, const Decision& decision) {
      if (row == 2) last = decision;
    });
    return last;
  }

 private:
  Attributes attributes_;
  Context context_;
  std::string flag_;
  oracle::Asked asked_;
  StickyAssignments assignments_;
  EvaluateInput input_;
  Snapshot snapshot_;
};

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
    const Trial trial(snapshot, test);
    EXPECT_EQ(oracle::AnswerOf(trial.Decide()), AnswerOf(test.at("expect")));
  });
  size_t refused = 0;
  size_t native = 0;
  for (const auto& [name, file] : Files()) {
    refused += file.contains("refused") ? 1 : 0;
    if (std::filesystem::exists(std::filesystem::path(kNativeFolder) / name)) native += file.at("cases").size();
  }
  std::cout << "evaluation vectors: " << count << " cases, " << refused << " refused snapshots, " << Files().size()
            << " files\n";
  std::cout << "of them native: " << native << "\n";
  std::cout << "vectors: " << count - native << "\n";  // as the runners of every language print it
  EXPECT_GE(count, 650u);
}

TEST(EvaluationVectors, OracleDecidesEachAsWritten) {
  for (const auto& [name, file] : Files()) {
    if (file.contains("refused")) continue;
    const model::Snapshot model = ModelOf(file.at("snapshot"));
    const oracle::Oracle oracle(model);
    for (const json& test : file.at("cases")) {
      SCOPED_TRACE(test.at("id").get<std::string>());
      const Attributes attributes(test.at("context"));
      EXPECT_EQ(oracle.Decide(test.at("flag"), attributes.list(), AskedOf(test)), AnswerOf(test.at("expect")));
      EXPECT_FALSE(oracle.TookEdge()) << "a place too near to the edge of its circle";
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
      const Trial trial(*snapshot, test);
      EXPECT_EQ(oracle::AnswerOf(trial.Decide()), AnswerOf(test.at("expect")));
    }
  }
}

TEST(EvaluationVectors, ExplanationCarriesTheSameDecision) {
  ForEachCase([](const json&, const Snapshot& snapshot, const json& test) {
    if (test.contains("asked")) return;
    const Trial trial(snapshot, test);
    const Explanation explanation = trial.Explained();
    const json document = json::parse(explanation.json, nullptr, false);
    ASSERT_FALSE(document.is_discarded()) << explanation.json;
    EXPECT_EQ(document.at("decision"), json::parse(ToJson(trial.Decide())));
    EXPECT_NE(explanation.text.find(trial.flag()), std::string::npos);
  });
}

TEST(EvaluationVectors, AllFlagsAtOnceAreDecidedTheSame) {
  ForEachCase([](const json&, const Snapshot& snapshot, const json& test) {
    if (test.contains("asked")) return;
    const oracle::Answer expected = AnswerOf(test.at("expect"));
    const std::optional<OwnedDecision> decision = Trial(snapshot, test).DecideAmongAll();
    ASSERT_EQ(decision.has_value(), expected.error != "FLAG_NOT_FOUND");
    if (decision.has_value()) {
      EXPECT_EQ(oracle::AnswerOf(decision->view()), expected);
    }
  });
}

TEST(EvaluationVectors, ManyUnitsAtOnceAreDecidedTheSame) {
  ForEachCase([](const json&, const Snapshot& snapshot, const json& test) {
    if (test.contains("asked")) return;
    EXPECT_EQ(oracle::AnswerOf(Trial(snapshot, test).DecideAmongMany()), AnswerOf(test.at("expect")));
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

TEST(EvaluationVectors, AContextRepeatsAWholeNumberOfTimesAndNotForEver) {
  const auto context = [](const json& times) { return json{{"a", {{"repeat", {"ab", times}}}}}; };
  EXPECT_EQ(Attributes(context(2u)).context().Find("a"), ValueView("abab"));
  EXPECT_EQ(Attributes(context(kMostTimes)).context().Find("a").text().size(), 2 * kMostTimes);
  for (const json& times : {json(kMostTimes + 1), json(-1), json(2.5), json("2"), json(true)}) {
    EXPECT_THROW(Attributes{context(times)}, std::runtime_error) << times;
  }
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
