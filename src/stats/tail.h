// Tail probabilities that do not vanish, and critical values.
#ifndef EXPT_SRC_STATS_TAIL_H_
#define EXPT_SRC_STATS_TAIL_H_

namespace expt::inline v1::stats::internal {

// A tail probability. `p` stops at 1e-300; `log10_p`, in [lowest double, 0],
// goes on.
struct Tail {
  double p = 1;
  double log10_p = 0;
};

// From a probability in (0, 1], rounding above 1 allowed.
Tail TailFromP(double p);

// From the natural logarithm of a probability; above 0 counts as 0.
Tail TailFromLog(double ln_p);

// P(|Z| >= |z|), Z standard normal.
Tail NormalTwoSided(double z);

// P(|T| >= |t|), T Student's t with `df` >= 1 degrees of freedom.
Tail StudentTwoSided(double t, double df);

// P(X >= x), X chi-square with `df` >= 1 degrees of freedom; x >= 0.
Tail ChiSquareUpper(double x, double df);

// P(Z >= z).
double NormalUpper(double z);

// P(T >= t), T Student's t with `df` degrees of freedom, shifted by `shift`: noncentral.
double ShiftedStudentUpper(double t, double df, double shift);

// c with P(|Z| >= c) = alpha, and the same of Student's t. alpha in (0, 1).
double NormalCritical(double alpha);
double StudentCritical(double alpha, double df);

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_TAIL_H_
