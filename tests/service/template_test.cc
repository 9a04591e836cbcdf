// What documents begin with: templates, and groups of metrics.
#include "control-plane/service/template.h"

#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;

class Templates : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }
  void MakeMetric(const std::string& key) {
    Value(Create(Kind::kMetric, {{"key", key}, {"kind", "proportion"}, {"numerator", {{"event", key}}}}));
  }
  static json Experiment(const json& metrics) {
    return {{"key", "test"},
            {"flag", "page"},
            {"weights", {{"off", 500'000}, {"on", 500'000}}},
            {"control", "off"},
            {"metrics", metrics}};
  }
  // "metric/role/group"
  static std::vector<std::string> MetricsOf(const json& experiment) {
    std::vector<std::string> lines;
    for (const json& entry : experiment["metrics"]) {
      lines.push_back(entry["metric"].get<std::string>() + "/" + entry.value("role", "") + "/" +
                      entry.value("group", ""));
    }
    return lines;
  }
};

TEST_F(Templates, ABodyGoesOverWhatTheTemplateBeginsWith) {
  Value(Create(Kind::kTemplate, {{"key", "switch"},
                                 {"of", "flag"},
                                 {"body",
                                  {{"type", "boolean"},
                                   {"tags", {"release"}},
                                   {"owner", "team-a"},
                                   {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}}}}}));
  const json body = Value(service_->FromTemplate(Kind::kFlag, In(), "switch", {{"key", "new"}, {"owner", nullptr}}));
  const json made = Value(Create(Kind::kFlag, body)).body;
  EXPECT_EQ(made["type"], "boolean");
  EXPECT_EQ(made["tags"], json::array({"release"}));
  EXPECT_FALSE(made.contains("owner"));
  EXPECT_EQ(StatusOf(service_->FromTemplate(Kind::kExperiment, In(), "switch", {})), 404);
  EXPECT_EQ(StatusOf(service_->FromTemplate(Kind::kFlag, In(), "lost", {})), 404);
  Value(service_->Archive(Caller(), Kind::kTemplate, In("switch"), std::nullopt));
  EXPECT_EQ(StatusOf(service_->FromTemplate(Kind::kFlag, In(), "switch", {})), 404);
}

TEST_F(Templates, WhatTheBodySaysIsChecked) {
  const auto problems = [&](const std::string& of, const json& body) {
    return ProblemsOf(Create(Kind::kTemplate, {{"key", "t"}, {"of", of}, {"body", body}}));
  };
  EXPECT_THAT(problems("flag", {{"type", "colour"}, {"key", "a"}}),
              ElementsAre("/body/key: a template cannot say this",
                          "/body/type: expected \"boolean\", \"string\", \"integer\", \"double\" or \"json\", found "
                          "\"colour\""));
  EXPECT_THAT(problems("experiment", {{"alpha", 2}, {"salt", "same"}, {"metrics", {{{"group", "core"}}}}}),
              ElementsAre("/body/salt: a template cannot say this: every salt is made for its document",
                          "/body/alpha: expected a number between 0 and 1, both excluded"));
  EXPECT_THAT(problems("rule", {{"coverage", {{"ppm", -1}, {"salt", "same"}}}, {"serve", {{"variant", "on"}}}}),
              ElementsAre("/body/coverage/salt: a template cannot say this: every salt is made for its document",
                          "/body/coverage/ppm: expected an integer in [0, 1000000], found -1"));
  EXPECT_THAT(problems("page", json::object()),
              ElementsAre("/of: expected \"flag\", \"experiment\" or \"rule\", found \"page\""));
  EXPECT_THAT(problems("rule", {{"serve", {{"split", {{"weights", {{"a", 1'000'000}}}}}}}}), ElementsAre());
}

TEST_F(Templates, AGroupStandsForItsMetricsUntilTheStart) {
  MakeFlag("page");
  for (const char* key : {"clicks", "orders", "returns"}) MakeMetric(key);
  Value(Create(Kind::kMetricGroup, {{"key", "core"}, {"metrics", {"clicks", "orders"}}}));
  const json planned = {{{"group", "core"}, {"role", "guardrail"}}, {{"metric", "orders"}, {"role", "success"}}};
  json draft = Value(Create(Kind::kExperiment, Experiment(planned))).body;
  EXPECT_THAT(MetricsOf(draft), ElementsAre("clicks/guardrail/core", "orders/success/"));
  // What is sent back follows the group while it is a draft.
  Value(Replace(Kind::kMetricGroup, "core", {{"metrics", {"returns", "orders"}}}));
  draft = Value(Replace(Kind::kExperiment, "test", draft)).body;
  EXPECT_THAT(MetricsOf(draft), ElementsAre("returns/guardrail/core", "orders/success/"));
  EXPECT_EQ(service_->Archive(Caller(), Kind::kMetricGroup, In("core"), std::nullopt).fault().detail,
            "metric group \"core\" is used by experiment \"test\" in environment \"prod\"");
  draft["status"] = "running";
  json running = Value(Replace(Kind::kExperiment, "test", draft)).body;
  EXPECT_THAT(MetricsOf(running), ElementsAre("returns/guardrail/core", "orders/success/"));
  EXPECT_EQ(running["metrics"][0]["version"], 1);
  // From then on the metrics stay.
  Value(Replace(Kind::kMetricGroup, "core", {{"metrics", {"clicks"}}}));
  running = Value(Replace(Kind::kExperiment, "test", running)).body;
  EXPECT_THAT(MetricsOf(running), ElementsAre("returns/guardrail/core", "orders/success/"));
  EXPECT_TRUE(service_->Archive(Caller(), Kind::kMetricGroup, In("core"), std::nullopt).ok());
}

TEST_F(Templates, AGroupNamesMetricsThatAreThere) {
  MakeFlag("page");
  MakeMetric("orders");
  EXPECT_THAT(ProblemsOf(Create(Kind::kMetricGroup, {{"key", "core"}, {"metrics", {"orders", "lost", "orders"}}})),
              ElementsAre("/metrics: metric \"orders\" stands there twice", "/metrics/1: unknown metric \"lost\""));
  EXPECT_THAT(ProblemsOf(Create(Kind::kExperiment, Experiment({{{"group", "lost"}}}))),
              ElementsAre("/metrics/0/group: unknown metric group \"lost\""));
  Value(Create(Kind::kMetricGroup, {{"key", "core"}, {"metrics", {"orders"}}}));
  EXPECT_EQ(service_->Archive(Caller(), Kind::kMetric, In("orders"), std::nullopt).fault().detail,
            "metric \"orders\" is used by metric group \"core\"");
}

}  // namespace
}  // namespace expt::service
