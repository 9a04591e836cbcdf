#include "src/base/bucket.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <string>

namespace expt::base {
namespace {

TEST(Bucket, SameUnitAndSaltGiveSameBucket) {
  EXPECT_EQ(Bucket("salt", "u1"), 792559u);
  EXPECT_EQ(Bucket("salt", "u1"), Bucket("salt", "u1"));
  EXPECT_NE(Bucket("salt", "u1"), Bucket("other", "u1"));
  EXPECT_NE(Bucket("salt", "u1"), Bucket("salt", "u2"));
}

TEST(Bucket, EqualsTheHashOfTheJoinedTextAtEveryLength) {
  // Lengths around those at which XXH3 and the stack buffer change their ways.
  for (size_t size : {0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 230, 235, 239, 240, 241, 500, 1024, 70000}) {
    const std::string unit(size, 'x');
    for (const std::string salt : {"", "s", "a-salt-of-32-characters-for-sure",
                                   "----------------------------------------------------------------"}) {
      const std::string joined = salt + ":" + unit;
      EXPECT_EQ(Xxh3Joined(salt, unit), XXH3_64bits(joined.data(), joined.size())) << size << " " << salt;
    }
  }
}

TEST(Bucket, UnitsSpreadEvenly) {
  // 100 cells of 1,000 expected units each; chi-square of 99 degrees has p < 1e-6 above 174.
  size_t cells[100] = {};
  for (int i = 0; i < 100'000; ++i) ++cells[Bucket("spread", "user-" + std::to_string(i)) / 10'000];
  double chi_square = 0;
  for (const size_t count : cells) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_LT(chi_square, 174);
}

}  // namespace
}  // namespace expt::base
