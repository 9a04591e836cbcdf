#include "src/host/signed_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "expt/snapshot.h"

namespace expt::host {
namespace {

using wire::PayloadType;
using wire::RoleKind;
using wire::RootModel;
using wire::VerifyRequest;

SecretKey Key(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  return SecretKey::FromSeed(seed);
}

std::vector<SecretKey> Keys(std::initializer_list<uint8_t> numbers) {
  std::vector<SecretKey> keys;
  for (uint8_t number : numbers) keys.push_back(Key(number));
  return keys;
}

// Keys 0 to 4; snapshots of "a" need two of {0, 1, 2}, snapshots of "b" one of {2, 3}, heads of "a" key 4.
RootModel SampleRoot() {
  RootModel root;
  root.root_version = 1;
  for (uint8_t i = 0; i < 5; ++i) root.public_keys.push_back(Key(i).public_key());
  root.roles = {{RoleKind::kRoot, "", 2, {0, 1, 2}},
                {RoleKind::kSnapshot, "a", 2, {0, 1, 2}},
                {RoleKind::kSnapshot, "b", 1, {2, 3}},
                {RoleKind::kHead, "a", 1, {4}}};
  return root;
}

LoadCode CodeOf(const absl::Status& status) {
  const auto error = LoadErrorOf(status);
  return error.has_value() ? error->code : LoadCode::kNone;
}

LoadCode Open(const std::string& file, const RootModel& root, std::string_view environment,
              PayloadType type = PayloadType::kSnapshot) {
  VerifyRequest request;
  request.type = type;
  request.environment = environment;
  return CodeOf(OpenSignedFile(file, root, request).status());
}

TEST(SignedFile, OpensToWhatWasSigned) {
  const std::string plain(5'000, 'p');
  const std::string file = MakeSignedFile(PayloadType::kSnapshot, plain, Keys({2, 0}));
  EXPECT_LT(file.size(), 500u);
  VerifyRequest request;
  request.environment = "a";
  const auto opened = OpenSignedFile(file, SampleRoot(), request);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->plain.view(), plain);
  EXPECT_EQ(opened->environment, "a");
  EXPECT_EQ(opened->payload_size, file.size() - 20 - 2 * 72);
  EXPECT_EQ(opened->payload_digest, Sha256(std::string_view(file).substr(20 + 2 * 72)));
}

TEST(SignedFile, WhatDoesNotShrinkIsStoredAsItIs) {
  const std::string file = MakeSignedFile(PayloadType::kSnapshot, "short", Keys({0, 1}));
  EXPECT_TRUE(file.ends_with("short"));
  EXPECT_EQ(file[9], 0);
  EXPECT_EQ(Open(file, SampleRoot(), "a"), LoadCode::kNone);
  const std::string head = MakeSignedFile(PayloadType::kHead, std::string(5'000, 'h'), Keys({4}));
  EXPECT_EQ(head[9], 0);
  EXPECT_EQ(Open(head, SampleRoot(), "a", PayloadType::kHead), LoadCode::kNone);
}

TEST(SignedFile, ThresholdCountsDistinctKeysThatVerify) {
  const RootModel root = SampleRoot();
  const auto open = [&](std::initializer_list<uint8_t> numbers) {
    return Open(MakeSignedFile(PayloadType::kSnapshot, "plain", Keys(numbers)), root, "a");
  };
  EXPECT_EQ(open({0, 1}), LoadCode::kNone);
  EXPECT_EQ(open({2, 1, 0}), LoadCode::kNone);
  EXPECT_EQ(open({9, 1, 8, 0}), LoadCode::kNone);  // strangers beside
  EXPECT_EQ(open({0}), LoadCode::kBadSignature);
  EXPECT_EQ(open({0, 0}), LoadCode::kBadSignature);  // a repeated key counts once
  EXPECT_EQ(open({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), LoadCode::kBadSignature);
  EXPECT_EQ(open({0, 3}), LoadCode::kBadSignature);  // key 3 signs for another environment
  EXPECT_EQ(open({3}), LoadCode::kUnknownKey);
  EXPECT_EQ(open({4}), LoadCode::kUnknownKey);  // a head key signs no snapshots
  EXPECT_EQ(open({9}), LoadCode::kUnknownKey);
}

TEST(SignedFile, GoodSignatureCountsAlsoBehindABadOneOfTheSameKey) {
  const std::string good = MakeSignedFile(PayloadType::kSnapshot, "plain", Keys({3}));
  std::string file = MakeSignedFile(PayloadType::kSnapshot, "plain", Keys({3, 3}));
  file[20 + 8] = static_cast<char>(file[20 + 8] ^ 1);
  EXPECT_EQ(Open(good, SampleRoot(), "b"), LoadCode::kNone);
  EXPECT_EQ(Open(file, SampleRoot(), "b"), LoadCode::kNone);
  file[20 + 72 + 8] = static_cast<char>(file[20 + 72 + 8] ^ 1);
  EXPECT_EQ(Open(file, SampleRoot(), "b"), LoadCode::kBadSignature);
}

TEST(SignedFile, RevokedKeyIsUnknown) {
  RootModel root = SampleRoot();
  const wire::PublicKey key = Key(3).public_key();
  root.revoked_key_hashes = {Sha256({reinterpret_cast<const char*>(key.data()), key.size()})};
  EXPECT_EQ(Open(MakeSignedFile(PayloadType::kSnapshot, "plain", Keys({3})), root, "b"), LoadCode::kUnknownKey);
  EXPECT_EQ(Open(MakeSignedFile(PayloadType::kSnapshot, "plain", Keys({3, 2})), root, "b"), LoadCode::kNone);
}

TEST(SignedFile, WithoutAnEnvironmentAnyRoleWillDo) {
  const RootModel root = SampleRoot();
  const auto open = [&](std::initializer_list<uint8_t> numbers) {
    return OpenSignedFile(MakeSignedFile(PayloadType::kSnapshot, "plain", Keys(numbers)), root, {});
  };
  EXPECT_EQ(open({0, 1})->environments, (std::vector<std::string>{"a"}));
  EXPECT_EQ(open({3})->environments, (std::vector<std::string>{"b"}));
  EXPECT_EQ(open({1, 2})->environments, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(open({2})->environments, (std::vector<std::string>{"b"}));
  EXPECT_EQ(CodeOf(open({1}).status()), LoadCode::kBadSignature);
  EXPECT_EQ(CodeOf(open({4}).status()), LoadCode::kUnknownKey);
}

TEST(SignedFile, SmallOrderKeyVerifiesNothing) {
  for (const uint8_t first : {0x00, 0x01}) {
    RootModel root = SampleRoot();
    root.public_keys[3] = {first};
    wire::SignatureEntry entry;
    entry.key_id = KeyIdOf(root.public_keys[3]);
    entry.signature = {};
    entry.signature[0] = 1;  // R is the neutral element, S is 0
    const std::string file = wire::WriteEnvelope(PayloadType::kSnapshot, wire::Codec::kNone, 5, {&entry, 1}, "plain");
    EXPECT_EQ(Open(file, root, "b"), LoadCode::kBadSignature);
  }
}

TEST(SignedFile, DigestComesBeforeKeysAndSizeBeforeBoth) {
  const std::string file = MakeSignedFile(PayloadType::kSnapshot, "plain", Keys({9}));
  VerifyRequest request;
  request.environment = "a";
  request.expected_digest = Sha256("other");
  EXPECT_EQ(CodeOf(OpenSignedFile(file, SampleRoot(), request).status()), LoadCode::kDigestMismatch);
  request.expected_digest = Sha256("plain");
  EXPECT_EQ(CodeOf(OpenSignedFile(file, SampleRoot(), request).status()), LoadCode::kUnknownKey);
  request.expected_size = 4;
  EXPECT_EQ(CodeOf(OpenSignedFile(file, SampleRoot(), request).status()), LoadCode::kTooLarge);
}

TEST(SignedFile, LimitsHoldPerType) {
  const auto open = [](PayloadType type, size_t size) {
    RootModel root = SampleRoot();
    return Open(wire::WriteEnvelope(type, wire::Codec::kNone, size, std::vector<wire::SignatureEntry>(1),
                                    std::string(size, 'x')),
                root, "a", type);
  };
  EXPECT_EQ(open(PayloadType::kHead, (16u << 10) - 92), LoadCode::kUnknownKey);
  EXPECT_EQ(open(PayloadType::kHead, (16u << 10) - 91), LoadCode::kTooLarge);
  EXPECT_EQ(open(PayloadType::kRoot, (64u << 10) - 92), LoadCode::kUnknownKey);
  EXPECT_EQ(open(PayloadType::kRoot, (64u << 10) - 91), LoadCode::kTooLarge);
  EXPECT_EQ(open(PayloadType::kSnapshot, (32u << 20) - 92), LoadCode::kUnknownKey);
  EXPECT_EQ(open(PayloadType::kSnapshot, (32u << 20) - 91), LoadCode::kTooLarge);
}

TEST(SignedFile, UnknownTypesAndCodecsAskForAnUpgrade) {
  std::string file = MakeSignedFile(PayloadType::kSnapshot, "plain", Keys({0, 1}));
  const auto status = [&] { return OpenSignedFile(file, SampleRoot(), {}).status(); };
  file[8] = 4;
  EXPECT_EQ(status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(CodeOf(status()), LoadCode::kBadEnvelope);
  file[8] = 3;
  file[9] = 2;
  EXPECT_EQ(status().code(), absl::StatusCode::kUnimplemented);
  file[9] = 0;
  file[8] = 2;
  EXPECT_EQ(status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RootFile, IsReadWhenItsOwnThresholdSigned) {
  const std::string payload = wire::EncodeRoot(SampleRoot());
  const auto root = OpenRootFile(MakeSignedFile(PayloadType::kRoot, payload, Keys({0, 2})));
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(wire::EncodeRoot(*root), payload);
  const auto code = [&](std::initializer_list<uint8_t> numbers) {
    return CodeOf(OpenRootFile(MakeSignedFile(PayloadType::kRoot, payload, Keys(numbers))).status());
  };
  EXPECT_EQ(code({0}), LoadCode::kBadSignature);
  EXPECT_EQ(code({0, 0}), LoadCode::kBadSignature);
  EXPECT_EQ(code({0, 3}), LoadCode::kBadSignature);
  EXPECT_EQ(code({3, 4}), LoadCode::kUnknownKey);
}

TEST(RootFile, ContentIsChecked) {
  const auto code = [](const auto& change) {
    RootModel root = SampleRoot();
    change(root);
    return CodeOf(wire::DecodeRoot(wire::EncodeRoot(root)).status());
  };
  EXPECT_EQ(code([](RootModel&) {}), LoadCode::kNone);
  EXPECT_EQ(code([](RootModel& r) { r.public_keys[4] = {}; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.public_keys[4].fill(0xff); }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.public_keys[4] = r.public_keys[3]; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[3].keys = {5}; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[3].keys = {4, 4}; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[3].keys = {}; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[3].threshold = 2; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[3].threshold = 0; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[3].environment = ""; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles[0].environment = "a"; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles.erase(r.roles.begin()); }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.roles.push_back(r.roles[1]); }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.root_version = 0; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.epochs = {{"a", 1}, {"a", 2}}; }), LoadCode::kBadContent);
  EXPECT_EQ(code([](RootModel& r) { r.epochs = {{"a", -1}}; }), LoadCode::kBadContent);
  // A role of a kind that comes later is none of ours.
  EXPECT_EQ(code([](RootModel& r) { r.roles.push_back({static_cast<RoleKind>(9), "", 0, {77}}); }), LoadCode::kNone);
}

}  // namespace
}  // namespace expt::host
