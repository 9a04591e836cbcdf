#include "src/base/geo.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace expt::base {
namespace {

constexpr double kPi = 3.141592653589793;

uint64_t Bits(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Distance from the exact value in units of its last place.
double Ulps(double found, long double exact) {
  const double near = std::abs(static_cast<double>(exact));
  const double ulp = std::max(std::nextafter(near, INFINITY) - near, std::numeric_limits<double>::denorm_min());
  return static_cast<double>(std::abs((found - exact) / ulp));
}

struct Worst {
  double sin = 0;
  double cos = 0;

  void Take(double angle) {
    sin = std::max(sin, Ulps(Sin(angle), sinl(angle)));
    cos = std::max(cos, Ulps(Cos(angle), cosl(angle)));
    ASSERT_LE(Ulps(Sin(angle), std::sin(angle)), 2) << angle;
    ASSERT_LE(Ulps(Cos(angle), std::cos(angle)), 2) << angle;
  }
};

TEST(Geo, SineAndCosineAreWithinOneUlpOverTheWholeRange) {
  Worst worst;
  constexpr int kSteps = 400'000;
  for (int i = -kSteps; i <= kSteps; ++i) worst.Take(2 * kPi * i / kSteps);
  std::mt19937_64 random(6371);
  std::uniform_real_distribution<double> anywhere(-2 * kPi, 2 * kPi);
  for (int i = 0; i < 400'000; ++i) worst.Take(anywhere(random));
  for (double small = 1; small > 1e-300; small /= 3) worst.Take(small);
  EXPECT_LE(worst.sin, 1);
  EXPECT_LE(worst.cos, 1);
  RecordProperty("worst_sin", std::to_string(worst.sin));
  RecordProperty("worst_cos", std::to_string(worst.cos));
}

TEST(Geo, NearMultiplesOfAQuarterTurnNothingIsLost) {
  Worst worst;
  for (int quarters = -4; quarters <= 4; ++quarters) {
    double up = quarters * kPi / 2;
    double down = up;
    for (int i = 0; i < 1000; ++i) {
      if (up <= 2 * kPi) worst.Take(up);
      if (down >= -2 * kPi) worst.Take(down);
      up = std::nextafter(up, 10);
      down = std::nextafter(down, -10);
    }
  }
  EXPECT_LE(worst.sin, 1);
  EXPECT_LE(worst.cos, 1);
}

TEST(Geo, ArcsineIsWithinOneUlp) {
  double worst = 0;
  constexpr int kSteps = 1'000'000;
  const auto take = [&](double x) {
    worst = std::max(worst, Ulps(Asin(x), asinl(x)));
    ASSERT_LE(Ulps(Asin(x), std::asin(x)), 2) << x;
  };
  for (int i = 0; i <= kSteps; ++i) take(static_cast<double>(i) / kSteps);
  for (double small = 1; small > 1e-300; small /= 3) take(small);
  double near_one = 1;
  double near_half = 0.5;
  for (int i = 0; i < 1000; ++i) {
    take(near_one = std::nextafter(near_one, 0));
    take(near_half = std::nextafter(near_half, 0));
  }
  EXPECT_LE(worst, 1);
  RecordProperty("worst_asin", std::to_string(worst));
}

TEST(Geo, OutsideTheirRangeTheyAreNan) {
  for (const double angle : {6.3, -6.3, 1e300, -1e300, double{INFINITY}, -double{INFINITY}, double{NAN}}) {
    EXPECT_TRUE(std::isnan(Sin(angle))) << angle;
    EXPECT_TRUE(std::isnan(Cos(angle))) << angle;
  }
  for (const double sine : {-0.1, 1.0000000000000002, double{INFINITY}, double{NAN}})
    EXPECT_TRUE(std::isnan(Asin(sine)));
}

TEST(Geo, LandmarksAreExact) {
  EXPECT_EQ(Sin(0), 0);
  EXPECT_EQ(Cos(0), 1);
  EXPECT_EQ(Sin(kPi / 2), 1);
  EXPECT_EQ(Sin(-kPi / 2), -1);
  EXPECT_EQ(Cos(kPi), -1);
  EXPECT_EQ(Cos(2 * kPi), 1);
  EXPECT_EQ(Asin(0), 0);
  EXPECT_EQ(Asin(1), kPi / 2);
  EXPECT_EQ(HaversineLimit(0), 0);
  EXPECT_EQ(HaversineLimit(20015.2), 1);  // half the circumference is 20,015.1 km
  EXPECT_EQ(HaversineLimit(1e300), 1);
  EXPECT_EQ(HaversineSquare(47.4, 8.5, 47.4, 8.5), 0);
  EXPECT_EQ(HaversineSquare(90, 0, -90, 0), 1);
}

TEST(Geo, KnownDistances) {
  const auto distance = [](double latitude1, double longitude1, double latitude2, double longitude2) {
    return DistanceKm(HaversineSquare(latitude1, longitude1, latitude2, longitude2));
  };
  const double degree = kEarthRadiusKm * kPi / 180;
  EXPECT_NEAR(distance(0, 0, 0, 1), degree, 1e-9);
  EXPECT_NEAR(distance(0, 179.5, 0, -179.5), degree, 1e-9);
  EXPECT_NEAR(distance(10, 20, 11, 20), degree, 1e-9);
  EXPECT_NEAR(distance(0, 0, 0, 180), kEarthRadiusKm * kPi, 1e-4);
  EXPECT_NEAR(distance(90, 0, 90, 123), 0, 1e-9);
  EXPECT_NEAR(distance(36.12, -86.67, 33.94, -118.40), 2886.448, 1e-2);  // Nashville to Los Angeles
  EXPECT_NEAR(distance(47.3769, 8.5417, 46.2044, 6.1432), 224.6, 1);     // Zurich to Geneva
}

// Within the limit exactly when within the radius, but for the last digits.
TEST(Geo, LimitAgreesWithDistance) {
  std::mt19937_64 random(47);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  for (int i = 0; i < 100'000; ++i) {
    const double square = HaversineSquare(latitude(random), longitude(random), latitude(random), longitude(random));
    ASSERT_GE(square, 0);
    ASSERT_LE(square, 1);
    const double distance = DistanceKm(square);
    ASSERT_LE(square, HaversineLimit(distance + 1e-3));
    if (distance < 20015) {
      ASSERT_GT(square, HaversineLimit(distance - 1e-3));
    }
  }
}

// A decision made on one machine is made on all: these bits hold for every build, WASM's too.
TEST(Geo, BitsArePinned) {
  const struct {
    double found;
    uint64_t bits;
  } cases[] = {
      {Sin(1e-9), 0x3e112e0be826d695},
      {Sin(0.1), 0x3fb98eaecb8bcb2c},
      {Sin(0.7853981633974483), 0x3fe6a09e667f3bcd},
      {Sin(1), 0x3feaed548f090cee},
      {Sin(1.6), 0x3feffc81c7e042c5},
      {Sin(3.141592653589793), 0x3ca1a62633145c07},
      {Sin(-2.5), 0xbfe326af0dcfcab0},
      {Sin(4.9), 0xbfef70407622eba4},
      {Sin(6.283185307179586), 0xbcb1a62633145c07},
      {Cos(0.1), 0x3fefd712f9a817c1},
      {Cos(0.7853981633974483), 0x3fe6a09e667f3bcd},
      {Cos(1), 0x3fe14a280fb5068c},
      {Cos(1.5707963267948966), 0x3c91a62633145c07},
      {Cos(-2.5), 0xbfe9a2f7ef858b7d},
      {Cos(4.71238898038469), 0xbcaa79394c9e8a0a},
      {Cos(6), 0x3feeb9b7097822f5},
      {Asin(0.1), 0x3fb9a49276037884},
      {Asin(0.4999999999999999), 0x3fe0c152382d7364},
      {Asin(0.5), 0x3fe0c152382d7366},
      {Asin(0.7), 0x3fe8d00e692afd95},
      {Asin(0.9999999999999999), 0x3ff921fb50442d18},
      {HaversineSquare(47.3769, 8.5417, 46.2044, 6.1432), 0x3f3450a14b1655da},
      {HaversineSquare(-33.86, 151.21, 51.5, -0.12), 0x3fee3bced8180c5a},
      {HaversineSquare(89.9, -179.9, -12.3, 179.9), 0x3fe361961ee3afd1},
      {HaversineLimit(25), 0x3ed0255b6b9ba47f},
      {HaversineLimit(0.001), 0x3cfbbd1003be3ce5},
      {HaversineLimit(12345.678), 0x3fe5bdb0a70453c4},
      {DistanceKm(0.25), 0x40ba0fb46eb0eb32},
      {DistanceKm(0.0003), 0x406b96b237d7143a},
  };
  for (const auto& [found, bits] : cases) EXPECT_EQ(Bits(found), bits) << found;
}

}  // namespace
}  // namespace expt::base
