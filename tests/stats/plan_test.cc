#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

PlanRequest Rate(double mean, double mde) {
  PlanRequest request;
  request.kind = Kind::kProportion;
  request.mean = mean;
  request.mde = mde;
  return request;
}

PlanRequest Standardised(double effect) {
  PlanRequest request;
  request.mean = 10;
  request.variance = 4;
  request.mde = 2 * effect;
  request.mde_scale = Scale::kEffect;
  return request;
}

// Expected numbers: scipy 1.17, norm and nct, with a search of their own; those of whole samples also
// statsmodels 0.15, TTestIndPower and NormalIndPower.
TEST(Plan, AgreesWithReferencesForRates) {
  PlanRequest request = Rate(0.1, 0.1);
  const PlanResult equal = Plan(request);
  EXPECT_EQ(equal.status, Status::kOk);
  EXPECT_EQ(equal.method, kPowerTwoSided);
  EXPECT_NEAR(*equal.effect, 0.01, 1e-15);
  EXPECT_EQ(equal.control_units, 14749);
  EXPECT_EQ(equal.treatment_units, 14749);
  request.direction = Direction::kDecrease;
  EXPECT_EQ(Plan(request).control_units, 13493);
  request.direction = Direction::kIncrease;
  request.power = 0.9;
  request.treatment_weight = 3;
  EXPECT_EQ(Plan(request).control_units, 12886);
  EXPECT_EQ(Plan(request).treatment_units, 3 * 12886);
}

TEST(Plan, AgreesWithReferencesForMeans) {
  EXPECT_EQ(Plan(Standardised(0.05)).control_units, 6280);  // 6279.09
  PlanRequest request = Standardised(0.05);
  request.treatment_weight = 4;
  EXPECT_EQ(Plan(request).control_units, 3925);  // 3924.43
}

TEST(Plan, OfFewUnitsIsByStudent) {
  EXPECT_EQ(Plan(Standardised(0.5)).control_units, 64);  // 63.77
  PlanRequest request = Standardised(1.2);
  request.alpha = 0.01;
  request.power = 0.95;
  EXPECT_EQ(Plan(request).control_units, 27);  // 26.46
  request = Standardised(0.5);
  request.power = 0.9;
  request.treatment_weight = 2;
  EXPECT_EQ(Plan(request).control_units, 65);
  EXPECT_EQ(Plan(request).treatment_units, 130);
}

TEST(Plan, ForEveryLookTakesMore) {
  PlanRequest request = Rate(0.1, 0.1);
  request.mode = Mode::kAnyTime;
  EXPECT_EQ(Plan(request).control_units, 28242);
  request = Standardised(3);
  request.mode = Mode::kAnyTime;
  EXPECT_EQ(Plan(request).control_units, 100);  // fewer are no look
}

TEST(Plan, TheDetectableEffectIsThatOfTheUnits) {
  PlanRequest request = Standardised(1);
  ExpectRelative(DetectableEffect(request, 10'000), 0.11206327148054318, 1e-9);
  ExpectRelative(DetectableEffect(Rate(0.1, 0.1), 14'000), 0.014653724663516691, 1e-9);
  for (const Mode mode : {Mode::kFixed, Mode::kAnyTime}) {
    for (const double mde : {0.02, 0.1, 0.5}) {
      request = Rate(0.2, mde);
      request.mode = mode;
      const PlanResult plan = Plan(request);
      const std::optional<double> effect = DetectableEffect(request, *plan.control_units + *plan.treatment_units);
      ASSERT_TRUE(effect.has_value());
      EXPECT_LE(*effect, 0.2 * mde * (1 + 1e-9));
      EXPECT_GT(*effect, 0.2 * mde * 0.98);
    }
  }
}

TEST(Plan, SizeDoesNotDependOnTheUnitOfTheMetric) {
  for (const double scale : {1e-100, 1.0, 1e100}) {
    PlanRequest request = Standardised(0.05);
    request.mean *= scale;
    request.variance = 4 * scale * scale;
    request.mde *= scale;
    EXPECT_EQ(Plan(request).control_units, 6280) << scale;
    request.mean = -request.mean;
    EXPECT_EQ(Plan(request).control_units, 6280) << scale;
  }
}

TEST(Plan, SaysWhyThereIsNone) {
  const auto field = [](const PlanRequest& request) {
    const PlanResult result = Plan(request);
    EXPECT_EQ(result.status, Status::kInvalidInput);
    EXPECT_FALSE(result.control_units.has_value());
    return result.invalid.has_value() ? result.invalid->field : "";
  };
  EXPECT_EQ(field(Rate(1.5, 0.1)), "mean");
  EXPECT_EQ(field(Rate(0.9, 0.2)), "mde");
  EXPECT_EQ(field(Rate(0.1, 0)), "mde");
  PlanRequest request = Standardised(1);
  request.variance = -1;
  EXPECT_EQ(field(request), "variance");
  request = Standardised(1);
  request.power = 0.01;
  EXPECT_EQ(field(request), "power");
  request = Standardised(1);
  request.alpha = 0;
  EXPECT_EQ(field(request), "alpha");
  request = Standardised(1);
  request.treatment_weight = 0;
  EXPECT_EQ(field(request), "treatment_weight");
  request = Standardised(1);
  request.mean = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(field(request), "mean");
  EXPECT_FALSE(DetectableEffect(request, 1000).has_value());

  EXPECT_EQ(Plan(Rate(0, 0.1)).status, Status::kZeroDenominator);
  request = Standardised(1);
  request.variance = 0;
  EXPECT_EQ(Plan(request).status, Status::kZeroVariance);
  EXPECT_EQ(Plan(Standardised(1e-9)).status, Status::kUndefined);
  EXPECT_FALSE(DetectableEffect(Rate(0.1, 0.1), 1).has_value());  // no rate is high enough
}

}  // namespace
}  // namespace expt::stats_test
