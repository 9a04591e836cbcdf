#include "tests/wire/golden_models.h"

#include <algorithm>
#include <array>
#include <string>

#include "src/model/builder.h"

namespace expt::wire {
namespace {

using model::Builder;
using model::Index;
using model::Operator;
using Texts = std::vector<std::string_view>;
using Integers = std::vector<int64_t>;
using Doubles = std::vector<double>;
using Rows = std::vector<Index>;

constexpr int64_t kHour = 3'600'000;

model::Flag NewFlag(Builder& b, std::string_view key, ValueType type, model::Visibility visibility) {
  model::Flag flag;
  flag.key = b.String(key);
  flag.type = type;
  flag.is_enabled = true;
  flag.visibility = visibility;
  return flag;
}

void AddVariant(Builder& b, model::Flag& flag, std::string_view key, Index value) {
  flag.variant_keys.push_back(b.String(key));
  flag.variant_values.push_back(value);
}

model::Flag BooleanFlag(Builder& b, std::string_view key, model::Visibility visibility) {
  model::Flag flag = NewFlag(b, key, ValueType::kBoolean, visibility);
  AddVariant(b, flag, "off", b.BooleanValue(false));
  AddVariant(b, flag, "on", b.BooleanValue(true));
  flag.off_variant = 0;
  flag.default_serve = b.ServeVariant(0);
  return flag;
}

Index AddRule(Builder& b, std::string_view id, Index condition, Index serve, Index coverage = model::kNone,
              Index holdouts = model::kNone) {
  model::Rule rule;
  rule.id = b.String(id);
  rule.condition = condition;
  rule.coverage = coverage;
  rule.serve = serve;
  rule.holdouts = holdouts;
  return b.AddRule(rule);
}

std::vector<uint64_t> Members(const Builder& b, const Texts& unit_ids) {
  std::vector<uint64_t> hashes;
  for (std::string_view id : unit_ids) hashes.push_back(b.MemberHash(id));
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

void SetHeader(Builder& b, Audience audience) {
  model::Snapshot& s = b.snapshot();
  s.project = b.Copy("shop");
  s.environment = b.Copy(kGoldenEnvironment);
  s.audience = audience;
  s.epoch = kGoldenEpoch;
  s.version = kGoldenVersion;
  s.issued_at_ms = kGoldenIssuedAtMs;
  b.SetMemberListSalt(audience == Audience::kServer ? "members-of-servers" : "members-of-clients");
  b.SetAttribute("targeting_key", ValueType::kString, model::kUnitType);
}

// The context entries of one golden vector.
class GoldenMaker {
 public:
  GoldenMaker(Builder& b, Index flag, int64_t now_ms) : b_(b) {
    vector_.flag = flag;
    vector_.now_ms = now_ms;
  }
  GoldenMaker& Text(std::string_view name, std::string_view value) {
    model::GoldenVector::Entry& entry = Add(name, ValueType::kString);
    entry.text = b_.String(value);
    return *this;
  }
  GoldenMaker& Integer(std::string_view name, int64_t value) {
    Add(name, ValueType::kInteger).integer = value;
    return *this;
  }
  GoldenMaker& Double(std::string_view name, double value) {
    Add(name, ValueType::kDouble).real = value;
    return *this;
  }
  GoldenMaker& Boolean(std::string_view name, bool value) {
    Add(name, ValueType::kBoolean).boolean = value;
    return *this;
  }
  GoldenMaker& List(std::string_view name, const Texts& values) {
    Rows rows;
    for (std::string_view value : values) rows.push_back(b_.String(value));
    Add(name, ValueType::kStringList).list = rows;
    return *this;
  }
  void Expect(Index variant, Reason reason, std::string_view rule = "", ErrorCode error = ErrorCode::kNone) {
    vector_.variant = variant;
    vector_.reason = static_cast<uint32_t>(reason);
    vector_.error = static_cast<uint32_t>(error);
    vector_.rule = rule.empty() ? model::kNone : b_.String(rule);
    b_.snapshot().golden_vectors.push_back(std::move(vector_));
  }

 private:
  model::GoldenVector::Entry& Add(std::string_view name, ValueType type) {
    model::GoldenVector::Entry& entry = vector_.context.emplace_back();
    entry.name = b_.String(name);
    entry.type = type;
    return entry;
  }

  Builder& b_;
  model::GoldenVector vector_;
};

// country in [CH, LI] -> on; an adult on a paid plan -> on for half of the units.
model::Flag NewCheckout(Builder& b, model::Visibility visibility) {
  model::Flag flag = BooleanFlag(b, "new-checkout", visibility);
  const Index swiss = b.Leaf(Operator::kIn, b.Attribute("country"), b.Strings(Texts{"CH", "LI"}));
  const Index adult = b.Leaf(Operator::kGte, b.Attribute("age"), b.Integers(Integers{18}));
  const Index paid = b.Not(b.Leaf(Operator::kEquals, b.Attribute("plan"), b.Strings(Texts{"free"})));
  const Index half = b.AddCoverage(b.AddBucketing(b.Attribute("targeting_key"), "coverage-of-adults"), 500'000);
  flag.rules.push_back(AddRule(b, "swiss", swiss, b.ServeVariant(1)));
  flag.rules.push_back(AddRule(b, "adults", b.All(Rows{adult, paid}), b.ServeVariant(1), half));
  return flag;
}

model::Flag Config(Builder& b, model::Visibility visibility) {
  model::Flag flag = NewFlag(b, "config", ValueType::kJson, visibility);
  AddVariant(b, flag, "compact", b.JsonValue(R"({"columns":2,"title":"Gr\u00fcezi"})"));
  flag.default_serve = b.ServeVariant(0);
  return flag;
}

void AddSegments(Builder& b) {
  model::Snapshot& s = b.snapshot();
  s.member_lists.push_back({b.Attribute("targeting_key"), Members(b, {"u-1", "u-2", "u-3"})});
  s.member_lists.push_back({b.Attribute("company"), Members(b, {"c-9"})});
  model::Segment staff;
  staff.key = b.String("staff");
  staff.condition = b.Leaf(Operator::kEndsWith, b.Attribute("email"), b.Strings(Texts{"@example.com"}));
  staff.include = {0};
  staff.exclude = {1};
  s.segments.push_back(staff);
}

// A segment, and a default split between two texts.
model::Flag Banner(Builder& b) {
  model::Flag flag = NewFlag(b, "banner", ValueType::kString, model::Visibility::kServer);
  AddVariant(b, flag, "internal", b.StringValue("for us"));
  AddVariant(b, flag, "short", b.StringValue("Hi"));
  AddVariant(b, flag, "long", b.StringValue("Gr\u00fcezi mitenand"));
  const Index staff = b.AddCondition({.op = Operator::kInSegment, .operands = b.References(Rows{0})});
  flag.rules.push_back(AddRule(b, "staff", staff, b.ServeVariant(0)));
  const std::vector<uint32_t> weights = {0, 300'000, 700'000};
  flag.default_serve = b.ServeSplit(b.AddBucketing(b.Attribute("targeting_key"), "split-of-banner"), weights);
  flag.tags = {b.String("growth"), b.String("web")};
  flag.owner = b.String("team-growth");
  return flag;
}

// An experiment in a layer.
model::Flag Price(Builder& b, Index row) {
  model::Snapshot& s = b.snapshot();
  model::Flag flag = NewFlag(b, "price", ValueType::kDouble, model::Visibility::kServer);
  AddVariant(b, flag, "control", b.DoubleValue(9.9));
  AddVariant(b, flag, "low", b.DoubleValue(7.5));
  AddVariant(b, flag, "high", b.DoubleValue(12.25));
  flag.off_variant = 0;
  flag.fail_closed = true;
  const Index company = b.Attribute("company");
  s.layers.push_back({b.String("checkout"), b.AddBucketing(company, "layer-checkout")});
  model::Experiment experiment;
  experiment.key = b.String("price-test");
  experiment.id = b.String("exp_5d1c");
  experiment.flag = row;
  experiment.status = model::ExperimentStatus::kRunning;
  experiment.phase = 2;
  experiment.start_ms = kGoldenIssuedAtMs - 24 * kHour;
  experiment.end_ms = kGoldenIssuedAtMs + 24 * 30 * kHour;
  experiment.bucketing = b.AddBucketing(company, "split-of-price");
  experiment.variants = {0, 1, 2};
  experiment.weights = {333'334, 333'333, 333'333};
  experiment.control = 0;
  experiment.layer = 0;
  experiment.allocation = {0, 250'000, 500'000, 1'000'000};
  s.experiments.push_back(experiment);
  const Index beta = b.Leaf(Operator::kEquals, b.Attribute("beta"), b.Integers(Integers{1}), model::kBooleanOperands);
  flag.rules.push_back(AddRule(b, "test", beta, b.ServeExperiment(0)));
  flag.default_serve = b.ServeVariant(0);
  return flag;
}

// Overrides, numbers of both kinds.
model::Flag Limits(Builder& b) {
  model::Flag flag = NewFlag(b, "limits", ValueType::kInteger, model::Visibility::kServer);
  AddVariant(b, flag, "small", b.IntegerValue(0));
  AddVariant(b, flag, "large", b.IntegerValue(-9'007'199'254'740'993));
  flag.overrides.push_back({b.Attribute("targeting_key"), 1, Members(b, {"u-7"})});
  const Index middle = b.Leaf(Operator::kBetween, b.Attribute("age"), b.Integers(Integers{30, 39}));
  const Index good = b.Leaf(Operator::kGt, b.Attribute("score"), b.Doubles(Doubles{0.5}));
  flag.rules.push_back(AddRule(b, "thirties", middle, b.ServeVariant(1)));
  flag.rules.push_back(AddRule(b, "good", good, b.ServeVariant(1)));
  flag.default_serve = b.ServeVariant(0);
  return flag;
}

model::Flag Ramped(Builder& b) {
  model::Flag flag = BooleanFlag(b, "ramped", model::Visibility::kServer);
  model::Snapshot& s = b.snapshot();
  s.ramps.push_back({true, {kGoldenIssuedAtMs, kGoldenIssuedAtMs + 24 * kHour}, {10'000, 1'000'000}});
  model::Coverage coverage;
  coverage.bucketing = b.AddBucketing(b.Attribute("targeting_key"), "coverage-of-ramped");
  coverage.ramp = 0;
  s.coverages.push_back(coverage);
  const auto row = static_cast<Index>(s.coverages.size() - 1);
  flag.rules.push_back(AddRule(b, "ramp", model::kNone, b.ServeVariant(1), row));
  return flag;
}

// Conditions that read a time zone, a place, a list, a version and a hashed constant; a holdout; a prerequisite.
model::Flag Guarded(Builder& b) {
  model::Flag flag = BooleanFlag(b, "guarded", model::Visibility::kServer);
  model::Snapshot& s = b.snapshot();
  s.tzdata_version = b.Copy("2025b");
  s.time_zones.push_back({b.String("Europe/Zurich"), 60, {1'774'746'000'000, 1'792'890'000'000}, {120, 60}});
  s.holdouts.push_back({b.String("q1-holdout"), b.AddBucketing(b.Attribute("targeting_key"), "holdout-q1"), 50'000,
                        kGoldenIssuedAtMs, kGoldenIssuedAtMs + 24 * 90 * kHour});
  flag.prerequisites.push_back({1, {1}});
  const Index window = b.AddCondition({.op = Operator::kInWindow,
                                       .subject = b.Attribute("$now"),
                                       .operands = b.Integers(Integers{540, 1'020}),
                                       .second = b.References(Rows{0})});
  const Index near_by = b.AddCondition({.op = Operator::kWithinKm,
                                        .subject = b.Attribute("latitude"),
                                        .operands = b.Doubles(Doubles{47.37, 8.54, 25}),
                                        .second = b.Attribute("longitude")});
  const Index speaks = b.Leaf(Operator::kContainsAny, b.Attribute("languages"), b.Strings(Texts{"de", "gsw"}));
  const Index version = b.Leaf(Operator::kSemverCaret, b.Attribute("app_version"), b.Strings(Texts{"2.1.0"}));
  s.hash_pool = b.Copy("0123456789abcdef0123456789abcdef");
  s.operands.push_back({model::OperandKind::kHash, 0, 1});
  const auto hashed_list = static_cast<Index>(s.operands.size() - 1);
  const Index hashed = b.AddCondition({.op = Operator::kInHashed,
                                       .properties = model::kNegate,
                                       .subject = b.Attribute("email"),
                                       .operands = hashed_list,
                                       .second = b.Strings(Texts{"salt-of-email"})});
  const Index all = b.All(Rows{window, b.Any(Rows{near_by, speaks}), version, hashed});
  flag.rules.push_back(AddRule(b, "guard", all, b.ServeVariant(1), model::kNone, b.References(Rows{0})));
  return flag;
}

model::Flag Imported(Builder& b) {
  model::Flag flag = BooleanFlag(b, "imported", model::Visibility::kServer);
  model::Snapshot& s = b.snapshot();
  model::Bucketing foreign;
  foreign.bucket_by = b.Attribute("targeting_key");
  foreign.salt = b.String("imported");
  foreign.algorithm = static_cast<model::Algorithm>(200);
  foreign.seed = -7;
  foreign.thresholds = {5'000, 10'000};
  s.bucketings.push_back(foreign);
  const auto row = static_cast<Index>(s.bucketings.size() - 1);
  flag.rules.push_back(AddRule(b, "half", model::kNone, b.ServeVariant(1), b.AddCoverage(row, 500'000)));
  flag.required_features = {b.String("foreign-bucketing")};
  return flag;
}

}  // namespace

model::Snapshot GoldenServerModel() {
  Builder b;
  SetHeader(b, Audience::kServer);
  b.SetAttribute("company", ValueType::kString, model::kUnitType | model::kAnalytics);
  b.SetAttribute("country", ValueType::kString, model::kAnalytics);
  b.SetAttribute("age", ValueType::kInteger, model::kPrivate);
  b.SetAttribute("score", ValueType::kDouble, model::kPrivate);
  b.SetAttribute("beta", ValueType::kBoolean, 0);
  b.SetAttribute("languages", ValueType::kStringList, 0);
  AddSegments(b);
  model::Flag maintenance = BooleanFlag(b, "maintenance", model::Visibility::kServer);
  maintenance.is_enabled = false;
  auto& flags = b.snapshot().flags;
  flags.push_back(maintenance);
  flags.push_back(NewCheckout(b, model::Visibility::kClient));
  flags.push_back(Banner(b));
  flags.push_back(Price(b, 3));
  flags.push_back(Limits(b));
  flags.push_back(Config(b, model::Visibility::kClient));
  flags.push_back(Ramped(b));
  flags.push_back(Guarded(b));
  flags.push_back(Imported(b));

  const int64_t now = kGoldenIssuedAtMs;
  GoldenMaker(b, 0, now).Expect(0, Reason::kDisabled);
  GoldenMaker(b, 1, now).Text("country", "CH").Expect(1, Reason::kTargetingMatch, "swiss");
  GoldenMaker(b, 1, now).Integer("age", 17).List("languages", {"de"}).Expect(0, Reason::kDefault);
  GoldenMaker(b, 2, now)
      .Text("email", "a@example.com")
      .Text("targeting_key", "u-8")
      .Text("company", "c-1")
      .Expect(0, Reason::kTargetingMatch, "staff");
  GoldenMaker(b, 2, now).Expect(model::kNone, Reason::kError, "", ErrorCode::kTargetingKeyMissing);
  GoldenMaker(b, 3, now).Boolean("beta", false).Expect(0, Reason::kDefault);
  GoldenMaker(b, 4, now).Text("targeting_key", "u-7").Expect(1, Reason::kTargetingMatch, "override");
  GoldenMaker(b, 4, now).Integer("age", 39).Expect(1, Reason::kTargetingMatch, "thirties");
  GoldenMaker(b, 4, now).Double("score", 0.5).Expect(0, Reason::kDefault);
  GoldenMaker(b, 5, now).Expect(0, Reason::kStatic);
  return b.Take();
}

model::Snapshot GoldenClientModel() {
  Builder b;
  SetHeader(b, Audience::kClient);
  b.SetAttribute("country", ValueType::kString, 0);
  auto& flags = b.snapshot().flags;
  flags.push_back(NewCheckout(b, model::Visibility::kClient));
  flags.push_back(Config(b, model::Visibility::kClient));
  GoldenMaker(b, 0, kGoldenIssuedAtMs).Text("country", "LI").Expect(1, Reason::kTargetingMatch, "swiss");
  GoldenMaker(b, 1, kGoldenIssuedAtMs).Expect(0, Reason::kStatic);
  return b.Take();
}

model::Snapshot TinyModel() {
  Builder b;
  SetHeader(b, Audience::kServer);
  model::Flag flag = BooleanFlag(b, "on", model::Visibility::kServer);
  flag.default_serve = b.ServeVariant(1);
  b.snapshot().flags.push_back(flag);
  GoldenMaker(b, 0, kGoldenIssuedAtMs).Expect(1, Reason::kStatic);
  return b.Take();
}

}  // namespace expt::wire
