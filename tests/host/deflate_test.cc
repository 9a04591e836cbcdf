#include "src/host/deflate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "src/wire/envelope.h"

namespace expt::host {
namespace {

TEST(Deflate, InflatesToWhatItWas) {
  std::mt19937_64 random(3);
  for (const size_t size : {0, 1, 2, 100, 65'535, 65'536, 1'000'000}) {
    std::string plain(size, 0);
    for (char& c : plain) c = static_cast<char>(random() % 7);
    EXPECT_EQ(Inflate(Deflate(plain), plain.size()).value().view(), plain) << size;
  }
}

TEST(Deflate, SizeMustBeExact) {
  const std::string plain(1'000, 'x');
  const std::string deflated = Deflate(plain);
  EXPECT_FALSE(Inflate(deflated, plain.size() - 1).has_value());
  EXPECT_FALSE(Inflate(deflated, plain.size() + 1).has_value());
  EXPECT_FALSE(Inflate(deflated, 0).has_value());
}

TEST(Deflate, NothingMayFollow) {
  const std::string plain(1'000, 'x');
  EXPECT_FALSE(Inflate(Deflate(plain) + "y", plain.size()).has_value());
}

TEST(Deflate, EveryTruncationIsRefused) {
  const std::string plain = "a text that is long enough to be deflated, a text that is long enough";
  const std::string deflated = Deflate(plain);
  for (size_t size = 0; size < deflated.size(); ++size) {
    EXPECT_FALSE(Inflate(deflated.substr(0, size), plain.size()).has_value()) << size;
  }
}

TEST(Deflate, BombStopsAtTheSizeItWasGiven) {
  const std::string bomb = Deflate(std::string(64u << 20, '\0'));
  EXPECT_LT(bomb.size(), 100'000u);
  EXPECT_FALSE(Inflate(bomb, 1'000).has_value());
}

TEST(Deflate, SizeBeyondAnySnapshotIsRefusedWithoutTakingMemory) {
  EXPECT_FALSE(Inflate("", wire::kMaxSnapshotSize + 1).has_value());
  EXPECT_FALSE(Inflate("", UINT64_MAX).has_value());
}

TEST(Deflate, RandomBytesAreRefusedOrAnswered) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 64, 0);
    for (char& c : bytes) c = static_cast<char>(random());
    const uint64_t size = random() % 128;
    const auto plain = Inflate(bytes, size);
    if (plain.has_value()) {
      ASSERT_EQ(plain->view().size(), size);
    }
  }
}

}  // namespace
}  // namespace expt::host
