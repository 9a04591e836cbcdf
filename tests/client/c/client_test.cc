// The client of expt/c.h against a control plane.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <variant>

#include "tests/client/c/handles.h"
#include "tests/client/control_plane.h"

namespace expt::test {
namespace {

using testing::HasSubstr;

class CClients : public testing::Test {
 protected:
  CClients()
      : url_(plane_.url()), key_(plane_.key()), options_(Sized<expt_client_options>()), user_(expt_context_new()) {
    options_.url = In(url_);
    options_.key = In(key_);
    options_.poll_interval_ms = 100;
    options_.flush_interval_ms = 20;
    options_.retry_initial_ms = 20;
    options_.retry_max_ms = 100;
    expt_context_set_string(user_.get(), expt_str("targeting_key"), expt_str("user-42"));
    expt_context_set_string(user_.get(), expt_str("country"), expt_str("CH"));
    plane_.Publish({.version = 1, .page_size = 50});
  }

  void Open() {
    expt_client* client = nullptr;
    expt_error* error = nullptr;
    ASSERT_EQ(expt_client_open(&options_, &client, &error), EXPT_OK) << Str(expt_error_message(error));
    client_.reset(client);
    ASSERT_EQ(expt_client_ready(client, 10'000), EXPT_OK);
  }
  // The text of the error with which opening fails; empty when it does not.
  std::string Refusal(expt_code code = EXPT_INVALID_ARGUMENT) {
    expt_client* client = nullptr;
    expt_error* error = nullptr;
    EXPECT_EQ(expt_client_open(&options_, &client, &error), code);
    EXPECT_EQ(expt_client_open(&options_, nullptr, nullptr), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(client, nullptr);
    return Str(expt_error_message(CError(error).get()));
  }
  static std::string MakeFolder() {
    char folder[] = "/tmp/expt_c_XXXXXX";
    EXPECT_NE(mkdtemp(folder), nullptr);
    return folder;
  }
  template <typename Ask>
  std::string Text(Ask ask, const char* flag, const char* fallback) {
    const CText text(expt_text_new());
    EXPECT_EQ(ask(client_.get(), expt_str(flag), user_.get(), expt_str(fallback), text.get()), EXPT_OK);
    return Str(text);
  }
  expt_status_view Status() {
    expt_status* status = nullptr;
    EXPECT_EQ(expt_client_status(client_.get(), &status), EXPT_OK);
    status_.reset(status);
    auto view = Sized<expt_status_view>();
    EXPECT_EQ(expt_status_read(status, &view), EXPT_OK);
    return view;
  }
  expt_flush_report Flush() {
    auto report = Sized<expt_flush_report>();
    EXPECT_EQ(expt_client_flush(client_.get(), 10'000, &report), EXPT_OK);
    return report;
  }
  template <typename Body>
  std::vector<Body> Stored() {
    std::vector<Body> found;
    for (const wire::Event& event : plane_.stored()) {
      if (const auto* body = std::get_if<Body>(&event.body)) found.push_back(*body);
    }
    return found;
  }

  ControlPlane plane_;
  std::string url_;
  std::string key_;
  expt_client_options options_;
  CContext user_;
  CStatus status_;
  CClient client_;
};

TEST_F(CClients, GiveTheValueOfTheTypeThatWasAsked) {
  Open();
  EXPECT_TRUE(expt_client_enabled(client_.get(), expt_str("new-checkout"), user_.get()));
  EXPECT_TRUE(expt_client_boolean(client_.get(), expt_str("new-checkout"), user_.get(), false));
  EXPECT_EQ(expt_client_integer(client_.get(), expt_str("huge"), user_.get(), 20), 5'000'000'000);
  EXPECT_EQ(expt_client_double(client_.get(), expt_str("ratio"), user_.get(), 1), 0.25);
  EXPECT_EQ(Text(expt_client_string, "greeting", "none"), "hello");
  EXPECT_EQ(Text(expt_client_json, "config", "{}"), R"({"a":1})");
  EXPECT_EQ(Text(expt_client_variant, "page-size", "none"), "size");
}

TEST_F(CClients, GiveTheFallbackForAnotherTypeAndForAnUnknownFlag) {
  Open();
  EXPECT_FALSE(expt_client_enabled(client_.get(), expt_str("greeting"), user_.get()));
  EXPECT_TRUE(expt_client_boolean(client_.get(), expt_str("nobody"), user_.get(), true));
  EXPECT_EQ(expt_client_integer(client_.get(), expt_str("ratio"), user_.get(), 20), 20);
  EXPECT_EQ(expt_client_double(client_.get(), expt_str("greeting"), user_.get(), 0.5), 0.5);
  EXPECT_EQ(Text(expt_client_string, "config", "none"), "none");
  EXPECT_EQ(Text(expt_client_json, "greeting", "{}"), "{}");
  EXPECT_EQ(Text(expt_client_variant, "nobody", "none"), "none");
}

TEST_F(CClients, DecideWithoutAServerAndSayThatTheyAreNotReady) {
  plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 500, .headers = {}, .body = "no"}; });
  expt_client* client = nullptr;
  ASSERT_EQ(expt_client_open(&options_, &client, nullptr), EXPT_OK);
  client_.reset(client);
  EXPECT_EQ(expt_client_ready(client, 1), EXPT_DEADLINE_EXCEEDED);
  EXPECT_EQ(expt_client_ready(client, -5), EXPT_DEADLINE_EXCEEDED);
  EXPECT_EQ(expt_client_ready(nullptr, 1), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_client_integer(client, expt_str("page-size"), user_.get(), 20), 20);
  const CDecision decision(expt_decision_new());
  EXPECT_EQ(expt_client_decide(client, expt_str("page-size"), user_.get(), true, nullptr, decision.get()), EXPT_OK);
  EXPECT_EQ(Read(decision).error, EXPT_ERROR_PROVIDER_NOT_READY);
  EXPECT_TRUE(Eventually([&] { return Status().last_error.size != 0; }));
  EXPECT_EQ(Status().state, EXPT_STATE_NOT_READY);
}

TEST_F(CClients, ReportTheExposureOfAValueThatWasUsed) {
  Open();
  const std::string variant = Text(expt_client_variant, "checkout-test", "none");
  EXPECT_EQ(Flush().remaining, 0u);
  ASSERT_EQ(Stored<wire::ExposureEvent>().size(), 1u);
  EXPECT_EQ(Stored<wire::ExposureEvent>()[0].variant, variant);
  const expt_status_view status = Status();
  EXPECT_EQ(status.events_accepted, 1u);
  EXPECT_EQ(status.events_delivered, 1u);
  Text(expt_client_variant, "checkout-test", "none");
  EXPECT_EQ(Status().exposures_suppressed, 1u);
}

TEST_F(CClients, DecideWithAndWithoutReporting) {
  Open();
  const CDecision decision(expt_decision_new());
  EXPECT_EQ(expt_client_decide(client_.get(), expt_str("checkout-test"), user_.get(), false, nullptr, decision.get()),
            EXPT_OK);
  EXPECT_EQ(Read(decision).exposure_count, 1u);
  EXPECT_EQ(Read(decision).reason, EXPT_REASON_SPLIT);
  Flush();
  EXPECT_TRUE(Stored<wire::ExposureEvent>().empty());
  EXPECT_EQ(expt_client_expose(client_.get(), decision.get(), user_.get()), EXPT_DROP_NONE);
  Flush();
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 1u);
  const CContext other(expt_context_new());
  expt_context_set_integer(other.get(), expt_str("targeting_key"), 7);
  EXPECT_EQ(expt_client_decide(client_.get(), expt_str("checkout-test"), other.get(), true, nullptr, decision.get()),
            EXPT_OK);
  Flush();
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 2u);
  client_.reset();
  EXPECT_EQ(Str(Read(decision).flag), "checkout-test") << "a decision outlives its client";
}

TEST_F(CClients, TakeStickyAssignments) {
  Open();
  const CSticky sticky(expt_sticky_new());
  const std::string variant = Text(expt_client_variant, "checkout-test", "none");
  const char* const other = variant == "control" ? "treatment" : "control";
  expt_sticky_set(sticky.get(), expt_str("exp_checkout"), 1, expt_str("targeting_key"), expt_str("user-42"),
                  expt_str(other));
  const CDecision decision(expt_decision_new());
  const CText as_json(expt_text_new());
  ASSERT_EQ(
      expt_client_decide(client_.get(), expt_str("checkout-test"), user_.get(), false, sticky.get(), decision.get()),
      EXPT_OK);
  ASSERT_EQ(
      expt_client_explain(client_.get(), expt_str("checkout-test"), user_.get(), sticky.get(), as_json.get(), nullptr),
      EXPT_OK);
  EXPECT_EQ(Str(Read(decision).variant), other);
  EXPECT_EQ(nlohmann::json::parse(Str(as_json)).at("decision").at("variant"), Str(Read(decision).variant));
}

TEST_F(CClients, ExplainAndPin) {
  Open();
  const CText as_json(expt_text_new());
  const CText as_text(expt_text_new());
  EXPECT_EQ(
      expt_client_explain(client_.get(), expt_str("checkout-test"), user_.get(), nullptr, as_json.get(), as_text.get()),
      EXPT_OK);
  EXPECT_EQ(nlohmann::json::parse(Str(as_json)).at("decision").at("flag"), "checkout-test");
  EXPECT_THAT(Str(as_text), HasSubstr("checkout-test"));
  EXPECT_EQ(expt_client_explain(client_.get(), expt_str("page-size"), user_.get(), nullptr, nullptr, nullptr), EXPT_OK);
  Flush();
  EXPECT_TRUE(Stored<wire::ExposureEvent>().empty());

  expt_snapshot* pinned = nullptr;
  ASSERT_EQ(expt_client_pin(client_.get(), &pinned), EXPT_OK);
  const CSnapshot held(pinned);
  plane_.Publish({.version = 2, .page_size = 80});
  EXPECT_TRUE(Eventually([&] { return Status().snapshot_version == 2; }));
  EXPECT_EQ(expt_client_integer(client_.get(), expt_str("page-size"), user_.get(), 20), 80);
  const auto input = Sized<expt_input>();
  EXPECT_EQ(expt_snapshot_integer(pinned, expt_str("page-size"), user_.get(), &input, 20), 50);
}

TEST_F(CClients, TrackMetricEvents) {
  Open();
  const expt_property properties[] = {{expt_str("currency"), {EXPT_TYPE_STRING, {.text = expt_str("CHF")}}},
                                      {expt_str("items"), {EXPT_TYPE_INTEGER, {.integer = 3}}},
                                      {expt_str("weight"), {EXPT_TYPE_DOUBLE, {.real = 0.5}}},
                                      {expt_str("gift"), {EXPT_TYPE_BOOLEAN, {.boolean = true}}}};
  const expt_unit units[] = {{expt_str("company"), expt_str("c1")}};
  auto options = Sized<expt_track_options>();
  options.has_value = true;
  options.value = 19.90;
  options.has_time = true;
  options.time_ms = 1'700'000'000'000;
  options.event_id = expt_str("order-1");
  options.properties = properties;
  options.property_count = 4;
  options.units = units;
  options.unit_count = 1;
  EXPECT_EQ(expt_client_track(client_.get(), expt_str("purchase"), user_.get(), &options), EXPT_DROP_NONE);
  EXPECT_EQ(expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr), EXPT_DROP_NONE);
  Flush();
  const std::vector<wire::Event> stored = plane_.stored();
  ASSERT_EQ(Stored<wire::MetricEvent>().size(), 2u);
  const wire::MetricEvent purchase = Stored<wire::MetricEvent>()[0];
  EXPECT_EQ(purchase.name, "purchase");
  EXPECT_EQ(purchase.value, 19.90);
  EXPECT_EQ(purchase.properties.size(), 4u);
  EXPECT_EQ(purchase.units.size(), 2u);
  EXPECT_FALSE(Stored<wire::MetricEvent>()[1].value.has_value());
}

TEST_F(CClients, DropWhatIsNoEvent) {
  Open();
  const auto track = [&](const expt_track_options& options) {
    return expt_client_track(client_.get(), expt_str("purchase"), user_.get(), &options);
  };
  auto options = Sized<expt_track_options>();
  options.struct_size = 1;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  options = Sized<expt_track_options>();
  options.event_id = kNullText;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  options = Sized<expt_track_options>();
  options.property_count = 1;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  options.property_count = 17;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  std::vector<expt_property> properties(17, {expt_str("p"), {EXPT_TYPE_BOOLEAN, {.boolean = true}}});
  options.properties = properties.data();
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  options.property_count = 1;
  properties[0] = {kNullText, {EXPT_TYPE_BOOLEAN, {.boolean = true}}};
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  properties[0] = {expt_str("p"), {EXPT_TYPE_STRING, {.text = kNullText}}};
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  properties[0] = {expt_str("p"), {EXPT_TYPE_JSON, {.text = kNullText}}};
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  properties[0] = {expt_str("p"), {EXPT_TYPE_STRING_LIST, {}}};
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  options = Sized<expt_track_options>();
  options.unit_count = 1;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  const expt_unit unit = {kNullText, {}};
  options.units = &unit;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  options.unit_count = SIZE_MAX;
  EXPECT_EQ(track(options), EXPT_DROP_INVALID);
  const CContext nobody(expt_context_new());
  EXPECT_EQ(expt_client_track(client_.get(), expt_str("purchase"), nobody.get(), nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_track(client_.get(), expt_str(""), user_.get(), nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_track(client_.get(), kNullText, user_.get(), nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_track(client_.get(), expt_str("purchase"), nullptr, nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_track(nullptr, expt_str("purchase"), user_.get(), nullptr), EXPT_DROP_INVALID);
  const expt_status_view status = Status();
  EXPECT_EQ(status.events_accepted, 0u);
  ASSERT_EQ(status.drop_count, 1u);
  auto drop = Sized<expt_drop_view>();
  EXPECT_EQ(expt_status_drop(status_.get(), 0, &drop), EXPT_OK);
  EXPECT_EQ(drop.reason, EXPT_DROP_INVALID);
  EXPECT_EQ(drop.kind, EXPT_EVENT_METRIC);
  EXPECT_EQ(drop.count, 3u) << "too many properties, no unit, no name; wrong calls are not counted";
  EXPECT_EQ(drop.experiment.size + drop.variant.size, 0u);
  EXPECT_EQ(expt_status_drop(status_.get(), 1, &drop), EXPT_NOT_FOUND);
}

TEST_F(CClients, ImportAssignmentsAndLinkUnits) {
  Open();
  auto options = Sized<expt_expose_options>();
  options.has_time = true;
  options.time_ms = 1'700'000'000'000;
  options.event_id = expt_str("import-1");
  const auto expose = [&](expt_string experiment, const expt_expose_options* with) {
    return expt_client_expose_assignment(client_.get(), experiment, expt_str("control"), user_.get(), with);
  };
  const expt_string test = expt_str("checkout-test");
  EXPECT_EQ(expose(test, &options), EXPT_DROP_NONE);
  EXPECT_EQ(expose(expt_str("nobody"), nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expose(kNullText, nullptr), EXPT_DROP_INVALID);
  options.event_id = kNullText;
  EXPECT_EQ(expose(test, &options), EXPT_DROP_INVALID);
  options.struct_size = 0;
  EXPECT_EQ(expose(test, &options), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_expose_assignment(nullptr, test, test, user_.get(), nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_expose_assignment(client_.get(), test, kNullText, user_.get(), nullptr), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_expose_assignment(client_.get(), test, test, nullptr, nullptr), EXPT_DROP_INVALID);

  EXPECT_EQ(expt_client_identify(client_.get(), user_.get(), expt_str("company"), expt_str("c1")), EXPT_DROP_NONE);
  EXPECT_EQ(expt_client_identify(client_.get(), nullptr, expt_str("company"), expt_str("c1")), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_identify(client_.get(), user_.get(), kNullText, expt_str("c1")), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_identify(client_.get(), user_.get(), expt_str("company"), kNullText), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_identify(nullptr, user_.get(), expt_str("company"), expt_str("c1")), EXPT_DROP_INVALID);
  const CDecision decision(expt_decision_new());
  EXPECT_EQ(expt_client_expose(nullptr, decision.get(), user_.get()), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_expose(client_.get(), nullptr, user_.get()), EXPT_DROP_INVALID);
  EXPECT_EQ(expt_client_expose(client_.get(), decision.get(), nullptr), EXPT_DROP_INVALID);
  Flush();
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 1u);
  EXPECT_EQ(Stored<wire::IdentifyEvent>().size(), 1u);
}

TEST_F(CClients, ReportWhatAFlushDelivered) {
  Open();
  expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr);
  EXPECT_EQ(expt_client_wait_for_room(client_.get(), 1, 10'000), EXPT_OK);
  EXPECT_EQ(expt_client_wait_for_room(client_.get(), SIZE_MAX, 1), EXPT_DEADLINE_EXCEEDED);
  EXPECT_EQ(expt_client_wait_for_room(nullptr, 1, 1), EXPT_INVALID_ARGUMENT);
  const expt_flush_report report = Flush();
  EXPECT_EQ(report.rejected, 0u);
  EXPECT_EQ(report.remaining, 0u);
  EXPECT_EQ(Status().events_delivered, 1u);
  EXPECT_EQ(expt_client_flush(client_.get(), 10'000, nullptr), EXPT_OK);
  auto small = Sized<expt_flush_report>();
  small.struct_size = 8;
  EXPECT_EQ(expt_client_flush(client_.get(), 1, &small), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_client_flush(nullptr, 1, nullptr), EXPT_INVALID_ARGUMENT);
}

TEST_F(CClients, SayThatEventsRemained) {
  Open();
  plane_.SetIntercept([](const HttpCall& call) -> std::optional<HttpAnswer> {
    if (call.target != "/sdk/v1/events") return std::nullopt;
    return HttpAnswer{.status = 503, .headers = {}, .body = ""};
  });
  expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr);
  auto report = Sized<expt_flush_report>();
  EXPECT_EQ(expt_client_flush(client_.get(), 50, &report), EXPT_DEADLINE_EXCEEDED);
  EXPECT_EQ(report.remaining, 1u);
  expt_error* error = nullptr;
  EXPECT_EQ(expt_client_close(client_.get(), 50, &error), EXPT_DEADLINE_EXCEEDED);
  EXPECT_GT(expt_error_message(error).size, 0u);
  expt_error_free(error);
  ASSERT_GE(Status().drop_count, 1u);
  EXPECT_EQ(expt_client_close(client_.get(), 50, &error), EXPT_OK) << "a second call does nothing";
  EXPECT_EQ(error, nullptr);
}

TEST_F(CClients, EvaluateAfterTheyWereClosedAndRefuseEvents) {
  Open();
  EXPECT_EQ(expt_client_close(client_.get(), 10'000, nullptr), EXPT_OK);
  EXPECT_EQ(expt_client_integer(client_.get(), expt_str("page-size"), user_.get(), 20), 50);
  EXPECT_EQ(expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr), EXPT_DROP_CLOSED);
  expt_error* error = nullptr;
  EXPECT_EQ(expt_client_close(nullptr, 1, &error), EXPT_INVALID_ARGUMENT);
  EXPECT_THAT(Str(expt_error_message(error)), HasSubstr("client"));
  expt_error_free(error);
  expt_client_free(nullptr);
}

TEST_F(CClients, SayHowTheyFare) {
  Open();
  const expt_status_view view = Status();
  EXPECT_EQ(Str(view.environment), kEnvironment);
  EXPECT_EQ(view.state, EXPT_STATE_FRESH);
  EXPECT_EQ(view.snapshot_version, 1);
  EXPECT_GE(view.age_ms, 0);
  EXPECT_EQ(view.last_error.size, 0u);
  EXPECT_EQ(view.last_load_step, 0);
  EXPECT_EQ(view.last_load_code, EXPT_LOAD_NONE);
  plane_.SetHeadFile("not a head", "\"other\"");
  EXPECT_TRUE(Eventually([&] { return Status().last_load_code == EXPT_LOAD_BAD_ENVELOPE; }));
  EXPECT_EQ(Status().last_load_step, 2);
  EXPECT_GT(Status().last_error.size, 0u);

  auto status = Sized<expt_status_view>();
  auto drop = Sized<expt_drop_view>();
  EXPECT_EQ(expt_client_status(nullptr, nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_client_status(client_.get(), nullptr), EXPT_INVALID_ARGUMENT);
  expt_status* none = status_.get();
  EXPECT_EQ(expt_client_status(nullptr, &none), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(expt_status_read(nullptr, &status), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_status_read(status_.get(), nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_status_drop(nullptr, 0, &drop), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_status_drop(status_.get(), 0, nullptr), EXPT_INVALID_ARGUMENT);
  expt_status_free(nullptr);
}

TEST_F(CClients, TellWhereTheirSnapshotIsFromAndWhatIsOutOfTheOrdinary) {
  plane_.SetStreaming(true);
  Open();
  expt_status_view view = Status();
  EXPECT_EQ(view.source, EXPT_SOURCE_NETWORK);
  EXPECT_EQ(view.conditions, 0);
  EXPECT_EQ(view.load_count_count, 0u);
  EXPECT_EQ(view.quarantined, nullptr);
  EXPECT_TRUE(Eventually([&] { return Status().is_streaming; }));
  plane_.SetStreaming(false);
  plane_.SetHeadFile("not a head", "\"other\"");
  EXPECT_TRUE(Eventually([&] { return Status().conditions == EXPT_CONDITION_REJECTED; }));
  view = Status();
  ASSERT_EQ(view.load_count_count, 1u);
  auto row = Sized<expt_load_count_view>();
  EXPECT_EQ(expt_status_load_count(status_.get(), 0, &row), EXPT_OK);
  EXPECT_EQ(row.step, 2);
  EXPECT_EQ(row.code, EXPT_LOAD_BAD_ENVELOPE);
  EXPECT_GE(row.count, 1u);
  EXPECT_EQ(expt_status_load_count(status_.get(), 1, &row), EXPT_NOT_FOUND);
  EXPECT_EQ(expt_status_load_count(status_.get(), 0, nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_status_load_count(nullptr, 0, &row), EXPT_INVALID_ARGUMENT);

  // A caller that was compiled with the first header.
  auto first = Sized<expt_status_view>();
  first.struct_size = offsetof(expt_status_view, load_count_count);
  first.source = -1;
  EXPECT_EQ(expt_status_read(status_.get(), &first), EXPT_OK);
  EXPECT_EQ(first.snapshot_version, 1);
  EXPECT_EQ(first.source, -1) << "not its field";
}

TEST_F(CClients, DoWithoutTheStreamWhereTheyAreTold) {
  plane_.SetStreaming(true);
  options_.without_stream = true;
  Open();
  EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 2));
  EXPECT_EQ(plane_.Calls("/sdk/v1/stream"), 0);
  EXPECT_FALSE(Status().is_streaming);
}

TEST_F(CClients, StartFromABundle) {
  const std::string data = MakeFolder() + "/data";
  options_.data_directory = In(data);
  Open();
  client_.reset();
  std::ifstream saved(data + "/current.lkg", std::ios::binary);  // a bundle by its form
  const std::string bundle((std::istreambuf_iterator<char>(saved)), {});
  options_.data_directory = {};
  plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  options_.bundle = In(bundle);
  Open();
  EXPECT_EQ(expt_client_integer(client_.get(), expt_str("page-size"), user_.get(), 20), 50);
  EXPECT_EQ(Status().source, EXPT_SOURCE_BUNDLE);
}

TEST_F(CClients, FetchSnapshotsFromAnotherPlaceFirst) {
  const std::string files = url_ + "/files";
  options_.snapshot_url = In(files);
  Open();
  EXPECT_EQ(plane_.Calls("/files/"), 1);
  EXPECT_EQ(plane_.Calls("/sdk/v1/snapshots/"), 1) << "it has none";
}

TEST_F(CClients, GiveDefaultsOfWhatIsVeryStaleWhereTheyAreTold) {
  constexpr int64_t kLongAgoMs = 25 * 3'600'000;
  const std::string data = MakeFolder() + "/data";
  plane_.ChangeHead([&](wire::HeadModel& head) { head.issued_at_ms -= kLongAgoMs; });
  options_.data_directory = In(data);
  Open();
  const CDecision decision(expt_decision_new());
  expt_client_decide(client_.get(), expt_str("page-size"), user_.get(), false, nullptr, decision.get());
  EXPECT_EQ(Read(decision).reason, EXPT_REASON_STATIC);
  EXPECT_GE(Read(decision).age_ms, 0);
  EXPECT_LT(Read(decision).age_ms, kLongAgoMs) << "verified just now";
  client_.reset();

  plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  options_.on_very_stale = EXPT_STALE_DEFAULTS;
  Open();
  EXPECT_EQ(Status().state, EXPT_STATE_VERY_STALE);
  EXPECT_EQ(Status().source, EXPT_SOURCE_SAVED);
  EXPECT_EQ(expt_client_integer(client_.get(), expt_str("page-size"), user_.get(), 20), 20);
  expt_client_decide(client_.get(), expt_str("page-size"), user_.get(), false, nullptr, decision.get());
  EXPECT_EQ(Read(decision).reason, EXPT_REASON_STALE);
  EXPECT_GE(Read(decision).age_ms, kLongAgoMs - 1);  // two clocks, each cut to milliseconds
}

TEST_F(CClients, RefuseWrongOptions) {
  options_.url = expt_str("ftp://flags.example.com");
  EXPECT_THAT(Refusal(), HasSubstr("url"));
  options_.url = kNullText;
  EXPECT_THAT(Refusal(), HasSubstr("text"));
  options_.url = In(url_);
  options_.expected_environment = expt_str("env_other");
  EXPECT_THAT(Refusal(), HasSubstr("environment"));
  options_.expected_environment = {};
  options_.root = expt_str("not a root");
  EXPECT_THAT(Refusal(), HasSubstr("root"));
  options_.root = {};
  options_.poll_interval_ms = 1;
  EXPECT_THAT(Refusal(), HasSubstr("poll_interval"));
  for (const int64_t wrong : {int64_t{-1}, INT64_MIN, INT64_MAX}) {
    options_.poll_interval_ms = wrong;
    EXPECT_THAT(Refusal(), HasSubstr("duration"));
  }
  options_.poll_interval_ms = 100;
  options_.batch_events = 501;
  EXPECT_THAT(Refusal(), HasSubstr("batch_events"));
  options_.batch_events = 0;
  options_.snapshot_url = expt_str("http://cdn.example.com");
  EXPECT_THAT(Refusal(), HasSubstr("snapshot_url"));
  options_.snapshot_url = kNullText;
  EXPECT_THAT(Refusal(), HasSubstr("text"));
  options_.snapshot_url = {};
  options_.bundle = expt_str("not a bundle");
  EXPECT_THAT(Refusal(), HasSubstr("bundle"));
  options_.bundle = {};
  for (const int32_t wrong : {-1, 3}) {
    options_.on_very_stale = wrong;
    EXPECT_THAT(Refusal(), HasSubstr("on_very_stale"));
  }
  options_.on_very_stale = EXPT_STALE_KEEP;
  for (const size_t size : {size_t{0}, size_t{8}, offsetof(expt_client_options, spool_directory) - 1, SIZE_MAX}) {
    options_.struct_size = size;
    EXPECT_THAT(Refusal(), HasSubstr("struct_size"));
  }
  // That of the first version, whose callers know nothing of a spool.
  options_.struct_size = offsetof(expt_client_options, spool_directory);
  options_.spool_durability = -1;
  expt_client* client = nullptr;
  EXPECT_EQ(expt_client_open(&options_, &client, nullptr), EXPT_OK);
  expt_client_free(client);
  client = nullptr;
  expt_error* error = nullptr;
  EXPECT_EQ(expt_client_open(nullptr, &client, &error), EXPT_INVALID_ARGUMENT);
  EXPECT_THAT(Str(expt_error_message(error)), HasSubstr("options"));
  expt_error_free(error);
  EXPECT_EQ(expt_client_open(&options_, nullptr, &error), EXPT_INVALID_ARGUMENT);
  EXPECT_THAT(Str(expt_error_message(error)), HasSubstr("client"));
  expt_error_free(error);
}

// A caller that was compiled with a later header.
struct LaterOptions {
  expt_client_options known;
  int64_t unknown;
};

TEST_F(CClients, RefuseAnOptionThatTheyDoNotKnow) {
  LaterOptions later{options_, 0};
  later.known.struct_size = sizeof later;
  expt_client* client = nullptr;
  EXPECT_EQ(expt_client_open(&later.known, &client, nullptr), EXPT_OK);
  expt_client_free(client);
  later.unknown = 1;
  EXPECT_EQ(expt_client_open(&later.known, &client, nullptr), EXPT_UNIMPLEMENTED);
  EXPECT_EQ(client, nullptr);
}

TEST_F(CClients, TakeEveryOption) {
  const std::string root = plane_.root_file();
  const std::string data = MakeFolder() + "/data";
  options_.root = In(root);
  options_.expected_environment = expt_str(kEnvironment);
  options_.data_directory = In(data);
  options_.sdk = expt_str("c-test");
  options_.buffer_events = 2;
  options_.buffer_bytes = 4096;
  options_.batch_events = 1;
  options_.batch_bytes = 4096;
  options_.exposure_dedupe_entries = 10;
  options_.exposure_dedupe_ttl_ms = 1000;
  options_.connect_timeout_ms = 2000;
  options_.request_timeout_ms = 3000;
  Open();
  expt_client* second = nullptr;
  EXPECT_EQ(expt_client_open(&options_, &second, nullptr), EXPT_FAILED_PRECONDITION) << "the directory is taken";
  expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr);
  expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr);
  Flush();
  size_t batches = 0;
  for (const Upload& upload : plane_.uploads()) {
    EXPECT_EQ(upload.header.sdk, "c-test");
    batches += upload.events.size() == 1 ? 1 : 0;
  }
  EXPECT_GE(batches, 2u);
}

struct Log {
  std::mutex mutex;
  std::vector<std::string> lines;
};

TEST_F(CClients, LogThroughACallback) {
  Log log;
  options_.log = [](void* user, expt_log_level level, expt_string message) {
    auto& to = *static_cast<Log*>(user);
    const std::lock_guard guard(to.mutex);
    EXPECT_GE(level, EXPT_LOG_DEBUG);
    EXPECT_LE(level, EXPT_LOG_ERROR);
    to.lines.push_back(Str(message));
  };
  options_.log_user = &log;
  Open();
  plane_.SetHeadFile("not a head", "\"other\"");
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard guard(log.mutex);
    return !log.lines.empty();
  }));
  client_.reset();
  for (const std::string& line : log.lines) EXPECT_THAT(line, testing::Not(HasSubstr("secretsecret")));
}

TEST_F(CClients, SayOfThemselvesThatTheyAreC) {
  Open();
  expt_client_track(client_.get(), expt_str("visit"), user_.get(), nullptr);
  Flush();
  ASSERT_FALSE(plane_.uploads().empty());
  EXPECT_EQ(plane_.uploads()[0].header.sdk, "c");
}

TEST_F(CClients, AnswerWrongCallsByTheFallbackOrACode) {
  Open();
  struct Call {
    const expt_client* client;
    expt_string flag;
    const expt_context* context;
  };
  const Call calls[] = {{nullptr, expt_str("page-size"), user_.get()},
                        {client_.get(), kNullText, user_.get()},
                        {client_.get(), kEndlessText, user_.get()},
                        {client_.get(), expt_str("page-size"), nullptr}};
  const CText text(expt_text_new());
  const CDecision decision(expt_decision_new());
  for (const auto& [client, flag, context] : calls) {
    EXPECT_FALSE(expt_client_enabled(client, flag, context));
    EXPECT_TRUE(expt_client_boolean(client, flag, context, true));
    EXPECT_EQ(expt_client_integer(client, flag, context, 20), 20);
    EXPECT_EQ(expt_client_double(client, flag, context, 0.5), 0.5);
    for (const auto ask : {expt_client_string, expt_client_json, expt_client_variant}) {
      EXPECT_EQ(ask(client, flag, context, expt_str("fallback"), text.get()), EXPT_INVALID_ARGUMENT);
      EXPECT_EQ(Str(text), "fallback");
      EXPECT_EQ(ask(client, flag, context, expt_str("fallback"), nullptr), EXPT_INVALID_ARGUMENT);
      EXPECT_EQ(ask(client_.get(), expt_str("greeting"), user_.get(), kNullText, text.get()), EXPT_INVALID_ARGUMENT);
    }
    EXPECT_EQ(expt_client_decide(client, flag, context, true, nullptr, decision.get()), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_client_explain(client, flag, context, nullptr, text.get(), nullptr), EXPT_INVALID_ARGUMENT);
  }
  EXPECT_EQ(expt_client_decide(client_.get(), expt_str("greeting"), user_.get(), true, nullptr, nullptr),
            EXPT_INVALID_ARGUMENT);
  expt_snapshot* snapshot = nullptr;
  EXPECT_EQ(expt_client_pin(nullptr, &snapshot), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_client_pin(client_.get(), nullptr), EXPT_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace expt::test
