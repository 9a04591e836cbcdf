// A client that is destroyed from where it is being used: by its own callbacks.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "expt/client.h"
#include "expt/testing.h"
#include "tests/client/control_plane.h"

namespace {

using namespace std::chrono_literals;
using expt::Client;
using expt::ClientOptions;
using expt::Context;
using expt::test::ControlPlane;
using expt::test::Eventually;

// A place for a client that any callback may empty.
struct Holder {
  // True when this call destroyed it.
  bool Destroy() {
    std::optional<Client> taken;
    {
      const std::lock_guard guard(mutex);
      taken = std::exchange(client, std::nullopt);
    }
    return taken.has_value();
  }
  bool Open(const ClientOptions& options) {
    absl::StatusOr<Client> opened = Client::Open(options);
    if (!opened.ok()) return false;
    const std::lock_guard guard(mutex);
    client = *std::move(opened);
    return true;
  }
  std::mutex mutex;
  std::optional<Client> client;
  std::atomic<int> destroyed{0};
};

TEST(DestroyedBy, ItsLogCallback) {
  ControlPlane plane;  // publishes nothing: the first look fails and is logged
  const auto holder = std::make_shared<Holder>();
  ClientOptions options = plane.options();
  options.log = [holder](expt::LogLevel, std::string_view) { holder->destroyed += holder->Destroy() ? 1 : 0; };
  ASSERT_TRUE(holder->Open(options));
  options = {};
  EXPECT_TRUE(Eventually([&] { return holder->destroyed == 1; }));
  EXPECT_TRUE(Eventually([&] { return holder.use_count() == 1; })) << "the thread ends and lets go of the callback";
}

TEST(DestroyedBy, ItsTransport) {
  const auto holder = std::make_shared<Holder>();
  const auto network = std::make_shared<expt::testing::FakeTransport>();
  network->Answer("/", [&](const expt::HttpRequest&) -> absl::StatusOr<expt::HttpReply> {
    holder->destroyed += holder->Destroy() ? 1 : 0;
    return absl::UnavailableError("gone");
  });
  ControlPlane plane;
  ClientOptions options = plane.options();
  options.transport = network;
  ASSERT_TRUE(holder->Open(options));
  options = {};
  EXPECT_TRUE(Eventually([&] { return holder->destroyed == 1; }));
  EXPECT_TRUE(Eventually([&] { return network.use_count() == 1; }));
}

TEST(DestroyedBy, ItsEventSink) {
  class Destroying : public expt::EventSink {
   public:
    explicit Destroying(std::shared_ptr<Holder> holder) : holder_(std::move(holder)) {}
    absl::StatusOr<std::vector<expt::EventResult>> Deliver(const expt::EventBatch& batch) override {
      holder_->destroyed += holder_->Destroy() ? 1 : 0;
      return std::vector(batch.events.size(), expt::EventResult::kStored);
    }

   private:
    std::shared_ptr<Holder> holder_;
  };
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto holder = std::make_shared<Holder>();
  ClientOptions options = plane.options();
  options.event_sink = std::make_shared<Destroying>(holder);
  ASSERT_TRUE(holder->Open(options));
  options = {};
  {
    const std::lock_guard guard(holder->mutex);
    holder->client->Track("purchase", Context("u1"));
  }
  EXPECT_TRUE(Eventually([&] { return holder->destroyed == 1; }));
  EXPECT_TRUE(Eventually([&] { return holder.use_count() == 1; }));
}

TEST(DestroyedBy, AHookOfAnEvaluationThatGoesOn) {
  class Destroying : public expt::EvaluationHook {
   public:
    explicit Destroying(std::optional<Client>* client) : client_(client) {}
    void After(const expt::EvaluationCall&, const expt::Decision&, uint64_t) override { client_->reset(); }

   private:
    std::optional<Client>* client_;
  };
  ControlPlane plane;
  plane.Publish({.version = 1});
  std::optional<Client> client;
  ClientOptions options = plane.options();
  options.hooks = {std::make_shared<Destroying>(&client)};
  absl::StatusOr<Client> opened = Client::Open(options);
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(opened->Ready(10s));
  client = *std::move(opened);
  EXPECT_NE(client->Variant("checkout-test", Context("u1"), ""), "");
  EXPECT_FALSE(client.has_value());
}

TEST(ClosedFromWithin, SaysThatNothingWasFlushed) {
  ControlPlane plane;
  std::optional<Client> client;
  std::mutex mutex;
  std::atomic<int> code{-1};
  ClientOptions options = plane.options();
  options.log = [&](expt::LogLevel, std::string_view) {
    const std::lock_guard guard(mutex);
    if (client.has_value() && code < 0) code = static_cast<int>(client->Close(10s).code());
  };
  {
    const std::lock_guard guard(mutex);
    absl::StatusOr<Client> opened = Client::Open(options);
    ASSERT_TRUE(opened.ok());
    client = *std::move(opened);
  }
  EXPECT_TRUE(Eventually([&] { return code.load() >= 0; }));
  EXPECT_EQ(code.load(), static_cast<int>(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(client->Track("late", Context("u1")).accepted());
  EXPECT_TRUE(client->Close(0ms).ok());
}

TEST(Assigned, AClientClosesTheOneItReplaces) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  absl::StatusOr<Client> first = Client::Open(plane.options());
  ASSERT_TRUE(first.ok());
  first->Track("purchase", Context("u1"));
  Client client = *std::move(first);
  client = Client::Fixed({{"new-checkout", true}});
  EXPECT_TRUE(client.Enabled("new-checkout", Context("u1")));
  EXPECT_EQ(plane.stored().size(), 1u);
}

}  // namespace
