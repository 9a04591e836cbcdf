#include <algorithm>

#include "expt/stats.h"
#include "src/stats/block.h"
#include "src/stats/tail.h"
#include "src/stats/validate.h"

namespace expt::inline v1::stats {
namespace {

using internal::First;
using internal::Warn;

constexpr double kMinExpected = 5;

// One period's share of the test.
struct PeriodTest {
  Status status = Status::kOk;
  double units = 0;
  double unexpected = 0;
  double statistic = 0;
  double df = 0;
  bool has_empty_variant = false;
};

PeriodTest TestPeriod(const std::vector<SrmVariant>& variants) {
  PeriodTest test;
  double largest = 0;
  int weighted = 0;
  for (const SrmVariant& v : variants) {
    if (v.weight > 0) {
      ++weighted;
      largest = std::max(largest, v.weight);
      test.units += static_cast<double>(v.units);
    } else {
      test.unexpected += static_cast<double>(v.units);
    }
  }
  if (test.units == 0) return test;
  if (weighted < 2) {
    test.status = Status::kUndefined;
    return test;
  }
  double total = 0;  // of weights relative to the largest: cannot overflow
  for (const SrmVariant& v : variants) total += v.weight / largest;
  for (const SrmVariant& v : variants) {
    if (!(v.weight > 0)) continue;
    const double expected = test.units * (v.weight / largest / total);
    if (expected < kMinExpected) {
      test.status = Status::kInsufficientData;
      return test;
    }
    const double off = static_cast<double>(v.units) - expected;
    test.statistic += off * (off / expected);
    if (v.units == 0) test.has_empty_variant = true;
  }
  test.df = weighted - 1;
  return test;
}

// Counts and warns of units that are in no tested variant.
void CountStrays(const SrmRequest& request, SrmResult& result) {
  result.unexpected_units += static_cast<double>(request.unknown_units);
  result.multi_exposed_units = static_cast<double>(request.multi_exposed_units);
  if (result.unexpected_units > 0) {
    Warn(result.warnings, Warning::kUnexpectedUnits);
  }
  if (result.multi_exposed_units > 0) {
    Warn(result.warnings, Warning::kMultiExposed);
    result.multi_exposed_share =
        result.multi_exposed_units / (result.units + result.unexpected_units + result.multi_exposed_units);
  }
  result.multi_exposed_alarm = result.multi_exposed_share >= kMultiExposedAlarmShare;
}

}  // namespace

SrmResult Srm(const SrmRequest& request) {
  SrmResult result;
  result.invalid = internal::FindInvalid(request);
  if (result.invalid) {
    result.status = Status::kInvalidInput;
    return result;
  }
  double statistic = 0;
  double df = 0;
  bool has_empty_variant = false;
  for (const auto& variants : request.periods) {
    const PeriodTest test = TestPeriod(variants);
    result.status = First(result.status, test.status);
    result.units += test.units;
    result.unexpected_units += test.unexpected;
    statistic += test.statistic;
    df += test.df;
    has_empty_variant = has_empty_variant || test.has_empty_variant;
  }
  CountStrays(request, result);
  if (result.units == 0) {
    result.status = First(result.status, Status::kInsufficientData);
  }
  if (result.status != Status::kOk) return result;

  const internal::Tail tail = internal::ChiSquareUpper(statistic, df);
  result.statistic = statistic;
  result.df = df;
  result.p = tail.p;
  result.log10_p = tail.log10_p;
  result.alarm = tail.p < kSrmAlarmP || has_empty_variant;
  if (result.alarm) Warn(result.warnings, Warning::kSrmAlarm);
  return result;
}

}  // namespace expt::inline v1::stats
