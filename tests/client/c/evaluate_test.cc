// Evaluation with a snapshot of expt/c.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/client/c/signed_definitions.h"
#include "tests/core/counting_new.h"

namespace expt::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr int64_t kStart = 1'700'000'000'000;

const char kDefinitions[] = R"({
  "version": 3,
  "experiments": [{"key": "x", "flag": "tested", "salt": "xs", "weights": {"a": 500000, "b": 500000}, "control": "a",
                   "start_ms": 1700000000000, "sticky": true, "phase": 2}],
  "flags": [
    {"key": "yes", "type": "boolean", "variants": [{"key": "on", "value": true}], "default_serve": {"variant": "on"}},
    {"key": "size", "type": "integer", "variants": [{"key": "s", "value": 5000000000}], "default_serve": {"variant": "s"}},
    {"key": "ratio", "type": "double", "variants": [{"key": "q", "value": 0.25}], "default_serve": {"variant": "q"}},
    {"key": "hello", "type": "string", "variants": [{"key": "h", "value": "hello"}], "default_serve": {"variant": "h"}},
    {"key": "config", "type": "json", "variants": [{"key": "c", "value": {"a": 1}}], "default_serve": {"variant": "c"}},
    {"key": "tested", "type": "string", "variants": [{"key": "a", "value": "A"}, {"key": "b", "value": "B"}],
     "rules": [{"id": "r", "serve": {"experiment": "x"}}]}]})";

class CEvaluation : public testing::Test {
 protected:
  CEvaluation()
      : snapshot_(Load(Sign(json::parse(kDefinitions)))),
        context_(expt_context_new()),
        decision_(expt_decision_new()),
        input_(Sized<expt_input>()) {
    expt_context_set_string(context_.get(), expt_str("targeting_key"), expt_str("u1"));
    input_.now_ms = kStart;
  }

  bool Boolean(const char* flag, bool fallback) {
    return expt_snapshot_boolean(snapshot_.get(), expt_str(flag), context_.get(), &input_, fallback);
  }
  int64_t Integer(const char* flag, int64_t fallback) {
    return expt_snapshot_integer(snapshot_.get(), expt_str(flag), context_.get(), &input_, fallback);
  }
  double Double(const char* flag, double fallback) {
    return expt_snapshot_double(snapshot_.get(), expt_str(flag), context_.get(), &input_, fallback);
  }
  std::string String(const char* flag) {
    return Str(expt_snapshot_string(snapshot_.get(), expt_str(flag), context_.get(), &input_, expt_str("none")));
  }
  std::string Json(const char* flag) {
    return Str(expt_snapshot_json(snapshot_.get(), expt_str(flag), context_.get(), &input_, expt_str("{}")));
  }
  std::string Variant(const char* flag) {
    return Str(expt_snapshot_variant(snapshot_.get(), expt_str(flag), context_.get(), &input_, expt_str("none")));
  }
  expt_decision_view Decide(const char* flag, expt_value_type expected = EXPT_TYPE_MISSING) {
    EXPECT_EQ(expt_snapshot_decide(snapshot_.get(), expt_str(flag), context_.get(), &input_, expected, decision_.get()),
              EXPT_OK);
    return Read(decision_);
  }
  expt_exposure_view Exposure(size_t index) {
    auto view = Sized<expt_exposure_view>();
    EXPECT_EQ(expt_decision_exposure(decision_.get(), index, &view), EXPT_OK);
    return view;
  }

  CSnapshot snapshot_;
  CContext context_;
  CDecision decision_;
  expt_input input_;
};

TEST_F(CEvaluation, GivesTheValueOfTheTypeThatWasAsked) {
  EXPECT_TRUE(Boolean("yes", false));
  EXPECT_EQ(Integer("size", 20), 5'000'000'000);
  EXPECT_EQ(Double("ratio", 1), 0.25);
  EXPECT_EQ(Double("size", 1), 5e9) << "an integer that a double can say";
  EXPECT_EQ(String("hello"), "hello");
  EXPECT_EQ(Json("config"), R"({"a":1})");
  EXPECT_EQ(Variant("size"), "s");
}

TEST_F(CEvaluation, GivesTheFallbackForAnotherTypeAndForAnUnknownFlag) {
  for (const char* flag : {"hello", "nobody"}) {
    EXPECT_TRUE(Boolean(flag, true));
    EXPECT_EQ(Integer(flag, 20), 20);
    EXPECT_EQ(Double(flag, 0.5), 0.5);
    EXPECT_EQ(Json(flag), "{}");
  }
  EXPECT_EQ(String("config"), "none");
  EXPECT_EQ(Integer("ratio", 3), 3);
  EXPECT_EQ(Variant("nobody"), "none");
}

TEST_F(CEvaluation, DecidesEverythingAboutAFlag) {
  const expt_decision_view view = Decide("tested");
  EXPECT_EQ(Str(view.flag), "tested");
  EXPECT_EQ(view.value.type, EXPT_TYPE_STRING);
  EXPECT_EQ(Str(view.value.as.text), Str(view.variant) == "a" ? "A" : "B");
  EXPECT_EQ(Str(view.rule), "r");
  EXPECT_EQ(view.snapshot_version, 3);
  EXPECT_GE(view.bucket, 0);
  EXPECT_EQ(view.reason, EXPT_REASON_SPLIT);
  EXPECT_EQ(view.error, EXPT_ERROR_NONE);
  ASSERT_EQ(view.exposure_count, 1u);
  const expt_exposure_view exposure = Exposure(0);
  EXPECT_EQ(Str(exposure.experiment_id), "exp_x");
  EXPECT_EQ(Str(exposure.experiment), "x");
  EXPECT_EQ(Str(exposure.variant), Str(view.variant));
  EXPECT_EQ(Str(exposure.bucket_by), "targeting_key");
  EXPECT_EQ(exposure.phase, 2u);
  EXPECT_EQ(exposure.origin, EXPT_ORIGIN_ENGINE);
  EXPECT_FALSE(exposure.is_holdout);
  EXPECT_TRUE(exposure.is_sticky);
  auto beyond = Sized<expt_exposure_view>();
  EXPECT_EQ(expt_decision_exposure(decision_.get(), 1, &beyond), EXPT_NOT_FOUND);
}

TEST_F(CEvaluation, CarriesAValueOfEachType) {
  EXPECT_TRUE(Decide("yes").value.as.boolean);
  EXPECT_EQ(Decide("yes").value.type, EXPT_TYPE_BOOLEAN);
  EXPECT_EQ(Decide("size").value.as.integer, 5'000'000'000);
  EXPECT_EQ(Decide("size").value.type, EXPT_TYPE_INTEGER);
  EXPECT_EQ(Decide("ratio").value.as.real, 0.25);
  EXPECT_EQ(Decide("ratio").value.type, EXPT_TYPE_DOUBLE);
  EXPECT_EQ(Str(Decide("config").value.as.text), R"({"a":1})");
  EXPECT_EQ(Decide("config").value.type, EXPT_TYPE_JSON);
  EXPECT_EQ(Decide("nobody").value.type, EXPT_TYPE_MISSING);
}

TEST_F(CEvaluation, SaysWhatWentWrong) {
  EXPECT_EQ(Decide("nobody").error, EXPT_ERROR_FLAG_NOT_FOUND);
  EXPECT_EQ(Decide("size", EXPT_TYPE_STRING).error, EXPT_ERROR_TYPE_MISMATCH);
  EXPECT_EQ(Decide("size", EXPT_TYPE_DOUBLE).error, EXPT_ERROR_NONE);
  const CDecision fresh(expt_decision_new());
  EXPECT_EQ(Read(fresh).reason, EXPT_REASON_ERROR);
  EXPECT_EQ(Read(fresh).value.type, EXPT_TYPE_MISSING);
}

TEST_F(CEvaluation, DependsOnNow) {
  input_.now_ms = kStart - 1;
  EXPECT_EQ(Decide("tested").value.type, EXPT_TYPE_MISSING);
  EXPECT_EQ(Decide("tested").exposure_count, 0u);
  input_.now_ms = INT64_MIN;
  EXPECT_EQ(Decide("tested").exposure_count, 0u);
  input_.now_ms = INT64_MAX;
  EXPECT_EQ(Decide("tested").exposure_count, 1u);
}

TEST_F(CEvaluation, HonoursStickyAssignments) {
  const CSticky sticky(expt_sticky_new());
  const auto set = [&](const char* variant) {
    return expt_sticky_set(sticky.get(), expt_str("exp_x"), 2, expt_str("targeting_key"), expt_str("u1"),
                           expt_str(variant));
  };
  const auto find = [&](uint32_t phase) {
    return Str(expt_sticky_find(sticky.get(), expt_str("exp_x"), phase, expt_str("targeting_key"), expt_str("u1")));
  };
  EXPECT_EQ(find(2), "");
  const std::string other = Str(Decide("tested").variant) == "a" ? "b" : "a";
  EXPECT_EQ(set(other.c_str()), EXPT_OK);
  EXPECT_EQ(find(2), other);
  EXPECT_EQ(find(1), "");
  EXPECT_EQ(expt_sticky_size(sticky.get()), 1u);
  input_.sticky = sticky.get();
  EXPECT_EQ(Str(Decide("tested").variant), other);
  EXPECT_EQ(Exposure(0).origin, EXPT_ORIGIN_STICKY);

  EXPECT_EQ(expt_sticky_set(nullptr, {}, 0, {}, {}, {}), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_sticky_set(sticky.get(), kNullText, 0, {}, {}, {}), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_sticky_set(sticky.get(), {}, 0, kNullText, {}, {}), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_sticky_set(sticky.get(), {}, 0, {}, kNullText, {}), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_sticky_set(sticky.get(), {}, 0, {}, {}, kNullText), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_sticky_find(nullptr, {}, 0, {}, {}).size, 0u);
  EXPECT_EQ(expt_sticky_find(sticky.get(), kNullText, 0, {}, {}).size, 0u);
  EXPECT_EQ(expt_sticky_size(nullptr), 0u);
  expt_sticky_free(nullptr);
}

TEST_F(CEvaluation, LeavesADecisionThatOutlivesItsSnapshot) {
  Decide("hello");
  snapshot_.reset();
  EXPECT_EQ(Str(Read(decision_).value.as.text), "hello");
  EXPECT_EQ(Read(decision_).age_ms, -1) << "a snapshot by itself knows no age";
  const CText text(expt_text_new());
  EXPECT_EQ(expt_decision_json(decision_.get(), text.get()), EXPT_OK);
  EXPECT_EQ(json::parse(Str(text)).at("variant"), "h");
}

TEST_F(CEvaluation, DecidesAllFlags) {
  std::map<std::string, std::string> variants;
  const expt_use_decision use = [](void* user, const expt_decision* decision) {
    auto view = Sized<expt_decision_view>();
    expt_decision_read(decision, &view);
    (*static_cast<std::map<std::string, std::string>*>(user))[Str(view.flag)] = Str(view.variant);
  };
  EXPECT_EQ(expt_snapshot_decide_all(snapshot_.get(), context_.get(), &input_, use, &variants), EXPT_OK);
  EXPECT_EQ(variants.size(), 6u);
  EXPECT_EQ(variants["tested"], Variant("tested"));
  EXPECT_EQ(expt_snapshot_decide_all(nullptr, context_.get(), &input_, use, &variants), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_decide_all(snapshot_.get(), nullptr, &input_, use, &variants), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_decide_all(snapshot_.get(), context_.get(), nullptr, use, &variants), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_decide_all(snapshot_.get(), context_.get(), &input_, nullptr, &variants),
            EXPT_INVALID_ARGUMENT);
}

TEST_F(CEvaluation, Explains) {
  const CText as_json(expt_text_new());
  const CText as_text(expt_text_new());
  const auto explain = [&](expt_text* to_json, expt_text* to_text) {
    return expt_snapshot_explain(snapshot_.get(), expt_str("tested"), context_.get(), &input_, to_json, to_text);
  };
  EXPECT_EQ(explain(as_json.get(), as_text.get()), EXPT_OK);
  EXPECT_EQ(json::parse(Str(as_json)).at("decision").at("variant"), Variant("tested"));
  EXPECT_THAT(Str(as_text), HasSubstr("tested"));
  EXPECT_EQ(explain(nullptr, as_text.get()), EXPT_OK);
  EXPECT_EQ(explain(as_json.get(), nullptr), EXPT_OK);
  EXPECT_EQ(expt_snapshot_explain(nullptr, expt_str("x"), context_.get(), &input_, nullptr, nullptr),
            EXPT_INVALID_ARGUMENT);
}

TEST_F(CEvaluation, AnswersWrongCallsByTheFallbackOrACode) {
  auto small = input_;
  small.struct_size = sizeof small - 1;
  struct Call {
    const expt_snapshot* snapshot;
    expt_string flag;
    const expt_context* context;
    const expt_input* input;
  };
  const Call calls[] = {{nullptr, expt_str("yes"), context_.get(), &input_},
                        {snapshot_.get(), kNullText, context_.get(), &input_},
                        {snapshot_.get(), kEndlessText, context_.get(), &input_},
                        {snapshot_.get(), expt_str("yes"), nullptr, &input_},
                        {snapshot_.get(), expt_str("yes"), context_.get(), nullptr},
                        {snapshot_.get(), expt_str("yes"), context_.get(), &small}};
  for (const auto& [snapshot, flag, context, input] : calls) {
    EXPECT_FALSE(expt_snapshot_boolean(snapshot, flag, context, input, false));
    EXPECT_EQ(expt_snapshot_integer(snapshot, flag, context, input, 20), 20);
    EXPECT_EQ(expt_snapshot_double(snapshot, flag, context, input, 0.5), 0.5);
    EXPECT_EQ(Str(expt_snapshot_string(snapshot, flag, context, input, expt_str("f"))), "f");
    EXPECT_EQ(Str(expt_snapshot_json(snapshot, flag, context, input, expt_str("f"))), "f");
    EXPECT_EQ(Str(expt_snapshot_variant(snapshot, flag, context, input, expt_str("f"))), "f");
    EXPECT_EQ(expt_snapshot_decide(snapshot, flag, context, input, EXPT_TYPE_MISSING, decision_.get()),
              EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_snapshot_explain(snapshot, flag, context, input, nullptr, nullptr), EXPT_INVALID_ARGUMENT);
  }
  for (const expt_value_type type : {-1, 7}) {
    EXPECT_EQ(expt_snapshot_decide(snapshot_.get(), expt_str("yes"), context_.get(), &input_, type, decision_.get()),
              EXPT_INVALID_ARGUMENT);
  }
  EXPECT_EQ(expt_snapshot_decide(snapshot_.get(), expt_str("yes"), context_.get(), &input_, EXPT_TYPE_MISSING, nullptr),
            EXPT_INVALID_ARGUMENT);
}

TEST_F(CEvaluation, DecisionReadersAnswerWrongCallsByACode) {
  auto view = Sized<expt_decision_view>();
  auto exposure = Sized<expt_exposure_view>();
  EXPECT_EQ(expt_decision_read(nullptr, &view), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_decision_read(decision_.get(), nullptr), EXPT_INVALID_ARGUMENT);
  view.struct_size = 8;
  EXPECT_EQ(expt_decision_read(decision_.get(), &view), EXPT_INVALID_ARGUMENT);
  Decide("tested");
  EXPECT_EQ(expt_decision_exposure(nullptr, 0, &exposure), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_decision_exposure(decision_.get(), 0, nullptr), EXPT_INVALID_ARGUMENT);
  exposure.struct_size = 8;
  EXPECT_EQ(expt_decision_exposure(decision_.get(), 0, &exposure), EXPT_INVALID_ARGUMENT);
  const CText text(expt_text_new());
  EXPECT_EQ(expt_decision_json(nullptr, text.get()), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_decision_json(decision_.get(), nullptr), EXPT_INVALID_ARGUMENT);
  expt_decision_free(nullptr);
}

TEST_F(CEvaluation, AllocatesNothing) {
  Decide("tested");
  const size_t before = AllocationCount();
  for (int i = 0; i < 100; ++i) {
    expt_snapshot_decide(snapshot_.get(), expt_str("tested"), context_.get(), &input_, EXPT_TYPE_STRING,
                         decision_.get());
    Boolean("yes", false);
    Integer("size", 1);
    expt_snapshot_string(snapshot_.get(), expt_str("hello"), context_.get(), &input_, expt_str("none"));
  }
  EXPECT_EQ(AllocationCount() - before, 0u);
}

}  // namespace
}  // namespace expt::test
