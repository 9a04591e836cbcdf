// Expected numbers: mpmath 1.4 with 60 digits (erfc, regularised incomplete
// beta and gamma; the t density integrated where df >= 1e5).
#include "src/stats/tail.h"

#include <gtest/gtest.h>

#include <cmath>

namespace expt::stats::internal {
namespace {

void ExpectTail(const Tail& tail, double p, double log10_p) {
  EXPECT_NEAR(tail.p, p, 1e-12 * p);
  EXPECT_NEAR(tail.log10_p, log10_p, 1e-13 * std::fabs(log10_p) + 1e-14);
}

TEST(NormalTail, MatchesHighPrecisionFromTheCentreToFarOut) {
  ExpectTail(NormalTwoSided(0), 1, 0);
  ExpectTail(NormalTwoSided(0.5), 0.61707507745197379, -0.20966199360125958);
  ExpectTail(NormalTwoSided(-5), 5.7330314375838782e-7, -6.2416156767266733);
  ExpectTail(NormalTwoSided(36.9), 4.6210489622809925e-298, -297.3352594298938);
  ExpectTail(NormalTwoSided(37.1), 1e-300, -300.55138272227704);
  ExpectTail(NormalTwoSided(38.4), 1e-300, -321.87932080762626);
  ExpectTail(NormalTwoSided(40), 1e-300, -349.13597646368186);
  ExpectTail(NormalTwoSided(678), 1e-300, -99822.041600184351);
}

TEST(NormalTail, StaysFiniteForAnyStatistic) {
  const Tail tail = NormalTwoSided(1e300);
  EXPECT_EQ(tail.p, 1e-300);
  EXPECT_TRUE(std::isfinite(tail.log10_p));
}

TEST(StudentTail, MatchesHighPrecisionAtAnyDegreesOfFreedom) {
  ExpectTail(StudentTwoSided(2, 1), 0.29516723530086655, -0.52993185253250501);
  ExpectTail(StudentTwoSided(5, 30.5), 2.2358470831133014e-5, -4.6505579025884151);
  ExpectTail(StudentTwoSided(-50, 30.5), 7.8591777096276173e-31, -30.104622890964762);
  ExpectTail(StudentTwoSided(1e20, 3.7), 4.3651503906510114e-74, -73.360000789139457);
  ExpectTail(StudentTwoSided(30, 1e3), 1.5374687444043482e-141, -140.81319370434649);
  ExpectTail(StudentTwoSided(10, 1e8), 1.5240094630247841e-23, -22.817012336325358);
  ExpectTail(StudentTwoSided(3, 1e12), 0.0026997960633266668, -2.5686690402546941);
  ExpectTail(StudentTwoSided(30, 1e12), 9.8134298459293263e-198, -197.00817917785709);
}

TEST(StudentTail, GoesOnAsALogarithmWherePStops) {
  ExpectTail(StudentTwoSided(36, 1e6), 1.2733991120399027e-283, -282.89503545731206);
  ExpectTail(StudentTwoSided(37.5, 1e12), 1e-300, -307.03570686396683);
  ExpectTail(StudentTwoSided(700, 1e6), 1e-300, -86595.990771976225);
  ExpectTail(StudentTwoSided(700, 1e12), 1e-300, -106405.06515653738);
  ExpectTail(StudentTwoSided(1e6, 1e3), 1e-300, -4501.598168729048);
  ExpectTail(StudentTwoSided(1e60, 5), 1.8980334491124722e-299, -298.72169613825384);
  EXPECT_TRUE(std::isfinite(StudentTwoSided(1.7e308, 1e15).log10_p));
}

TEST(StudentTail, IsContinuousWhereTheLogarithmTakesOver) {
  // Either side of p = 1e-280, where the method changes.
  for (double df : {20.0, 1000.0, 1e7}) {
    double lo = 1, hi = 1e30;
    for (int i = 0; i < 200; ++i) {
      const double mid = std::sqrt(lo * hi);
      (StudentTwoSided(mid, df).log10_p > -280 ? lo : hi) = mid;
    }
    EXPECT_NEAR(StudentTwoSided(lo * (1 - 1e-14), df).log10_p, StudentTwoSided(hi * (1 + 1e-14), df).log10_p, 1e-9)
        << df;
  }
}

TEST(ChiSquareTail, MatchesHighPrecisionAndGoesOnAsALogarithm) {
  ExpectTail(ChiSquareUpper(0, 3), 1, 0);
  ExpectTail(ChiSquareUpper(6.9, 1), 0.0086195749606017231, -2.0645141491191849);
  ExpectTail(ChiSquareUpper(100, 3), 1.5541594313896049e-21, -20.808504431724828);
  ExpectTail(ChiSquareUpper(1300, 2), 5.1119519486511562e-283, -282.29141323711369);
  ExpectTail(ChiSquareUpper(1e5, 1), 1e-300, -21717.322159443943);
  ExpectTail(ChiSquareUpper(1e9, 7), 1e-300, -217147219.72577711);
}

TEST(Critical, IsTheInverseOfTheTail) {
  for (double alpha : {1e-12, 1e-3, 0.05, 0.5, 0.99}) {
    EXPECT_NEAR(NormalTwoSided(NormalCritical(alpha)).p, alpha, 1e-11 * alpha);
    for (double df : {1.0, 2.5, 17.776, 250.3, 1e6, 1e12}) {
      EXPECT_NEAR(StudentTwoSided(StudentCritical(alpha, df), df).p, alpha, 1e-10 * alpha) << alpha << " " << df;
    }
  }
}

TEST(TailFromLog, ClampsBothEnds) {
  EXPECT_EQ(TailFromLog(0.5).p, 1);
  EXPECT_EQ(TailFromLog(0.5).log10_p, 0);
  EXPECT_EQ(TailFromLog(-INFINITY).p, 1e-300);
  EXPECT_TRUE(std::isfinite(TailFromLog(-INFINITY).log10_p));
}

}  // namespace
}  // namespace expt::stats::internal
