#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

// Flags of these keys, each serving its own key.
Snapshot Of(const std::vector<std::string>& keys) {
  nlohmann::json flags = nlohmann::json::array();
  for (const std::string& key : keys) {
    flags.push_back({{"key", key},
                     {"type", "string"},
                     {"variants", {{{"key", "v"}, {"value", key}}}},
                     {"default_serve", {{"variant", "v"}}}});
  }
  const absl::StatusOr<Snapshot> snapshot =
      core::Load(vectors::ModelOf({{"declared_empty", true}, {"flags", flags}}), Digest{});
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return *snapshot;
}

std::string Served(const Snapshot& snapshot, const FlagRef& flag) {
  const Decision decision = Evaluate(snapshot, flag, Context(), {});
  return decision.has_value() ? std::string(decision.value.text()) : std::string(ErrorCodeName(decision.error));
}

TEST(FlagHandle, FollowsItsFlagThroughSnapshots) {
  const FlagHandle handle("b");
  EXPECT_EQ(Served(Of({"a", "b", "c"}), handle), "b");
  EXPECT_EQ(Served(Of({"b", "a"}), handle), "b");
  EXPECT_EQ(Served(Of({"a"}), handle), "FLAG_NOT_FOUND");
  EXPECT_EQ(Served(Of({}), handle), "FLAG_NOT_FOUND");
  EXPECT_EQ(Served(Of({"c", "d", "b"}), handle), "b");
  EXPECT_EQ(Served(Snapshot(), handle), "PROVIDER_NOT_READY");
}

TEST(FlagHandle, CopyStandsOnItsOwn) {
  const Snapshot snapshot = Of({"a", "b"});
  const FlagHandle handle("b");
  EXPECT_EQ(Served(snapshot, handle), "b");
  const FlagHandle copy(handle);
  EXPECT_EQ(Served(snapshot, copy), "b");
  EXPECT_EQ(copy.key(), "b");
}

TEST(FlagHandle, OneHandleServesThreadsOfDifferentSnapshots) {
  const Snapshot snapshots[] = {Of({"a", "b"}), Of({"b", "a"}), Of({"x"})};
  const FlagHandle handle("b");
  std::atomic<size_t> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      const std::string expected = t == 2 ? "FLAG_NOT_FOUND" : "b";
      for (int i = 0; i < 20'000; ++i) {
        if (Served(snapshots[t], handle) != expected) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0u);
}

TEST(Evaluate, FindsEveryOfManyFlagsByKey) {
  std::vector<std::string> keys;
  for (int i = 0; i < 5'000; ++i) keys.push_back("flag-" + std::to_string(i));
  const Snapshot snapshot = Of(keys);
  for (const std::string& key : keys) ASSERT_EQ(Served(snapshot, key), key);
  EXPECT_EQ(Served(snapshot, "flag-5000"), "FLAG_NOT_FOUND");
  EXPECT_EQ(Served(snapshot, ""), "FLAG_NOT_FOUND");
}

}  // namespace
}  // namespace expt
