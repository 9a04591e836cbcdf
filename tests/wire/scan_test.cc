#include "src/wire/scan.h"

#include <gtest/gtest.h>

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

TEST(Scan, ErrorNamesThePlace) {
  const absl::Status status = ScanNested(Bytes({0x0a, 0x04, 0x0a, 0x02, 0x20, 0x02}));
  EXPECT_EQ(std::string(status.message()), "nested: nested: nested: field 4: expected a boolean");
}

}  // namespace
}  // namespace expt::wire
