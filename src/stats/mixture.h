// Always-valid critical value and evidence: the normal mixture.
#ifndef EXPT_SRC_STATS_MIXTURE_H_
#define EXPT_SRC_STATS_MIXTURE_H_

namespace expt::inline v1::stats::internal {

// A test of "no effect" that holds at every sample size at once; tightest at
// `planned` units. docs/statistics.md, "Always-valid results".
class Mixture {
 public:
  // Needs n > 0, planned > 0, alpha in (0, 1).
  Mixture(double n, double planned, double alpha);

  // h(n): |z| beyond it rejects.
  double critical() const { return critical_; }

  // ln of the e-value of a look with statistic z; p is 1 / e-value.
  double LogEvidence(double z) const;

 private:
  double weight_;  // n rho^2
  double critical_;
};

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_MIXTURE_H_
