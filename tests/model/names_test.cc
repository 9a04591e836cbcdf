#include <gtest/gtest.h>

#include <set>
#include <string>

#include "src/model/snapshot.h"

namespace expt::model {
namespace {

TEST(OperatorName, GoesBothWaysForEveryOperator) {
  std::set<std::string> names;
  for (int value = 0; value < 256; ++value) {
    const auto op = static_cast<Operator>(value);
    const std::string_view name = OperatorName(op);
    if (name.empty()) continue;
    EXPECT_EQ(OperatorByName(name), op);
    EXPECT_TRUE(names.insert(std::string(name)).second) << name;
  }
  EXPECT_EQ(names.size(), 36u);
  EXPECT_EQ(OperatorByName("is_like"), Operator::kUnspecified);
  EXPECT_EQ(OperatorByName(""), Operator::kUnspecified);
}

}  // namespace
}  // namespace expt::model
