#include "expt/decision.h"

#include <gtest/gtest.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

const char kSnapshot[] = R"({"version": 9,
  "experiments": [{"key": "x", "id": "exp_1", "flag": "f", "phase": 4, "salt": "xs",
                   "weights": {"a": 500000, "b": 500000}, "control": "a"}],
  "flags": [{"key": "f", "type": "json", "variants": [{"key": "a", "value": {"t": "q\"\n"}}, {"key": "b", "value": [1]}],
             "rules": [{"id": "r", "serve": {"experiment": "x"}}]}]})";

TEST(OwnedDecision, OutlivesItsSnapshot) {
  std::optional<OwnedDecision> owned;
  std::string json;
  {
    const absl::StatusOr<Snapshot> snapshot = core::Load(vectors::ModelOf(nlohmann::json::parse(kSnapshot)), Digest{});
    ASSERT_TRUE(snapshot.ok());
    const Decision decision = Evaluate(*snapshot, "f", Context("u1"), {});
    json = ToJson(decision);
    owned = decision.Own();
  }
  EXPECT_EQ(ToJson(owned->view()), json);
  const OwnedDecision copy = *owned;
  OwnedDecision moved = *std::move(owned);
  owned.reset();
  EXPECT_EQ(ToJson(copy.view()), json);
  EXPECT_EQ(ToJson(moved.view()), json);
  moved = copy;
  EXPECT_EQ(ToJson(moved.view()), json);
  ASSERT_EQ(moved.view().exposures().size(), 1u);
  EXPECT_EQ(moved.view().exposures()[0].experiment_id, "exp_1");
}

TEST(ToJson, IsOneLineThatJsonReads) {
  const absl::StatusOr<Snapshot> snapshot = core::Load(vectors::ModelOf(nlohmann::json::parse(kSnapshot)), Digest{});
  ASSERT_TRUE(snapshot.ok());
  const std::string json = ToJson(Evaluate(*snapshot, "f", Context("u2"), {}));
  EXPECT_EQ(json.find('\n'), std::string::npos);
  const auto document = nlohmann::json::parse(json);
  EXPECT_EQ(document["flag"], "f");
  EXPECT_EQ(document["reason"], "SPLIT");
  EXPECT_TRUE(document["error_code"].is_null());
  EXPECT_EQ(document["snapshot_version"], 9);
  EXPECT_EQ(document["exposures"][0]["phase"], 4);
  EXPECT_EQ(document["exposures"][0]["bucket_by"], "targeting_key");
  EXPECT_FALSE(document["exposures"][0]["is_holdout"].get<bool>());
  EXPECT_EQ(document["value"], document["variant"] == "a" ? nlohmann::json({{"t", "q\"\n"}}) : nlohmann::json({1}));
}

TEST(ToJson, KeepsTextsOfAnyLengthAndAnyCharacter) {
  for (const size_t size : {1, 500, 511, 512, 513, 5'000}) {
    const std::string key(size, 'k');
    const std::string variant = std::string(size, 'v') + "\"\n\x01";
    Decision decision;
    decision.flag = key;
    decision.variant = variant;
    const auto document = nlohmann::json::parse(ToJson(decision));
    EXPECT_EQ(document["flag"], key);
    EXPECT_EQ(document["variant"], variant);
    EXPECT_EQ(document["snapshot_version"], 0);
  }
}

TEST(ValueOr, GivesTheFallbackForAnotherType) {
  Decision decision;
  EXPECT_EQ(decision.ValueOr(7), 7);
  decision.value = ValueView(20);
  EXPECT_EQ(decision.ValueOr<int64_t>(7), 20);
  EXPECT_EQ(decision.ValueOr(0.5), 20.0);
  EXPECT_EQ(decision.ValueOr<std::string_view>("x"), "x");
  EXPECT_TRUE(decision.ValueOr(true));
  decision.value = ValueView((int64_t{1} << 53) + 1);
  EXPECT_EQ(decision.ValueOr(0.5), 0.5);
  decision.value = ValueView(int64_t{1} << 54);
  EXPECT_EQ(decision.ValueOr(0.5), 18014398509481984.0);
  decision.value = ValueView(1.5);
  EXPECT_EQ(decision.ValueOr(7), 7);
  EXPECT_EQ(decision.ValueOr(0.5), 1.5);
  decision.value = ValueView::Json("[1]");
  EXPECT_EQ(decision.ValueOr<std::string_view>("x"), "[1]");
}

TEST(Names, AreOpenFeaturesWords) {
  EXPECT_EQ(ReasonName(Reason::kTargetingMatch), "TARGETING_MATCH");
  EXPECT_EQ(ReasonName(Reason::kPrerequisiteFailed), "PREREQUISITE_FAILED");
  const char* const errors[] = {"",
                                "PROVIDER_NOT_READY",
                                "FLAG_NOT_FOUND",
                                "PARSE_ERROR",
                                "TYPE_MISMATCH",
                                "TARGETING_KEY_MISSING",
                                "INVALID_CONTEXT",
                                "GENERAL"};
  for (uint8_t code = 0; code < std::size(errors); ++code) {
    EXPECT_EQ(ErrorCodeName(static_cast<ErrorCode>(code)), errors[code]);
  }
}

}  // namespace
}  // namespace expt
