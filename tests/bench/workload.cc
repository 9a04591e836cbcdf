#include "tests/bench/workload.h"

#include <array>
#include <utility>

#include "src/core/engine.h"
#include "src/model/builder.h"

namespace expt::bench {
namespace {

using model::Index;
using model::Operator;

constexpr int kListed = 10;

// Two letters, a different pair for each number below 676.
std::string Country(int n) { return {static_cast<char>('A' + n / 26 % 26), static_cast<char>('A' + n % 26)}; }

// As long as a salt of 128 random bits.
std::string Salt(std::string_view use, int flag) {
  std::string salt = "s" + std::to_string(flag) + "-" + std::string(use) + "-";
  salt.resize(22, 'x');
  return salt;
}

constexpr char kPayload[] =
    R"({"title":"Checkout","steps":[{"id":"cart","next":"address"},{"id":"address","next":"pay"}],)"
    R"("colours":{"button":"#1155cc","text":"#202124"},"timeout_ms":2500,"retries":3,"arm":)";

// Writes one flag of a shape. Constants of different flags differ; all hold for every user.
class FlagWriter {
 public:
  FlagWriter(model::Builder& builder, int number) : b_(builder), number_(number) {
    flag_.key = b_.String("flag-" + std::to_string(number));
    flag_.is_enabled = true;
    flag_.visibility = model::Visibility::kServer;
  }

  void Write(Shape shape) {
    if (shape == Shape::kExperiment) {
      WriteExperiment();
    } else {
      WriteBoolean(shape);
    }
    b_.snapshot().flags.push_back(std::move(flag_));
  }

 private:
  void WriteBoolean(Shape shape) {
    flag_.type = ValueType::kBoolean;
    flag_.variant_keys = {b_.String("off"), b_.String("on")};
    flag_.variant_values = {b_.BooleanValue(false), b_.BooleanValue(true)};
    flag_.off_variant = 0;
    flag_.default_serve = b_.ServeVariant(shape == Shape::kPlain ? 1 : 0);
    if (shape == Shape::kCoverage) AddRule(InTenCountriesAndPro(), Half());
    if (shape == Shape::kRules) AddTenRules();
    if (shape == Shape::kRegex) AddRule(Leaf(Operator::kMatches, "email", Text(EmailPattern())), model::kNone);
  }

  void WriteExperiment() {
    flag_.type = ValueType::kJson;
    for (const char* variant : {"control", "blue", "green"}) {
      flag_.variant_keys.push_back(b_.String(variant));
      flag_.variant_values.push_back(
          b_.JsonValue(kPayload + ("\"" + std::string(variant) + std::to_string(number_) + "\"}")));
    }
    flag_.default_serve = b_.ServeVariant(0);
    model::Experiment experiment;
    experiment.key = b_.String("experiment-" + std::to_string(number_));
    experiment.id = b_.String("exp_" + std::to_string(number_));
    experiment.flag = static_cast<Index>(b_.snapshot().flags.size());
    experiment.status = model::ExperimentStatus::kRunning;
    experiment.start_ms = 1;
    experiment.bucketing = Bucketing("split");
    experiment.variants = {0, 1, 2};
    experiment.weights = {500'000, 300'000, 200'000};
    b_.snapshot().experiments.push_back(std::move(experiment));
    model::Rule rule;
    rule.id = b_.String("test");
    rule.condition = InTenCountriesAndPro();
    rule.serve = b_.ServeExperiment(static_cast<Index>(b_.snapshot().experiments.size() - 1));
    flag_.rules = {b_.AddRule(rule)};
  }

  // Of the nine rules that do not match, three fail at the string, three at the number, three at the version.
  void AddTenRules() {
    for (int i = 0; i < 9; ++i) {
      const bool fails_text = i % 3 == 0;
      const bool fails_number = i % 3 == 1;
      const bool fails_version = i % 3 == 2;
      AddRule(ThreeConditions(i, fails_text, fails_number, fails_version), model::kNone);
    }
    AddRule(ThreeConditions(9, false, false, false), Half());
  }

  Index ThreeConditions(int rule, bool fails_text, bool fails_number, bool fails_version) {
    const int n = number_ * 10 + rule;
    const std::string own_plan = "plan-" + std::to_string(n);
    const std::string version = std::to_string(n / 10'000) + "." + std::to_string(n / 100 % 100) + "." +
                                std::to_string(n % 100);
    const Index text = fails_text ? Leaf(Operator::kEquals, "plan", Text(own_plan))
                                  : Leaf(Operator::kIn, "plan", b_.Strings({"pro", own_plan}));
    const Index number = fails_number ? Leaf(Operator::kGte, "age", b_.Integers({1'000 + n}))
                                      : Leaf(Operator::kGte, "age", b_.Integers({-n}));
    const Index semver = fails_version ? Leaf(Operator::kSemverGte, "app_version", Text("90" + version))
                                       : Leaf(Operator::kSemverGte, "app_version", Text(version + "-rc.1"));
    return b_.All({text, number, semver});
  }

  Index InTenCountriesAndPro() {
    std::array<std::string, kListed> countries;
    std::array<std::string_view, kListed + 1> views;
    for (int i = 0; i < kListed; ++i) views[i] = countries[i] = Country(i);
    // Of its own, so that no two flags share the list; the eleventh only where there are several flags.
    const std::string own = "own-" + std::to_string(number_);
    views[kListed] = own;
    const Index list = b_.Strings(std::span(views).first(number_ == 0 ? kListed : kListed + 1));
    return b_.All({Leaf(Operator::kIn, "country", list), Leaf(Operator::kEquals, "plan", Text("pro"))});
  }

  std::string EmailPattern() const {
    return R"(^[a-z0-9.]+@(mail|post)\.example)" + std::string(number_ == 0 ? "" : std::to_string(number_)) +
           R"(\.(com|org)$)";
  }

  Index Leaf(Operator op, std::string_view attribute, Index operands) {
    return b_.Leaf(op, b_.Attribute(attribute), operands);
  }
  Index Text(std::string_view text) { return b_.Strings({text}); }
  Index Bucketing(std::string_view use) {
    return b_.AddBucketing(b_.Attribute(kTargetingKey), Salt(use, number_));
  }
  Index Half() { return b_.AddCoverage(Bucketing("coverage"), model::kWholePpm / 2); }

  void AddRule(Index condition, Index coverage) {
    model::Rule rule;
    rule.id = b_.String("rule-" + std::to_string(flag_.rules.size() + 1));
    rule.condition = condition;
    rule.coverage = coverage;
    rule.serve = b_.ServeVariant(1);
    flag_.rules.push_back(b_.AddRule(rule));
  }

  model::Builder& b_;
  const int number_;
  model::Flag flag_;
};

}  // namespace

std::string_view ShapeName(Shape shape) {
  constexpr std::string_view kNames[] = {"W1", "W2", "W3", "W4", "W5"};
  return kNames[static_cast<size_t>(shape)];
}

model::Snapshot ModelOf(const std::vector<Shape>& shapes, int count) {
  model::Builder b;
  model::Snapshot& s = b.snapshot();
  s.project = b.Copy("bench");
  s.environment = b.Copy("env_bench");
  s.epoch = 1;
  s.version = 1;
  s.issued_at_ms = kNow.time_since_epoch().count();
  b.SetAttribute(kTargetingKey, ValueType::kString, model::kUnitType);
  for (int i = 0; i < count; ++i) FlagWriter(b, i).Write(shapes[static_cast<size_t>(i) % shapes.size()]);
  return b.Take();
}

Snapshot SnapshotOf(Shape shape) {
  const absl::StatusOr<Snapshot> snapshot = core::Load(ModelOf({shape}, 1), Digest{});
  return snapshot.ok() ? *snapshot : Snapshot();
}

Context User::MakeContext() const {
  return Context(id, {{"country", country},
                      {"plan", plan},
                      {"age", age},
                      {"app_version", app_version},
                      {"email", email},
                      {"device.os", os},
                      {"language", language},
                      {"spent", spent},
                      {"is_staff", is_staff},
                      {"tags", {"beta", "newsletter"}}});
}

std::vector<User> Users() {
  std::vector<User> users;
  for (size_t i = 0; i < kUsers; ++i) {
    const auto n = static_cast<int>(i);
    users.push_back({.id = "user-" + std::to_string(1'000'000 + n * 7'919),
                     .country = Country(n % kListed),
                     .plan = "pro",
                     .email = "someone." + std::to_string(n) + (n % 2 == 0 ? "@mail.example.com" : "@mail.example.net"),
                     .app_version = std::to_string(30 + n % 7) + "." + std::to_string(n % 50) + ".2",
                     .os = n % 3 == 0 ? "ios" : "android",
                     .language = "de-CH",
                     .age = 18 + n % 60,
                     .spent = n * 0.25,
                     .is_staff = n % 50 == 0});
  }
  return users;
}

std::vector<Context> Contexts() {
  std::vector<Context> contexts;
  for (const User& user : Users()) contexts.push_back(user.MakeContext());
  return contexts;
}

std::string Defect(Shape shape, const Snapshot& snapshot, const std::vector<Context>& contexts) {
  size_t on = 0;
  size_t exposed = 0;
  for (const Context& context : contexts) {
    const Decision decision = Evaluate(snapshot, kFlag, context, {.now = kNow});
    if (decision.reason == Reason::kError) return std::string(ErrorCodeName(decision.error));
    on += decision.ValueOr(false) ? 1 : 0;
    exposed += decision.exposure_count;
  }
  const bool is_half = on > kUsers * 2 / 5 && on < kUsers * 3 / 5;
  const bool is_right = shape == Shape::kPlain        ? on == kUsers
                        : shape == Shape::kExperiment ? exposed == kUsers
                                                      : is_half;
  return is_right ? "" : "on for " + std::to_string(on) + ", exposures of " + std::to_string(exposed) + " users";
}

}  // namespace expt::bench
