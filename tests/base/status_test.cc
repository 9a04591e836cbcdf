#include "src/base/status.h"

#include <gtest/gtest.h>

namespace expt {
namespace {

TEST(LoadFailure, CarriesStepCodeAndCanonicalCode) {
  const absl::Status status = base::LoadFailure(LoadCode::kRollback, "snapshot v3 is older than v4");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "snapshot v3 is older than v4");
  ASSERT_TRUE(LoadErrorOf(status).has_value());
  EXPECT_EQ(LoadErrorOf(status)->step, 10);
  EXPECT_EQ(LoadErrorOf(status)->code, LoadCode::kRollback);
}

TEST(LoadFailure, CanonicalCodeCanBeAnother) {
  const absl::Status status =
      base::LoadFailure(LoadCode::kBadEnvelope, absl::StatusCode::kUnimplemented, "codec 2 is not known");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(LoadErrorOf(status)->code, LoadCode::kBadEnvelope);
}

TEST(LoadFailure, EveryCodeHasItsCanonicalCodeStepAndName) {
  struct Row {
    LoadCode code;
    int step;
    absl::StatusCode canonical;
    const char* name;
  };
  using C = absl::StatusCode;
  for (const Row& row :
       std::initializer_list<Row>{{LoadCode::kTooLarge, 1, C::kInvalidArgument, "TOO_LARGE"},
                                  {LoadCode::kBadEnvelope, 2, C::kInvalidArgument, "BAD_ENVELOPE"},
                                  {LoadCode::kDigestMismatch, 3, C::kDataLoss, "DIGEST_MISMATCH"},
                                  {LoadCode::kUnknownKey, 4, C::kPermissionDenied, "UNKNOWN_KEY"},
                                  {LoadCode::kBadSignature, 5, C::kPermissionDenied, "BAD_SIGNATURE"},
                                  {LoadCode::kBadInflate, 6, C::kInvalidArgument, "BAD_INFLATE"},
                                  {LoadCode::kWireLimit, 7, C::kInvalidArgument, "WIRE_LIMIT"},
                                  {LoadCode::kBadEncoding, 8, C::kInvalidArgument, "BAD_ENCODING"},
                                  {LoadCode::kUnsupportedVersion, 8, C::kUnimplemented, "UNSUPPORTED_VERSION"},
                                  {LoadCode::kWrongEnvironment, 9, C::kPermissionDenied, "WRONG_ENVIRONMENT"},
                                  {LoadCode::kEquivocation, 10, C::kFailedPrecondition, "EQUIVOCATION"},
                                  {LoadCode::kFastForward, 10, C::kFailedPrecondition, "FAST_FORWARD"},
                                  {LoadCode::kBadContent, 11, C::kInvalidArgument, "BAD_CONTENT"},
                                  {LoadCode::kCompileFailed, 12, C::kInternal, "COMPILE_FAILED"},
                                  {LoadCode::kGoldenMismatch, 13, C::kInternal, "GOLDEN_MISMATCH"},
                                  {LoadCode::kHeadExpired, 11, C::kFailedPrecondition, "HEAD_EXPIRED"}}) {
    const absl::Status status = base::LoadFailure(row.code, "x");
    EXPECT_EQ(status.code(), row.canonical) << row.name;
    EXPECT_EQ(LoadErrorOf(status)->step, row.step) << row.name;
    EXPECT_EQ(LoadCodeName(row.code), row.name);
  }
}

TEST(LoadErrorOf, SaysNothingAboutOtherErrors) {
  EXPECT_FALSE(LoadErrorOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(LoadErrorOf(absl::InternalError("x")).has_value());
}

}  // namespace
}  // namespace expt
