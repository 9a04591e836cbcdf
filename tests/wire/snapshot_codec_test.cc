#include "src/wire/snapshot_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "expt/snapshot.h"
#include "tests/wire/model_dump.h"
#include "tests/wire/proto_dump.h"
#include "tests/wire/random_model.h"

namespace expt::wire {
namespace {

constexpr uint64_t kSeed = 20240517;

LoadCode CodeOf(const absl::Status& status) {
  const auto error = LoadErrorOf(status);
  return error.has_value() ? error->code : LoadCode::kNone;
}

// The smallest payload, with `change` applied to its message.
template <typename Change>
std::string Payload(const Change& change) {
  v1::Snapshot message;
  message.set_format_version(1);
  message.set_semantics_version(1);
  message.set_audience(v1::AUDIENCE_SERVER);
  change(message);
  return message.SerializeAsString();
}

LoadCode Decode(std::string payload) { return CodeOf(DecodeSnapshot(std::move(payload)).status()); }

TEST(SnapshotCodec, DecodingWhatWasEncodedGivesTheSameModel) {
  for (uint64_t i = 0; i < 2'000; ++i) {
    SCOPED_TRACE(i);
    const model::Snapshot model = RandomModel(kSeed + i);
    const std::string payload = EncodeSnapshot(model);
    const auto decoded = DecodeSnapshot(payload);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ASSERT_EQ(Dump(*decoded), Dump(model));
    ASSERT_EQ(EncodeSnapshot(*decoded), payload);
  }
}

TEST(SnapshotCodec, LibprotobufReadsTheSameAndWritesTheSameBytes) {
  for (uint64_t i = 0; i < 2'000; ++i) {
    SCOPED_TRACE(i);
    const model::Snapshot model = RandomModel(kSeed + i);
    const std::string payload = EncodeSnapshot(model);
    v1::Snapshot message;
    ASSERT_TRUE(message.ParseFromString(payload));
    ASSERT_EQ(Dump(message), Dump(model));
    ASSERT_EQ(message.SerializeAsString(), payload);
  }
}

TEST(SnapshotCodec, EncodesTheSameWhereverPoolsKeepTheirEntries) {
  model::Snapshot model;
  model.integer_pool = {7, 8, 9};
  model.operands = {{model::OperandKind::kInteger, 2, 1}, {model::OperandKind::kInteger, 0, 2}};
  model.hash_pool = "0123456789abcdef0123456789abcdefABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP";
  model.operands.push_back({model::OperandKind::kHash, 1, 1});
  const auto decoded = DecodeSnapshot(EncodeSnapshot(model));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->integer_pool, (base::Table<int64_t>{9, 7, 8}));
  EXPECT_EQ(decoded->hash_pool, "ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP");
  EXPECT_EQ(Dump(*decoded), Dump(model));
}

TEST(SnapshotCodec, ListThatPointsOutOfItsPoolIsEncodedAsFarAsItGoes) {
  model::Snapshot model;
  model.integer_pool = {7};
  model.operands = {{model::OperandKind::kInteger, 0, 5}, {model::OperandKind::kString, 99, 1}};
  model.operands.push_back({model::OperandKind::kHash, 4'000'000'000u, 4'000'000'000u});
  EXPECT_EQ(Decode(EncodeSnapshot(model)), LoadCode::kBadEncoding);
}

TEST(SnapshotCodec, UnknownEnumerationsKeepTheirNumber) {
  const auto decoded = DecodeSnapshot(Payload([](v1::Snapshot& m) {
    m.mutable_conditions()->add_op(200);
    m.mutable_conditions()->add_op(70'000);
    m.add_flags()->set_type(static_cast<v1::ValueType>(42));
    m.mutable_flags(0)->set_visibility(static_cast<v1::Visibility>(-1));
    m.mutable_operands()->add_lists(9 + 16 * 3);
  }));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(static_cast<int>(decoded->conditions[0].op), 200);
  EXPECT_EQ(static_cast<int>(decoded->conditions[1].op), 255);
  EXPECT_EQ(static_cast<int>(decoded->flags[0].type), 42);
  EXPECT_EQ(static_cast<int>(decoded->flags[0].visibility), 255);
  EXPECT_EQ(static_cast<int>(decoded->operands[0].kind), 9);
  EXPECT_EQ(decoded->operands[0].size, 3u);
}

TEST(SnapshotCodec, UnknownFieldsAreSkipped) {
  std::string payload = Payload([](v1::Snapshot& m) { m.set_project("shop"); });
  payload.append("\xc0\x3e\x05", 3);                               // field 1000, varint
  payload.append("\xc1\x3e\x01\x02\x03\x04\x05\x06\x07\x08", 10);  // fixed64
  payload.append("\xc5\x3e\x01\x02\x03\x04", 6);                   // fixed32
  payload.append("\xc2\x3e\x03\xff\xff\xff", 6);                   // bytes that are no message
  const auto decoded = DecodeSnapshot(payload);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->project, "shop");
}

TEST(SnapshotCodec, ModelOutlivesThePayload) {
  auto decoded = DecodeSnapshot(Payload([](v1::Snapshot& m) {
    m.set_environment("e");  // short enough to live inside a std::string
    m.add_strings("abc");
  }));
  ASSERT_TRUE(decoded.ok());
  const model::Snapshot moved = *std::move(decoded);
  EXPECT_EQ(moved.environment, "e");
  EXPECT_EQ(moved.strings[0], "abc");
}

TEST(SnapshotCodec, VersionsAreChecked) {
  EXPECT_EQ(Decode(Payload([](v1::Snapshot&) {})), LoadCode::kNone);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.set_format_version(2); })), LoadCode::kUnsupportedVersion);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.set_semantics_version(2); })), LoadCode::kUnsupportedVersion);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.clear_format_version(); })), LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.clear_semantics_version(); })), LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(""), LoadCode::kBadEncoding);
}

TEST(SnapshotCodec, NewerFormatThatDoesNotFitIsCalledNewer) {
  // Format 2 that made `project` a number, and one whose tables no longer fit.
  EXPECT_EQ(Decode(std::string("\x08\x02\x18\x05", 4)), LoadCode::kUnsupportedVersion);
  EXPECT_EQ(Decode(std::string("\x08\x01\x18\x05", 4)), LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) {
              m.set_format_version(2);
              m.mutable_conditions()->add_op(1);
              m.mutable_conditions()->add_properties(1);
              m.mutable_conditions()->add_properties(1);
            })),
            LoadCode::kUnsupportedVersion);
}

TEST(SnapshotCodec, AudienceMustBeKnown) {
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.clear_audience(); })), LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.set_audience(static_cast<v1::Audience>(3)); })),
            LoadCode::kBadEncoding);
}

TEST(SnapshotCodec, TablesMustFit) {
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) {
              m.mutable_rules()->add_id(1);
              m.mutable_rules()->add_id(2);
              m.mutable_rules()->add_serve(1);
            })),
            LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.mutable_attributes()->add_type(1); })), LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.mutable_operands()->set_hashes("short"); })),
            LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.mutable_operands()->add_integers(5); })), LoadCode::kBadEncoding);
  EXPECT_EQ(Decode(Payload([](v1::Snapshot& m) { m.mutable_operands()->add_lists(2 + 16); })), LoadCode::kBadEncoding);
}

TEST(SnapshotCodec, AbsentColumnsMeanWhatARowBeginsWith) {
  constexpr size_t kRows = 1'300;  // more than are read at a time
  const auto decoded = DecodeSnapshot(Payload([](v1::Snapshot& m) {
    m.mutable_attributes();  // without rows
    for (size_t row = 0; row < kRows; ++row) m.mutable_conditions()->add_op(10);
    for (size_t row = 0; row < kRows; ++row) m.mutable_rules()->add_id(1);
  }));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_TRUE(decoded->attributes.empty());
  ASSERT_EQ(decoded->conditions.size(), kRows);
  for (const model::Condition& row : decoded->conditions) {
    EXPECT_EQ(row.op, model::Operator::kIsSet);
    EXPECT_EQ(row.properties, 0);
    EXPECT_EQ(row.subject, 0u);
    EXPECT_EQ(row.operands, model::kNone);
    EXPECT_EQ(row.second, model::kNone);
  }
  ASSERT_EQ(decoded->rules.size(), kRows);
  for (const model::Rule& row : decoded->rules) {
    EXPECT_EQ(row.id, 1u);
    EXPECT_EQ(row.condition, model::kNone);
    EXPECT_EQ(row.coverage, model::kNone);
    EXPECT_EQ(row.serve, 0u);
    EXPECT_EQ(row.holdouts, model::kNone);
  }
}

TEST(SnapshotCodec, ColumnsMayComeInAnyOrder) {
  const std::string serve = "\x22\x02\x05\x06";
  const std::string id = "\x0a\x02\x01\x02";
  const std::string rules = "\xaa\x01\x08";
  const auto decoded = DecodeSnapshot(Payload([](v1::Snapshot&) {}) + rules + serve + id);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ASSERT_EQ(decoded->rules.size(), 2u);
  EXPECT_EQ(decoded->rules[0].id, 1u);
  EXPECT_EQ(decoded->rules[0].serve, 5u);
  EXPECT_EQ(decoded->rules[1].id, 2u);
  EXPECT_EQ(decoded->rules[1].serve, 6u);
}

// Every payload byte may be anything: decoding answers, and what it accepts is a model that encodes again.
TEST(SnapshotCodec, MutatedPayloadsAreReadOrRefusedNeverMore) {
  std::mt19937_64 random(kSeed);
  uint64_t accepted = 0;
  uint64_t refused = 0;
  for (uint64_t base = 0; base < 100; ++base) {
    const std::string payload = EncodeSnapshot(RandomModel(kSeed + base));
    for (int round = 0; round < 1'000; ++round) {
      std::string mutated = payload;
      for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
        const size_t at = random() % mutated.size();
        switch (random() % 5) {
          case 0:
            mutated[at] = static_cast<char>(random());
            break;
          case 1:
            mutated[at] = static_cast<char>(mutated[at] ^ (1 << random() % 8));
            break;
          case 2:
            mutated.erase(at, 1 + random() % 8);
            break;
          case 3:
            mutated.insert(at, 1 + random() % 4, static_cast<char>(random()));
            break;
          default:
            mutated.insert(at, mutated.substr(random() % mutated.size(), random() % 16));
        }
        if (mutated.empty()) mutated.push_back(0);
      }
      const auto decoded = DecodeSnapshot(mutated);
      if (decoded.ok()) {
        ++accepted;
        const auto again = DecodeSnapshot(EncodeSnapshot(*decoded));
        ASSERT_TRUE(again.ok()) << again.status();
        ASSERT_EQ(Dump(*again), Dump(*decoded));
        // Nothing passes here that libprotobuf refuses, and it sees the same.
        v1::Snapshot message;
        ASSERT_TRUE(message.ParseFromString(mutated));
        ASSERT_EQ(Dump(message), Dump(*decoded));
      } else {
        ++refused;
        ASSERT_NE(CodeOf(decoded.status()), LoadCode::kNone) << decoded.status();
      }
    }
  }
  EXPECT_GT(accepted, 1'000u);
  EXPECT_GT(refused, 1'000u);
}

}  // namespace
}  // namespace expt::wire
