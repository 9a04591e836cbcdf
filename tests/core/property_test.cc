// What must hold for every unit, salt and time, tried on very many of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/oracle/random_model.h"
#include "tests/oracle/random_values.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

using nlohmann::json;

// Above it a statistic is not by chance: five standard deviations (Wilson and Hilferty, 1931).
double ChiSquareLimit(double df) { return df * std::pow(1 - 2 / (9 * df) + 5 * std::sqrt(2 / (9 * df)), 3); }

json BooleanFlag(const std::string& key, const json& rule) {
  return {{"key", key},
          {"type", "boolean"},
          {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}},
          {"rules", json::array({rule})},
          {"default_serve", {{"variant", "off"}}}};
}

json CoveredFlag(const std::string& key, const json& coverage) {
  return BooleanFlag(key, {{"id", "r"}, {"coverage", coverage}, {"serve", {{"variant", "on"}}}});
}

Snapshot Loaded(const json& flags) {
  absl::StatusOr<Snapshot> snapshot = core::Load(vectors::ModelOf({{"environment", "env"}, {"flags", flags}}), Digest{});
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_TRUE(snapshot->warnings().empty());
  return *std::move(snapshot);
}

// Calls use(unit, decision) for the units first .. first + count - 1, which are numbers.
template <typename Use>
void ForUnits(const Snapshot& snapshot, std::string_view flag, int64_t first, size_t count, Use use) {
  std::vector<ValueView> units;
  for (size_t i = 0; i < count; ++i) units.emplace_back(first + static_cast<int64_t>(i));
  const std::array columns = {Column{.name = "targeting_key", .values = units}};
  EvaluateMany(snapshot, flag, columns, count, {}, use);
}

constexpr int kMillion = 1'000'000;

TEST(Property, SplitIsUniformOverTenMillionUnits) {
  const json weights = {{"a", 100'000}, {"b", 233'333}, {"c", 666'667}};
  const Snapshot snapshot = Loaded(json::array(
      {{{"key", "split"},
        {"type", "integer"},
        {"variants", {{{"key", "a"}, {"value", 0}}, {{"key", "b"}, {"value", 1}}, {{"key", "c"}, {"value", 2}}}},
        {"default_serve", {{"split", {{"salt", "uniform"}, {"weights", weights}}}}}}}));
  std::array<double, 3> variants{};
  std::vector<double> bins(1000);
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    ForUnits(snapshot, "split", int64_t{round} * kMillion, kMillion, [&](size_t, const Decision& decision) {
      ++variants[static_cast<size_t>(decision.ValueOr<int64_t>(-1))];
      ++bins[static_cast<size_t>(decision.bucket) / 1000];
    });
  }
  const double units = kRounds * static_cast<double>(kMillion);
  double by_variant = 0;
  for (size_t i = 0; i < 3; ++i) {
    const double expected = units * weights.at(std::string(1, static_cast<char>('a' + i))).get<double>() / kMillion;
    by_variant += (variants[i] - expected) * (variants[i] - expected) / expected;
  }
  double by_bin = 0;
  for (const double count : bins) by_bin += (count - units / 1000) * (count - units / 1000) / (units / 1000);
  std::cout << "chi-square of variants " << by_variant << " (2 df), of bins " << by_bin << " (999 df)\n";
  EXPECT_LT(by_variant, ChiSquareLimit(2));
  EXPECT_LT(by_bin, ChiSquareLimit(999));
  EXPECT_GT(by_bin, 999 - (ChiSquareLimit(999) - 999)) << "more even than chance makes it";
}

TEST(Property, SaltsAreIndependent) {
  std::vector<json> flags;
  for (const char* salt : {"checkout", "checkout2", "search", "1", "11", "a.b-c_d"}) {
    flags.push_back(CoveredFlag(salt, {{"salt", salt}, {"ppm", 500'000}}));
  }
  const Snapshot snapshot = Loaded(flags);
  std::vector<std::vector<bool>> inside;
  for (const json& flag : flags) {
    std::vector<bool>& column = inside.emplace_back();
    ForUnits(snapshot, flag.at("key").get<std::string>(), 0, kMillion,
             [&](size_t, const Decision& decision) { column.push_back(decision.ValueOr(false)); });
  }
  for (size_t a = 0; a < inside.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      std::array<double, 4> cells{};
      for (size_t unit = 0; unit < kMillion; ++unit) ++cells[2 * size_t{inside[a][unit]} + size_t{inside[b][unit]}];
      double chi_square = 0;
      for (const double count : cells) chi_square += (count - kMillion / 4.0) * (count - kMillion / 4.0) / (kMillion / 4.0);
      EXPECT_LT(chi_square, ChiSquareLimit(3)) << flags[a].at("key") << " and " << flags[b].at("key");
    }
  }
}

TEST(Property, CoverageOnlyGrowsWithItsPpm) {
  std::vector<json> flags;
  for (int i = 0; i <= 20; ++i) {
    flags.push_back(CoveredFlag(std::to_string(i), {{"salt", "one"}, {"ppm", i * i * 2500}}));
  }
  const Snapshot snapshot = Loaded(flags);
  std::vector<bool> before(20'000, false);
  for (int i = 0; i <= 20; ++i) {
    ForUnits(snapshot, std::to_string(i), 0, before.size(), [&](size_t unit, const Decision& decision) {
      ASSERT_LE(before[unit], decision.ValueOr(false)) << unit << " left at " << i;
      before[unit] = decision.ValueOr(false);
    });
  }
  EXPECT_EQ(std::count(before.begin(), before.end(), true), 20'000);
}

// Whoever a ramp covers stays covered, and under an experiment keeps the variant.
TEST(Property, RampsAreMonotone) {
  oracle::Random random(3);
  size_t joined = 0;
  for (int round = 0; round < 200; ++round) {
    json points = json::array();
    int64_t time = random.Below(1000);
    int ppm = static_cast<int>(random.Below(100'000));
    for (uint32_t i = 1 + random.Below(6); i > 0; --i) {
      points.push_back({{"time_ms", time}, {"ppm", ppm}});
      time += 1 + random.Below(1'000'000);
      ppm = std::min(kMillion, ppm + static_cast<int>(random.Below(400'000)));
    }
    const json coverage = {{"salt", "ramp" + std::to_string(round)},
                           {"ramp", {{"linear", random.OneIn(2)}, {"points", points}}}};
    const json experiment = {{"key", "test"},
                             {"flag", "guarded"},
                             {"salt", "arms"},
                             {"weights", {{"off", 500'000}, {"on", 500'000}}},
                             {"control", "off"}};
    const json rule = {{"id", "r"}, {"coverage", coverage}, {"serve", {{"experiment", "test"}}}};
    const absl::StatusOr<Snapshot> snapshot =
        core::Load(vectors::ModelOf({{"environment", "env"},
                                     {"experiments", {experiment}},
                                     {"flags", {CoveredFlag("plain", coverage), BooleanFlag("guarded", rule)}}}),
                   Digest{});
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    std::vector<int64_t> times;
    for (int i = 0; i < 40; ++i) times.push_back(static_cast<int64_t>(random.Below(static_cast<uint32_t>(time + 1000))));
    std::sort(times.begin(), times.end());
    for (int64_t unit = 0; unit < 50; ++unit) {
      const Context context{ValueView(unit)};
      bool is_covered = false;
      std::string variant;
      for (const int64_t now : times) {
        const EvaluateInput input{.now = Time(std::chrono::milliseconds(now))};
        const bool is_covered_now = Evaluate(*snapshot, "plain", context, input).ValueOr(false);
        ASSERT_LE(is_covered, is_covered_now) << points << " at " << now;
        const Decision guarded = Evaluate(*snapshot, "guarded", context, input);
        ASSERT_EQ(guarded.exposures().size(), is_covered_now ? 1u : 0u);
        if (is_covered) {
          ASSERT_EQ(guarded.variant, variant);
        }
        joined += !is_covered && is_covered_now ? 1 : 0;
        is_covered = is_covered_now;
        variant = guarded.variant;
      }
    }
  }
  EXPECT_GT(joined, 3000u);
}

// The answer does not depend on what was asked before, on how the flag is named, or on what is decided beside it.
TEST(Property, DecisionsDependOnNothingElse) {
  oracle::Random random(11);
  size_t compared = 0;
  while (compared < 20'000) {
    const absl::StatusOr<Snapshot> snapshot = core::Load(oracle::RandomModel(random), Digest{});
    if (!snapshot.ok()) continue;
    std::deque<FlagHandle> handles;
    for (size_t i = 0; i < snapshot->flag_count(); ++i) handles.emplace_back(snapshot->flag(i).key);
    for (int i = 0; i < 8; ++i) {
      const oracle::RandomContext context(random);
      const Context made{std::span<const Attribute>(context.attributes())};
      const EvaluateInput input{.now = Time(std::chrono::milliseconds(random.Pick(oracle::Times())))};
      std::vector<std::string> all;
      EvaluateAll(*snapshot, made, input, [&](const Decision& decision) { all.push_back(ToJson(decision)); });
      ASSERT_EQ(all.size(), handles.size());
      for (size_t f = handles.size(); f-- > 0;) {
        ASSERT_EQ(ToJson(Evaluate(*snapshot, handles[f], made, input)), all[f]);
        ASSERT_EQ(ToJson(Evaluate(*snapshot, handles[f].key(), made, input)), all[f]);
        ++compared;
      }
    }
  }
}

}  // namespace
}  // namespace expt
