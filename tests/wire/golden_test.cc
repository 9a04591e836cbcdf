#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "expt/snapshot.h"
#include "expt/v1/event.pb.h"
#include "expt/v1/head.pb.h"
#include "expt/v1/root.pb.h"
#include "src/core/head.h"
#include "src/host/crypto.h"
#include "src/host/deflate.h"
#include "src/host/signed_file.h"
#include "src/wire/event_codec.h"
#include "src/wire/head.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "tests/wire/golden_files.h"
#include "tests/wire/model_dump.h"
#include "tests/wire/proto_dump.h"

namespace expt::wire {
namespace {

using Json = nlohmann::json;

const std::filesystem::path kDirectory = std::filesystem::path(EXPT_SOURCE_DIR) / "tests" / "vectors" / "wire";

std::string Read(const std::string& name) {
  std::ifstream in(kDirectory / name, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << name;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string FromHex(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

Digest DigestOf(const std::string& hex) {
  const std::string bytes = FromHex(hex);
  Digest digest{};
  EXPECT_EQ(bytes.size(), digest.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

Json ReadIndex() { return Json::parse(Read("index.json")); }

Root RootOf(const std::string& name) {
  auto root = Root::Parse(Read(name));
  EXPECT_TRUE(root.ok()) << root.status();
  return root.ok() ? *root : Root();
}

std::string Mutate(std::string file, const Json& row) {
  if (row.contains("flip")) {
    const size_t at = row["flip"];
    EXPECT_LT(at, file.size());
    file[at] = static_cast<char>(file[at] ^ row["xor"].get<int>());
  }
  if (row.contains("truncate")) file.resize(row["truncate"].get<size_t>());
  if (row.contains("append")) file += FromHex(row["append"]);
  return file;
}

absl::Status OpenSnapshot(const std::string& file, const Json& row) {
  Trust trust{.root = RootOf(row["root"]),
              .environment = row["environment"],
              .audience = row["audience"] == "client" ? Audience::kClient : Audience::kServer,
              .floor = {}};
  if (row.contains("floor")) {
    trust.floor = {row["floor"]["epoch"], row["floor"]["number"], std::nullopt};
    if (row["floor"].contains("digest")) trust.floor.digest = DigestOf(row["floor"]["digest"]);
  }
  if (row.contains("expected_digest")) {
    const auto root = host::OpenRootFile(Read(row["root"]));
    VerifyRequest request;
    request.environment = trust.environment;
    request.expected_digest = DigestOf(row["expected_digest"]);
    request.expected_size = row["expected_size"].get<uint64_t>();
    const auto opened = host::OpenSignedFile(file, *root, request);
    if (!opened.ok()) return opened.status();
  }
  return Snapshot::Parse(file, trust).status();
}

absl::Status OpenHead(const std::string& file, const Json& row) {
  core::HeadFloor floor;
  if (row.contains("floor")) {
    floor = {row["floor"]["epoch"], row["floor"]["number"], std::nullopt};
    if (row["floor"].contains("digest")) floor.digest = DigestOf(row["floor"]["digest"]);
  }
  return core::OpenHead(file, RootOf(row["root"]), std::string(row["environment"]),
                        row["audience"] == "client" ? Audience::kClient : Audience::kServer, floor,
                        Time(std::chrono::milliseconds(row["now_ms"].get<int64_t>())))
      .status();
}

absl::Status OpenRoot(const std::string& file, const Json& row) {
  std::optional<Digest> pin;
  if (row.contains("expected_digest")) pin = DigestOf(row["expected_digest"]);
  return Root::Parse(file, pin).status();
}

TEST(GoldenFiles, AreWhatTheGeneratorWrites) {
  const auto files = MakeGoldenFiles();
  std::set<std::string> on_disk;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kDirectory)) {
    if (entry.is_regular_file()) on_disk.insert(std::filesystem::relative(entry.path(), kDirectory));
  }
  for (const auto& [name, bytes] : files) {
    EXPECT_EQ(on_disk.erase(name), 1u) << name << " is missing; run make_golden_files";
    EXPECT_EQ(host::Sha256(Read(name)), host::Sha256(bytes)) << name << " differs from what the generator writes";
  }
  EXPECT_TRUE(on_disk.empty()) << *on_disk.begin() << " is not written by the generator";
}

TEST(GoldenFiles, IndexListsEveryFileWithSizeAndDigest) {
  const Json index = ReadIndex();
  std::set<std::string> used;
  for (const Json& row : index["cases"]) {
    used.insert(row["file"]);
    if (row.contains("root")) used.insert(row["root"]);
  }
  for (const Json& row : index["files"]) {
    const std::string bytes = Read(row["file"]);
    EXPECT_EQ(bytes.size(), row["size"].get<size_t>()) << row["file"];
    EXPECT_EQ(host::Sha256(bytes), DigestOf(row["sha256"])) << row["file"];
    const std::string name = row["file"];
    if (name.ends_with(".exs1")) {
      EXPECT_TRUE(used.contains(name)) << name << " is in no case";
    }
  }
}

TEST(GoldenFiles, EveryCaseEndsAtItsStepWithItsCode) {
  const Json index = ReadIndex();
  const std::set<std::string> known = {
      "name", "file", "as",   "root", "environment",     "audience", "now_ms",   "floor",
      "flip", "xor",  "step", "code", "expected_digest", "append",   "truncate", "expected_size"};
  std::set<std::string> names;
  int refused = 0;
  for (const Json& row : index["cases"]) {
    SCOPED_TRACE(row.dump());
    for (const auto& [key, value] : row.items()) EXPECT_TRUE(known.contains(key)) << key;
    EXPECT_TRUE(names.insert(row["name"]).second);
    const std::string file = Mutate(Read(row["file"]), row);
    const absl::Status status = row["as"] == "root"   ? OpenRoot(file, row)
                                : row["as"] == "head" ? OpenHead(file, row)
                                                      : OpenSnapshot(file, row);
    const auto error = LoadErrorOf(status);
    ASSERT_EQ(status.ok(), !error.has_value()) << status;
    EXPECT_EQ(error.has_value() ? std::string(LoadCodeName(error->code)) : "OK", row["code"]) << status;
    EXPECT_EQ(error.has_value() ? error->step : 0, row["step"].get<int>()) << status;
    if (error.has_value()) ++refused;
  }
  EXPECT_GE(refused, 100);
}

std::string PlainOf(const std::string& name, PayloadType type) {
  const std::string file = Read(name);
  const auto envelope = ParseEnvelope(file, type);
  EXPECT_TRUE(envelope.ok()) << envelope.status();
  if (envelope->codec == Codec::kNone) return std::string(envelope->payload);
  return std::string(host::Inflate(envelope->payload, envelope->plain_size).value().view());
}

TEST(GoldenFiles, LibprotobufDecodesSnapshotsEqually) {
  for (const char* name : {"snapshot_server.exs1", "snapshot_client.exs1", "other/snapshot_not_compressed.exs1",
                           "other/snapshot_two_keys.exs1"}) {
    SCOPED_TRACE(name);
    const std::string plain = PlainOf(name, PayloadType::kSnapshot);
    const auto model = DecodeSnapshot(plain);
    ASSERT_TRUE(model.ok()) << model.status();
    v1::Snapshot message;
    ASSERT_TRUE(message.ParseFromString(plain));
    EXPECT_EQ(Dump(message), Dump(*model));
    EXPECT_EQ(message.SerializeAsString(), plain);
    EXPECT_EQ(EncodeSnapshot(*model), plain);
  }
}

TEST(GoldenFiles, LibprotobufDecodesHeadsEqually) {
  for (const char* name : {"head_server.exs1", "head_client.exs1"}) {
    SCOPED_TRACE(name);
    const std::string plain = PlainOf(name, PayloadType::kHead);
    const auto head = DecodeHead(plain);
    ASSERT_TRUE(head.ok()) << head.status();
    v1::Head message;
    ASSERT_TRUE(message.ParseFromString(plain));
    EXPECT_EQ(message.SerializeAsString(), plain);
    EXPECT_EQ(EncodeHead(*head), plain);
    EXPECT_EQ(message.environment(), head->environment);
    EXPECT_EQ(static_cast<int>(message.audience()), static_cast<int>(head->audience));
    EXPECT_EQ(message.root_version(), head->root_version);
    EXPECT_EQ(message.epoch(), head->epoch);
    EXPECT_EQ(message.head_number(), head->head_number);
    EXPECT_EQ(message.issued_at_ms(), head->issued_at_ms);
    EXPECT_EQ(message.expires_at_ms(), head->expires_at_ms);
    EXPECT_EQ(message.stable().version(), head->stable.version);
    EXPECT_EQ(message.stable().digest(), std::string(head->stable.digest.begin(), head->stable.digest.end()));
    EXPECT_EQ(message.stable().size_bytes(), head->stable.size_bytes);
    ASSERT_TRUE(head->candidate.has_value());
    EXPECT_EQ(message.candidate().version(), head->candidate->version);
    EXPECT_EQ(message.candidate_ppm(), head->candidate_ppm);
    ASSERT_EQ(static_cast<size_t>(message.emergency_off_size()), head->emergency_off.size());
    EXPECT_EQ(message.emergency_off(0), head->emergency_off[0]);
    EXPECT_EQ(message.poll_interval_ms(), head->poll_interval_ms);
    EXPECT_EQ(message.fetch_jitter_ms(), head->fetch_jitter_ms);
  }
}

TEST(GoldenFiles, LibprotobufDecodesRootsEqually) {
  for (const char* name : {"root_1.exs1", "root_2.exs1"}) {
    SCOPED_TRACE(name);
    const std::string plain = PlainOf(name, PayloadType::kRoot);
    const auto root = DecodeRoot(plain);
    ASSERT_TRUE(root.ok()) << root.status();
    v1::Root message;
    ASSERT_TRUE(message.ParseFromString(plain));
    EXPECT_EQ(message.SerializeAsString(), plain);
    EXPECT_EQ(EncodeRoot(*root), plain);
    EXPECT_EQ(message.root_version(), root->root_version);
    EXPECT_EQ(message.expires_at_ms(), root->expires_at_ms);
    ASSERT_EQ(static_cast<size_t>(message.public_keys_size()), root->public_keys.size());
    ASSERT_EQ(static_cast<size_t>(message.roles_size()), root->roles.size());
    for (int i = 0; i < message.roles_size(); ++i) {
      EXPECT_EQ(static_cast<int>(message.roles(i).kind()), static_cast<int>(root->roles[i].kind));
      EXPECT_EQ(message.roles(i).environment(), root->roles[i].environment);
      EXPECT_EQ(message.roles(i).threshold(), root->roles[i].threshold);
      EXPECT_EQ(std::vector<uint32_t>(message.roles(i).keys().begin(), message.roles(i).keys().end()),
                root->roles[i].keys);
    }
    for (int i = 0; i < message.epochs_size(); ++i) {
      EXPECT_EQ(message.epochs(i).epoch(), root->Epoch(message.epochs(i).environment()));
    }
    EXPECT_EQ(static_cast<size_t>(message.revoked_key_hashes_size()), root->revoked_key_hashes.size());
  }
}

TEST(GoldenFiles, LibprotobufDecodesEventsEqually) {
  const std::string bytes = Read("event_batch.bin");
  const auto batch = DecodeBatch(bytes);
  ASSERT_TRUE(batch.ok()) << batch.status();
  ASSERT_EQ(batch->items.size(), 4u);
  v1::EventBatch message;
  ASSERT_TRUE(message.ParseFromString(bytes));
  EXPECT_EQ(message.SerializeAsString(), bytes);
  std::vector<std::string> events;
  for (const Batch::Item& item : batch->items) {
    ASSERT_TRUE(item.event.ok()) << item.event.status();
    events.push_back(EncodeEvent(*item.event));
    EXPECT_EQ(events.back(), item.bytes);
  }
  EXPECT_EQ(EncodeBatch(batch->header, {events.begin(), events.end()}), bytes);
  EXPECT_EQ(message.events(1).metric().properties(2).integer(), -1);

  const auto reply = DecodeReply(Read("event_reply.bin"));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(EncodeReply(*reply), Read("event_reply.bin"));
  v1::EventBatchReply reply_message;
  ASSERT_TRUE(reply_message.ParseFromString(Read("event_reply.bin")));
  EXPECT_EQ(reply_message.results_size(), 4);
  EXPECT_EQ(reply_message.rejections(0).code(), "ID_CONFLICT");
}

// The second root is signed by the threshold of the first one's keys and by its own.
TEST(GoldenFiles, SecondRootFollowsTheFirst) {
  const auto first = host::OpenRootFile(Read("root_1.exs1"));
  ASSERT_TRUE(first.ok());
  VerifyRequest request;
  request.type = PayloadType::kRoot;
  EXPECT_TRUE(host::OpenSignedFile(Read("root_2.exs1"), *first, request).ok());
  EXPECT_FALSE(host::OpenSignedFile(Read("bad/root_by_strangers.exs1"), *first, request).ok());
}

// Whatever single byte is changed, and wherever the file is cut, nothing is accepted.
TEST(GoldenFiles, EveryFlipAndEveryTruncationOfASnapshotIsRefusedAtTheStepOfItsPlace) {
  const std::string file = Read("snapshot_server.exs1");
  const auto root = host::OpenRootFile(Read("root_1.exs1"));
  ASSERT_TRUE(root.ok());
  const Digest digest = host::Sha256(std::string_view(file).substr(kFixedHeaderSize + kSignatureSize));
  VerifyRequest request;
  request.environment = "env_golden";
  VerifyRequest with_digest = request;
  with_digest.expected_digest = digest;
  const auto code = [&](const std::string& bytes, const VerifyRequest& how) {
    const auto opened = host::OpenSignedFile(bytes, *root, how);
    const auto error = LoadErrorOf(opened.status());
    return error.has_value() ? error->code : LoadCode::kNone;
  };
  ASSERT_EQ(code(file, with_digest), LoadCode::kNone);
  for (size_t at = 0; at < file.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xff}) {
      SCOPED_TRACE(std::to_string(at) + " ^ " + std::to_string(bits));
      std::string flipped = file;
      flipped[at] = static_cast<char>(flipped[at] ^ bits);
      const LoadCode plain = code(flipped, request);
      if (at < 12) {  // magic, header size, type, codec, count; codec 1 ^ 1 is a codec, and not the signed one
        ASSERT_EQ(plain, at == 9 && bits == 1 ? LoadCode::kBadSignature : LoadCode::kBadEnvelope);
      } else if (at < 20) {
        uint64_t plain_size = 0;
        for (int i = 7; i >= 0; --i) plain_size = plain_size << 8 | static_cast<uint8_t>(flipped[12 + i]);
        ASSERT_EQ(plain, plain_size > kMaxSnapshotSize ? LoadCode::kTooLarge : LoadCode::kBadSignature);
      } else if (at < 28) {
        ASSERT_EQ(plain, LoadCode::kUnknownKey);
      } else {
        ASSERT_EQ(plain, LoadCode::kBadSignature);
      }
      ASSERT_EQ(code(flipped, with_digest), at < 92 ? plain : LoadCode::kDigestMismatch);
    }
  }
  for (size_t size = 0; size < file.size(); ++size) {
    SCOPED_TRACE(size);
    const std::string cut = file.substr(0, size);
    ASSERT_EQ(code(cut, request), size < 92 ? LoadCode::kBadEnvelope : LoadCode::kBadSignature);
    ASSERT_EQ(code(cut, with_digest), size < 92 ? LoadCode::kBadEnvelope : LoadCode::kDigestMismatch);
  }
}

TEST(GoldenFiles, EveryFlipAndEveryTruncationOfAHeadAndOfARootIsRefused) {
  for (const auto& [name, as] : {std::pair("head_server.exs1", "head"), std::pair("root_1.exs1", "root")}) {
    const std::string file = Read(name);
    Json row;
    row["root"] = "root_1.exs1";
    row["environment"] = "env_golden";
    row["audience"] = "server";
    row["now_ms"] = 0;
    const bool is_head = std::string_view(as) == "head";
    const auto open = [&](const std::string& bytes) { return is_head ? OpenHead(bytes, row) : OpenRoot(bytes, row); };
    ASSERT_TRUE(open(file).ok());
    for (size_t at = 0; at < file.size(); ++at) {
      SCOPED_TRACE(std::string(as) + " " + std::to_string(at));
      std::string flipped = file;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
      ASSERT_FALSE(open(flipped).ok());
      ASSERT_FALSE(open(file.substr(0, at)).ok());
    }
  }
}

}  // namespace
}  // namespace expt::wire
