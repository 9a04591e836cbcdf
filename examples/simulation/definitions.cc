#include "examples/simulation/definitions.h"

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
    {"key": "interests", "type": "string_list"}
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
)";

// One flag of two variants whose only rule is its experiment.
std::string ExperimentFlag(std::string_view key, std::string_view description) {
  std::string text =
      R"(    {"key": "KEY", "type": "boolean", "description": "WHAT", "owner": "growth", "tags": ["experiment"],
     "visibility": "client", "variants": [{"key": "control", "value": false}, {"key": "treatment", "value": true}],
     "configuration": {"enabled": true, "off_variant": "control",
       "rules": [{"id": "experiment", "serve": {"experiment": "KEY"}}], "default_serve": {"variant": "control"}}})";
  for (size_t at = text.find("KEY"); at != std::string::npos; at = text.find("KEY")) text.replace(at, 3, key);
  return text.replace(text.find("WHAT"), 4, description);
}

std::string Experiment(std::string_view key, std::string_view name, std::string_view hypothesis, std::string_view salt,
                       std::string_view start) {
  return R"(    {"key": ")" + std::string(key) + R"(", "flag": ")" + std::string(key) + R"(", "name": ")" +
         std::string(name) + R"(", "hypothesis": ")" + std::string(hypothesis) + R"(", "salt": ")" + std::string(salt) +
         R"(", "start": ")" + std::string(start) + R"(",
     "status": "running", "weights": {"control": 500000, "treatment": 500000}, "control": "control",
     "mode": "any_time", "alpha": 0.05, "planned_units": 25000,
     "metrics": [{"metric": "purchase", "role": "success"}, {"metric": "revenue", "role": "secondary"},
                 {"metric": "support_ticket", "role": "guardrail"}]})";
}

}  // namespace

std::string DemoDefinitions(std::string_view start) {
  return std::string(kShop) + ExperimentFlag(kWinner, "A button that says what it costs") + ",\n" +
         ExperimentFlag(kFlat, "A product page in two columns") + ",\n" +
         ExperimentFlag(kHarmful, "Says early that delivery takes a week") + ",\n" +
         ExperimentFlag(kBroken, "Photos that zoom; crashes some browsers before it reports") +
         "\n  ],\n  \"experiments\": [\n" +
         Experiment(kWinner, "Checkout button with the price", "Who knows the price buys more often",
                    "Xb7Pq2KsV9mZt4RwLc0HyA", start) +
         ",\n" + Experiment(kFlat, "Two columns", "Less scrolling, more purchases", "N5gJd8YfTq1uWk3EoS6vMA", start) +
         ",\n" +
         Experiment(kHarmful, "Delivery notice", "Honesty about delivery prevents support tickets",
                    "aR4hUe9BxKp7Cz2QnGt0DA", start) +
         ",\n" + Experiment(kBroken, "Photo zoom", "Large photos sell", "mF6wTi1OyLs8Vj3XrHb5EA", start) + "\n  ]\n}\n";
}

}  // namespace simulation
