// Names, version, texts and errors of expt/c.h.
#include <gtest/gtest.h>

#include "expt/version.h"
#include "tests/client/c/handles.h"

namespace expt::test {
namespace {

TEST(CNames, AreThoseOfTheCppInterface) {
  EXPECT_EQ(Str(expt_code_name(EXPT_OK)), "OK");
  EXPECT_EQ(Str(expt_code_name(EXPT_INVALID_ARGUMENT)), "INVALID_ARGUMENT");
  EXPECT_EQ(Str(expt_code_name(EXPT_UNAUTHENTICATED)), "UNAUTHENTICATED");
  EXPECT_EQ(Str(expt_load_code_name(EXPT_LOAD_TOO_LARGE)), "TOO_LARGE");
  EXPECT_EQ(Str(expt_load_code_name(EXPT_LOAD_HEAD_EXPIRED)), "HEAD_EXPIRED");
  EXPECT_EQ(Str(expt_value_type_name(EXPT_TYPE_MISSING)), "missing");
  EXPECT_EQ(Str(expt_value_type_name(EXPT_TYPE_STRING_LIST)), "string_list");
  EXPECT_EQ(Str(expt_reason_name(EXPT_REASON_ERROR)), "ERROR");
  EXPECT_EQ(Str(expt_reason_name(EXPT_REASON_STALE)), "STALE");
  EXPECT_EQ(Str(expt_error_code_name(EXPT_ERROR_NONE)), "");
  EXPECT_EQ(Str(expt_error_code_name(EXPT_ERROR_GENERAL)), "GENERAL");
  EXPECT_EQ(Str(expt_drop_reason_name(EXPT_DROP_NONE)), "none");
  EXPECT_EQ(Str(expt_drop_reason_name(EXPT_DROP_INVALID)), "invalid");
  EXPECT_EQ(Str(expt_state_name(EXPT_STATE_NOT_READY)), "not_ready");
  EXPECT_EQ(Str(expt_state_name(EXPT_STATE_VERY_STALE)), "very_stale");
  EXPECT_EQ(Str(expt_source_name(EXPT_SOURCE_NONE)), "none");
  EXPECT_EQ(Str(expt_source_name(EXPT_SOURCE_BUNDLE)), "bundle");
  EXPECT_EQ(Str(expt_condition_name(EXPT_CONDITION_REJECTED)), "rejected");
  EXPECT_EQ(Str(expt_condition_name(EXPT_CONDITION_CACHE_UNAVAILABLE)), "cache_unavailable");
}

TEST(CNames, NumbersThatNobodyKnowsAreUnknown) {
  for (const int32_t number : {-1, 1000, INT32_MIN, INT32_MAX}) {
    for (const auto name : {expt_code_name, expt_load_code_name, expt_value_type_name, expt_reason_name,
                            expt_error_code_name, expt_drop_reason_name, expt_state_name, expt_source_name, expt_condition_name}) {
      EXPECT_EQ(Str(name(number)), "unknown") << number;
    }
  }
}

TEST(CNames, OnlyOneConditionHasAName) {
  EXPECT_EQ(Str(expt_condition_name(0)), "unknown");
  EXPECT_EQ(Str(expt_condition_name(EXPT_CONDITION_REJECTED | EXPT_CONDITION_RECOVERED)), "unknown");
}

TEST(CVersion, IsThatOfTheLibrary) {
  EXPECT_EQ(Str(expt_version()), EXPT_VERSION);
  EXPECT_EQ(expt_format_version(), kFormatVersion);
  EXPECT_EQ(expt_semantics_version(), kSemanticsVersion);
}

TEST(CText, BeginsEmptyAndEndsInAZero) {
  const CText text(expt_text_new());
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(expt_text_view(text.get()).size, 0u);
  EXPECT_EQ(expt_text_view(text.get()).data[0], '\0');
  EXPECT_EQ(expt_text_view(nullptr).size, 0u);
  expt_text_free(nullptr);
  EXPECT_EQ(expt_str(nullptr).size, 0u);
  EXPECT_EQ(expt_str("abc").size, 3u);
}

TEST(CError, OfNothingIsOk) {
  EXPECT_EQ(expt_error_code_of(nullptr), EXPT_OK);
  EXPECT_EQ(expt_error_message(nullptr).size, 0u);
  EXPECT_EQ(expt_error_load_step(nullptr), 0);
  EXPECT_EQ(expt_error_load_code(nullptr), EXPT_LOAD_NONE);
  expt_error_free(nullptr);
}

}  // namespace
}  // namespace expt::test
