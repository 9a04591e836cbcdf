#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "expt/testing.h"

namespace {

using expt::Context;
using expt::ErrorCode;
using expt::EventKind;
using expt::Reason;
using expt::testing::FixedFlags;
using std::chrono::milliseconds;

expt::OwnedDecision DecisionOf(const expt::Client& client, const char* flag, const char* unit = "u1") {
  return client.Decide(flag, Context(unit));
}

TEST(ClientFixed, AnswersWithTheValuesGivenAtOnce) {
  expt::Client client = expt::Client::Fixed({{"new-checkout", true},
                                             {"page-size", 50},
                                             {"ratio", 0.25},
                                             {"checkout-test", "treatment"},
                                             {"config", expt::ValueView::Json(R"({"a":1})")}});
  const Context user("user-42");
  EXPECT_TRUE(client.Ready(milliseconds(0)));
  EXPECT_TRUE(client.Enabled("new-checkout", user));
  EXPECT_EQ(client.Value("page-size", user, 20), 50);
  EXPECT_EQ(client.Value("ratio", user, 1.0), 0.25);
  EXPECT_EQ(client.Value("checkout-test", user, "control"), "treatment");
  EXPECT_EQ(client.Variant("checkout-test", user, "control"), "treatment");
  EXPECT_EQ(client.Value("config", user, expt::Value::Json("{}")), expt::Value::Json(R"({"a":1})"));
  EXPECT_EQ(client.Variant("new-checkout", user, ""), "on");
  EXPECT_EQ(client.Variant("page-size", user, ""), "50");
  EXPECT_EQ(client.Status().state, expt::ClientStatus::State::kFresh);
  EXPECT_EQ(client.Status().last_error, "");
}

TEST(ClientFixed, GivesTheDefaultForAnythingElseAsARealClientDoes) {
  const expt::Client client = expt::Client::Fixed({{"page-size", 50}});
  EXPECT_EQ(client.Value("absent", Context("u1"), 7), 7);
  EXPECT_EQ(DecisionOf(client, "absent").view().error, ErrorCode::kFlagNotFound);
  EXPECT_EQ(client.Value("page-size", Context("u1"), "twenty"), "twenty");
  EXPECT_EQ(DecisionOf(client, "page-size").view().reason, Reason::kStatic);
}

TEST(ClientFixed, NamesAFlagThatCannotBeAndServesTheOthers) {
  const expt::Client client = expt::Client::Fixed({{"", true}, {"tags", {"a", "b"}}, {"new-checkout", true}});
  EXPECT_TRUE(client.Enabled("new-checkout", Context("u1")));
  EXPECT_THAT(client.Status().last_error,
              ::testing::HasSubstr("flag \"tags\": expected a value that a flag can have, got string_list"));
}

TEST(ClientFixed, TakesEventsAndFlushesWithoutAThread) {
  expt::Client client = expt::Client::Fixed({{"new-checkout", true}});
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(client.Track("purchase", Context("u1")).accepted());
  EXPECT_EQ(client.Flush(milliseconds(0)).remaining, 0u);
  EXPECT_EQ(client.Status().events_delivered, 20'000u);
  EXPECT_TRUE(client.Status().drops.empty());
  EXPECT_TRUE(client.Close(milliseconds(0)).ok());
  EXPECT_FALSE(client.Track("purchase", Context("u1")).accepted());
}

TEST(FixedFlags, ShowsChangesToEveryClientAtOnce) {
  FixedFlags flags({{"page-size", 50}});
  const expt::Client first = flags.client();
  const expt::Client second = flags.client();
  flags.Set("page-size", 20);
  EXPECT_EQ(first.Value("page-size", Context("u1"), 0), 20);
  EXPECT_EQ(second.Value("page-size", Context("u1"), 0), 20);
  flags.Set("page-size", "many");
  EXPECT_EQ(first.Value("page-size", Context("u1"), "few"), "many");
  flags.Remove("page-size");
  EXPECT_EQ(first.Value("page-size", Context("u1"), 1), 1);
}

TEST(FixedFlags, ServesOneUnitAnotherValue) {
  FixedFlags flags({{"new-checkout", true}});
  const expt::Client client = flags.client();
  flags.SetFor("u2", "new-checkout", false).SetFor("u3", "new-checkout", true);
  EXPECT_TRUE(client.Enabled("new-checkout", Context("u1")));
  EXPECT_FALSE(client.Enabled("new-checkout", Context("u2")));
  EXPECT_EQ(DecisionOf(client, "new-checkout", "u2").view().reason, Reason::kTargetingMatch);
  EXPECT_EQ(DecisionOf(client, "new-checkout", "u3").view().variant, "on");
  flags.SetFor("u2", "new-checkout", true);
  EXPECT_TRUE(client.Enabled("new-checkout", Context("u2")));
}

TEST(FixedFlags, AssignsAVariantWithAnExposure) {
  FixedFlags flags;
  flags.Assign("checkout-test", "treatment");
  const expt::Client client = flags.client();
  EXPECT_EQ(client.Variant("checkout-test", Context("u1"), "control"), "treatment");
  EXPECT_EQ(DecisionOf(client, "checkout-test").view().reason, Reason::kSplit);
  const std::vector<expt::ReportedEvent> events = flags.events();
  ASSERT_EQ(events.size(), 1u);  // the second is the same exposure
  EXPECT_EQ(events[0].kind, EventKind::kExposure);
  EXPECT_EQ(events[0].experiment, "checkout-test");
  EXPECT_EQ(events[0].variant, "treatment");
  EXPECT_EQ(events[0].unit_id, "u1");
  flags.Assign("checkout-test", "control");
  EXPECT_EQ(client.Variant("checkout-test", Context("u1"), ""), "control");
  EXPECT_EQ(flags.events().size(), 2u);
}

TEST(FixedFlags, TellsWhatAProgramReported) {
  FixedFlags flags;
  expt::Client client = flags.client();
  const expt::Property properties[] = {{"currency", "CHF"}};
  client.Track("purchase", Context("u1"), {.value = 19.9, .properties = properties});
  client.Identify(Context("u1"), "device", "d1");
  const std::vector<expt::ReportedEvent> events = flags.events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].name, "purchase");
  EXPECT_EQ(events[0].value, 19.9);
  ASSERT_EQ(events[0].properties.size(), 1u);
  EXPECT_EQ(events[0].properties[0].value, expt::Value(expt::ValueView("CHF")));
  ASSERT_EQ(events[0].units.size(), 1u);
  EXPECT_EQ(events[0].units[0].unit_id, "u1");
  EXPECT_EQ(events[1].kind, EventKind::kIdentify);
  EXPECT_EQ(events[1].units[1].unit_type, "device");
}

TEST(FixedFlags, DisablesAFlagAndIsNotReadyWhenAsked) {
  FixedFlags flags({{"new-checkout", true}});
  expt::Client client = flags.client();
  flags.Disable("new-checkout");
  EXPECT_FALSE(client.Enabled("new-checkout", Context("u1")));
  EXPECT_EQ(DecisionOf(client, "new-checkout").view().reason, Reason::kDisabled);
  flags.Set("new-checkout", true).SetReady(false);
  EXPECT_EQ(DecisionOf(client, "new-checkout").view().error, ErrorCode::kProviderNotReady);
  expt::Client late = flags.client();
  EXPECT_FALSE(late.Ready(milliseconds(0)));
  EXPECT_EQ(late.Status().state, expt::ClientStatus::State::kNotReady);
  flags.SetReady(true);
  EXPECT_TRUE(late.Ready(milliseconds(0)));
  EXPECT_TRUE(late.Enabled("new-checkout", Context("u1")));
}

TEST(FixedFlags, RefusesWhatCannotBeAndKeepsWhatWas) {
  FixedFlags flags({{"page-size", 50}});
  const expt::Client client = flags.client();
  flags.SetFor("u1", "page-size", "many");
  EXPECT_EQ(client.Value("page-size", Context("u1"), 0), 50);
  EXPECT_THAT(client.Status().last_error,
              ::testing::HasSubstr("flag \"page-size\": expected a value of type integer, got string"));
  flags.Disable("absent");
  EXPECT_THAT(client.Status().last_error, ::testing::HasSubstr("flag \"absent\""));
}

TEST(FixedFlags, ClientsOutliveThem) {
  std::vector<expt::Client> clients;
  {
    FixedFlags flags({{"new-checkout", true}});
    clients.push_back(flags.client());
  }
  EXPECT_TRUE(clients[0].Enabled("new-checkout", Context("u1")));
}

TEST(FixedFlags, UsesTheClockHooksAndSinkOfTheOptions) {
  const auto clock = std::make_shared<expt::testing::FakeClock>();
  const auto sink = std::make_shared<expt::testing::RecordingSink>();
  FixedFlags flags;
  expt::Client client = flags.client({.clock = clock, .event_sink = sink});
  client.Track("purchase", Context("u1"));
  clock->Advance(std::chrono::hours(24));
  client.Track("purchase", Context("u1"));
  client.Flush(milliseconds(0));
  ASSERT_EQ(sink->events().size(), 2u);
  EXPECT_EQ(sink->events()[1].time - sink->events()[0].time, std::chrono::hours(24));
  EXPECT_EQ(client.Status().state, expt::ClientStatus::State::kFresh);  // however late it is
  EXPECT_TRUE(flags.events().empty());
}

}  // namespace
