// The seams beside transport and clock: event sink, assignment store, hooks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "expt/client.h"
#include "expt/testing.h"
#include "src/wire/event_codec.h"
#include "tests/client/control_plane.h"

namespace {

using namespace std::chrono_literals;
using expt::Client;
using expt::ClientOptions;
using expt::Context;
using expt::EventKind;
using expt::EventResult;
using expt::test::ControlPlane;
using expt::test::Eventually;
using expt::testing::MemoryAssignments;
using expt::testing::RecordingSink;

Client Opened(const ClientOptions& options) {
  absl::StatusOr<Client> client = Client::Open(options);
  EXPECT_TRUE(client.ok()) << client.status();
  EXPECT_TRUE(client->Ready(10s));
  return *std::move(client);
}

TEST(EventSink, TakesTheEventsInPlaceOfTheControlPlane) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto sink = std::make_shared<RecordingSink>();
  ClientOptions options = plane.options();
  options.event_sink = sink;
  Client client = Opened(options);
  const Context user("u1", {{"company", "acme"}, {"plan", "pro"}});
  (void)client.Variant("checkout-test", user, "");
  client.Track("purchase", user, {.value = 2.5});
  client.Identify(user, "device", "d1");
  EXPECT_EQ(client.Flush(10s).delivered, 3u);
  const auto events = sink->events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].experiment, "exp_checkout");
  EXPECT_EQ(events[0].unit_type, "targeting_key");
  EXPECT_EQ(events[0].origin, expt::ExposureOrigin::kEngine);
  ASSERT_EQ(events[0].properties.size(), 1u);
  EXPECT_EQ(events[0].properties[0].name, "plan");
  EXPECT_EQ(events[1].name, "purchase");
  EXPECT_EQ(events[1].value, 2.5);
  EXPECT_EQ(events[1].units.size(), 2u);
  EXPECT_EQ(events[2].units[1].unit_id, "d1");
  ASSERT_FALSE(sink->summaries().empty());
  EXPECT_EQ(sink->summaries()[0].flag, "checkout-test");
  EXPECT_EQ(sink->summaries()[0].reason, expt::Reason::kSplit);
  EXPECT_EQ(sink->summaries()[0].count, 1u);
  EXPECT_EQ(plane.Calls("/sdk/v1/events"), 0);
}

TEST(EventSink, GetsEventsAgainUnderTheSameIdsUntilItAnswers) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto sink = std::make_shared<RecordingSink>();
  ClientOptions options = plane.options();
  options.event_sink = sink;
  std::atomic<int> asked{0};
  sink->SetStatus(absl::UnavailableError("down"));
  Client client = Opened(options);
  ASSERT_TRUE(client.Track("kept", Context("u1")).accepted());
  ASSERT_TRUE(client.Track("refused", Context("u1")).accepted());
  EXPECT_EQ(client.Flush(50ms).remaining, 2u);
  EXPECT_THAT(client.Status().last_error, ::testing::HasSubstr("down"));
  sink->SetJudge([&](const expt::ReportedEvent& event) {
    if (event.name == "refused") return EventResult::kRejected;
    return ++asked == 1 && event.name == "kept" ? EventResult::kRetry : EventResult::kStored;
  });
  sink->SetStatus(absl::OkStatus());
  EXPECT_EQ(client.Flush(10s).remaining, 0u);
  EXPECT_EQ(sink->events().size(), 1u);
  EXPECT_EQ(client.Status().events_delivered, 1u);
  EXPECT_EQ(client.Status().events_rejected, 1u);
}

TEST(EventSink, SeesTheBatchAsTheServerWouldReadIt) {
  class Reading : public expt::EventSink {
   public:
    absl::StatusOr<std::vector<EventResult>> Deliver(const expt::EventBatch& batch) override {
      const auto decoded = expt::wire::DecodeBatch(batch.bytes);
      is_readable = decoded.ok() && decoded->items.size() == batch.events.size() && decoded->header.sdk == "cpp";
      return std::vector(batch.events.size() + (is_wrong.exchange(false) ? 1 : 0), EventResult::kStored);
    }
    std::atomic<bool> is_readable{false};
    std::atomic<bool> is_wrong{true};
  };
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto sink = std::make_shared<Reading>();
  ClientOptions options = plane.options();
  options.event_sink = sink;
  Client client = Opened(options);
  client.Track("purchase", Context("u1"));
  EXPECT_EQ(client.Flush(10s).remaining, 0u);  // a wrong number of results is no answer: the event came again
  EXPECT_FALSE(sink->is_wrong);
  EXPECT_TRUE(sink->is_readable);
}

TEST(AssignmentStore, KeepsAVariantThatTheSplitNoLongerGives) {
  ControlPlane plane;
  plane.Publish({.version = 1, .salt = "split-salt"});
  const auto store = std::make_shared<MemoryAssignments>();
  ClientOptions options = plane.options();
  options.assignment_store = store;
  Client client = Opened(options);
  std::vector<std::string> before;
  for (int i = 0; i < 100; ++i) before.push_back(client.Variant("checkout-test", Context("u" + std::to_string(i)), ""));
  client.Flush(10s);
  EXPECT_EQ(store->size(), 100u);
  EXPECT_EQ(client.Status().assignments_saved, 100u);
  EXPECT_EQ(store->Find("exp_checkout", 1, "targeting_key", "u7"), before[7]);

  plane.Publish({.version = 2, .salt = "another-salt"});
  ASSERT_TRUE(Eventually([&] { return client.Status().snapshot_version == 2; }));
  int moved = 0;
  for (int i = 0; i < 100; ++i) {
    const Context user("u" + std::to_string(i));
    const auto kept = client.Assignments(user);
    ASSERT_TRUE(kept.ok());
    EXPECT_EQ(client.Variant("checkout-test", user, "", {.sticky = &*kept}), before[i]);
    if (client.Variant("checkout-test", user, "", {.record = false}) != before[i]) ++moved;
  }
  EXPECT_GT(moved, 0);
}

TEST(AssignmentStore, IsAskedAgainAfterAFailureAndNeverByAnEvaluation) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto store = std::make_shared<MemoryAssignments>();
  store->SetStatus(absl::UnavailableError("store is down"));
  std::mutex mutex;
  std::string logged;
  ClientOptions options = plane.options();
  options.assignment_store = store;
  options.log = [&](expt::LogLevel, std::string_view text) {
    const std::lock_guard guard(mutex);
    logged += text;
  };
  Client client = Opened(options);
  EXPECT_NE(client.Variant("checkout-test", Context("u1"), ""), "");
  EXPECT_EQ(client.Assignments(Context("u1")).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(client.Assignments(Context()).ok());  // no unit, nothing to ask
  client.Flush(50ms);
  EXPECT_EQ(store->size(), 0u);
  {
    const std::lock_guard guard(mutex);
    EXPECT_THAT(logged, ::testing::HasSubstr("assignments: cannot save: store is down"));
  }
  store->SetStatus(absl::OkStatus());
  EXPECT_TRUE(Eventually([&] { return store->size() == 1; }));
}

TEST(AssignmentStore, CountsWhatItNeverTook) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto store = std::make_shared<MemoryAssignments>();
  store->SetStatus(absl::UnavailableError("down"));
  ClientOptions options = plane.options();
  options.assignment_store = store;
  Client client = Opened(options);
  (void)client.Variant("checkout-test", Context("u1"), "");
  client.Close(20ms).IgnoreError();
  EXPECT_EQ(client.Status().assignments_dropped, 1u);
}

TEST(AssignmentStore, WithoutOneAssignmentsSaySo) {
  const Client client = Client::Fixed({{"new-checkout", true}});
  EXPECT_EQ(client.Assignments(Context("u1")).status().code(), absl::StatusCode::kFailedPrecondition);
}

// Writes what it sees into a list that several hooks share.
class Noting : public expt::EvaluationHook {
 public:
  Noting(std::string name, std::vector<std::string>* notes) : name_(std::move(name)), notes_(notes) {}
  uint64_t Before(const expt::EvaluationCall& call) override {
    notes_->push_back(name_ + " before " + std::string(call.flag) + " " +
                      std::string(expt::ValueTypeName(call.expected)));
    return notes_->size();
  }
  void After(const expt::EvaluationCall& call, const expt::Decision& decision, uint64_t from_before) override {
    notes_->push_back(name_ + " after " + std::string(call.flag) + " " +
                      std::string(expt::ReasonName(decision.reason)) + " " + std::to_string(from_before));
  }

 private:
  std::string name_;
  std::vector<std::string>* notes_;
};

TEST(Hooks, SeeEveryEvaluationInOrderAndBackwards) {
  std::vector<std::string> notes;
  expt::testing::FixedFlags flags({{"new-checkout", true}});
  const Client client =
      flags.client({.hooks = {std::make_shared<Noting>("a", &notes), std::make_shared<Noting>("b", &notes)}});
  EXPECT_TRUE(client.Enabled("new-checkout", Context("u1")));
  EXPECT_THAT(notes, ::testing::ElementsAre("a before new-checkout boolean", "b before new-checkout boolean",
                                            "b after new-checkout STATIC 2", "a after new-checkout STATIC 1"));
  notes.clear();
  (void)client.Variant("absent", Context("u1"), "");
  EXPECT_THAT(notes, ::testing::ElementsAre("a before absent missing", "b before absent missing",
                                            "b after absent ERROR 2", "a after absent ERROR 1"));
  notes.clear();
  (void)client.All(Context("u1"));
  (void)client.Explain("new-checkout", Context("u1"));
  EXPECT_TRUE(notes.empty());
}

TEST(Hooks, MayEvaluateOtherFlags) {
  class Asking : public expt::EvaluationHook {
   public:
    void After(const expt::EvaluationCall& call, const expt::Decision&, uint64_t) override {
      if (call.flag == "new-checkout") is_verbose = client->Enabled("verbose", call.context);
    }
    const Client* client = nullptr;
    bool is_verbose = false;
  };
  expt::testing::FixedFlags flags({{"new-checkout", true}, {"verbose", true}});
  const auto hook = std::make_shared<Asking>();
  const Client client = flags.client({.hooks = {hook}});
  hook->client = &client;
  EXPECT_TRUE(client.Enabled("new-checkout", Context("u1")));
  EXPECT_TRUE(hook->is_verbose);
}

TEST(Hooks, AreRefusedWhenTooManyOrNull) {
  ControlPlane plane;
  ClientOptions options = plane.options();
  options.hooks.assign(expt::kMaxHooks + 1, std::make_shared<expt::EvaluationHook>());
  EXPECT_EQ(Client::Open(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.hooks.assign(1, nullptr);
  EXPECT_EQ(Client::Open(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
