// A snapshot that is right, and what Validate() says once something is not.
#ifndef EXPT_TESTS_MODEL_VALIDATION_H_
#define EXPT_TESTS_MODEL_VALIDATION_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/model/builder.h"
#include "src/model/place.h"
#include "src/model/validate.h"

namespace expt::model {

// Room for something wrong: flags good0 ... good9 and "checkout" with rule "r2".
class Validation : public testing::Test {
 protected:
  Validation() { Reset(); }

  // Back to the snapshot that is right.
  void Reset() {
    b_.Take();
    s().environment = b_.Copy("env");
    s().version = 1;
    b_.SetMemberListSalt("lists");
    b_.Attribute("targeting_key");
    for (int i = 0; i < 10; ++i) AddFlag("good" + std::to_string(i));
    checkout_ = AddFlag("checkout");
  }

  Snapshot& s() { return b_.snapshot(); }
  Flag& checkout() { return s().flags[checkout_]; }

  Index AddFlag(std::string_view key) {
    Flag flag;
    flag.key = b_.String(key);
    flag.type = ValueType::kBoolean;
    flag.is_enabled = true;
    flag.variant_keys = {b_.String("off"), b_.String("on")};
    flag.variant_values = {b_.BooleanValue(false), b_.BooleanValue(true)};
    flag.default_serve = b_.ServeVariant(0);
    s().flags.push_back(std::move(flag));
    return static_cast<Index>(s().flags.size() - 1);
  }

  void AddRule(Rule rule, std::string_view id = "r2") { AddRuleTo(checkout_, rule, id); }
  void AddRuleTo(Index flag, Rule rule, std::string_view id = "r2") {
    rule.id = b_.String(id);
    s().flags[flag].rules.push_back(b_.AddRule(rule));
  }
  void AddCondition(Index condition) { AddConditionTo(checkout_, condition); }
  void AddConditionTo(Index flag, Index condition, std::string_view id = "r2") {
    Rule rule;
    rule.condition = condition;
    rule.serve = b_.ServeVariant(1);
    AddRuleTo(flag, rule, id);
  }

  Index AddSegment(std::string_view key, Index condition = kNone) {
    Segment segment;
    segment.key = b_.String(key);
    segment.condition = condition;
    s().segments.push_back(std::move(segment));
    return static_cast<Index>(s().segments.size() - 1);
  }
  Index InSegment(Index segment) { return b_.Leaf(Operator::kInSegment, 0, b_.References({segment})); }
  Index FlagIs(Index flag, Index variant = 1) { return b_.Leaf(Operator::kFlagIs, flag, b_.References({variant})); }
  void AddServe(Index serve) {
    Rule rule;
    rule.serve = serve;
    AddRule(rule);
  }

  Index AddExperiment(std::string_view key, std::vector<uint32_t> weights = {500'000, 500'000}) {
    Experiment e;
    e.key = b_.String(key);
    e.id = b_.String("exp_" + std::string(key));
    e.flag = checkout_;
    e.status = ExperimentStatus::kRunning;
    e.bucketing = b_.AddBucketing(0, "salt-" + std::string(key));
    e.variants = {0, 1};
    e.weights = std::move(weights);
    s().experiments.push_back(std::move(e));
    return static_cast<Index>(s().experiments.size() - 1);
  }

  std::vector<std::string> Lines(Issue::Scope scope) {
    std::vector<std::string> lines;
    for (const Issue& issue : Validate(s())) {
      if (issue.scope == scope) lines.push_back(Within(issue.place, issue.text));
    }
    return lines;
  }
  std::vector<std::string> Broken() { return Lines(Issue::Scope::kFlag); }
  std::vector<std::string> Refused() { return Lines(Issue::Scope::kSnapshot); }

  Builder b_;
  Index checkout_ = 0;
};

}  // namespace expt::model

#endif  // EXPT_TESTS_MODEL_VALIDATION_H_
