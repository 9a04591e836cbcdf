#include "src/base/number.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

namespace expt::base {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string Text(double value) {
  std::string out;
  AppendDouble(out, value);
  return out;
}

TEST(Number, ComparesIntegerAndDoubleByValue) {
  EXPECT_EQ(Compare(1, 1.0), 0);
  EXPECT_LT(Compare(1, 1.5), 0);
  EXPECT_GT(Compare(2, 1.5), 0);
  EXPECT_GT(Compare(-1, -1.5), 0);
  EXPECT_LT(Compare(-2, -1.5), 0);
  EXPECT_EQ(Compare(0, -0.0), 0);
  EXPECT_GT(Compare(9007199254740993, 9007199254740992.0), 0);
  EXPECT_LT(Compare(kMax, 9223372036854775808.0), 0);
  EXPECT_EQ(Compare(kMin, -9223372036854775808.0), 0);
  EXPECT_GT(Compare(kMin, -9223372036854777856.0), 0);
  EXPECT_LT(Compare(kMax, kInfinity), 0);
  EXPECT_GT(Compare(kMin, -kInfinity), 0);
}

TEST(Number, ComparisonAgreesWithExtendedPrecision) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = static_cast<int64_t>(random() >> (random() % 64)) * (i % 2 == 0 ? 1 : -1);
    double b = static_cast<double>(a);
    if (i % 3 == 0) b = std::nextafter(b, i % 2 == 0 ? kInfinity : -kInfinity);
    const long double exact = a;
    const int expected = exact < b ? -1 : exact > b ? 1 : 0;
    const int got = Compare(a, b);
    ASSERT_EQ(got < 0 ? -1 : got > 0 ? 1 : 0, expected) << a << " " << b;
  }
}

TEST(Number, ExactIntegerTakesWholeValuesInRangeOnly) {
  EXPECT_EQ(ExactInteger(20.0), 20);
  EXPECT_EQ(ExactInteger(-0.0), 0);
  EXPECT_EQ(ExactInteger(-9223372036854775808.0), kMin);
  EXPECT_EQ(ExactInteger(9223372036854775808.0), std::nullopt);
  EXPECT_EQ(ExactInteger(0.5), std::nullopt);
  EXPECT_EQ(ExactInteger(kInfinity), std::nullopt);
  EXPECT_EQ(ExactInteger(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
}

TEST(Number, IntegersAreDecimal) {
  char buffer[24];
  EXPECT_EQ(FormatInteger(0, buffer), "0");
  EXPECT_EQ(FormatInteger(kMax, buffer), "9223372036854775807");
  EXPECT_EQ(FormatInteger(kMin, buffer), "-9223372036854775808");
}

TEST(Number, DoublesHaveTheFewestDigits) {
  EXPECT_EQ(Text(0.1), "0.1");
  EXPECT_EQ(Text(20), "20.0");
  EXPECT_EQ(Text(-0.0), "-0.0");
  EXPECT_EQ(Text(1e21), "1e+21");
  EXPECT_EQ(Text(5e-324), "5e-324");
  EXPECT_EQ(Text(2.2250738585072014e-308), "2.2250738585072014e-308");
  EXPECT_EQ(Text(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(Text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(Text(kInfinity), "Infinity");
  EXPECT_EQ(Text(std::nan("")), "NaN");
}

TEST(Number, DoublesReadBackAndNoFewerDigitsDo) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    uint64_t bits = random();
    if (i % 10 == 0) bits &= ~(uint64_t{0x7ff} << 52);  // subnormal
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = Text(value);
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    std::string digits;
    for (const char c : text.substr(0, text.find('e'))) {
      if (c >= '0' && c <= '9' && !(digits.empty() && c == '0')) digits.push_back(c);
    }
    while (digits.ends_with('0')) digits.pop_back();
    for (int fewer = 1; fewer < static_cast<int>(digits.size()); ++fewer) {
      char other[400];
      std::snprintf(other, sizeof other, "%.*g", fewer, value);
      ASSERT_NE(std::strtod(other, nullptr), value) << text << " and " << other;
    }
  }
}

TEST(Number, DecimalPointIsNotThatOfTheLocale) {
  for (const char* name : {"de_DE.UTF-8", "de_CH.UTF-8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // the text must be the same where it is installed
    EXPECT_EQ(Text(0.5), "0.5") << name;
    std::setlocale(LC_ALL, "C");
  }
  EXPECT_EQ(Text(0.5), "0.5");
}

}  // namespace
}  // namespace expt::base
