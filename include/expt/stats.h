// Statistics of experiments: counts and moments in, numbers out.
//
//   using namespace expt::stats;
//
//   CompareRequest request;
//   request.kind = Kind::kProportion;
//   request.control = Counts{.n = 50120, .successes = 6014};
//   request.treatment = Counts{.n = 49973, .successes = 6205};
//
//   Comparison c = Compare(request);
//   c.effect.estimate;  //  0.00418: 0.42 percentage points more purchases
//   c.lift.estimate;    //  0.0348:  3.5 % more, relative to control
//   c.effect.p;         //  0.0437,  if this is the only look ever taken
//
//   request.mode = Mode::kAnyTime;  // valid however often one looks
//   request.planned_units = 200000;
//   Compare(request).effect.p;  // 0.439
//
// Pure: no files, clock, threads, locale or global state; nothing throws
// (memory exhaustion aside). Every function may be called from any thread.
//
// Nothing is ever NaN or infinite: a number without a value is an empty
// optional, and the `status` of its block says why. What is well defined is
// returned beside a status that is not kOk; warnings are listed, not logged.
//
// Notation: A is control, B a treatment. The unit of analysis is the randomised
// unit (a user, say), counted once; events enter as totals per unit. `effect`
// is mB - mA in the metric's own unit, `lift` is effect / |mA| as a fraction
// (0.03 is +3 %). p and both intervals of a comparison share estimate, standard
// error and critical value, so they never contradict each other. Formulas,
// sources and the decisions behind them: docs/statistics.md.
#ifndef EXPT_STATS_H_
#define EXPT_STATS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace expt::inline v1::stats {

// ---------------------------------------------------------------------------
// Status and warnings. Stored and sent by Name(); never renamed.

// Why a block has no complete result. When several apply, the first one here
// (after kOk) is reported.
enum class Status {
  kOk,
  kInvalidInput,       // see Invalid for the field and the reason
  kEmptyArm,           // a compared variant has no units
  kInsufficientData,   // below the method's minimum; means and effect only
  kZeroDenominator,    // a ratio's denominators sum to 0; lift of a zero mean
  kZeroVariance,       // the standard error is 0; no interval and no p
  kUndefined,          // no value by definition, or beyond the range of double
  kImproperPosterior,  // Bayesian result asked of an improper posterior
  kUnbounded,          // an interval without finite ends; estimate and p hold
  kCapDegenerate,      // the cap equals the smallest value
};

// What a reader of a result should know. Reported in this order, once each, in
// the smallest block concerned.
enum class Warning {
  kPrecisionLoss,        // cancellation has eaten digits of the variance
  kZeroVariance,         // one of two variants is constant
  kLowCounts,            // < 5 successes or failures: score method took over
  kSkewed,               // n < 355 * skewness^2: normal theory is doubtful
  kNearZeroBaseline,     // |mA| < 3 of its standard errors: lift is fragile
  kNearZeroDenominator,  // the same of a ratio's mean denominator
  kCovariateOff,         // no covariate adjustment
  kCollinear,            // a covariate was dropped
  kFewClusters,          // fewer than 50 clusters
  kNoPlan,               // any_time without planned units
  kOverrun,              // more data than planned
  kEarlyLook,            // a fixed-horizon result read before its planned end
  kShortRun,             // too few days
  kFlatPrior,            // flat prior asked for
  kPriorDefault,         // prior not learnt from past experiments
  kSrmAlarm,             // sample ratio mismatch: no verdict is given
  kUnexpectedUnits,      // units in variants that should have none
  kMultiExposed,         // units seen in more than one variant
  kSimpson,              // pooled effect outside the range of its levels
  kImbalance,            // variants differed before exposure
  kDependentDays,        // days taken as independent though units repeat
  kApproximate,          // from a sketch
};

// Stable text: "ok", "invalid_input", ...; "precision_loss", ....
std::string_view Name(Status status);
std::string_view Name(Warning warning);

// The field that made a request invalid, and why.
struct Invalid {
  std::string field;    // path within the request: "treatment.successes"
  std::string message;  // "expected at most n = 10, got 11"
};

// ---------------------------------------------------------------------------
// Data of one variant.

// Units, and how many of them succeeded. 0 <= successes <= n.
struct Counts {
  int64_t n = 0;
  int64_t successes = 0;
};

// Count, means and centred cross products of k columns, one row per unit.
//
// The columns are those of the metric: {y} of a mean, {a, b} of the ratio
// sum(a) / sum(b), {y, x} of a mean with a covariate. Build it from rows or
// parts by Accumulator, from a database's sums by FromSums, or fill the fields.
struct Moments {
  int64_t n = 0;

  // k means.
  std::vector<double> mean;

  // Sums of (x_i - mean_i)(x_j - mean_j) over units: the lower triangle by
  // rows, k(k+1)/2 numbers: 00, 10, 11, 20, .... Not divided by n - 1.
  std::vector<double> cross;

  // Sum of (x - mean)^3 of the first column; used to warn of skewness.
  std::optional<double> third;

  // True when made of sums and sums of products: digits were lost there, so a
  // variance is taken for zero, and warned of, earlier.
  bool from_sums = false;

  size_t columns() const { return mean.size(); }

  // Centred product of columns `row` and `column`, in either order.
  double Cross(size_t row, size_t column) const;

  // Moments from sums (k numbers) and sums of products (lower triangle as
  // above) that were not centred. Empty when `sum_products` does not have
  // k(k+1)/2 numbers. Only for import: where mean^2 exceeds the variance by
  // 1e14 or more little but rounding is left.
  static std::optional<Moments> FromSums(int64_t n, std::span<const double> sum, std::span<const double> sum_products);
};

// Collects rows, or the moments of parts, into Moments.
//
// Any split of the data and any order give the same moments up to rounding.
// Holds its state in long double, so 10^7 rows lose less than one digit.
// Not thread-safe: one per thread, then Merge.
class Accumulator {
 public:
  explicit Accumulator(size_t columns);

  // Adds one unit. False, and nothing added, when `row` is not k numbers.
  bool Add(std::span<const double> row);
  bool Add(double value);

  // Adds the units of `part`. False, and nothing added, when `part` has other
  // columns (unless it is empty), sizes that disagree, or a negative count.
  // `third` is known afterwards when it was known of all parts.
  bool Merge(const Moments& part);

  Moments moments() const;

 private:
  long double& Cell(size_t row, size_t column);

  size_t columns_;
  int64_t n_ = 0;
  std::vector<long double> mean_;
  std::vector<long double> cross_;
  std::vector<long double> delta_;
  long double third_ = 0;
  bool has_third_ = true;
  bool from_sums_ = false;
};

using Data = std::variant<Counts, Moments>;

// ---------------------------------------------------------------------------
// Comparing a treatment with control.

enum class Kind {
  kProportion,  // Counts; "proportion_z", at low counts the score method
  kMean,        // Moments of {y}; "welch_t"
  kRatio,       // Moments of {a, b}; "ratio_delta"
};

enum class Mode {
  kFixed,    // valid at one look, at the planned end
  kAnyTime,  // valid at every look at once
};

enum class Direction { kIncrease, kDecrease };  // which one is better

// Distribution of the statistic of means and ratios in Mode::kFixed.
enum class Reference { kStudent, kNormal };

enum class Scale { kEffect, kLift };

enum class Verdict {
  kBetter,        // the interval lies on the good side of 0
  kWorse,         // on the bad side
  kFlat,          // within +-(planned minimum detectable effect)
  kInconclusive,  // none of these
};

std::string_view Name(Kind kind);
std::string_view Name(Mode mode);
std::string_view Name(Direction direction);
std::string_view Name(Reference reference);
std::string_view Name(Scale scale);
std::string_view Name(Verdict verdict);

// One metric, one treatment against control.
struct CompareRequest {
  Kind kind = Kind::kMean;
  Data control;
  Data treatment;

  // Two-sided error probability, in (0, 1); intervals cover 1 - alpha.
  double alpha = 0.05;

  Mode mode = Mode::kFixed;

  // Units the two variants together are planned to have; > 0. Freeze it when
  // the experiment starts. kAnyTime is tightest there, and without it assumes
  // 10,000 and warns kNoPlan. kFixed warns kEarlyLook below it.
  std::optional<int64_t> planned_units;

  // Smallest p of the earlier looks, in (0, 1]; kAnyTime only.
  std::optional<double> previous_p;

  Direction direction = Direction::kIncrease;
  Reference reference = Reference::kStudent;

  // Minimum detectable effect of the plan, > 0: in the metric's unit (kEffect)
  // or as a fraction of control (kLift). Without it no verdict is kFlat.
  std::optional<double> planned_mde;
  Scale planned_mde_scale = Scale::kLift;

  // Srm() alarmed: numbers are returned with kSrmAlarm, the verdict is not.
  bool srm_alarm = false;
};

// Formula and version behind a block. A version rises whenever any output may
// change in any digit.
inline constexpr std::string_view kProportionZ = "proportion_z/1";
inline constexpr std::string_view kWelchT = "welch_t/1";
inline constexpr std::string_view kRatioDelta = "ratio_delta/1";
inline constexpr std::string_view kFieller = "fieller/1";
inline constexpr std::string_view kMiettinenNurminen = "miettinen_nurminen/1";
inline constexpr std::string_view kAnyTimeMixture = "any_time/1";
inline constexpr std::string_view kSrmChi2 = "srm_chi2/1";

// One variant.
struct VariantSummary {
  int64_t n = 0;

  // Success rate, mean, or sum(a) / sum(b).
  std::optional<double> mean;

  // Of one unit: m(1 - m) of a proportion; sample variance of a mean; variance
  // of the linearised value (a - r b) / mean(b) of a ratio.
  std::optional<double> variance;

  std::optional<double> sum;          // successes, sum(y), sum(a)
  std::optional<double> denominator;  // sum(b); ratios only
};

// An estimate with its uncertainty: of the effect, or of the lift.
struct Estimate {
  Status status = Status::kOk;
  std::vector<Warning> warnings;  // in the order of the enum
  std::string_view method;        // one of the constants above

  std::optional<double> estimate;

  // Standard error, > 0. At low counts that of the score test at effect 0 for
  // the effect, and absent for the lift.
  std::optional<double> se;

  std::optional<double> statistic;  // estimate / se; effect only
  std::optional<double> df;         // of Student's t; absent when normal

  // Ends of the interval. Absent with is_open: that end is unbounded. Absent
  // without: there is no interval.
  std::optional<double> lower;
  std::optional<double> upper;
  bool is_open = false;

  // Two-sided, of the effect; the lift has none of its own. p stops at 1e-300,
  // log10_p does not. In kAnyTime the minimum of this and all earlier looks.
  std::optional<double> p;
  std::optional<double> log10_p;
};

// What Mode::kAnyTime adds.
struct Sequential {
  int64_t planned_units = 0;       // as used, default included
  std::optional<double> critical;  // h(n): half-width in standard errors
  std::optional<double> log10_e;   // log10 of the evidence against no effect
  std::optional<double> p_now;     // of this look alone
};

// Results shown beside the primary one.
struct Supplements {
  std::optional<Estimate> fixed;  // Mode::kFixed on the same data; kAnyTime only
};

struct Comparison {
  Status status = Status::kOk;  // that of the effect
  std::optional<Invalid> invalid;
  std::vector<Warning> warnings;  // about the request as a whole

  VariantSummary control;
  VariantSummary treatment;
  Estimate effect;
  Estimate lift;
  std::optional<Sequential> sequential;
  Supplements supplements;

  // Read off this look's effect interval (kFlat: the interval of the scale of
  // planned_mde). Absent while status is not kOk or srm_alarm is set.
  std::optional<Verdict> verdict;
};

// Compares treatment with control. Cost: about a microsecond, at low counts
// some hundred.
//
// kInvalidInput comes with `invalid`, for: data that is not of `kind`; negative
// counts; successes > n; numbers that are not finite; a negative diagonal of
// `cross`; a cross product beyond what its diagonals allow; sizes that
// disagree; options outside their range.
// kInsufficientData: means and ratios of fewer than 2 units in a variant; in
// kAnyTime fewer than 100 units, 5 successes or 5 failures. Such a look has no
// p: keep the previous one.
Comparison Compare(const CompareRequest& request);

// ---------------------------------------------------------------------------
// Planning: how many units does it take to see an effect of a given size?

// One metric, one treatment against control, read once at the planned end.
struct PlanRequest {
  Kind kind = Kind::kMean;

  // Of control, before the experiment: success rate, mean, or sum(a) / sum(b).
  double mean = 0;

  // Of one unit, > 0, as in VariantSummary. Not used of a proportion.
  double variance = 0;

  // Smallest effect worth seeing, > 0: a fraction of |mean| (kLift), or in the
  // metric's unit (kEffect), in the direction given.
  double mde = 0;
  Scale mde_scale = Scale::kLift;
  Direction direction = Direction::kIncrease;

  double alpha = 0.05;  // two-sided, in (0, 1)
  double power = 0.8;   // probability of seeing it, in (0, 1), above alpha

  // kAnyTime plans for its interval at the planned end: it may be read before.
  Mode mode = Mode::kFixed;

  // Shares of the two variants, > 0, any unit.
  double control_weight = 1;
  double treatment_weight = 1;
};

inline constexpr std::string_view kPowerTwoSided = "power/1";

struct PlanResult {
  Status status = Status::kOk;
  std::optional<Invalid> invalid;
  std::string_view method = kPowerTwoSided;

  std::optional<double> effect;  // the mde in the metric's unit, > 0

  // Least units of each. Absent when more than 1e15 are needed (kUndefined).
  std::optional<int64_t> control_units;
  std::optional<int64_t> treatment_units;
};

// kInvalidInput: numbers outside their range, a rate outside [0, 1] in either
// variant. kZeroVariance: nothing varies. kZeroDenominator: lift of a zero mean.
PlanResult Plan(const PlanRequest& request);

// The effect, in the metric's unit, that `units` of both variants together show
// with the request's power; its `mde` is not read. Empty when the request is
// invalid, when nothing varies, or when no rate reaches it.
std::optional<double> DetectableEffect(const PlanRequest& request, int64_t units);

// ---------------------------------------------------------------------------
// Sample ratio mismatch: do the variants have the units their weights promise?

struct SrmVariant {
  int64_t units = 0;
  double weight = 0;  // >= 0, any unit; 0 means no unit is expected
};

struct SrmRequest {
  // One list of variants for each period of constant weights, usually one. A
  // unit belongs to the period of its first exposure.
  std::vector<std::vector<SrmVariant>> periods;

  // Units in variants the experiment does not have.
  int64_t unknown_units = 0;

  // Units exposed to more than one variant, which are in no variant's count.
  int64_t multi_exposed_units = 0;
};

// Alarms are set at these.
inline constexpr double kSrmAlarmP = 0.001;
inline constexpr double kMultiExposedAlarmShare = 0.01;

struct SrmResult {
  Status status = Status::kOk;
  std::optional<Invalid> invalid;
  std::vector<Warning> warnings;
  std::string_view method = kSrmChi2;

  double units = 0;  // tested: those in variants of positive weight

  std::optional<double> statistic;  // chi-square, summed over periods
  std::optional<double> df;
  std::optional<double> p;  // stops at 1e-300
  std::optional<double> log10_p;

  // p < kSrmAlarmP, or a variant of positive weight has no units at all. Pass
  // it on as CompareRequest::srm_alarm.
  bool alarm = false;

  double unexpected_units = 0;  // in zero-weight and unknown variants
  double multi_exposed_units = 0;
  double multi_exposed_share = 0;  // of all units, in [0, 1]
  bool multi_exposed_alarm = false;
};

// Tests the counts by chi-square. The counts of unexpected and multiply exposed
// units are returned with any status but kInvalidInput.
//
// kInvalidInput: negative counts or weights, weights that are not finite.
// kInsufficientData: fewer than 5 units expected in a variant of a period that
// has units, or no units at all.
// kUndefined: a period with units has fewer than two variants of positive
// weight.
SrmResult Srm(const SrmRequest& request);

}  // namespace expt::inline v1::stats

#endif  // EXPT_STATS_H_
