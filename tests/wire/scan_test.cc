#include "src/wire/scan.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "expt/snapshot.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

// A message that holds itself, which no schema of ours does: for the limit of depth.
extern const MessageDescription kNested;
constexpr FieldDescription kNestedFields[] = {
    {.number = 1, .kind = FieldKind::kMessage, .is_repeated = true, .memory = 100, .message = &kNested},
    {.number = 2, .kind = FieldKind::kText, .is_repeated = true, .is_free = true, .memory = 16},
    {.number = 3, .kind = FieldKind::kPackedVarint32, .memory = 4},
    {.number = 4, .kind = FieldKind::kBool},
    {.number = 5, .kind = FieldKind::kVarint32, .slot = 5},
    {.number = 6, .kind = FieldKind::kFixed64, .slot = 5},
    {.number = 7, .kind = FieldKind::kPackedFixed64, .memory = 8},
    {.number = 8, .kind = FieldKind::kVarint64},
    {.number = 9, .kind = FieldKind::kPackedVarint64, .memory = 8},
};
constinit const MessageDescription kNested = {"nested", kNestedFields};

std::string Bytes(std::initializer_list<int> list) {
  std::string bytes;
  for (int byte : list) bytes.push_back(static_cast<char>(byte));
  return bytes;
}

absl::Status ScanNested(const std::string& bytes, const ScanLimits& limits = {}, ScanResult* result = nullptr) {
  return ScanMessage(bytes, kNested, limits, result);
}

LoadCode CodeOf(const absl::Status& status) {
  const auto error = LoadErrorOf(status);
  return error.has_value() ? error->code : LoadCode::kNone;
}

std::string Deep(int depth) {
  std::string bytes;
  for (int i = 1; i < depth; ++i) {
    const size_t size = bytes.size();
    std::string header = "\x0a";
    if (size < 128) {
      header.push_back(static_cast<char>(size));
    } else {
      header.push_back(static_cast<char>(size | 0x80));
      header.push_back(static_cast<char>(size >> 7));
    }
    bytes.insert(0, header);
  }
  return bytes;
}

TEST(Scan, DepthIsLimited) {
  EXPECT_TRUE(ScanNested(Deep(32)).ok());
  EXPECT_EQ(CodeOf(ScanNested(Deep(33))), LoadCode::kWireLimit);
  EXPECT_EQ(CodeOf(ScanNested(Deep(1'000))), LoadCode::kWireLimit);
}

TEST(Scan, ElementsAreLimitedButFreeOnesAreNot) {
  const ScanLimits three{.elements = 3};
  EXPECT_TRUE(ScanNested(Bytes({10, 0, 10, 0, 10, 0}), three).ok());
  EXPECT_EQ(CodeOf(ScanNested(Bytes({10, 0, 10, 0, 10, 0, 10, 0}), three)), LoadCode::kWireLimit);
  EXPECT_TRUE(ScanNested(Bytes({18, 0, 18, 0, 18, 0, 18, 0, 18, 0}), three).ok());
  ScanResult result;
  EXPECT_TRUE(ScanNested(Bytes({26, 4, 1, 2, 3, 4, 18, 0}), three, &result).ok());
  EXPECT_EQ(result.elements, 1u);  // a packed field is one
  EXPECT_EQ(result.occurrences[2], 1u);
  EXPECT_EQ(result.occurrences[3], 1u);
}

TEST(Scan, TwoMillionElementsAreTheLimitOfASnapshot) {
  std::string payload;
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) payload.append(Bytes({0xf8, 0x07, 0}));  // field 127, unknown
  };
  add(2'000'000);
  EXPECT_TRUE(ScanMessage(payload, kSnapshotMessage, ScanLimits(), nullptr).ok());
  add(1);
  EXPECT_EQ(CodeOf(ScanMessage(payload, kSnapshotMessage, ScanLimits(), nullptr)), LoadCode::kWireLimit);
}

TEST(Scan, MemoryIsLimitedBeforeAnyIsTaken) {
  ScanResult result;
  const ScanLimits limits{.memory = 232};
  EXPECT_TRUE(ScanNested(Bytes({10, 0, 10, 0, 18, 0, 26, 4, 1, 2, 3, 4}), limits, &result).ok());
  EXPECT_EQ(result.memory, 232u);
  EXPECT_EQ(CodeOf(ScanNested(Bytes({10, 0, 10, 0, 18, 0, 26, 5, 1, 2, 3, 4, 5}), limits)), LoadCode::kBadEncoding);
  // Empty flags: three bytes each, hundreds once decoded.
  std::string payload;
  for (int i = 0; i < 1'900'000; ++i) payload.append(Bytes({0xe2, 0x01, 0}));
  const absl::Status status = ScanMessage(payload, kSnapshotMessage, ScanLimits(), nullptr);
  EXPECT_EQ(CodeOf(status), LoadCode::kBadEncoding);
  EXPECT_NE(status.message().find("bytes of memory"), absl::string_view::npos) << status;
}

TEST(Scan, GroupsAreRefused) {
  EXPECT_EQ(CodeOf(ScanNested(Bytes({0x83, 0x01, 0x84, 0x01}))), LoadCode::kWireLimit);
  EXPECT_EQ(CodeOf(ScanNested(Bytes({0x84, 0x01}))), LoadCode::kWireLimit);
  EXPECT_EQ(CodeOf(ScanNested(Bytes({0x0b, 0x0c}))), LoadCode::kWireLimit);  // also in a known field
}

TEST(Scan, RefusesWhatIsNotSound) {
  const struct {
    const char* what;
    std::string bytes;
  } kCases[] = {
      {"field number 0", Bytes({0x00, 0x00})},
      {"field number 19000", Bytes({0xc0, 0xa3, 0x09, 0x00})},
      {"field number above 2^29 - 1", Bytes({0x80, 0x80, 0x80, 0x80, 0x10, 0x00})},
      {"tag cut short", Bytes({0x80})},
      {"tag of eleven bytes", Bytes({0x88, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00})},
      {"wire type 6", Bytes({0x86, 0x01, 0x00})},
      {"wire type 7", Bytes({0x87, 0x01, 0x00})},
      {"known field, other wire type", Bytes({0x12, 0x00, 0x25, 1, 2, 3, 4})},
      {"repeated number that is not packed", Bytes({0x18, 0x01})},
      {"length beyond the end", Bytes({0x0a, 0x01})},
      {"length beyond the submessage", Bytes({0x0a, 0x02, 0x0a, 0x05, 0, 0, 0, 0, 0})},
      {"length of 2^63", Bytes({0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01})},
      {"length cut short", Bytes({0x0a, 0x80})},
      {"fixed64 cut short", Bytes({0x31, 1, 2, 3, 4, 5, 6, 7})},
      {"boolean 2", Bytes({0x20, 0x02})},
      {"33 bits", Bytes({0x28, 0xff, 0xff, 0xff, 0xff, 0x1f})},
      {"65 bits", Bytes({0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})},
      {"packed number cut short", Bytes({0x1a, 0x02, 0x01, 0x80})},
      {"packed number of 33 bits", Bytes({0x1a, 0x05, 0xff, 0xff, 0xff, 0xff, 0x1f})},
      {"packed number of 65 bits", Bytes({0x4a, 0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})},
      {"packed numbers of 7 bytes", Bytes({0x3a, 0x07, 1, 2, 3, 4, 5, 6, 7})},
      {"text that is not UTF-8", Bytes({0x12, 0x02, 0xc3, 0x28})},
      {"a field twice", Bytes({0x20, 0x01, 0x20, 0x01})},
      {"a packed field twice", Bytes({0x1a, 0x01, 0x01, 0x1a, 0x01, 0x01})},
      {"two members of a oneof", Bytes({0x28, 0x01, 0x31, 1, 2, 3, 4, 5, 6, 7, 8})},
      {"unknown varint cut short", Bytes({0x50, 0x80})},
      {"unknown fixed32 cut short", Bytes({0x55, 1, 2, 3})},
      {"unknown fixed64 cut short", Bytes({0x51, 1, 2, 3})},
      {"unknown bytes cut short", Bytes({0x52, 0x04, 1, 2, 3})},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(CodeOf(ScanNested(row.bytes)), LoadCode::kBadEncoding);
  }
}

TEST(Scan, AcceptsWhatIsSound) {
  EXPECT_TRUE(ScanNested("").ok());
  EXPECT_TRUE(ScanNested(Bytes({0x28, 0xff, 0xff, 0xff, 0xff, 0x0f})).ok());
  EXPECT_TRUE(ScanNested(Bytes({0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})).ok());
  EXPECT_TRUE(ScanNested(Bytes({0x1a, 0x00})).ok());
  EXPECT_TRUE(ScanNested(Bytes({0x3a, 0x08, 1, 2, 3, 4, 5, 6, 7, 8})).ok());
  EXPECT_TRUE(ScanNested(Bytes({0x12, 0x02, 0xc3, 0xa9})).ok());
}

// How many varints there are, one after the other; nothing where one is cut short or wider than its kind.
std::optional<uint64_t> CountOneByOne(const std::string& bytes, bool is_32_bit) {
  uint64_t count = 0;
  for (size_t at = 0; at < bytes.size(); ++count) {
    unsigned __int128 value = 0;
    int shift = 0;
    uint8_t byte = 0x80;
    for (; byte >= 0x80; shift += 7) {
      if (at == bytes.size() || shift == 70) return std::nullopt;
      byte = static_cast<uint8_t>(bytes[at++]);
      value |= static_cast<unsigned __int128>(byte & 0x7f) << shift;
    }
    if (value >> 64 != 0 || (is_32_bit && value >> 32 != 0)) return std::nullopt;
  }
  return count;
}

TEST(Scan, PackedNumbersAreCountedAsOneByOne) {
  std::mt19937_64 random(20240612);
  int accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    const auto most = static_cast<int>(1 + random() % 11);  // bytes of a varint
    std::string packed(random() % 4 == 0 ? random() % 70 : 0, '\x01');  // of one byte each at first
    while (packed.size() < random() % 120) {
      for (auto more = random() % static_cast<uint64_t>(most); more > 0; --more) {
        packed.push_back(static_cast<char>(0x80 | random() % 128));
      }
      packed.push_back(static_cast<char>(random() % 128));
    }
    if (random() % 16 == 0 && !packed.empty()) packed.back() = static_cast<char>(0x80);
    for (const bool is_32_bit : {true, false}) {
      const std::string bytes = Bytes({is_32_bit ? 0x1a : 0x4a, static_cast<int>(packed.size())}) + packed;
      if (packed.size() >= 128) continue;
      const std::optional<uint64_t> count = CountOneByOne(packed, is_32_bit);
      ScanResult result;
      const absl::Status status = ScanNested(bytes, {}, &result);
      ASSERT_EQ(status.ok(), count.has_value()) << round;
      if (!count.has_value()) continue;
      ASSERT_EQ(result.memory, *count * (is_32_bit ? 4 : 8)) << round;
      ++accepted;
    }
  }
  EXPECT_GT(accepted, 50'000);
}

TEST(Scan, TextsInARowAreCheckedAsOneByOne) {
  std::mt19937_64 random(20240613);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    uint32_t texts = 0;
    bool is_right = true;
    const uint64_t rare = round % 8 == 0 ? 10 : 1;  // of long rows, so that most are right
    for (auto left = random() % (12 * rare); left > 0; --left, ++texts) {
      std::string text(random() % 20, 'a');
      if (random() % (10 * rare) == 0) text += "\xc3\xa9";
      if (random() % (50 * rare) == 0) text.append(200, 'b');
      if (random() % (60 * rare) == 0) text.push_back('\xff'), is_right = false;
      bytes.push_back(0x12);
      if (text.size() >= 128) bytes.push_back(static_cast<char>(text.size() | 0x80));
      bytes.push_back(static_cast<char>(text.size() >= 128 ? text.size() >> 7 : text.size()));
      bytes += text;
    }
    ScanResult result;
    ASSERT_EQ(ScanNested(bytes, {}, &result).ok(), is_right);
    if (!is_right) continue;
    ASSERT_EQ(result.occurrences[2], texts);
    ASSERT_EQ(result.memory, texts * 16);
    ASSERT_EQ(result.elements, 0u);
    if (texts == 0) continue;
    EXPECT_EQ(CodeOf(ScanNested(bytes, {.memory = texts * 16 - 1})), LoadCode::kBadEncoding);
    EXPECT_EQ(CodeOf(ScanNested(bytes.substr(0, bytes.size() - 1))), LoadCode::kBadEncoding);
  }
}

TEST(Scan, ErrorNamesThePlace) {
  const absl::Status status = ScanNested(Bytes({0x0a, 0x04, 0x0a, 0x02, 0x20, 0x02}));
  EXPECT_EQ(std::string(status.message()), "nested: nested: nested: field 4: expected a boolean");
}

}  // namespace
}  // namespace expt::wire
