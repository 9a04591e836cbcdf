#include "src/wire/status_codec.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "expt/v1/status.pb.h"

namespace expt::wire {
namespace {

StatusReport Full() {
  StatusReport report;
  report.instance_id.fill(7);
  report.sdk = "cpp";
  report.sdk_version = "1.2.3";
  report.epoch = 1;
  report.head_number = 42;
  report.served_version = 17;
  report.served_digest.fill(9);
  report.state = ClientState::kFresh;
  report.verdict = SnapshotVerdict{.result = VerdictResult::kNack,
                                   .version = 18,
                                   .digest = {1, 2, 3},
                                   .step = 13,
                                   .code = LoadCode::kGoldenMismatch};
  report.evaluations = {{.version = 17, .total = 1000, .errors = 3}, {.version = 16, .total = 5, .errors = 0}};
  return report;
}

std::string Reason(const std::string& bytes) { return std::string(DecodeStatus(bytes).status().message()); }

TEST(StatusCodec, WhatIsWrittenIsRead) {
  const absl::StatusOr<StatusReport> read = DecodeStatus(EncodeStatus(Full()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->instance_id, Full().instance_id);
  EXPECT_EQ(read->sdk, "cpp");
  EXPECT_EQ(read->sdk_version, "1.2.3");
  EXPECT_EQ(read->epoch, 1);
  EXPECT_EQ(read->head_number, 42);
  EXPECT_EQ(read->served_version, 17);
  EXPECT_EQ(read->served_digest, Full().served_digest);
  EXPECT_EQ(read->state, ClientState::kFresh);
  EXPECT_EQ(read->verdict, Full().verdict);
  EXPECT_EQ(read->evaluations, Full().evaluations);
}

TEST(StatusCodec, IsTheMessageOfTheSchema) {
  v1::StatusReport report;
  ASSERT_TRUE(report.ParseFromString(EncodeStatus(Full())));
  EXPECT_EQ(report.verdict().result(), v1::VERDICT_RESULT_NACK);
  EXPECT_EQ(report.verdict().code(), 16u);
  EXPECT_EQ(report.state(), v1::CLIENT_STATE_FRESH);
  ASSERT_EQ(report.evaluations_size(), 2);
  EXPECT_EQ(report.evaluations(0).errors(), 3u);
  EXPECT_EQ(report.SerializeAsString(), EncodeStatus(Full()));
}

TEST(StatusCodec, TheLargestReportFits) {
  StatusReport report = Full();
  report.sdk = std::string(64, 's');
  report.sdk_version = std::string(64, 'v');
  report.epoch = report.head_number = report.served_version = INT64_MAX;
  report.evaluations.assign(kMaxEvaluationCounts, {.version = INT64_MAX, .total = UINT64_MAX, .errors = UINT64_MAX});
  const std::string bytes = EncodeStatus(report);
  EXPECT_LE(bytes.size(), kMaxStatusBytes);
  EXPECT_TRUE(DecodeStatus(bytes).ok());
}

TEST(StatusCodec, RefusesWhatIsOutOfBounds) {
  const std::pair<std::function<void(StatusReport&)>, std::string> cases[] = {
      {[](StatusReport& r) { r.sdk.clear(); }, "status report: sdk is missing"},
      {[](StatusReport& r) { r.sdk = std::string(65, 'a'); }, "status report: sdk is no short word"},
      {[](StatusReport& r) { r.sdk = "a\nb"; }, "status report: sdk is no short word"},
      {[](StatusReport& r) { r.sdk_version = "1 2"; }, "status report: sdk version is no short word"},
      {[](StatusReport& r) { r.epoch = -1; }, "status report: a number is below zero"},
      {[](StatusReport& r) { r.served_version = 0; }, "status report: expected served version and digest both or none"},
      {[](StatusReport& r) { r.state = ClientState{}; }, "status report: state is unknown"},
      {[](StatusReport& r) { r.state = ClientState{5}; }, "status report: state is unknown"},
      {[](StatusReport& r) { r.verdict->result = VerdictResult{}; }, "status report: verdict: result is unknown"},
      {[](StatusReport& r) { r.verdict->code = LoadCode::kNone; },
       "status report: verdict: expected a code for a NACK only"},
      {[](StatusReport& r) { r.verdict->result = VerdictResult::kAck; },
       "status report: verdict: expected a code for a NACK only"},
      {[](StatusReport& r) { r.verdict->step = 19; }, "status report: verdict: step is unknown"},
      {[](StatusReport& r) { r.verdict->version = -1; }, "status report: verdict: version is below zero"},
      {[](StatusReport& r) { r.evaluations[0].errors = 1001; },
       "status report: evaluation count: more errors than evaluations"},
      {[](StatusReport& r) { r.evaluations[0].version = -1; },
       "status report: evaluation count: version is below zero"},
      {[](StatusReport& r) { r.evaluations.resize(9); }, "status report: more than 8 evaluation counts"},
  };
  for (const auto& [spoil, reason] : cases) {
    StatusReport report = Full();
    spoil(report);
    EXPECT_EQ(Reason(EncodeStatus(report)), reason);
  }
  v1::StatusReport short_id;
  ASSERT_TRUE(short_id.ParseFromString(EncodeStatus(Full())));
  short_id.set_instance_id("short");
  EXPECT_EQ(Reason(short_id.SerializeAsString()), "status report: instance id is not of 16 bytes");
  EXPECT_EQ(Reason(std::string(1025, 'x')), "status report: 1025 bytes, expected at most 1024");
}

TEST(StatusCodec, EveryTruncationIsReadOrRefused) {
  const std::string bytes = EncodeStatus(Full());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const absl::StatusOr<StatusReport> read = DecodeStatus(std::string_view(bytes).substr(0, size));
    if (!read.ok()) {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(StatusCodec, ACodeThatIsNotKnownStaysANack) {
  v1::StatusReport report;
  ASSERT_TRUE(report.ParseFromString(EncodeStatus(Full())));
  report.mutable_verdict()->set_code(99);
  const absl::StatusOr<StatusReport> read = DecodeStatus(report.SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(KindOf(read->verdict->code), NackKind::kContent);
  EXPECT_EQ(LoadCodeName(read->verdict->code), "");
}

TEST(StatusCodec, EachCodeSpeaksAboutTheWayAnAttackerTheContentOrACrash) {
  EXPECT_EQ(KindOf(LoadCode::kNone), NackKind::kNone);
  EXPECT_EQ(KindOf(LoadCode::kPendingNotSaved), NackKind::kNone);
  EXPECT_EQ(KindOf(LoadCode::kLkgNotSaved), NackKind::kNone);
  EXPECT_EQ(KindOf(LoadCode::kDigestMismatch), NackKind::kTransfer);
  EXPECT_EQ(KindOf(LoadCode::kBadEnvelope), NackKind::kTransfer);
  EXPECT_EQ(KindOf(LoadCode::kBadSignature), NackKind::kSecurity);
  EXPECT_EQ(KindOf(LoadCode::kRollback), NackKind::kSecurity);
  EXPECT_EQ(KindOf(LoadCode::kGoldenMismatch), NackKind::kContent);
  EXPECT_EQ(KindOf(LoadCode::kWireLimit), NackKind::kContent);
  EXPECT_EQ(KindOf(LoadCode::kUnhealthy), NackKind::kCrash);
}

}  // namespace
}  // namespace expt::wire
