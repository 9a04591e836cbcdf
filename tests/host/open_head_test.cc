#include <gtest/gtest.h>

#include <string>

#include "src/core/head.h"
#include "src/host/signed_file.h"

namespace expt::core {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

host::SecretKey Key(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  return host::SecretKey::FromSeed(seed);
}

Root SampleRoot() {
  wire::RootModel root;
  root.root_version = 3;
  root.public_keys = {Key(1).public_key(), Key(2).public_key()};
  root.roles = {{wire::RoleKind::kRoot, "", 1, {0}},
                {wire::RoleKind::kHead, "env", 1, {1}},
                {wire::RoleKind::kHead, "twin", 1, {1}}};
  root.epochs = {{"env", 5}, {"twin", 5}};
  const std::vector<host::SecretKey> keys = {Key(1)};
  const auto parsed = Root::Parse(host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), keys));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *parsed : Root();
}

wire::HeadModel SampleHead() {
  wire::HeadModel head;
  head.environment = "env";
  head.root_version = 3;
  head.epoch = 5;
  head.head_number = 100;
  head.stable.digest.fill(7);
  head.issued_at_ms = kNow;
  head.expires_at_ms = kNow + 900'000;
  return head;
}

std::string Signed(const wire::HeadModel& head) {
  const std::vector<host::SecretKey> keys = {Key(2)};
  return host::MakeSignedFile(wire::PayloadType::kHead, wire::EncodeHead(head), keys);
}

absl::StatusOr<AcceptedHead> Open(const std::string& file, const HeadFloor& floor = {}, int64_t now_ms = kNow) {
  return OpenHead(file, SampleRoot(), "env", Audience::kServer, floor, Time(std::chrono::milliseconds(now_ms)));
}

LoadCode CodeOf(const absl::Status& status) {
  const auto error = LoadErrorOf(status);
  return error.has_value() ? error->code : LoadCode::kNone;
}

template <typename Change>
LoadCode OpenChanged(const Change& change, const HeadFloor& floor = {}) {
  wire::HeadModel head = SampleHead();
  change(head);
  return CodeOf(Open(Signed(head), floor).status());
}

TEST(OpenHead, GivesTheHeadAndTheDigestOfItsPayload) {
  wire::HeadModel head = SampleHead();
  head.emergency_off = {"checkout"};
  const std::string file = Signed(head);
  const auto accepted = Open(file);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->head.head_number, 100);
  EXPECT_EQ(accepted->head.emergency_off, head.emergency_off);
  EXPECT_EQ(accepted->digest, host::Sha256(wire::EncodeHead(head)));
  // Once more, with itself as the floor.
  EXPECT_TRUE(Open(file, {5, 100, accepted->digest}).ok());
  EXPECT_TRUE(Open(file, {5, 100, std::nullopt}).ok());
}

TEST(OpenHead, FloorIsMonotone) {
  const auto none = [](wire::HeadModel&) {};
  EXPECT_EQ(OpenChanged(none, {5, 99, std::nullopt}), LoadCode::kNone);
  EXPECT_EQ(OpenChanged(none, {5, 101, std::nullopt}), LoadCode::kRollback);
  EXPECT_EQ(OpenChanged(none, {6, 1, std::nullopt}), LoadCode::kRollback);
  EXPECT_EQ(OpenChanged(none, {4, 1'000'000, std::nullopt}), LoadCode::kNone);
  EXPECT_EQ(OpenChanged(none, {5, 100, Digest{}}), LoadCode::kEquivocation);
  EXPECT_EQ(OpenChanged(none, {4, 100, Digest{}}), LoadCode::kNone);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.head_number = (int64_t{1} << 32) + 51; }, {5, 50, std::nullopt}),
            LoadCode::kFastForward);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.head_number = (int64_t{1} << 32) + 50; }, {5, 50, std::nullopt}),
            LoadCode::kNone);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.head_number = INT64_MAX; }), LoadCode::kFastForward);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.head_number = INT64_MIN; }), LoadCode::kRollback);
}

TEST(OpenHead, EpochIsThatOfTheRoot) {
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.epoch = 4; }), LoadCode::kRollback);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.epoch = 6; }), LoadCode::kFastForward);
}

TEST(OpenHead, NewerRootComesFirst) {
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.root_version = 2; }), LoadCode::kNone);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.root_version = 4; }), LoadCode::kUnknownKey);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) {
              h.root_version = 4;
              h.epoch = 6;
            }),
            LoadCode::kUnknownKey);
}

TEST(OpenHead, IsForOneEnvironmentAndAudience) {
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.environment = "twin"; }), LoadCode::kWrongEnvironment);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.audience = Audience::kClient; }), LoadCode::kWrongEnvironment);
  const std::string file = Signed(SampleHead());
  const auto open = [&](std::string_view environment, Audience audience) {
    return CodeOf(OpenHead(file, SampleRoot(), environment, audience, {}, Time()).status());
  };
  EXPECT_EQ(open("env", Audience::kServer), LoadCode::kNone);
  EXPECT_EQ(open("twin", Audience::kServer), LoadCode::kWrongEnvironment);
  EXPECT_EQ(open("elsewhere", Audience::kServer), LoadCode::kUnknownKey);
  EXPECT_EQ(open("", Audience::kServer), LoadCode::kWrongEnvironment);
  EXPECT_EQ(open("env", Audience::kClient), LoadCode::kWrongEnvironment);
}

TEST(OpenHead, ExpiryIsDecidedLastAndByTheGivenTimeOnly) {
  const std::string file = Signed(SampleHead());
  EXPECT_TRUE(Open(file, {}, kNow + 899'999).ok());
  EXPECT_EQ(CodeOf(Open(file, {}, kNow + 900'000).status()), LoadCode::kHeadExpired);
  EXPECT_EQ(CodeOf(Open(file, {5, 101, std::nullopt}, kNow + 900'000).status()), LoadCode::kRollback);
  EXPECT_TRUE(Open(file, {}, 0).ok());
}

TEST(OpenHead, UntrustedRootKnowsNoKey) {
  EXPECT_EQ(CodeOf(OpenHead(Signed(SampleHead()), Root(), "env", Audience::kServer, {}, Time()).status()),
            LoadCode::kUnknownKey);
}

TEST(OpenHead, ContentIsChecked) {
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.emergency_off.assign(256, "f"); }), LoadCode::kNone);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.emergency_off.assign(257, "f"); }), LoadCode::kBadEncoding);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.candidate_ppm = 1'000'001; }), LoadCode::kBadEncoding);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.audience = static_cast<Audience>(0); }), LoadCode::kBadEncoding);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.format_version = 2; }), LoadCode::kUnsupportedVersion);
  EXPECT_EQ(OpenChanged([](wire::HeadModel& h) { h.emergency_off.assign(1, std::string(1, '\xff')); }),
            LoadCode::kBadEncoding);
  // No stable snapshot at all, and one without a digest.
  for (const std::string& payload : {std::string("\x08\x01\x12\x03"
                                                 "env\x18\x01",
                                                 9),
                                     std::string("\x08\x01\x12\x03"
                                                 "env\x18\x01\x4a\x02\x08\x07",
                                                 13)}) {
    EXPECT_EQ(CodeOf(wire::DecodeHead(payload).status()), LoadCode::kBadEncoding);
  }
}

}  // namespace
}  // namespace expt::core
