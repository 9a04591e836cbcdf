// Documents -> model -> the client's own engine -> decisions.
#include "control-plane/service/assemble.h"

#include <gmock/gmock.h>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/model/validate.h"
#include "src/wire/snapshot_codec.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class AssembleTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    Value(Create(Kind::kAttribute, {{"key", "country"}, {"type", "string"}}));
    Value(Create(Kind::kAttribute, {{"key", "age"}, {"type", "integer"}}));
    Value(Create(Kind::kAttribute, {{"key", "beta"}, {"type", "boolean"}}));
    Value(Create(Kind::kAttribute, {{"key", "score"}, {"type", "double"}}));
  }

  // The engine's answer, without a publish in between.
  Snapshot Load(Audience audience) {
    Assembly assembly = Value(service_->Assemble(Caller(), "shop", "prod"));
    model::Snapshot model = std::move(audience == Audience::kServer ? assembly.server : assembly.client);
    model.epoch = 1;
    model.version = 1;
    for (const model::Issue& issue : model::Validate(model)) {
      if (issue.scope != model::Issue::Scope::kWarning) ADD_FAILURE() << issue.place << ": " << issue.text;
    }
    auto snapshot = core::Load(std::move(model), Digest{});
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return snapshot.ok() ? *snapshot : Snapshot();
  }

  std::string Variant(const Snapshot& snapshot, const std::string& flag, const Context& context) {
    return std::string(Evaluate(snapshot, flag, context, {.now = now_}).variant);
  }

  // A string flag "pick" with variants none, hit, a, b that serves `rules` and else "none".
  void MakePick(const json& rules) {
    json variants = json::array();
    for (const char* key : {"none", "hit", "a", "b"}) variants.push_back({{"key", key}, {"value", key}});
    if (!service_->Get(Kind::kFlag, In("pick")).ok()) {
      Value(Create(Kind::kFlag, {{"key", "pick"}, {"type", "string"}, {"variants", variants}}));
    }
    Value(Configure("pick", {{"enabled", true}, {"rules", rules}, {"default_serve", {{"variant", "none"}}}}));
  }

  // Whether a rule of that condition matches each context.
  std::vector<bool> Matches(const json& condition, const std::vector<Context>& contexts) {
    MakePick({{{"condition", condition}, {"serve", {{"variant", "hit"}}}}});
    const Snapshot snapshot = Load(Audience::kServer);
    std::vector<bool> matches;
    for (const Context& context : contexts) matches.push_back(Variant(snapshot, "pick", context) == "hit");
    return matches;
  }

  static json Leaf(const char* attribute, const char* op, json operands) {
    return {{"attribute", attribute}, {"operator", op}, {"operands", std::move(operands)}};
  }
};

TEST_F(AssembleTest, EveryOperatorDecidesAsItIsWritten) {
  const Context swiss("u1", {{"country", "CH"}, {"age", 31}, {"beta", true}, {"score", 0.5}});
  const Context german("u2", {{"country", "DE"}, {"age", 17}, {"beta", false}, {"score", 2.0}});
  const Context unknown("u3");
  const std::vector<Context> all = {swiss, german, unknown};
  EXPECT_THAT(Matches({{"attribute", "country"}, {"operator", "is_set"}}, all), ElementsAre(true, true, false));
  EXPECT_THAT(Matches(Leaf("country", "equals", {"CH"}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("country", "in", {"CH", "AT"}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("country", "in", json::array()), all), ElementsAre(false, false, false));
  EXPECT_THAT(Matches(Leaf("country", "contains", {"E"}), all), ElementsAre(false, true, false));
  EXPECT_THAT(Matches(Leaf("country", "starts_with", {"C", "X"}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("country", "ends_with", {"E"}), all), ElementsAre(false, true, false));
  EXPECT_THAT(Matches(Leaf("age", "lt", {18}), all), ElementsAre(false, true, false));
  EXPECT_THAT(Matches(Leaf("age", "lte", {17}), all), ElementsAre(false, true, false));
  EXPECT_THAT(Matches(Leaf("age", "gt", {17.5}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("age", "gte", {31}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("score", "between", {0.5, 1}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("beta", "equals", {true}), all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches(Leaf("age", "in", {17, 18}), all), ElementsAre(false, true, false));
}

TEST_F(AssembleTest, TreesAndNegationsDecideAsTheyAreWritten) {
  const Context swiss("u1", {{"country", "CH"}, {"age", 31}});
  const Context german("u2", {{"country", "DE"}, {"age", 17}});
  const Context unknown("u3");
  const std::vector<Context> all = {swiss, german, unknown};
  const json is_swiss = Leaf("country", "equals", {"CH"});
  const json is_adult = Leaf("age", "gte", {18});
  json is_not_swiss = is_swiss;
  is_not_swiss["negate"] = true;
  EXPECT_THAT(Matches({{"all", {is_swiss, is_adult}}}, all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches({{"any", {is_swiss, {{"not", is_adult}}}}}, all), ElementsAre(true, true, false));
  EXPECT_THAT(Matches({{"not", {{"all", {is_swiss, is_adult}}}}}, all), ElementsAre(false, true, false));
  EXPECT_THAT(Matches(is_not_swiss, all), ElementsAre(false, true, false));
  EXPECT_THAT(Matches({{"not", is_not_swiss}}, all), ElementsAre(true, false, false));
  EXPECT_THAT(Matches({{"all", json::array()}}, all), ElementsAre(true, true, true));
}

TEST_F(AssembleTest, SegmentsHoldConditionsAndMembers) {
  Value(Create(Kind::kSegment, {{"key", "swiss"}, {"condition", Leaf("country", "equals", {"CH"})}}));
  Value(Create(Kind::kSegment, {{"key", "staff"},
                                {"condition", {{"operator", "in_segment"}, {"operands", {"swiss"}}}},
                                {"include", {{{"unit_ids", {"u2", "u4"}}}}},
                                {"exclude", {{{"unit_ids", {"u4"}}}}}}));
  EXPECT_THAT(Matches({{"operator", "in_segment"}, {"operands", {"staff"}}},
                      {Context("u1", {{"country", "CH"}}), Context("u2"), Context("u3", {{"country", "DE"}}),
                       Context("u4", {{"country", "CH"}})}),
              ElementsAre(true, true, false, false));
}

TEST_F(AssembleTest, OverridesCoverageAndSplitsDecideAsTheyAreWritten) {
  Value(Create(Kind::kFlag, {{"key", "split"},
                             {"type", "integer"},
                             {"variants", {{{"key", "one"}, {"value", 1}}, {{"key", "two"}, {"value", 2}}}}}));
  Value(Configure("split", {{"enabled", true},
                            {"overrides", {{{"unit_ids", {"vip"}}, {"variant", "two"}}}},
                            {"rules",
                             {{{"id", "none"}, {"coverage", {{"ppm", 0}}}, {"serve", {{"variant", "two"}}}},
                              {{"id", "half"}, {"coverage", {{"ppm", 500'000}}}, {"serve", {{"variant", "one"}}}}}},
                            {"default_serve", {{"split", {{"weights", {{"one", 0}, {"two", 1'000'000}}}}}}}}));
  const Snapshot snapshot = Load(Audience::kServer);
  const Decision vip = Evaluate(snapshot, "split", Context("vip"), {.now = now_});
  EXPECT_EQ(vip.rule, "override");
  EXPECT_EQ(vip.value.integer(), 2);
  int covered = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string unit = "unit-" + std::to_string(i);
    const Decision decision = Evaluate(snapshot, "split", Context(unit), {.now = now_});
    ASSERT_TRUE(decision.has_value());
    if (decision.variant == "one") {
      ++covered;
      EXPECT_EQ(decision.rule, "half");
    }
  }
  EXPECT_NEAR(covered, 1000, 150);
}

TEST_F(AssembleTest, ARunningExperimentExposes) {
  MakePick(json::array());
  Value(Create(Kind::kLayer, {{"key", "page"}}));
  const json made = Value(Create(Kind::kExperiment, {{"key", "test"},
                                                     {"flag", "pick"},
                                                     {"status", "running"},
                                                     {"layer", "page"},
                                                     {"allocation", {{0, 600'000}}},
                                                     {"weights", {{"a", 500'000}, {"b", 500'000}}},
                                                     {"control", "a"}}))
                        .body;
  MakePick({{{"id", "r1"}, {"serve", {{"experiment", "test"}}}}});
  const Snapshot snapshot = Load(Audience::kServer);
  int exposed = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string unit = "unit-" + std::to_string(i);
    const Decision decision = Evaluate(snapshot, "pick", Context(unit), {.now = now_});
    if (decision.exposures().empty()) {
      EXPECT_EQ(decision.variant, "none");
      continue;
    }
    ++exposed;
    EXPECT_EQ(decision.exposures()[0].experiment_id, made["id"].get<std::string>());
    EXPECT_EQ(decision.exposures()[0].phase, 1u);
    EXPECT_EQ(decision.exposures()[0].variant, decision.variant);
    EXPECT_THAT(std::string(decision.variant), ::testing::AnyOf("a", "b"));
  }
  EXPECT_NEAR(exposed, 600, 100);
  // Not yet started, and paused: the next rule decides.
  EXPECT_EQ(Evaluate(snapshot, "pick", Context("unit-1"), {.now = now_ - std::chrono::hours(1)}).variant, "none");
  json paused = made;
  paused["status"] = "paused";
  Value(Replace(Kind::kExperiment, "test", paused));
  const Snapshot after = Load(Audience::kServer);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Variant(after, "pick", Context("unit-" + std::to_string(i))), "none");
}

TEST_F(AssembleTest, EveryTypeOfValueArrives) {
  const auto make = [&](const std::string& type, const json& value) {
    Value(Create(Kind::kFlag, {{"key", type}, {"type", type}, {"variants", {{{"key", "v"}, {"value", value}}}}}));
    Value(Configure(type, {{"enabled", true}, {"default_serve", {{"variant", "v"}}}}));
  };
  make("boolean", true);
  make("string", "text");
  make("integer", std::numeric_limits<int64_t>::max());
  make("double", 3);
  make("json", {{"a", {1, 2}}});
  const Snapshot snapshot = Load(Audience::kServer);
  const auto value = [&](const char* flag) { return Evaluate(snapshot, flag, Context("u"), {.now = now_}).value; };
  EXPECT_EQ(value("boolean"), ValueView(true));
  EXPECT_EQ(value("string"), ValueView("text"));
  EXPECT_EQ(value("integer"), ValueView(std::numeric_limits<int64_t>::max()));
  EXPECT_EQ(value("double"), ValueView(3.0));
  EXPECT_EQ(value("json"), ValueView::Json(R"({"a":[1,2]})"));
}

TEST_F(AssembleTest, ADisabledFlagServesItsOffVariant) {
  MakeFlag("checkout");
  Value(Configure("checkout", {{"off_variant", "off"}, {"default_serve", {{"variant", "on"}}}}));
  MakeFlag("plain");
  const Snapshot snapshot = Load(Audience::kServer);
  EXPECT_EQ(Evaluate(snapshot, "checkout", Context("u"), {.now = now_}).reason, Reason::kDisabled);
  EXPECT_EQ(Variant(snapshot, "checkout", Context("u")), "off");
  EXPECT_FALSE(Evaluate(snapshot, "plain", Context("u"), {.now = now_}).has_value());
}

TEST_F(AssembleTest, ClientsGetClientVisibleFlagsAndWhatTheyUse) {
  Value(Create(Kind::kSegment, {{"key", "swiss"}, {"condition", Leaf("country", "equals", {"CH"})}}));
  Value(Create(Kind::kSegment, {{"key", "secret"}, {"condition", Leaf("score", "gt", {9})}}));
  Value(Create(Kind::kAttribute, {{"key", "risk_class"}, {"type", "string"}}));
  Value(Create(Kind::kFlag, {{"key", "backend"},
                             {"type", "boolean"},
                             {"tags", {"billing"}},
                             {"owner", "carol"},
                             {"variants", {{{"key", "on"}, {"value", true}}}}}));
  Value(Configure(
      "backend",
      {{"rules",
        {{{"condition", {{"operator", "in_segment"}, {"operands", {"secret"}}}}, {"serve", {{"variant", "on"}}}},
         {{"condition", Leaf("risk_class", "equals", {"high"})}, {"serve", {{"variant", "on"}}}}}}}));
  Value(Create(Kind::kFlag, {{"key", "banner"},
                             {"type", "boolean"},
                             {"visibility", "client"},
                             {"tags", {"growth"}},
                             {"owner", "bob"},
                             {"description", "Shown on top."},
                             {"variants", {{{"key", "on"}, {"value", true}}, {{"key", "off"}, {"value", false}}}}}));
  Value(Configure(
      "banner",
      {{"enabled", true},
       {"overrides", {{{"unit_ids", {"someone"}}, {"variant", "on"}}}},
       {"rules",
        {{{"condition", {{"operator", "in_segment"}, {"operands", {"swiss"}}}}, {"serve", {{"variant", "on"}}}}}}}));
  Value(Create(
      Kind::kExperiment,
      {{"key", "hidden"}, {"flag", "banner"}, {"weights", {{"on", 500'000}, {"off", 500'000}}}, {"control", "off"}}));
  const Assembly assembly = Value(service_->Assemble(Caller(), "shop", "prod"));
  const std::string client = wire::EncodeSnapshot(assembly.client);
  const std::string server = wire::EncodeSnapshot(assembly.server);
  for (const char* text : {"backend", "secret", "risk_class", "billing", "growth", "carol", "bob", "someone"}) {
    EXPECT_EQ(client.find(text), std::string::npos) << text;
  }
  for (const char* text : {"backend", "secret", "risk_class", "billing", "growth", "carol", "bob"}) {
    EXPECT_NE(server.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(server.find("someone"), std::string::npos);
  EXPECT_NE(assembly.server.member_list_salt, assembly.client.member_list_salt);
  const Snapshot snapshot = Load(Audience::kClient);
  EXPECT_EQ(snapshot.flag_count(), 1u);
  EXPECT_EQ(Variant(snapshot, "banner", Context("u", {{"country", "CH"}})), "on");
  EXPECT_EQ(Variant(snapshot, "banner", Context("someone")), "on");
}

TEST_F(AssembleTest, EqualDocumentsGiveEqualBytes) {
  MakePick({{{"condition", Leaf("country", "in", {"CH", "DE"})}, {"serve", {{"variant", "hit"}}}}});
  const std::string first = wire::EncodeSnapshot(Value(service_->Assemble(Caller(), "shop", "prod")).server);
  Open();
  EXPECT_EQ(wire::EncodeSnapshot(Value(service_->Assemble(Caller(), "shop", "prod")).server), first);
}

TEST_F(AssembleTest, EnvironmentsAreApart) {
  MakePick({{{"serve", {{"variant", "hit"}}}}});
  MakeEnvironment("test");
  const Assembly other = Value(service_->Assemble(Caller(), "shop", "test"));
  ASSERT_EQ(other.server.flags.size(), 1u);
  EXPECT_FALSE(other.server.flags[0].is_enabled);
  EXPECT_TRUE(other.server.flags[0].rules.empty());
  EXPECT_EQ(StatusOf(service_->Assemble(Caller(), "shop", "lost")), 404);
}

TEST_F(AssembleTest, WarnsOfWhatIsSurelyNotMeant) {
  Value(Create(Kind::kAttribute, {{"key", "email"}, {"type", "string"}, {"private", true}}));
  MakePick(
      {{{"id", "r1"},
        {"condition",
         {{"all",
           {Leaf("email", "equals", {"a@b.c"}), Leaf("plan", "equals", {"pro"}), Leaf("country", "equals", {"CH"})}}}},
        {"serve", {{"variant", "hit"}}}}});
  Value(Create(Kind::kExperiment, {{"key", "lonely"},
                                   {"flag", "pick"},
                                   {"status", "running"},
                                   {"weights", {{"a", 500'000}, {"b", 500'000}}},
                                   {"control", "a"}}));
  EXPECT_THAT(
      Value(service_->Assemble(Caller(), "shop", "prod")).warnings,
      UnorderedElementsAre("flag \"pick\": rule \"r1\": attribute \"email\" is private, and every reader of the "
                           "snapshot sees what it is compared with; equals_hashed and "
                           "in_hashed hide it",
                           "flag \"pick\": rule \"r1\": attribute \"plan\" is not declared",
                           "experiment \"lonely\": is running, and no rule of flag \"pick\" serves it"));
}

}  // namespace
}  // namespace expt::service
