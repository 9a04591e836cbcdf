#include "tests/oracle/oracle.h"

#include <gtest/gtest.h>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/model/builder.h"
#include "tests/oracle/random_model.h"
#include "tests/oracle/random_values.h"

namespace expt::oracle {
namespace {

constexpr ValueType kAsked[] = {ValueType::kMissing, ValueType::kMissing, ValueType::kMissing, ValueType::kMissing,
                                ValueType::kBoolean, ValueType::kInteger, ValueType::kDouble};

// What one context is asked with, for the oracle and for the engine.
struct Question {
  explicit Question(Random& random) : context(random) {
    asked.now_ms = random.OneIn(3) ? random.Pick(Times()) : random.Below(5) * 500;
    asked.expected = kAsked[random.Below(7)];
    if (random.OneIn(6)) asked.overlay.stale = random.OneIn(2) ? "defaults" : "fail_closed";
    if (random.OneIn(6)) off.push_back("flag" + std::to_string(random.Below(5)));
    asked.overlay.emergency_off.insert(off.begin(), off.end());
    if (random.OneIn(2)) asked.sticky = RandomSticky(random);
    for (const auto& [key, variant] : asked.sticky) {
      const auto& [experiment_id, phase, bucket_by, unit_id] = key;
      sticky.Set(experiment_id, phase, bucket_by, unit_id, variant);
    }
  }

  Snapshot Overlaid(const Snapshot& snapshot) const {
    Overlay overlay;
    overlay.emergency_off = off;
    if (asked.overlay.stale == "defaults") overlay.stale = Overlay::Stale::kDefaults;
    if (asked.overlay.stale == "fail_closed") overlay.stale = Overlay::Stale::kFailClosed;
    return snapshot.With(overlay);
  }
  Context Made() const { return Context(std::span<const Attribute>(context.attributes())); }
  EvaluateInput Input() const { return {.now = Time(std::chrono::milliseconds(asked.now_ms)), .sticky = &sticky}; }

  RandomContext context;
  Asked asked;
  std::vector<std::string> off;
  StickyAssignments sticky;
};

TEST(Oracle, EngineAgreesOnRandomSnapshots) {
  Random random(20240517);
  size_t loaded = 0;
  size_t compared = 0;
  std::map<std::string, size_t> seen;  // reasons, errors and exposures
  for (int round = 0; round < 6000; ++round) {
    SCOPED_TRACE(round);
    Random twin = random;
    const model::Snapshot model = RandomModel(random);
    const Oracle oracle(model);
    const absl::StatusOr<Snapshot> snapshot = core::Load(RandomModel(twin), Digest{});  // takes its own copy over
    ASSERT_EQ(snapshot.ok(), !oracle.is_refused()) << snapshot.status();
    if (!snapshot.ok()) continue;
    ++loaded;
    for (int i = 0; i < 12 && !oracle.TookEdge(); ++i) {
      const Question question(random);
      const Context made = question.Made();
      const Snapshot overlaid = question.Overlaid(*snapshot);
      for (size_t f = 0; f <= snapshot->flag_count(); ++f) {
        const std::string key = "flag" + std::to_string(f);
        const Answer expected = oracle.Decide(key, question.context.attributes(), question.asked);
        if (oracle.TookEdge()) break;
        const Decision got = Evaluate(overlaid, key, made, question.Input(), question.asked.expected);
        ASSERT_EQ(AnswerOf(got), expected) << key << "\n" << Explain(overlaid, key, made, question.Input()).text;
        ++seen[expected.reason + " " + expected.error];
        for (const OracleExposure& e : expected.exposures) {
          ++seen[e.is_holdout ? "exposure of a holdout: " + e.variant : e.was_stored ? "stored exposure" : "exposure"];
        }
        ++compared;
      }
    }
  }
  std::cout << loaded << " snapshots, " << compared << " decisions\n";
  for (const auto& [what, count] : seen) std::cout << "  " << what << " " << count << "\n";
  EXPECT_GT(loaded, 3000u);
  for (const char* what :
       {"STATIC ", "TARGETING_MATCH ", "SPLIT ", "DEFAULT ", "DISABLED ", "STALE ", "PREREQUISITE_FAILED ",
        "ERROR FLAG_NOT_FOUND", "ERROR PARSE_ERROR", "ERROR TYPE_MISMATCH", "ERROR TARGETING_KEY_MISSING",
        "ERROR INVALID_CONTEXT", "exposure", "stored exposure", "exposure of a holdout: in",
        "exposure of a holdout: held_out"}) {
    EXPECT_GT(seen[what], 100u) << what;
  }
}

// not (all [a, b]) and any [not a, not b] hold for the same contexts, and the other way round.
TEST(Oracle, DeMorganHoldsInTheEngine) {
  Random random(7);
  size_t true_count = 0;
  for (int round = 0; round < 300; ++round) {
    model::Builder b;
    b.snapshot().environment = b.Copy("env");
    b.snapshot().version = 1;
    std::vector<model::Index> leaves;
    for (const char* name : {"a", "b", "c"}) {
      const model::Index attribute = b.Attribute(name);
      leaves.push_back(random.OneIn(2) ? b.Leaf(model::Operator::kIn, attribute, b.Strings({"x", "u1", "CH"}))
                                       : b.Leaf(model::Operator::kGt, attribute, b.Integers({0})));
      if (random.OneIn(3)) leaves.back() = b.Not(leaves.back());
    }
    std::vector<model::Index> negated;
    for (const model::Index leaf : leaves) negated.push_back(b.Not(leaf));
    const model::Index sides[4] = {b.Not(b.All(leaves)), b.Any(negated), b.Not(b.Any(leaves)), b.All(negated)};
    for (int i = 0; i < 4; ++i) {
      model::Flag flag;
      flag.key = b.String("side" + std::to_string(i));
      flag.type = ValueType::kBoolean;
      flag.is_enabled = true;
      flag.variant_keys = {b.String("off"), b.String("on")};
      flag.variant_values = {b.BooleanValue(false), b.BooleanValue(true)};
      model::Rule rule;
      rule.id = b.String("r");
      rule.condition = sides[i];
      rule.serve = b.ServeVariant(1);
      flag.rules = {b.AddRule(rule)};
      flag.default_serve = b.ServeVariant(0);
      b.snapshot().flags.push_back(std::move(flag));
    }
    const absl::StatusOr<Snapshot> snapshot = core::Load(b.Take(), Digest{});
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    for (int i = 0; i < 20; ++i) {
      const RandomContext context(random);
      const Context made{std::span<const Attribute>(context.attributes())};
      const auto holds = [&](const char* key) { return Evaluate(*snapshot, key, made, {}).ValueOr(false); };
      ASSERT_EQ(holds("side0"), holds("side1"));
      ASSERT_EQ(holds("side2"), holds("side3"));
      true_count += holds("side0") ? 1 : 0;
    }
  }
  EXPECT_GT(true_count, 100u);
}

TEST(Oracle, DamagedModelsGetAnAnswerAndNeverCrash) {
  Random random(99);
  size_t refused = 0;
  size_t with_broken_flags = 0;
  for (int round = 0; round < 30000; ++round) {
    model::Snapshot model = WildModel(random);
    const absl::StatusOr<Snapshot> snapshot = core::Load(std::move(model), Digest{});
    if (!snapshot.ok()) {
      ++refused;
      ASSERT_EQ(LoadErrorOf(snapshot.status())->code, LoadCode::kBadContent) << snapshot.status();
      continue;
    }
    const RandomContext context(random);
    const Context made{std::span<const Attribute>(context.attributes())};
    for (size_t i = 0; i < snapshot->flag_count(); ++i) {
      const Snapshot::FlagSummary flag = snapshot->flag(i);
      with_broken_flags += flag.is_broken ? 1 : 0;
      const Decision decision = Evaluate(*snapshot, flag.key, made, {});
      if (flag.is_broken && made.is_valid()) {
        ASSERT_EQ(decision.error, ErrorCode::kParseError);
      }
      ASSERT_FALSE(Explain(*snapshot, flag.key, made, {}).json.empty());
    }
  }
  std::cout << refused << " refused, " << with_broken_flags << " broken flags isolated\n";
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(with_broken_flags, 1000u);
}

}  // namespace
}  // namespace expt::oracle
