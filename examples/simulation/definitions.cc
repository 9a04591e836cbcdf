#include "examples/simulation/definitions.h"

#include "control-plane/cli/time_text.h"
#include "examples/simulation/filled.h"
#include "examples/simulation/storefront.h"

namespace simulation {
namespace {

constexpr std::string_view kShop = R"({
  "attributes": [
    {"key": "country", "type": "string", "analytics": true},
    {"key": "device", "type": "string", "analytics": true},
    {"key": "plan", "type": "string"},
    {"key": "email", "type": "string", "private": true},
    {"key": "app_version", "type": "string"},
    {"key": "orders", "type": "integer"},
    {"key": "age", "type": "integer"},
    {"key": "interests", "type": "string_list"},
    {"key": "account", "type": "string", "unit_type": true, "description": "The company that a visitor buys for"},
    {"key": "address", "type": "string", "private": true},
    {"key": "basket", "type": "double"},
    {"key": "channel", "type": "string", "analytics": true, "description": "What brought the visitor here"},
    {"key": "coupon", "type": "string"},
    {"key": "firmware", "type": "string"},
    {"key": "gift_card", "type": "string"},
    {"key": "host", "type": "string"},
    {"key": "is_member", "type": "boolean"},
    {"key": "joined", "type": "string"},
    {"key": "language", "type": "string"},
    {"key": "latitude", "type": "double"},
    {"key": "longitude", "type": "double"},
    {"key": "page", "type": "string"},
    {"key": "pages", "type": "integer"},
    {"key": "pickup", "type": "string"},
    {"key": "referrer", "type": "string"},
    {"key": "region", "type": "string"},
    {"key": "system", "type": "string"},
    {"key": "voucher", "type": "string", "private": true},
    {"key": "wants_chat", "type": "boolean"},
    {"key": "wishlist", "type": "string_list"}
  ],
  "segments": [
    {"key": "staff", "name": "People who work here",
     "condition": {"attribute": "email", "operator": "ends_with", "operands": ["@shop.example"]},
     "include": [{"bucket_by": "targeting_key", "unit_ids": ["tester-1", "tester-2"]}]}
  ],
  "metrics": [
    {"key": "purchase", "name": "Purchases", "kind": "proportion", "direction": "increase",
     "numerator": {"event": "purchase", "value": "none", "aggregation": "any"},
     "description": "Visitors who buy at least once"},
    {"key": "revenue", "name": "Revenue per visitor", "kind": "mean", "direction": "increase",
     "numerator": {"event": "purchase", "value": "value", "aggregation": "sum"}},
    {"key": "support_ticket", "name": "Support tickets", "kind": "proportion", "direction": "decrease",
     "numerator": {"event": "support_ticket", "value": "none", "aggregation": "any"},
     "description": "Visitors who need help"}
  ],
  "layers": [{"key": "basket-page", "bucket_by": "targeting_key", "salt": "Kc5tWb9EqZr2MxHy7DnLgA"}],
  "holdouts": [{"key": "this-quarter", "description": "A tenth of the visitors get none of this quarter's changes",
                "bucket_by": "targeting_key", "ppm": 100000, "salt": "Ug3oRi8AvFs6TdPk1JwXeA"}],
  "flags": [
    {"key": "new-checkout", "type": "boolean", "description": "Payment on the page of the basket", "owner": "growth",
     "visibility": "client", "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}],
     "configuration": {"enabled": true, "off_variant": "off",
       "rules": [{"id": "swiss", "description": "Switzerland goes first",
                  "condition": {"attribute": "country", "operator": "equals", "operands": ["CH"]},
                  "serve": {"variant": "on"}}],
       "default_serve": {"variant": "off"}}},
    {"key": "new-search", "type": "boolean", "description": "Search by meaning", "owner": "search", "tags": ["search"],
     "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}],
     "configuration": {"enabled": true, "off_variant": "off",
       "overrides": [{"bucket_by": "targeting_key", "unit_ids": ["tester-1"], "variant": "on"}],
       "rules": [
         {"id": "staff", "description": "Those who build it see it first",
          "condition": {"operator": "in_segment", "operands": ["staff"]}, "serve": {"variant": "on"}},
         {"id": "alps", "description": "A quarter of the Alpine countries on a recent app",
          "condition": {"all": [{"attribute": "country", "operator": "in", "operands": ["AT", "CH", "DE"]},
                                {"attribute": "app_version", "operator": "starts_with", "operands": ["3."]}]},
          "coverage": {"bucket_by": "targeting_key", "ppm": 250000, "salt": "Zk3vQ0mX1uTq7pLw9sYbAe"},
          "serve": {"variant": "on"}}],
       "default_serve": {"variant": "off"}}},
    {"key": "banner-text", "type": "string", "description": "What the front page says", "owner": "marketing",
     "variants": [{"key": "plain", "value": "Welcome"}, {"key": "greeting", "value": "Grüezi"},
                  {"key": "loyal", "value": "Nice to see you again"}],
     "configuration": {"enabled": true, "off_variant": "plain",
       "rules": [
         {"id": "loyal", "condition": {"attribute": "orders", "operator": "gte", "operands": [10]},
          "serve": {"variant": "loyal"}},
         {"id": "swiss", "condition": {"attribute": "country", "operator": "equals", "operands": ["CH"]},
          "serve": {"variant": "greeting"}}],
       "default_serve": {"variant": "plain"}}},
    {"key": "page-size", "type": "integer", "description": "Articles on a page", "owner": "search", "tags": ["search"],
     "visibility": "client", "variants": [{"key": "small", "value": 20}, {"key": "large", "value": 50}],
     "configuration": {"enabled": true, "off_variant": "small",
       "rules": [{"id": "desktop", "condition": {"attribute": "device", "operator": "equals", "operands": ["desktop"]},
                  "serve": {"variant": "large"}},
                 {"id": "adults", "condition": {"attribute": "age", "operator": "gte", "operands": [18]},
                  "serve": {"variant": "large"}}],
       "default_serve": {"variant": "small"}}},
    {"key": "recommendations", "type": "json", "description": "Which model recommends", "owner": "search",
     "variants": [{"key": "popular", "value": {"model": "popular", "items": 6}},
                  {"key": "similar", "value": {"model": "similar", "items": 8}}],
     "configuration": {"enabled": true, "off_variant": "popular",
       "rules": [{"id": "regulars", "condition": {"attribute": "orders", "operator": "between", "operands": [5, 1000]},
                  "serve": {"variant": "similar"}}],
       "default_serve": {"split": {"bucket_by": "targeting_key", "salt": "r6HcX2nTj0VfKd8SgWm4uA",
                                   "weights": {"popular": 800000, "similar": 200000}}}}},
    {"key": "shop-open", "type": "boolean", "description": "The storefront asks for it first", "owner": "marketing",
     "variants": [{"key": "open", "value": true}, {"key": "closed", "value": false}],
     "configuration": {"enabled": true, "off_variant": "closed",
       "rules": [{"id": "island", "description": "Ferries do not sail in winter",
                  "condition": {"attribute": "region", "operator": "equals", "operands": ["island"]},
                  "serve": {"variant": "closed"}}],
       "default_serve": {"variant": "open"}}},
)";

// One flag of two variants whose only rule is its experiment. `rule` is what else the rule says.
std::string ExperimentFlag(std::string_view key, std::string_view description, std::string_view rule = "") {
  const std::string text =
      R"(    {"key": "KEY", "type": "boolean", "description": "WHAT", "owner": "growth", "tags": ["experiment"],
     "visibility": "client", "variants": [{"key": "control", "value": false}, {"key": "treatment", "value": true}],
     "configuration": {"enabled": true, "off_variant": "control",
       "rules": [{"id": "experiment", RULE "serve": {"experiment": "KEY"}}], "default_serve": {"variant": "control"}}},
)";
  return Filled(Filled(Filled(text, "KEY", key), "WHAT", description), "RULE", rule);
}

// More visitors every day until half of them are in, the rest while somebody watches.
std::string Ramp(expt::Time start) {
  const std::string ramp = R"("description": "A guarded ramp: visitors join over time, none changes sides",
                  "coverage": {"bucket_by": "targeting_key", "salt": "Yn6cGm2IxQl9VhBu4SzFpA",
                               "ramp": {"linear": true, "points": [{"time": "START", "ppm": 100000},
                                 {"time": "TODAY", "ppm": 600000}, {"time": "SOON", "ppm": 1000000}]}},)";
  const std::string filled = Filled(ramp, "START", expt::cli::FormatTime(start));
  const std::string until_today = Filled(filled, "TODAY", expt::cli::FormatTime(start + kHistory));
  return Filled(until_today, "SOON", expt::cli::FormatTime(start + kHistory + kLastStretch));
}

constexpr std::string_view kSuccessIsPurchase = R"([{"metric": "purchase", "role": "success"},
                 {"metric": "revenue", "role": "secondary"}, {"metric": "support_ticket", "role": "guardrail"}])";
constexpr std::string_view kSuccessIsRevenue = R"([{"metric": "revenue", "role": "success"},
                 {"metric": "purchase", "role": "secondary"}, {"metric": "support_ticket", "role": "guardrail"}])";

struct Question {
  std::string_view key, name, hypothesis, salt;
  std::string_view metrics = kSuccessIsPurchase;
  std::string_view more = "";  // what else the document says
};

std::string Experiment(const Question& question, std::string_view start) {
  const std::string text = R"(    {"key": "KEY", "flag": "KEY", "name": "NAME", "hypothesis": "WHY", "salt": "SALT",
     "start": "START", "status": "running", "weights": {"control": 500000, "treatment": 500000}, "control": "control",
     "mode": "any_time", "alpha": 0.05, "planned_units": 25000, MORE
     "metrics": METRICS},
)";
  const std::string named = Filled(Filled(text, "KEY", question.key), "NAME", question.name);
  const std::string drawn = Filled(Filled(named, "WHY", question.hypothesis), "SALT", question.salt);
  return Filled(Filled(Filled(drawn, "START", start), "MORE", question.more), "METRICS", question.metrics);
}

constexpr Question kQuestions[] = {
    {kWinner, "Checkout button with the price", "Who knows the price buys more often", "Xb7Pq2KsV9mZt4RwLc0HyA"},
    {kFlat, "Two columns", "Less scrolling, more purchases", "N5gJd8YfTq1uWk3EoS6vMA"},
    {kHarmful, "Delivery notice", "Honesty about delivery prevents support tickets", "aR4hUe9BxKp7Cz2QnGt0DA"},
    {kBroken, "Photo zoom", "Large photos sell", "mF6wTi1OyLs8Vj3XrHb5EA"},
    {kNudge, "Nudge in the basket", "Who is close to free delivery decides sooner", "Qs1zKv7NbWo4YgRd9LiCmA",
     kSuccessIsPurchase, R"("layer": "basket-page", "allocation": [[0, 300000], [600000, 700000]],)"},
    {kSummary, "Summary of the basket", "Who sees what goes well together adds one thing more",
     "Ej8uHx3FtAp5ZkVn6TcIyA", kSuccessIsRevenue, R"("layer": "basket-page", "allocation": [[300000, 600000], [700000, 800000]],)"},
    {kRamp, "Pay with one tap", "Fewer steps, more purchases, and nobody needs help", "Gw2qMl9RfDy6SbJo3XaKeA"},
};

// The experiment of a rule of the storefront; it has no history.
constexpr std::string_view kStorefrontLook = R"(    {"key": "storefront-look", "flag": "storefront",
     "name": "First look of the storefront", "hypothesis": "Offers sell more than everything at once", "sticky": true,
     "salt": "Tp5iCd1OwUj8LzQx2HvNrA", "start": "TODAY", "status": "running", "control": "standard",
     "weights": {"standard": 400000, "offers": 300000, "regulars": 300000}, "mode": "any_time", "alpha": 0.05,
     "planned_units": 25000, "metrics": [{"metric": "purchase", "role": "success"}]}
)";

}  // namespace

std::string DemoDefinitions(expt::Time start) {
  const expt::Time today = start + kHistory;
  constexpr std::string_view kHeldOut = R"("holdouts": ["this-quarter"],)";
  std::string text(kShop);
  text += ExperimentFlag(kWinner, "A button that says what it costs");
  text += ExperimentFlag(kFlat, "A product page in two columns");
  text += ExperimentFlag(kHarmful, "Says early that delivery takes a week");
  text += ExperimentFlag(kBroken, "Photos that zoom; crashes some browsers before it reports");
  text += ExperimentFlag(kNudge, "Says how much is missing to free delivery", kHeldOut);
  text += ExperimentFlag(kSummary, "Shows what goes well with the basket", kHeldOut);
  text += ExperimentFlag(kRamp, "Payment with a single tap", Ramp(start));
  text += StorefrontFlag(start, today) + "\n  ],\n  \"experiments\": [\n";
  for (const Question& question : kQuestions) text += Experiment(question, expt::cli::FormatTime(start));
  return text + Filled(std::string(kStorefrontLook), "TODAY", expt::cli::FormatTime(today)) + "  ]\n}\n";
}

}  // namespace simulation
