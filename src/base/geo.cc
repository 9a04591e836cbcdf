#include "src/base/geo.h"

#include <cmath>
#include <limits>

#if defined(__FAST_MATH__)
#error "geo.cc: expected exact arithmetic, found -ffast-math"
#endif

namespace expt::base {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTwoPi = 6.283185307179586;
constexpr double kRadiansPerDegree = 0.017453292519943295;

// pi/2 as the sum of two doubles, and of three of which small multiples of the first two are exact (33 bits each).
constexpr double kHalfPi = 1.5707963267948966;
constexpr double kHalfPiRest = 6.123233995736766e-17;
constexpr double kHalfPi1 = 1.5707963267341256;
constexpr double kHalfPi2 = 6.077100506303966e-11;
constexpr double kHalfPi3 = 2.0222662487959506e-21;

// Each polynomial interpolates at the Chebyshev nodes of its interval; lowest power first.
// (sin(sqrt(z)) / sqrt(z) - 1) / z and (cos(sqrt(z)) - 1 + z / 2) / z^2 for z up to (pi/4)^2.
constexpr double kSin[] = {-0.16666666666666666,   0.008333333333330948,   -0.00019841269836756774,
                           2.7557316101617874e-06, -2.505113165023518e-08, 1.5918115263265974e-10};
constexpr double kCos[] = {0.041666666666666664,    -0.0013888888888887398, 2.480158729876456e-05,
                           -2.7557317271145144e-07, 2.087614614655861e-09,  -1.1382623647474604e-11};
// (asin(sqrt(z)) / sqrt(z) - 1) / z for z up to 1/4.
constexpr double kAsin[] = {0.16666666666666669, 0.07499999999998433,  0.04464285714635543,  0.030381944138531247,
                            0.02237217294214989, 0.017352392720869973, 0.013971212973552933, 0.011479177415184906,
                            0.01032281435018578, 0.005457506718640358, 0.01740087944269402,  -0.014851887071247204,
                            0.028757851367421566};

template <int kSize>
double Polynomial(const double (&coefficients)[kSize], double z) {
  double sum = coefficients[kSize - 1];
  for (int i = kSize - 2; i >= 0; --i) sum = sum * z + coefficients[i];
  return sum;
}

// An angle as quarter turns and what is left of it, in [-pi/4, pi/4] and a little more. `rest` + `tail` is exact to
// about 2^-117, for an angle may be as near as 2^-54 to a multiple of pi/2.
struct Reduced {
  int quarters;
  double rest;
  double tail;
};

Reduced Reduce(double angle) {
  const int quarters = static_cast<int>(angle / kHalfPi + (angle < 0 ? -0.5 : 0.5));
  const double once = angle - quarters * kHalfPi1;  // exact
  const double second = quarters * kHalfPi2;        // exact
  const double twice = once - second;
  const double back = twice - once;
  const double lost = (once - (twice - back)) - (second + back);  // once - second is twice + lost
  const double small = lost - quarters * kHalfPi3;
  const double rest = twice + small;
  return {quarters, rest, (twice - rest) + small};
}

double ReducedSin(const Reduced& angle) {
  const double x = angle.rest;
  const double z = x * x;
  return x + (x * z * Polynomial(kSin, z) + angle.tail * (1 - z / 2));
}

double ReducedCos(const Reduced& angle) {
  const double x = angle.rest;
  const double z = x * x;
  const double head = 1 - z / 2;
  return head + (((1 - head) - z / 2) + (z * z * Polynomial(kCos, z) - x * angle.tail));
}

// The sine of an angle that is `more` quarter turns further.
double SinOf(double angle, int more) {
  if (!(angle >= -kTwoPi && angle <= kTwoPi)) return kNan;
  const Reduced reduced = Reduce(angle);
  const int quarters = reduced.quarters + more;
  const double value = (quarters & 1) != 0 ? ReducedCos(reduced) : ReducedSin(reduced);
  return (quarters & 2) != 0 ? -value : value;
}

// What the rounded `root` lacks of the square root of `z`.
double RootRest(double z, double root) {
  if (root == 0) return 0;
  const double scaled = root * 134217729;  // 2^27 + 1: cuts the root into halves with exact products
  const double high = scaled - (scaled - root);
  const double low = root - high;
  return (((z - high * high) - 2 * high * low) - low * low) / (2 * root);
}

double Square(double x) { return x * x; }

}  // namespace

double Sin(double angle) { return SinOf(angle, 0); }

double Cos(double angle) { return SinOf(angle, 1); }

double Asin(double sine) {
  if (!(sine >= 0 && sine <= 1)) return kNan;
  if (sine < 0.5) {
    const double z = sine * sine;
    return sine + sine * z * Polynomial(kAsin, z);
  }
  // asin(x) = pi/2 - 2 asin(sqrt((1 - x) / 2)); 1 - x is exact.
  const double z = (1 - sine) / 2;
  const double root = std::sqrt(z);
  const double head = kHalfPi - 2 * root;
  const double lost = (kHalfPi - head) - 2 * root;
  return head + (lost + kHalfPiRest - 2 * (RootRest(z, root) + root * z * Polynomial(kAsin, z)));
}

double HaversineSquare(double latitude1, double longitude1, double latitude2, double longitude2) {
  const double across = Square(Sin((longitude2 - longitude1) * kRadiansPerDegree / 2));
  const double along = Square(Sin((latitude2 - latitude1) * kRadiansPerDegree / 2));
  const double cosines = Cos(latitude1 * kRadiansPerDegree) * Cos(latitude2 * kRadiansPerDegree);
  const double square = along + cosines * across;
  return square < 1 ? square : 1;
}

double HaversineLimit(double radius_km) {
  const double half_angle = radius_km / (2 * kEarthRadiusKm);
  return Square(Sin(half_angle < kHalfPi ? half_angle : kHalfPi));
}

double DistanceKm(double square) { return 2 * kEarthRadiusKm * Asin(std::sqrt(square)); }

}  // namespace expt::base
