#include "examples/simulation/storefront.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "control-plane/cli/context_json.h"
#include "control-plane/cli/time_text.h"
#include "examples/simulation/definitions.h"
#include "examples/simulation/filled.h"

namespace simulation {
namespace {

using nlohmann::json;

struct Row {
  std::string_view rule;
  std::string_view who;
};

// Times in capitals are filled in: START, TODAY, SOON.
constexpr Row kRows[] = {
    // Texts, and what a text may hide.
    {R"({"id": "gift-card", "description": "Who has a gift card wants to spend it",
         "condition": {"attribute": "gift_card", "operator": "is_set"}, "serve": {"variant": "offers"}})",
     R"({"gift_card": "G-{N}"})"},
    {R"({"id": "kiosk", "description": "The screens in our shops",
         "condition": {"attribute": "channel", "operator": "equals", "operands": ["kiosk"]},
         "serve": {"variant": "kiosk"}})",
     R"({"channel": "kiosk"})"},
    {R"({"id": "print", "condition": {"attribute": "channel", "operator": "in", "case_insensitive": true,
                                      "operands": ["magazine", "newsletter"]}, "serve": {"variant": "offers"}})",
     R"({"channel": "Newsletter"})"},
    {R"({"id": "bargains", "condition": {"attribute": "referrer", "operator": "contains",
                                         "operands": ["coupon", "deal"]}, "serve": {"variant": "offers"}})",
     R"({"referrer": "https://best-deals.example/today"})"},
    {R"({"id": "partners", "condition": {"attribute": "referrer", "operator": "starts_with",
                                         "operands": ["https://partner.example/"]}, "serve": {"variant": "offers"}})",
     R"({"referrer": "https://partner.example/shops"})"},
    {R"({"id": "schools", "condition": {"attribute": "host", "operator": "ends_with", "case_insensitive": true,
                                        "operands": [".edu.example", ".school.example"]},
         "serve": {"variant": "offers"}})",
     R"({"host": "library.SCHOOL.example"})"},
    {R"({"id": "deep-links", "description": "Straight to an article",
         "condition": {"attribute": "page", "operator": "matches", "operands": ["^/(shop|sale)/[0-9]+$"]},
         "serve": {"variant": "local"}})",
     R"({"page": "/sale/{N}"})"},
    {R"({"id": "voucher", "description": "The snapshot does not show which voucher",
         "condition": {"attribute": "voucher", "operator": "equals_hashed", "operands": ["SPRING-4711"],
                       "salt": "vD8sKq2Lw5xRt9YbNz3HcA"}, "serve": {"variant": "offers"}})",
     R"({"voucher": "SPRING-4711"})"},
    {R"({"id": "invited", "description": "By name, but no name is in the snapshot",
         "condition": {"attribute": "email", "operator": "in_hashed", "case_insensitive": true,
                       "operands": ["ann@mail.example", "ben@mail.example"], "salt": "Jt6mXp1QeVo4WdU7rFk0gA"},
         "serve": {"variant": "preview"}})",
     R"({"email": "Ann@mail.example"})"},
    // Numbers and booleans.
    {R"({"id": "members", "condition": {"attribute": "is_member", "operator": "equals", "operands": [true]},
         "serve": {"variant": "regulars"}})",
     R"({"is_member": true})"},
    {R"({"id": "tiny-basket", "condition": {"attribute": "basket", "operator": "lt", "operands": [10]},
         "serve": {"variant": "offers"}})",
     R"({"basket": 4.9})"},
    {R"({"id": "small-basket", "condition": {"attribute": "basket", "operator": "lte", "operands": [20]},
         "serve": {"variant": "offers"}})",
     R"({"basket": 20})"},
    {R"({"id": "full-basket", "condition": {"attribute": "basket", "operator": "between", "operands": [50, 80.5]},
         "serve": {"variant": "regulars"}})",
     R"({"basket": 80.5})"},
    {R"({"id": "huge-basket", "condition": {"attribute": "basket", "operator": "gt", "operands": [500]},
         "serve": {"variant": "preview"}})",
     R"({"basket": 512})"},
    {R"({"id": "large-basket", "condition": {"attribute": "basket", "operator": "gte", "operands": [300]},
         "serve": {"variant": "regulars"}})",
     R"({"basket": 300})"},
    // Times: of the visitor, and of the visit.
    {R"({"id": "founders", "condition": {"attribute": "joined", "operator": "time_before",
                                         "operands": ["2015-01-01T00:00:00+01:00"]},
         "serve": {"variant": "regulars"}})",
     R"({"joined": "2011-11-11T11:11:11Z"})"},
    {R"({"id": "early-birds", "condition": {"attribute": "joined", "operator": "time_between", "operands":
                                            ["2015-01-01T00:00:00+01:00", "2018-01-01T00:00:00+01:00"]},
         "serve": {"variant": "regulars"}})",
     R"({"joined": 1451606400000})"},
    {R"({"id": "newcomers", "condition": {"attribute": "joined", "operator": "time_after",
                                          "operands": ["2024-06-01T00:00:00+02:00"]},
         "serve": {"variant": "local"}})",
     R"({"joined": "2025-02-03T04:05:06+01:00"})"},
    {R"({"id": "weekend-pickup", "description": "Will fetch it when only the weekend's counter is open",
         "condition": {"attribute": "pickup", "operator": "in_window", "time_zone": "Europe/Zurich",
                       "operands": [{"days": ["sat"], "start": "09:00", "end": "16:00"},
                                    {"days": ["sun"], "start": "10:00", "end": "12:00"}]},
         "serve": {"variant": "local"}})",
     R"({"pickup": "2026-01-10T10:30:00+01:00"})"},
    {R"({"id": "chat", "description": "Follows the sun: somebody is always there to answer",
         "condition": {"all": [
           {"attribute": "wants_chat", "operator": "equals", "operands": [true]},
           {"any": [
             {"attribute": "$now", "operator": "in_window", "time_zone": "Europe/Zurich",
              "operands": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "17:00"},
                           {"days": ["sat", "sun"], "start": "07:30", "end": "17:30"}]},
             {"attribute": "$now", "operator": "in_window", "time_zone": "America/Los_Angeles",
              "operands": [{"start": "08:00", "end": "17:00"}]},
             {"attribute": "$now", "operator": "in_window", "time_zone": "Asia/Singapore",
              "operands": [{"start": "08:00", "end": "17:00"}]}]}]},
         "serve": {"variant": "local"}})",
     R"({"wants_chat": true})"},
    {R"({"id": "jubilee", "description": "From the day of the jubilee on",
         "condition": {"all": [{"attribute": "coupon", "operator": "equals", "operands": ["JUBILEE"]},
                               {"attribute": "$now", "operator": "time_after", "operands": ["START"]}]},
         "serve": {"variant": "offers"}})",
     R"({"coupon": "JUBILEE"})"},
    // Versions, as the kiosks report them.
    {R"({"id": "firmware-beta", "condition": {"attribute": "firmware", "operator": "semver_eq",
                                              "operands": ["1.0.0-beta"]}, "serve": {"variant": "preview"}})",
     R"({"firmware": "v1.0.0-beta"})"},
    {R"({"id": "firmware-0", "condition": {"attribute": "firmware", "operator": "semver_lt", "operands": ["1.0.0"]},
         "serve": {"variant": "standard"}})",
     R"({"firmware": "0.9.1"})"},
    {R"({"id": "firmware-1", "condition": {"attribute": "firmware", "operator": "semver_lte", "operands": ["2.0.0"]},
         "serve": {"variant": "kiosk"}})",
     R"({"firmware": "2"})"},
    {R"({"id": "firmware-2.4", "condition": {"attribute": "firmware", "operator": "semver_tilde", "operands": ["2.4"]},
         "serve": {"variant": "kiosk"}})",
     R"({"firmware": "2.4.7"})"},
    {R"({"id": "firmware-3", "condition": {"attribute": "firmware", "operator": "semver_caret", "operands": ["3.2"]},
         "serve": {"variant": "kiosk"}})",
     R"({"firmware": "3.9.0"})"},
    {R"({"id": "firmware-next", "condition": {"attribute": "firmware", "operator": "semver_gt", "operands": ["9.0.0"]},
         "serve": {"variant": "preview"}})",
     R"({"firmware": "10.0.0-rc.1"})"},
    {R"({"id": "firmware-8", "condition": {"attribute": "firmware", "operator": "semver_gte", "operands": ["8"]},
         "serve": {"variant": "kiosk"}})",
     R"({"firmware": "8.1.0"})"},
    // Lists.
    {R"({"id": "curious", "condition": {"attribute": "interests", "operator": "contains_any",
                                        "operands": ["beta", "preview"]}, "serve": {"variant": "preview"}})",
     R"({"interests": ["music", "beta"]})"},
    {R"({"id": "books-and-music", "condition": {"attribute": "interests", "operator": "contains_all",
                                                "operands": ["books", "music"]}, "serve": {"variant": "regulars"}})",
     R"({"interests": ["music", "garden", "books"]})"},
    {R"({"id": "no-wishes", "condition": {"attribute": "wishlist", "operator": "size_lt", "operands": [1]},
         "serve": {"variant": "offers"}})",
     R"({"wishlist": []})"},
    {R"({"id": "some-wishes", "condition": {"attribute": "wishlist", "operator": "size_between", "operands": [2, 3]},
         "serve": {"variant": "regulars"}})",
     R"({"wishlist": ["lamp", "chair"]})"},
    {R"({"id": "many-wishes", "condition": {"attribute": "wishlist", "operator": "size_gt", "operands": [4]},
         "serve": {"variant": "regulars"}})",
     R"({"wishlist": ["lamp", "chair", "desk", "shelf", "rug"]})"},
    // Networks and places.
    {R"({"id": "office", "condition": {"attribute": "address", "operator": "in_cidr",
                                       "operands": ["192.0.2.0/24", "2001:db8::/32"]},
         "serve": {"variant": "preview"}})",
     R"({"address": "2001:db8::7"})"},
    {R"({"id": "near-the-shop", "description": "Within an hour's ride of the shop in Zurich",
         "condition": {"attribute": "latitude", "longitude": "longitude", "operator": "within_km",
                       "operands": [47.3769, 8.5417, 25]}, "serve": {"variant": "local"}})",
     R"({"latitude": 47.4988, "longitude": 8.7237})"},
    // What other definitions say, and combinations.
    {R"({"id": "staff", "condition": {"operator": "in_segment", "operands": ["staff"]},
         "serve": {"variant": "preview"}})",
     R"({"email": "anna@shop.example"})"},
    {R"({"id": "pilots", "description": "Who has the new checkout",
         "condition": {"operator": "flag_is", "flag": "new-checkout", "operands": ["on"]},
         "serve": {"variant": "preview"}})",
     R"({"country": "CH"})"},
    {R"({"id": "rare-systems", "condition": {"attribute": "system", "operator": "in", "negate": true,
                                             "operands": ["android", "ios", "macos", "windows"]},
         "serve": {"variant": "standard"}})",
     R"({"system": "plan9"})"},
    {R"({"id": "neighbours", "description": "Speaks a language of the Alps and has looked around",
         "condition": {"all": [
           {"any": [{"attribute": "language", "operator": "in", "operands": ["de", "fr", "it"]},
                    {"attribute": "language", "operator": "starts_with", "operands": ["rm"]}]},
           {"not": {"any": [{"attribute": "pages", "operator": "lt", "operands": [3]},
                            {"attribute": "system", "operator": "is_set"}]}}]},
         "serve": {"variant": "local"}})",
     R"({"language": "rm-CH", "pages": 7})"},
    // Shares of units.
    {R"({"id": "radio", "description": "Two of five listeners",
         "condition": {"attribute": "channel", "operator": "equals", "operands": ["radio"]},
         "coverage": {"bucket_by": "targeting_key", "ppm": 400000, "salt": "Wq5yBn8KtVz2Lc7XfHs1dA"},
         "serve": {"variant": "offers"}})",
     R"({"channel": "radio"})"},
    {R"({"id": "companies", "description": "All of one company see the same",
         "condition": {"attribute": "account", "operator": "is_set"},
         "serve": {"split": {"bucket_by": "account", "salt": "Pd3gSj6MoRe9UaTi0xQvYA", "weights":
                             {"standard": 500000, "offers": 250000, "regulars": 250000}}}})",
     R"({"account": "company-{N}"})"},
    {R"({"id": "television", "description": "More and more of them, steadily",
         "condition": {"attribute": "channel", "operator": "equals", "operands": ["television"]},
         "coverage": {"bucket_by": "targeting_key", "salt": "bN7kFw4ZpCx1GhVr8LmOeA", "ramp": {"linear": true,
                      "points": [{"time": "START", "ppm": 0}, {"time": "TODAY", "ppm": 500000},
                                 {"time": "SOON", "ppm": 1000000}]}},
         "serve": {"variant": "offers"}})",
     R"({"channel": "television"})"},
    {R"({"id": "posters", "description": "Town by town",
         "condition": {"attribute": "channel", "operator": "equals", "operands": ["poster"]},
         "coverage": {"bucket_by": "targeting_key", "salt": "Hy2rUs9DqEj5TkXa6WnBiA", "ramp": {
                      "points": [{"time": "START", "ppm": 100000}, {"time": "TODAY", "ppm": 600000},
                                 {"time": "SOON", "ppm": 1000000}]}},
         "serve": {"variant": "local"}})",
     R"({"channel": "poster"})"},
    {R"({"id": "app-banner", "description": "A holdout keeps some of them out",
         "condition": {"attribute": "channel", "operator": "equals", "operands": ["app-banner"]},
         "holdouts": ["this-quarter"], "serve": {"variant": "offers"}})",
     R"({"channel": "app-banner"})"},
    {R"({"id": "search-engines", "description": "Keep what they saw first, also when the coverage shrinks",
         "condition": {"attribute": "channel", "operator": "equals", "operands": ["search"]},
         "coverage": {"bucket_by": "targeting_key", "ppm": 800000, "salt": "Ls8vCz3MfGp6YoJd1KwRtA"},
         "serve": {"experiment": "storefront-look"}})",
     R"({"channel": "search"})"},
    {R"({"id": "everybody-else", "description": "A third of all others",
         "coverage": {"bucket_by": "targeting_key", "ppm": 333333, "salt": "Xe4aQh7TnIb0VuSk5ZrDyA"},
         "serve": {"variant": "offers"}})",
     "{}"},
};

constexpr std::string_view kHead = R"(
    {"key": "storefront", "type": "string", "owner": "marketing", "tags": ["every-rule"],
     "description": "What a visitor sees first; a rule of every kind, each with visitors of its own",
     "variants": [{"key": "standard", "value": "Everything that we sell"},
                  {"key": "offers", "value": "What is cheap today"},
                  {"key": "regulars", "value": "Chosen for you"},
                  {"key": "local", "value": "At the shop near you"},
                  {"key": "kiosk", "value": "Touch to begin"},
                  {"key": "preview", "value": "What comes next"}],
     "configuration": {"enabled": true, "off_variant": "standard",
       "prerequisites": [{"flag": "shop-open", "variants": ["open"]}],
       "overrides": [{"bucket_by": "targeting_key", "unit_ids": ["tester-1", "tester-2"], "variant": "preview"}],
       "default_serve": {"variant": "standard"}, "rules": []}})";

std::vector<StorefrontWay> MakeWays() {
  std::vector<StorefrontWay> ways;
  for (const Row& row : kRows) {
    const json rule = json::parse(row.rule);
    const bool is_experiment = rule["serve"].contains("experiment");
    ways.push_back({.outcome = rule["id"],
                    .is_rule = true,
                    .is_share = rule.contains("coverage") || rule.contains("holdouts") || is_experiment,
                    .is_sticky = is_experiment,
                    .who = std::string(row.who)});
  }
  const auto add = [&ways](const char* outcome, const char* who) {
    ways.push_back({.outcome = outcome, .is_rule = false, .is_share = false, .is_sticky = false, .who = who});
  };
  add("override", R"({"targetingKey": "tester-1"})");
  add("PREREQUISITE_FAILED", R"({"region": "island"})");
  // Whom no rule takes: the last rule covers a third of the units, so this one is named.
  add("DEFAULT", R"({"targetingKey": "passer-by"})");
  return ways;
}

}  // namespace

const std::vector<StorefrontWay>& StorefrontWays() {
  static const std::vector<StorefrontWay> ways = MakeWays();
  return ways;
}

expt::Context StorefrontVisitor(const StorefrontWay& way, std::string_view group, uint64_t number) {
  json who = json::parse(Filled(way.who, "{N}", std::to_string(number)));
  if (!who.contains("targetingKey")) {
    char digits[24];
    std::snprintf(digits, sizeof digits, "-door-%08llu", static_cast<unsigned long long>(number));
    who["targetingKey"] = std::string(group) + digits;
  }
  return expt::cli::ParseContext(who.dump()).value();
}

std::string StorefrontFlag(expt::Time start, expt::Time today) {
  json flag = json::parse(kHead);
  json& rules = flag["configuration"]["rules"];
  for (const Row& row : kRows) {
    std::string text = Filled(std::string(row.rule), "\"START\"", '"' + expt::cli::FormatTime(start) + '"');
    text = Filled(std::move(text), "\"TODAY\"", '"' + expt::cli::FormatTime(today) + '"');
    text = Filled(std::move(text), "\"SOON\"", '"' + expt::cli::FormatTime(today + kLastStretch) + '"');
    rules.push_back(json::parse(text));
  }
  return flag.dump();
}

}  // namespace simulation
