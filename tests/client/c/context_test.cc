// Contexts of expt/c.h, seen through a flag for each kind of attribute.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/client/c/signed_definitions.h"
#include "tests/core/counting_new.h"

namespace expt::test {
namespace {

// A flag for each condition: on where it holds.
nlohmann::json FlagWhere(const char* key, nlohmann::json condition) {
  return {{"key", key},
          {"type", "boolean"},
          {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}},
          {"rules", {{{"id", "r"}, {"condition", std::move(condition)}, {"serve", {{"variant", "on"}}}}}},
          {"default_serve", {{"variant", "off"}}}};
}

class CContexts : public testing::Test {
 protected:
  CContexts()
      : snapshot_(Load(Sign(
            {{"flags",
              {FlagWhere("swiss", {{"attribute", "country"}, {"operator", "equals"}, {"operands", {"CH"}}}),
               FlagWhere("adult", {{"attribute", "age"}, {"operator", "gte"}, {"operands", {18}}}),
               FlagWhere("beta", {{"attribute", "beta"}, {"operator", "equals"}, {"operands", {true}}}),
               FlagWhere("tagged", {{"attribute", "tags"}, {"operator", "contains_all"}, {"operands", {"a", "b"}}}),
               FlagWhere("me", {{"attribute", "targeting_key"}, {"operator", "equals"}, {"operands", {"u1"}}}),
               FlagWhere("country-known", {{"attribute", "country"}, {"operator", "is_set"}})}}}))),
        input_(Sized<expt_input>()),
        context_(expt_context_new()) {}

  bool On(const char* flag) const {
    return expt_snapshot_boolean(snapshot_.get(), expt_str(flag), context_.get(), &input_, false);
  }
  expt_code SetText(const char* name, std::string_view value) {
    return expt_context_set_string(context_.get(), expt_str(name), In(value));
  }
  expt_code SetTags(const std::vector<expt_string>& tags) {
    return expt_context_set_string_list(context_.get(), expt_str("tags"), tags.data(), tags.size());
  }

  CSnapshot snapshot_;
  expt_input input_;
  CContext context_;
};

TEST_F(CContexts, TakeEachType) {
  for (const char* flag : {"swiss", "adult", "beta", "tagged", "me"}) EXPECT_FALSE(On(flag)) << flag;
  EXPECT_EQ(SetText("country", "CH"), EXPT_OK);
  EXPECT_EQ(expt_context_set_integer(context_.get(), expt_str("age"), 18), EXPT_OK);
  EXPECT_EQ(expt_context_set_boolean(context_.get(), expt_str("beta"), true), EXPT_OK);
  EXPECT_EQ(SetTags({expt_str("b"), expt_str(""), expt_str("a")}), EXPT_OK);
  EXPECT_EQ(SetText("targeting_key", "u1"), EXPT_OK);
  for (const char* flag : {"swiss", "adult", "beta", "tagged", "me"}) EXPECT_TRUE(On(flag)) << flag;
  EXPECT_EQ(expt_context_set_double(context_.get(), expt_str("age"), 17.9), EXPT_OK);
  EXPECT_FALSE(On("adult"));
  EXPECT_EQ(expt_context_set_double(context_.get(), expt_str("age"), 18.0), EXPT_OK);
  EXPECT_TRUE(On("adult"));
}

TEST_F(CContexts, AreChangedAndClearedBetweenUses) {
  SetText("country", "CH");
  EXPECT_TRUE(On("swiss"));
  SetText("country", "DE");
  EXPECT_FALSE(On("swiss"));
  EXPECT_TRUE(On("country-known"));
  EXPECT_EQ(expt_context_set_null(context_.get(), expt_str("country")), EXPT_OK);
  EXPECT_FALSE(On("country-known"));
  SetText("country", "CH");
  SetTags({expt_str("a"), expt_str("b")});
  EXPECT_TRUE(On("swiss"));
  EXPECT_EQ(expt_context_clear(context_.get()), EXPT_OK);
  EXPECT_FALSE(On("country-known"));
  EXPECT_FALSE(On("tagged"));
  EXPECT_EQ(SetTags({}), EXPT_OK);
  EXPECT_EQ(expt_context_set_string_list(context_.get(), expt_str("tags"), nullptr, 0), EXPT_OK);
  EXPECT_FALSE(On("tagged"));
}

TEST_F(CContexts, KnowTheTargetingKeyByTwoNames) {
  SetText("targetingKey", "u1");
  EXPECT_TRUE(On("me"));
  SetText("targeting_key", "u2");
  EXPECT_FALSE(expt_context_is_valid(context_.get())) << "two different ones";
  expt_context_set_null(context_.get(), expt_str("targeting_key"));
  EXPECT_FALSE(On("me")) << "the last one says that there is none";
  SetText("targetingKey", "u1");
  EXPECT_TRUE(On("me"));
}

TEST_F(CContexts, WithTextThatIsNotUtf8OrAReservedNameLackIt) {
  EXPECT_EQ(SetText("country", "\xff"), EXPT_OK);
  EXPECT_FALSE(On("country-known"));
  EXPECT_EQ(SetText("$now", "x"), EXPT_OK);
  EXPECT_EQ(SetText("", "x"), EXPT_OK);
  EXPECT_TRUE(expt_context_is_valid(context_.get()));
}

TEST_F(CContexts, HoldAtMost256Attributes) {
  for (int i = 0; i < 256; ++i) ASSERT_EQ(SetText(("a" + std::to_string(i)).c_str(), "x"), EXPT_OK) << i;
  EXPECT_TRUE(expt_context_is_valid(context_.get()));
  EXPECT_EQ(SetText("a7", "again"), EXPT_OK);
  EXPECT_EQ(SetText("one-more", "x"), EXPT_RESOURCE_EXHAUSTED);
  EXPECT_FALSE(expt_context_is_valid(context_.get()));
  const CDecision decision(expt_decision_new());
  expt_snapshot_decide(snapshot_.get(), expt_str("swiss"), context_.get(), &input_, EXPT_TYPE_MISSING, decision.get());
  EXPECT_EQ(Read(decision).error, EXPT_ERROR_INVALID_CONTEXT);
  expt_context_clear(context_.get());
  EXPECT_TRUE(expt_context_is_valid(context_.get()));
}

TEST_F(CContexts, AnswerWrongCallsByACode) {
  const expt_string name = expt_str("country");
  EXPECT_EQ(expt_context_clear(nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_string(nullptr, name, name), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_integer(nullptr, name, 1), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_double(nullptr, name, 1), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_boolean(nullptr, name, true), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_string_list(nullptr, name, &name, 1), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_null(nullptr, name), EXPT_INVALID_ARGUMENT);
  EXPECT_FALSE(expt_context_is_valid(nullptr));
  expt_context_free(nullptr);
  for (const expt_string& wrong : {kNullText, kEndlessText}) {
    EXPECT_EQ(expt_context_set_string(context_.get(), name, wrong), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_string(context_.get(), wrong, name), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_integer(context_.get(), wrong, 1), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_double(context_.get(), wrong, 1), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_boolean(context_.get(), wrong, true), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_null(context_.get(), wrong), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_string_list(context_.get(), wrong, &name, 1), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_context_set_string_list(context_.get(), name, &wrong, 1), EXPT_INVALID_ARGUMENT);
  }
  EXPECT_EQ(expt_context_set_string_list(context_.get(), name, nullptr, 1), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_context_set_string_list(context_.get(), name, &name, SIZE_MAX), EXPT_INVALID_ARGUMENT);
  EXPECT_FALSE(On("country-known"));
}

TEST_F(CContexts, AllocateOnceAfterAChangeAndThenNothing) {
  const auto change = [&](std::string_view country) {
    expt_context_clear(context_.get());
    SetText("country", country);
    SetText("a-long-name-that-fits-no-small-string", "and a value that fits none either");
    expt_context_set_integer(context_.get(), expt_str("age"), 31);
  };
  change("a country with a long name that is known by now");
  EXPECT_FALSE(On("swiss"));
  size_t before = AllocationCount();
  change("CH");
  EXPECT_EQ(AllocationCount() - before, 0u);
  EXPECT_TRUE(On("swiss"));
  EXPECT_EQ(AllocationCount() - before, 1u);
  before = AllocationCount();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(On("swiss") && On("adult") && !On("beta"));
  EXPECT_EQ(AllocationCount() - before, 0u);
}

TEST_F(CContexts, CanBeUsedFirstByManyThreadsAtOnce) {
  for (int round = 0; round < 50; ++round) {
    expt_context_clear(context_.get());
    SetText("country", "CH");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_TRUE(On("swiss")); });
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace expt::test
