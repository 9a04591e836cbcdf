#include "src/base/list.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace expt::base {
namespace {

using Numbers = List<uint32_t>;

TEST(List, GrowsAsAVectorDoes) {
  Numbers list;
  std::vector<uint32_t> vector;
  for (uint32_t i = 0; i < 100; ++i) {
    list.push_back(i * i);
    vector.push_back(i * i);
  }
  EXPECT_EQ(list, Numbers(vector));
  list.resize(200, 7);
  list.resize(150);
  EXPECT_EQ(list.size(), 150u);
  EXPECT_EQ(list[99], 99u * 99);
  EXPECT_EQ(list.back(), 7u);
  list.assign(list.begin() + 10, list.begin() + 12);  // of its own
  EXPECT_EQ(list, (Numbers{100, 121}));
  list.clear();
  EXPECT_TRUE(list.empty());
}

TEST(List, ViewsWhatItBorrowsUntilItIsChanged) {
  uint32_t values[] = {1, 2, 3};
  Numbers list;
  list.Borrow(values, 3);
  EXPECT_EQ(list.data(), values);
  list.push_back(4);
  EXPECT_NE(list.data(), values);
  EXPECT_EQ(list, (Numbers{1, 2, 3, 4}));

  list.Borrow(values, 3);
  list.resize(2);
  EXPECT_EQ(list, (Numbers{1, 2}));
  EXPECT_EQ(values[2], 3u);
}

TEST(List, CopiesAndWhatIsMovedOutliveWhatWasBorrowed) {
  std::vector<uint32_t> values = {5, 6};
  Numbers list;
  list.Borrow(values.data(), values.size());
  const Numbers copy = list;
  const Numbers moved = std::move(list);
  const Numbers wanted = {5, 6};
  Numbers assigned = {1};
  list.Borrow(values.data(), values.size());
  assigned = std::move(list);
  values.assign(2, 0);
  EXPECT_EQ(copy, wanted);
  EXPECT_EQ(moved, wanted);
  EXPECT_EQ(assigned, wanted);
}

TEST(List, MovesWhatItOwns) {
  Numbers list = {1, 2, 3};
  const uint32_t* const values = list.data();
  const Numbers moved = std::move(list);
  EXPECT_EQ(moved.data(), values);
}

}  // namespace
}  // namespace expt::base
