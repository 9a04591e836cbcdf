// Steps 9 and 10, and Snapshot::Parse from signed bytes to decisions.
#include "src/core/accept.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "expt/evaluate.h"
#include "src/host/crypto.h"
#include "src/host/signed_file.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

host::SecretKey KeyOf(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed.fill(number);
  return host::SecretKey::FromSeed(seed);
}

// Keys 1 root, 2 and 3 snapshots of env_a and env_b.
Root MakeRoot(int64_t epoch) {
  wire::RootModel model;
  model.root_version = 1;
  model.issued_at_ms = 1;
  model.expires_at_ms = 1'000'000;
  for (uint8_t i = 1; i <= 3; ++i) model.public_keys.push_back(KeyOf(i).public_key());
  model.roles = {{wire::RoleKind::kRoot, "", 1, {0}},
                 {wire::RoleKind::kSnapshot, "env_a", 1, {1}},
                 {wire::RoleKind::kSnapshot, "env_b", 1, {2}}};
  model.epochs = {{"env_a", epoch}, {"env_b", epoch}};
  const host::SecretKey keys[] = {KeyOf(1)};
  const absl::StatusOr<Root> root =
      Root::Parse(host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(model), keys));
  EXPECT_TRUE(root.ok()) << root.status();
  return root.ok() ? *root : Root();
}

std::string MakeFile(int64_t version, int64_t epoch, std::string_view environment = "env_a", uint8_t key = 2,
                     std::string_view value = "A", std::string_view audience = "server") {
  const nlohmann::json snapshot = {{"environment", environment},
                                   {"epoch", epoch},
                                   {"version", version},
                                   {"audience", audience},
                                   {"project", "shop"},
                                   {"issued_at_ms", 1234},
                                   {"flags",
                                    {{{"key", "f"},
                                      {"type", "string"},
                                      {"visibility", "client"},
                                      {"variants", {{{"key", "v"}, {"value", value}}}},
                                      {"default_serve", {{"variant", "v"}}}}}}};
  const host::SecretKey keys[] = {KeyOf(key)};
  return host::MakeSignedFile(wire::PayloadType::kSnapshot, wire::EncodeSnapshot(vectors::ModelOf(snapshot)), keys);
}

LoadCode CodeOf(const std::string& file, const Trust& trust) {
  const absl::StatusOr<Snapshot> snapshot = Snapshot::Parse(file, trust);
  if (snapshot.ok()) return LoadCode::kNone;
  const std::optional<LoadError> error = LoadErrorOf(snapshot.status());
  EXPECT_TRUE(error.has_value()) << snapshot.status();
  return error.has_value() ? error->code : LoadCode::kNone;
}

TEST(Parse, SignedBytesBecomeDecisions) {
  const std::string file = MakeFile(7, 2);
  const absl::StatusOr<Snapshot> snapshot =
      Snapshot::Parse(file, {.root = MakeRoot(2), .environment = "env_a", .audience = Audience::kServer, .floor = {}});
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(snapshot->version(), 7);
  EXPECT_EQ(snapshot->epoch(), 2);
  EXPECT_EQ(snapshot->project(), "shop");
  EXPECT_EQ(snapshot->environment(), "env_a");
  EXPECT_EQ(snapshot->audience(), Audience::kServer);
  EXPECT_EQ(snapshot->issued_at().time_since_epoch().count(), 1234);
  EXPECT_NE(snapshot->digest(), Digest{});
  EXPECT_EQ(Evaluate(*snapshot, "f", Context(), {}).ValueOr<std::string_view>(""), "A");
}

TEST(Parse, FirstFailingStepDecides) {
  const Root root = MakeRoot(2);
  const Trust trust = {.root = root, .environment = "env_a", .audience = std::nullopt, .floor = {}};
  EXPECT_EQ(CodeOf(MakeFile(7, 2), trust), LoadCode::kNone);
  EXPECT_EQ(CodeOf("", trust), LoadCode::kBadEnvelope);
  EXPECT_EQ(CodeOf(MakeFile(7, 2), Trust{}), LoadCode::kUnknownKey);
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_a", 9), trust), LoadCode::kUnknownKey);
  std::string damaged = MakeFile(7, 2);
  damaged.back() ^= 1;
  EXPECT_EQ(CodeOf(damaged, trust), LoadCode::kBadSignature);
  // Signed by the keys of another environment.
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_b", 3), trust), LoadCode::kUnknownKey);
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_a", 3), {.root = root, .environment = "", .audience = {}, .floor = {}}),
            LoadCode::kWrongEnvironment);
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_b", 3), {.root = root, .environment = "", .audience = {}, .floor = {}}),
            LoadCode::kNone);
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_b", 2), trust), LoadCode::kWrongEnvironment);
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_a", 2, "A", "client"),
                   {.root = root, .environment = "env_a", .audience = Audience::kServer, .floor = {}}),
            LoadCode::kWrongEnvironment);
  // Environment comes before epoch.
  EXPECT_EQ(CodeOf(MakeFile(7, 1, "env_b", 2), trust), LoadCode::kWrongEnvironment);
  EXPECT_EQ(CodeOf(MakeFile(7, 1), trust), LoadCode::kRollback);
  EXPECT_EQ(CodeOf(MakeFile(7, 3), trust), LoadCode::kFastForward);
}

TEST(Parse, FloorHoldsAgainstOlderAndOtherContent) {
  const std::string file = MakeFile(7, 2);
  Trust trust = {.root = MakeRoot(2), .environment = "env_a", .audience = std::nullopt, .floor = {}};
  const absl::StatusOr<Snapshot> seen = Snapshot::Parse(file, trust);
  ASSERT_TRUE(seen.ok());
  trust.floor = {.epoch = 2, .version = 7, .digest = seen->digest()};
  EXPECT_EQ(CodeOf(file, trust), LoadCode::kNone);
  EXPECT_EQ(CodeOf(MakeFile(8, 2), trust), LoadCode::kNone);
  EXPECT_EQ(CodeOf(MakeFile(6, 2), trust), LoadCode::kRollback);
  EXPECT_EQ(CodeOf(MakeFile(7, 2, "env_a", 2, "B"), trust), LoadCode::kEquivocation);
  EXPECT_EQ(CodeOf(MakeFile(7 + core::kMaxVersionStep, 2), trust), LoadCode::kNone);
  EXPECT_EQ(CodeOf(MakeFile(8 + core::kMaxVersionStep, 2), trust), LoadCode::kFastForward);
}

LoadCode Monotone(int64_t epoch, int64_t version, const Floor& floor, int64_t root_epoch) {
  const absl::Status status = core::CheckMonotone("snapshot", epoch, version, Digest{1}, root_epoch, floor);
  return status.ok() ? LoadCode::kNone : LoadErrorOf(status)->code;
}

TEST(Monotone, NewEpochResetsTheFloor) {
  const Floor floor = {.epoch = 1, .version = int64_t{1} << 62, .digest = std::nullopt};
  EXPECT_EQ(Monotone(2, 1, floor, 2), LoadCode::kNone);
  EXPECT_EQ(Monotone(1, 1, floor, 1), LoadCode::kRollback);
  EXPECT_EQ(Monotone(1, (int64_t{1} << 62) + 1, floor, 1), LoadCode::kNone);
}

TEST(Monotone, ExtremesDoNotOverflow) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(Monotone(1, kMax, {}, 1), LoadCode::kFastForward);
  EXPECT_EQ(Monotone(1, kMin, {}, 1), LoadCode::kRollback);
  EXPECT_EQ(Monotone(1, kMax, {.epoch = 1, .version = kMin, .digest = {}}, 1), LoadCode::kFastForward);
  EXPECT_EQ(Monotone(1, kMax, {.epoch = 1, .version = kMax, .digest = {}}, 1), LoadCode::kNone);
  EXPECT_EQ(Monotone(kMin, 1, {}, kMin), LoadCode::kRollback);
  EXPECT_EQ(Monotone(1, 5, {.epoch = 1, .version = 5, .digest = Digest{2}}, 1), LoadCode::kEquivocation);
  EXPECT_EQ(Monotone(1, 5, {.epoch = 1, .version = 5, .digest = Digest{1}}, 1), LoadCode::kNone);
}

TEST(Root, TellsVersionEnvironmentsAndDigest) {
  const Root root = MakeRoot(2);
  EXPECT_EQ(root.version(), 1);
  ASSERT_EQ(root.environments().size(), 2u);
  EXPECT_EQ(root.environments()[0], "env_a");
  EXPECT_NE(root.digest(), Digest{});
  EXPECT_EQ(Root().version(), 0);
  EXPECT_TRUE(Root().environments().empty());
}

TEST(Root, PinMustBeTheDigestOfTheFile) {
  wire::RootModel model;
  model.root_version = 1;
  model.expires_at_ms = 1;
  model.public_keys = {KeyOf(1).public_key()};
  model.roles = {{wire::RoleKind::kRoot, "", 1, {0}}};
  const host::SecretKey keys[] = {KeyOf(1)};
  const std::string file = host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(model), keys);
  EXPECT_TRUE(Root::Parse(file, host::Sha256(file)).ok());
  EXPECT_EQ(LoadErrorOf(Root::Parse(file, Digest{}).status())->code, LoadCode::kDigestMismatch);
  EXPECT_EQ(LoadErrorOf(Root::Parse("junk", Digest{}).status())->code, LoadCode::kBadEnvelope);
}

}  // namespace
}  // namespace expt
