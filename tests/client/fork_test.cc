// A program that forks without exec: the parent is untouched, the child goes on with a client of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "expt/client.h"
#include "tests/client/control_plane.h"
#include "tests/client/forking.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::Eventually;
namespace fs = std::filesystem;

const Context kUser("user-42", {{"country", "CH"}});

// Runs `body` in a forked child; its result is the child's exit code. -1 when it did not end within a minute.
int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return -1;
    }
    std::this_thread::sleep_for(2ms);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

class Fork : public testing::Test {
 protected:
  Fork() : directory_(fs::path(testing::TempDir()) / "expt_fork") {
    fs::remove_all(directory_);
    plane_.Publish({.version = 1});
  }
  ~Fork() override { fs::remove_all(directory_); }

  void SetUp() override {
    if (!test::kCanFork) GTEST_SKIP() << test::kWhyNotForked;
  }

  std::unique_ptr<Client> Open(ClientOptions options) {
    absl::StatusOr<Client> client = Client::Open(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    auto opened = std::make_unique<Client>(*std::move(client));
    EXPECT_TRUE(opened->Ready(10s));
    return opened;
  }
  std::unique_ptr<Client> Open() { return Open(plane_.options()); }

  // Names of metric events, by the instance that sent them.
  std::map<std::array<uint8_t, 16>, std::multiset<std::string>> Sent() const {
    std::map<std::array<uint8_t, 16>, std::multiset<std::string>> sent;
    for (const test::Upload& upload : plane_.uploads()) {
      for (const wire::Event& event : upload.events) {
        if (const auto* metric = std::get_if<wire::MetricEvent>(&event.body)) {
          sent[upload.header.instance_id].insert(metric->name);
        }
      }
    }
    return sent;
  }

  const fs::path directory_;
  ControlPlane plane_;
};

TEST_F(Fork, TheChildDecidesAtOnceAndSendsUnderItsOwnName) {
  ClientOptions options = plane_.options();
  options.flush_interval = 10s;  // what the parent has is still in its buffer when it forks
  const auto client = Open(options);
  ASSERT_TRUE(client->Track("before", kUser).accepted());
  EXPECT_EQ(InChild([&] {
              if (!client->Enabled("new-checkout", kUser)) return 1;
              if (client->Status().snapshot_version != 1) return 2;
              if (!client->Track("child", kUser).accepted()) return 3;
              const FlushReport report = client->Flush(20s);
              if (report.delivered != 1 || report.remaining != 0) return 4;
              return client->Status().events_accepted == 1 ? 0 : 5;
            }),
            0);
  EXPECT_TRUE(client->Track("after", kUser).accepted());
  EXPECT_EQ(client->Flush(10s).remaining, 0u);
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 2u);
  for (const auto& [id, names] : sent) {
    if (names.size() == 1) {
      EXPECT_THAT(names, testing::ElementsAre("child"));
    } else {
      EXPECT_THAT(names, testing::ElementsAre("after", "before"));
    }
  }
}

TEST_F(Fork, TheChildFollowsNewSnapshots) {
  const auto client = Open();
  std::thread publisher([&] {
    std::this_thread::sleep_for(100ms);
    plane_.Publish({.version = 2, .page_size = 60});
  });
  EXPECT_EQ(InChild([&] {
              for (int i = 0; i < 2'000; ++i) {
                const int size = client->Value("page-size", kUser, 0);
                if (size == 60) return 0;
                if (size != 50) return 1;
                std::this_thread::sleep_for(5ms);
              }
              return 2;
            }),
            0);
  publisher.join();
}

TEST_F(Fork, CloseInAFreshChildReturnsAtOnceAndLeavesTheParentOpen) {
  const auto client = Open();
  EXPECT_EQ(InChild([&] {
              if (!client->Close(60s).ok()) return 1;
              if (client->Track("late", kUser).dropped != DropReason::kClosed) return 2;
              return client->Enabled("new-checkout", kUser) ? 0 : 3;
            }),
            0);
  EXPECT_EQ(InChild([&] {
              Client moved = std::move(*client);  // destroyed in the child
              return 0;
            }),
            0);
  EXPECT_TRUE(client->Track("parent", kUser).accepted());
  EXPECT_EQ(client->Flush(10s).delivered, 1u);
}

TEST_F(Fork, WhatWasClosedBeforeStaysClosedInTheChild) {
  const auto client = Open();
  ASSERT_TRUE(client->Close(10s).ok());
  EXPECT_EQ(InChild([&] {
              if (!client->Enabled("new-checkout", kUser)) return 1;
              if (client->Track("late", kUser).dropped != DropReason::kClosed) return 2;
              return client->Close(60s).ok() ? 0 : 3;
            }),
            0);
}

TEST_F(Fork, AGrandchildHasAClientToo) {
  const auto client = Open();
  EXPECT_EQ(InChild([&] {
              if (!client->Track("child", kUser).accepted()) return 1;
              const int grandchild = InChild([&] {
                if (!client->Enabled("new-checkout", kUser)) return 1;
                if (!client->Track("grandchild", kUser).accepted()) return 2;
                return client->Flush(20s).delivered == 1 ? 0 : 3;
              });
              if (grandchild != 0) return 100 + grandchild;
              return client->Flush(20s).remaining == 0 ? 0 : 2;
            }),
            0);
  EXPECT_EQ(Sent().size(), 2u);
}

TEST_F(Fork, EightThreadsForkWhileOthersDecideAndPublish) {
  constexpr int kThreads = 8;
  constexpr int kForks = 50;
  const auto client = Open();
  std::atomic<bool> is_over{false};
  std::thread publisher([&] {
    for (int64_t version = 2; !is_over; ++version) {
      plane_.Publish({.version = version, .page_size = version});
      std::this_thread::sleep_for(20ms);
    }
  });
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kForks; ++i) {
        client->Track("parent", kUser);
        if (client->Value("page-size", kUser, 0) == 0) ++failures;
        const int code = InChild([&] {
          if (client->Value("page-size", kUser, 0) == 0) return 1;
          if (!client->Track("child", kUser).accepted()) return 2;
          return t == 0 && client->Flush(20s).remaining != 0 ? 3 : 0;
        });
        if (code != 0) {
          ADD_FAILURE() << "a child ended with " << code;
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  is_over = true;
  publisher.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(client->Flush(30s).remaining, 0u);
  std::map<std::string, int> names;
  for (const wire::Event& event : plane_.stored()) {
    if (const auto* metric = std::get_if<wire::MetricEvent>(&event.body)) ++names[metric->name];
  }
  EXPECT_EQ(names["parent"], kThreads * kForks) << "each once, whoever forked meanwhile";
  EXPECT_GE(names["child"], kForks);
}

TEST_F(Fork, AChildSpoolsIntoALaneOfItsOwnAndTheParentSendsWhatItLeaves) {
  ClientOptions options = plane_.options();
  options.data_directory = directory_.string();
  options.spool.interval = 5ms;
  auto client = Open(options);
  plane_.SetIntercept([](const test::HttpCall& call) -> std::optional<test::HttpAnswer> {
    if (call.target != "/sdk/v1/events") return std::nullopt;
    return test::HttpAnswer{.status = 503, .headers = {}, .body = ""};
  });
  ASSERT_TRUE(client->Track("parent", kUser).accepted());
  ASSERT_TRUE(Eventually([&] { return client->Status().events_spooled == 1; }));
  EXPECT_EQ(InChild([&] {
              if (!client->Track("child", kUser).accepted()) return 1;
              while (client->Status().events_spooled != 1) std::this_thread::sleep_for(1ms);
              return 0;  // without a close
            }),
            0);
  EXPECT_TRUE(fs::exists(directory_ / "spool" / "1"));
  client.reset();
  plane_.SetIntercept(nullptr);
  const auto next = Open(options);
  EXPECT_TRUE(Eventually([&] { return next->Status().events_delivered == 2; }));
  EXPECT_EQ(Sent().size(), 2u);
}

}  // namespace
}  // namespace expt
