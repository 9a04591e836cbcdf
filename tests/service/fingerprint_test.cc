#include "control-plane/publish/fingerprint.h"

#include <gtest/gtest.h>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/model/validate.h"
#include "src/wire/snapshot_codec.h"
#include "tests/oracle/random_model.h"

namespace expt::publish {
namespace {

using model::Index;
using model::kNone;
using oracle::Random;

// One number of some row becomes another one. False when the model has no such row.
bool Mutate(model::Snapshot& m, Random& random) {
  const auto row = [&](auto& table) -> decltype(&table[0]) {
    return table.empty() ? nullptr : &table[random.Below(table.size())];
  };
  switch (random.Below(12)) {
    case 0:
      if (auto* condition = row(m.conditions)) return condition->properties ^= model::kNegate, true;
      return false;
    case 1:
      if (auto* coverage = row(m.coverages)) return coverage->ppm = random.Below(1'000'001), true;
      return false;
    case 2:
      if (auto* number = row(m.integer_pool)) return *number ^= 1, true;
      return false;
    case 3:
      if (auto* number = row(m.double_pool)) return *number += 0.5, true;
      return false;
    case 4:
      if (auto* text = row(m.string_pool)) return *text = random.Below(m.strings.size()), true;
      return false;
    case 5:
      if (auto* holdout = row(m.holdouts)) return holdout->ppm = random.Below(1'000'001), true;
      return false;
    case 6:
      if (auto* experiment = row(m.experiments)) return ++experiment->phase, true;
      return false;
    case 7:
      if (auto* experiment = row(m.experiments)) return experiment->is_sticky = !experiment->is_sticky, true;
      return false;
    case 8:
      if (auto* flag = row(m.flags)) return flag->is_enabled = !flag->is_enabled, true;
      return false;
    case 9:
      if (auto* bucketing = row(m.bucketings)) return bucketing->salt = random.Below(m.strings.size()), true;
      return false;
    case 10:
      if (auto* list = row(m.member_lists); list != nullptr && !list->hashes.empty()) return ++list->hashes.back(), true;
      return false;
    default:
      if (auto* serve = row(m.serves); serve != nullptr && serve->kind == model::Serve::Kind::kVariant) {
        return serve->target ^= 1, true;
      }
      return false;
  }
}

TEST(Fingerprint, EqualOnesMeanEqualDecisions) {
  Random random(77);
  size_t equal = 0;
  size_t different = 0;
  size_t moved = 0;
  for (int round = 0; round < 4000; ++round) {
    SCOPED_TRACE(round);
    Random twin = random;
    model::Snapshot before = oracle::RandomModel(random);
    model::Snapshot after = oracle::RandomModel(twin);
    if (!Mutate(after, random)) continue;
    std::vector<uint64_t> prints[2];
    absl::StatusOr<Snapshot> loaded[2];
    // Fingerprints are of valid models only.
    if (!model::Validate(before).empty() || !model::Validate(after).empty()) continue;
    prints[0] = FlagFingerprints(before);
    prints[1] = FlagFingerprints(after);
    loaded[0] = core::Load(std::move(before), Digest{});
    loaded[1] = core::Load(std::move(after), Digest{});
    if (!loaded[0].ok() || !loaded[1].ok()) continue;
    ASSERT_EQ(prints[0].size(), prints[1].size());
    for (int i = 0; i < 20; ++i) {
      const oracle::RandomContext attributes(random);
      const Context context(std::span<const Attribute>(attributes.attributes()));
      const Time now{std::chrono::milliseconds(random.Below(5) * 500)};
      for (size_t flag = 0; flag < prints[0].size(); ++flag) {
        const std::string key = "flag" + std::to_string(flag);
        const std::string from = ToJson(Evaluate(*loaded[0], key, context, {.now = now}));
        const std::string to = ToJson(Evaluate(*loaded[1], key, context, {.now = now}));
        if (prints[0][flag] == prints[1][flag]) {
          ++equal;
          ASSERT_EQ(from, to) << key;
        } else {
          ++different;
          if (from != to) ++moved;
        }
      }
    }
  }
  // That the claim was put to the test.
  EXPECT_GT(equal, 10'000u);
  EXPECT_GT(different, 5'000u);
  EXPECT_GT(moved, 500u);
}

TEST(Fingerprint, AreTheSameAfterEncodingAndDecoding) {
  Random random(5);
  size_t compared = 0;
  for (int round = 0; round < 500; ++round) {
    const model::Snapshot model = oracle::RandomModel(random);
    if (!model::Validate(model).empty()) continue;
    const absl::StatusOr<model::Snapshot> decoded = wire::DecodeSnapshot(wire::EncodeSnapshot(model));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(FlagFingerprints(*decoded), FlagFingerprints(model));
    EXPECT_EQ(ContentDigest(*decoded, FlagFingerprints(*decoded)), ContentDigest(model, FlagFingerprints(model)));
    ++compared;
  }
  EXPECT_GT(compared, 50u);
}

}  // namespace
}  // namespace expt::publish
