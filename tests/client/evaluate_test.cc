// The client's way of asking: types, defaults, snapshots that change underneath.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "expt/client.h"
#include "tests/client/control_plane.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::Eventually;

const Context kUser("user-42", {{"country", "CH"}});

class Evaluating : public testing::Test {
 protected:
  Evaluating() {
    plane_.Publish({.version = 1, .page_size = 50});
    absl::StatusOr<Client> client = Client::Open(plane_.options());
    EXPECT_TRUE(client.ok()) << client.status();
    client_ = std::make_unique<Client>(*std::move(client));
    EXPECT_TRUE(client_->Ready(10s)) << client_->Status().last_error;
  }
  ControlPlane plane_;
  std::unique_ptr<Client> client_;
};

TEST_F(Evaluating, GivesTheValueOfTheTypeThatWasAsked) {
  EXPECT_TRUE(client_->Enabled("new-checkout", kUser));
  EXPECT_FALSE(client_->Enabled("new-checkout", Context("user-42", {{"country", "DE"}})));
  EXPECT_EQ(client_->Value("page-size", kUser, 20), 50);
  EXPECT_EQ(client_->Value("page-size", kUser, int64_t{20}), 50);
  EXPECT_EQ(client_->Value("page-size", kUser, 20.0), 50.0) << "an integer that a double can say";
  EXPECT_EQ(client_->Value("ratio", kUser, 1.0), 0.25);
  EXPECT_EQ(client_->Value("greeting", kUser, "none"), "hello");
  EXPECT_EQ(client_->Value("greeting", kUser, std::string("none")), "hello");
  EXPECT_EQ(client_->Value("greeting", kUser, std::string_view("none")), "hello");
  EXPECT_EQ(client_->Value("config", kUser, Value::Json("{}")).view().text(), R"({"a":1})");
  EXPECT_EQ(client_->Value("greeting", kUser, Value(ValueView("none"))).view().text(), "hello");
  EXPECT_EQ(client_->Variant("page-size", kUser, "none"), "size");
}

TEST_F(Evaluating, GivesTheDefaultForAnotherTypeAndForAnUnknownFlag) {
  EXPECT_EQ(client_->Value("page-size", kUser, "twenty"), "twenty");
  EXPECT_EQ(client_->Value("page-size", kUser, true), true);
  EXPECT_EQ(client_->Value("ratio", kUser, 3), 3);
  EXPECT_EQ(client_->Value("config", kUser, "text"), "text");
  EXPECT_EQ(client_->Value("greeting", kUser, Value::Json("{}")).view().text(), "{}");
  EXPECT_EQ(client_->Value("no-such-flag", kUser, 7), 7);
  EXPECT_FALSE(client_->Enabled("no-such-flag", kUser));
  EXPECT_FALSE(client_->Enabled("greeting", kUser));
  EXPECT_EQ(client_->Variant("no-such-flag", kUser, "fallback"), "fallback");
  EXPECT_EQ(client_->Decide("no-such-flag", kUser).view().error, ErrorCode::kFlagNotFound);
}

TEST_F(Evaluating, AnIntegerThatAnIntCannotHoldGivesTheDefault) {
  EXPECT_EQ(client_->Value("huge", kUser, 7), 7);
  EXPECT_EQ(client_->Value("huge", kUser, int64_t{7}), 5'000'000'000);
}

TEST_F(Evaluating, AllNamesEveryFlagOnce) {
  std::vector<std::string> keys;
  for (const OwnedDecision& decision : client_->All(kUser)) keys.emplace_back(decision.view().flag);
  EXPECT_THAT(keys, testing::UnorderedElementsAre("new-checkout", "page-size", "huge", "ratio", "greeting", "config",
                                                  "checkout-test", "sticky-button", "payments"));
}

TEST_F(Evaluating, APinnedSnapshotDoesNotChange) {
  const Snapshot pinned = client_->Pin();
  plane_.Publish({.version = 2, .page_size = 60});
  ASSERT_TRUE(Eventually([&] { return client_->Status().snapshot_version == 2; }));
  EXPECT_EQ(Evaluate(pinned, "page-size", kUser, {}).ValueOr<int64_t>(0), 50);
  EXPECT_EQ(client_->Value("page-size", kUser, 0), 60);
}

TEST_F(Evaluating, ADecisionOutlivesItsSnapshotAndItsClient) {
  const OwnedDecision decision = client_->Decide("greeting", kUser);
  client_.reset();
  EXPECT_EQ(decision.view().value.text(), "hello");
  EXPECT_EQ(decision.view().flag, "greeting");
}

TEST_F(Evaluating, EightThreadsDecideUnderSwapsAndSeeOnlyWholeSnapshots) {
  constexpr int kThreads = 8;
  constexpr int64_t kVersions = 30;
  std::atomic<bool> is_done{false};
  std::atomic<int64_t> wrong{0};
  std::atomic<int64_t> decided{0};
  const FlagHandle handle("page-size");
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      int64_t last = 0;
      int64_t count = 0;
      const Context user("user-" + std::to_string(t), {{"country", "CH"}});
      do {
        // A version v says 10 v; a decision names the version it came from.
        const OwnedDecision decision = client_->Decide(handle, user);
        const int64_t version = decision.view().snapshot_version;
        const int64_t size = decision.view().ValueOr<int64_t>(-1);
        if (size != (version == 1 ? 50 : 10 * version) || version < last) ++wrong;
        if (client_->Value("greeting", user, "none") != "hello") ++wrong;
        client_->Variant("checkout-test", user, "none");
        last = version;
        ++count;
      } while (!is_done.load());
      decided += count;
    });
  }
  for (int64_t version = 2; version <= kVersions; ++version) {
    plane_.Publish({.version = version, .page_size = 10 * version, .salt = "salt-" + std::to_string(version)});
    ASSERT_TRUE(Eventually([&] { return client_->Status().snapshot_version == version; }));
  }
  is_done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_GE(decided.load(), kThreads);
  EXPECT_EQ(client_->Value(handle, kUser, 0), 10 * kVersions);
  EXPECT_TRUE(client_->Close(20s).ok());
}

}  // namespace
}  // namespace expt
