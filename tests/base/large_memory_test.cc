#include "src/base/large_memory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "src/base/arena.h"

namespace expt::base {
namespace {

TEST(LargeMemory, GivesWhatWasAskedForOnEitherSideOfTheBound) {
  for (const size_t size : {size_t{1}, kLargeBytes - 1, kLargeBytes, kLargeBytes + 1, size_t{5} << 20}) {
    auto* const bytes = static_cast<unsigned char*>(AllocateLarge(size));
    std::memset(bytes, 0x5a, size);
    EXPECT_EQ(bytes[0], 0x5a);
    EXPECT_EQ(bytes[size - 1], 0x5a);
    FreeLarge(bytes, size);
  }
}

TEST(LargeMemory, TablesKeepTheirRowsWhileTheyGrow) {
  Table<uint64_t> table;
  for (uint64_t i = 0; i < 300'000; ++i) table.push_back(i);
  const Table<uint64_t> moved = std::move(table);
  for (uint64_t i = 0; i < moved.size(); ++i) ASSERT_EQ(moved[i], i);
}

TEST(LargeMemory, ArenasTakeWhatTheyExpectInOnePiece) {
  constexpr size_t kExpected = 5u << 20;
  Arena arena;
  arena.Expect(kExpected);
  char* const first = arena.Allocate<char>(1'000);
  char* const last = arena.Allocate<char>(kExpected - 2'000);
  EXPECT_EQ(last, first + 1'000);
  EXPECT_LE(arena.size_bytes(), kExpected + (2u << 20));
  std::memset(last, 1, kExpected - 2'000);
  char* const beyond = arena.Allocate<char>(4u << 20);  // more than it was told of
  std::memset(beyond, 2, 4u << 20);
  EXPECT_EQ(last[kExpected - 2'001], 1);
}

}  // namespace
}  // namespace expt::base
