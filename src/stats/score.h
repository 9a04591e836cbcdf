// Miettinen and Nurminen's score test and intervals of two proportions, which
// hold at counts too low for the normal approximation, 0 % and 100 % included.
#ifndef EXPT_SRC_STATS_SCORE_H_
#define EXPT_SRC_STATS_SCORE_H_

#include "expt/stats.h"
#include "src/stats/fieller.h"

namespace expt::inline v1::stats::internal {

// All functions need n >= 1 in both variants.

// pB - pA, from the rarer outcome: rates near 0 have more digits than near 1.
double RateDifference(const Counts& a, const Counts& b);

// Standard error of pB - pA if the two were equal; 0 when no unit, or every
// one, succeeded.
double ScoreStandardError(const Counts& a, const Counts& b);

// Interval of pB - pA within [-1, 1] at critical value c.
Range ScoreDifference(const Counts& a, const Counts& b, double c);

// Interval of pB / pA - 1, lower >= -1. Needs a success in `a`.
Range ScoreLift(const Counts& a, const Counts& b, double c);

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_SCORE_H_
