// 7-day retention of a public mobile-game experiment, from its counts alone.
#include <cstdio>

#include "expt/stats.h"

int main() {
  expt::stats::CompareRequest request;
  request.kind = expt::stats::Kind::kProportion;
  request.control = expt::stats::Counts{44700, 8502};
  request.treatment = expt::stats::Counts{45489, 8279};
  const auto comparison = expt::stats::Compare(request);
  if (!comparison.effect.p) return 1;
  std::printf("d %.7f p %.7f\n", *comparison.effect.estimate, *comparison.effect.p);
  return 0;
}
