// What each operator takes, and what is said when it gets something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "src/model/limits.h"
#include "src/model/operator_rule.h"
#include "tests/model/validation.h"

namespace expt::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class Operands : public Validation {
 protected:
  Operands() {
    b_.SetAttribute("text", ValueType::kString, 0);
    b_.SetAttribute("age", ValueType::kInteger, 0);
    b_.SetAttribute("ratio", ValueType::kDouble, 0);
    b_.SetAttribute("beta", ValueType::kBoolean, 0);
    b_.SetAttribute("tags", ValueType::kStringList, 0);
    zone_ = b_.AddTimeZone("Europe/Zurich", 60);
  }

  // What is said about one condition, without its place down to the rule; "" when it is right.
  std::string Said(Condition condition) {
    checkout().rules.clear();
    AddCondition(b_.AddCondition(condition));
    const std::vector<std::string> lines = Broken();
    if (lines.empty()) return "";
    EXPECT_EQ(lines.size(), 1u);
    const std::string place = "flag \"checkout\": rule \"r2\": ";
    EXPECT_THAT(lines[0], StartsWith(place));
    return lines[0].substr(place.size());
  }
  std::string Said(Operator op, std::string_view attribute, Index operands, uint8_t properties = 0,
                   Index second = kNone) {
    return Said({.op = op,
                 .properties = properties,
                 .subject = b_.Attribute(attribute),
                 .operands = operands,
                 .second = second});
  }

  // Operands that an operator takes, with the attribute "any".
  Condition Right(Operator op) {
    const OperatorRule& rule = RuleOf(op);
    Condition condition{.op = op, .subject = b_.Attribute("any")};
    switch (rule.operands) {
      case OperatorRule::Operands::kBounds:
      case OperatorRule::Operands::kStrictBounds:
        condition.operands = b_.Integers({1, 2});
        return condition;
      case OperatorRule::Operands::kPattern:
        condition.operands = b_.Strings({"^a"});
        return condition;
      case OperatorRule::Operands::kWindows:
        condition.operands = b_.Integers({0, 60});
        condition.second = b_.References({zone_});
        return condition;
      case OperatorRule::Operands::kVersion:
        condition.operands = b_.Strings({"1.2.3"});
        return condition;
      case OperatorRule::Operands::kNetworks:
        condition.operands = b_.Strings({"10.0.0.0/8", "::1"});
        return condition;
      case OperatorRule::Operands::kPlace:
        condition.operands = b_.Doubles({47.4, 8.5, 25});
        condition.second = b_.Attribute("lon");
        return condition;
      case OperatorRule::Operands::kVariants:
        condition.subject = 0;
        condition.operands = b_.References({0, 1});
        return condition;
      case OperatorRule::Operands::kAny:
        break;
    }
    if (rule.second == OperatorRule::Second::kSalt) {
      condition.operands = b_.Hashes({Digest{1}});
      condition.second = b_.Strings({"salt"});
    } else if (rule.subject == OperatorRule::Subject::kConditions) {
      condition.operands = b_.Conditions({});
    } else if (rule.subject == OperatorRule::Subject::kSegments) {
      condition.operands = b_.References({});
    } else if ((rule.kinds & BitOf(OperandKind::kString)) != 0) {
      condition.operands = b_.Strings({"x"});
    } else if (rule.kinds != 0) {
      condition.operands = b_.Integers({5});
    }
    return condition;
  }

  static std::vector<Operator> All() {
    std::vector<Operator> all;
    for (int value = 0; value < 256; ++value) {
      if (!OperatorName(static_cast<Operator>(value)).empty()) all.push_back(static_cast<Operator>(value));
    }
    return all;
  }

  Index zone_ = 0;
};

TEST_F(Operands, EveryOperatorHasARuleAndNothingElseHas) {
  for (int value = 0; value < 256; ++value) {
    const auto op = static_cast<Operator>(value);
    EXPECT_EQ(OperatorName(op).empty(), RuleOf(op).subject == OperatorRule::Subject::kUnknownOperator) << value;
  }
}

TEST_F(Operands, EveryOperatorIsTakenAsItShouldBe) {
  for (const Operator op : All()) {
    EXPECT_EQ(Said(Right(op)), "") << OperatorName(op);
    Condition negated = Right(op);
    negated.properties = kNegate;
    EXPECT_EQ(Said(negated), "") << OperatorName(op);
  }
}

TEST_F(Operands, UnknownOperatorsBreakTheFlag) {
  EXPECT_EQ(Said(static_cast<Operator>(3), "text", b_.Strings({"x"})),
            "attribute \"text\": operator 3 is not supported by this version");
  EXPECT_EQ(Said(static_cast<Operator>(82), "text", b_.Strings({"x"})),
            "attribute \"text\": operator 82 is not supported by this version");
  EXPECT_EQ(Said(static_cast<Operator>(255), "text", kNone),
            "attribute \"text\": operator 255 is not supported by this version");
}

TEST_F(Operands, PropertiesAreThoseOfTheOperator) {
  for (const Operator op : All()) {
    const bool has_attribute = RuleOf(op).subject == OperatorRule::Subject::kAttribute;
    const std::string place =
        (has_attribute ? "attribute \"any\": " : "") + std::string("operator \"") + std::string(OperatorName(op)) + "\"";
    Condition condition = Right(op);
    condition.properties = kCaseInsensitive;
    const bool folds = op == Operator::kEquals || op == Operator::kIn || op == Operator::kContains ||
                       op == Operator::kStartsWith || op == Operator::kEndsWith || op == Operator::kEqualsHashed ||
                       op == Operator::kInHashed || op == Operator::kContainsAny || op == Operator::kContainsAll;
    EXPECT_EQ(Said(condition), folds ? ""
                               : op == Operator::kMatches
                                   ? place + ": \"case_insensitive\" is not for patterns, expected \"(?i)\" in the pattern"
                                   : place + ": \"case_insensitive\" is for text only");
    condition.properties = kBooleanOperands;
    EXPECT_EQ(Said(condition), op == Operator::kEquals || op == Operator::kIn
                                   ? place + ": expected operands of type boolean, got string"
                                   : place + ": operands cannot be booleans");
    condition.properties = 8;
    EXPECT_EQ(Said(condition), place + ": unknown property bits");
    if (RuleOf(op).second != OperatorRule::Second::kNothing) continue;
    condition.properties = 0;
    condition.second = b_.Strings({"salt"});
    EXPECT_EQ(Said(condition), place + " takes no second operand list");
  }
}

TEST_F(Operands, OperandsMustBeThereAndOfAKindThatIsTaken) {
  const struct {
    Operator op;
    std::string_view expected;
  } rows[] = {
      {Operator::kAll, "condition"},
      {Operator::kEquals, "string, number or boolean"},
      {Operator::kContains, "string"},
      {Operator::kMatches, "string"},
      {Operator::kInHashed, "hash"},
      {Operator::kLt, "number"},
      {Operator::kTimeAfter, "integer"},
      {Operator::kInWindow, "integer"},
      {Operator::kSemverGte, "string"},
      {Operator::kContainsAny, "string"},
      {Operator::kSizeLt, "integer"},
      {Operator::kInCidr, "string"},
      {Operator::kWithinKm, "double"},
      {Operator::kInSegment, "reference"},
      {Operator::kFlagIs, "reference"},
  };
  for (const auto& row : rows) {
    const std::string start = "operator \"" + std::string(OperatorName(row.op)) + "\": expected operands of type " +
                              std::string(row.expected) + ", got ";
    const std::string place =
        RuleOf(row.op).subject == OperatorRule::Subject::kAttribute ? "attribute \"any\": " + start : start;
    Condition condition = Right(row.op);
    condition.operands = kNone;
    EXPECT_EQ(Said(condition), place + "none");
    const bool takes_conditions = row.op == Operator::kAll;
    condition.operands = takes_conditions ? b_.Strings({}) : b_.Conditions({});
    EXPECT_EQ(Said(condition), place + (takes_conditions ? "string" : "condition"));
  }
  EXPECT_EQ(Said(Operator::kTimeBefore, "any", b_.Doubles({1})),
            "attribute \"any\": operator \"time_before\": expected operands of type integer, got double");
  EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Integers({1, 2, 3}), 0, b_.Attribute("lon")),
            "attribute \"any\": operator \"within_km\": expected operands of type double, got integer");
  EXPECT_EQ(Said(Operator::kIsSet, "any", b_.Integers({1})),
            "attribute \"any\": operator \"is_set\" takes no operands");
}

TEST_F(Operands, NumberOfOperands) {
  const std::string place = "attribute \"any\": operator ";
  EXPECT_EQ(Said(Operator::kEquals, "any", b_.Strings({"x", "y"})), place + "\"equals\": expected 1 operand, got 2");
  EXPECT_EQ(Said(Operator::kBetween, "any", b_.Integers({1})), place + "\"between\": expected 2 operands, got 1");
  EXPECT_EQ(Said(Operator::kMatches, "any", b_.Strings({"x", "y"})), place + "\"matches\": expected 1 operand, got 2");
  EXPECT_EQ(Said(Operator::kSemverEq, "any", b_.Strings({})), place + "\"semver_eq\": expected 1 operand, got 0");
  EXPECT_EQ(Said(Operator::kContains, "any", b_.Strings({})),
            place + "\"contains\": expected at least one operand, got none");
  EXPECT_EQ(Said(Operator::kContainsAll, "any", b_.Strings({})),
            place + "\"contains_all\": expected at least one operand, got none");
  EXPECT_EQ(Said(Operator::kInCidr, "any", b_.Strings({})),
            place + "\"in_cidr\": expected at least one operand, got none");
  EXPECT_EQ(Said(Operator::kInWindow, "any", b_.Integers({1}), 0, b_.References({zone_})),
            place + "\"in_window\": expected at least two operands, got one");
  EXPECT_EQ(Said(Operator::kEqualsHashed, "any", b_.Hashes({}), 0, b_.Strings({"s"})),
            place + "\"equals_hashed\": expected 1 operand, got 0");
  EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Doubles({1, 2}), 0, b_.Attribute("lon")),
            place + "\"within_km\": expected 3 operands, got 2");
  EXPECT_EQ(Said({.op = Operator::kFlagIs, .subject = 0, .operands = b_.References({})}),
            "operator \"flag_is\": expected at least one operand, got none");
  EXPECT_EQ(Said(Operator::kIn, "any", b_.Strings({})), "");
  EXPECT_EQ(Said(Operator::kInHashed, "any", b_.Hashes({}), 0, b_.Strings({"s"})), "");
  std::vector<int64_t> many(600, 7);
  EXPECT_EQ(Said(Operator::kIn, "any", b_.Integers(many)), "");
}

// The pools differ in size: a place in one is none in another. Sanitizers see a step outside.
TEST_F(Operands, OneKindIsJudgedWithoutThePoolOfAnother) {
  std::vector<int64_t> integers(1000);
  for (int64_t& integer : integers) integer = static_cast<int64_t>(&integer - integers.data());
  b_.Integers(integers);
  EXPECT_TRUE(b_.snapshot().double_pool.empty());
  EXPECT_EQ(Said(Operator::kBetween, "any", b_.Integers({2, 1})),
            "attribute \"any\": operator \"between\": the lower bound is above the upper bound");
  EXPECT_EQ(Said(Operator::kIn, "beta", b_.Integers({0, 1, 0}), kBooleanOperands), "");
}

TEST_F(Operands, ValuesOfOperands) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string place = "attribute \"any\": operator ";
  EXPECT_EQ(Said(Operator::kLt, "any", b_.Doubles({nan})), place + "\"lt\": an operand is not a number");
  EXPECT_EQ(Said(Operator::kLt, "any", b_.Doubles({infinity})), "");
  EXPECT_EQ(Said(Operator::kBetween, "any", b_.Doubles({2, 1})),
            place + "\"between\": the lower bound is above the upper bound");
  EXPECT_EQ(Said(Operator::kBetween, "any", b_.Integers({2, 2})), "");
  EXPECT_EQ(Said(Operator::kSizeBetween, "any", b_.Integers({2, 1})),
            place + "\"size_between\": the lower bound is above the upper bound");
  EXPECT_EQ(Said(Operator::kTimeBetween, "any", b_.Integers({2, 2})),
            place + "\"time_between\": the end is not after the start");
  EXPECT_EQ(Said(Operator::kTimeBetween, "any", b_.Integers({-5, 2})), "");
  EXPECT_EQ(Said(Operator::kIn, "beta", b_.Integers({0, 2}), kBooleanOperands),
            "attribute \"beta\": operator \"in\": a boolean operand is neither 0 nor 1");
  EXPECT_EQ(Said(Operator::kIn, "any", b_.Integers({1}), kCaseInsensitive),
            place + "\"in\": \"case_insensitive\" is for text only");
  EXPECT_EQ(Said(Operator::kInCidr, "any", b_.Strings({"10.0.0.1", "::/0", "10.0.0.0/33"})),
            place + "\"in_cidr\": operand 2 is neither an address nor a network");
  EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Doubles({90.5, 0, 1}), 0, b_.Attribute("lon")),
            place + "\"within_km\": latitude: expected -90 to 90");
  EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Doubles({90, -181, 1}), 0, b_.Attribute("lon")),
            place + "\"within_km\": longitude: expected -180 to 180");
  for (const double radius : {-1.0, infinity}) {
    EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Doubles({-90, 180, radius}), 0, b_.Attribute("lon")),
              place + "\"within_km\": radius: expected a distance in km");
  }
  EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Doubles({nan, 180, 0}), 0, b_.Attribute("lon")),
            place + "\"within_km\": an operand is not a number");
  EXPECT_EQ(Said(Operator::kWithinKm, "any", b_.Doubles({-90, 180, 0}), 0, b_.Attribute("lon")), "");
  EXPECT_EQ(Said({.op = Operator::kFlagIs, .subject = 0, .operands = b_.References({1, 2})}),
            "operator \"flag_is\": variant 2 is not one of the 2 of flag \"good0\"");
}

TEST_F(Operands, Versions) {
  for (const std::string_view text : {"1.2.3", "v1.2.3", "1", "1.2", "0.0.0", "1.2.3-rc.1+b7", "10.20.30",
                                      "123456789012345678.0.0", "1.2.3-0a"}) {
    EXPECT_EQ(Said(Operator::kSemverTilde, "text", b_.Strings({text})), "") << text;
  }
  for (const std::string_view text : {"", "1.", "01.2.3", "1.02.3", "1..3", ".1.2", "1.2.3.4", "a", "1.2.3-01", "V1.0.0",
                                      " 1.0.0", "1.2.3-", "1234567890123456789.0.0", "1.2.-3"}) {
    EXPECT_EQ(Said(Operator::kSemverTilde, "text", b_.Strings({text})),
              "attribute \"text\": operator \"semver_tilde\": the operand is not a version")
        << text;
  }
}

TEST_F(Operands, Patterns) {
  EXPECT_EQ(Said(Operator::kMatches, "text", b_.Strings({std::string(kMaxPatternBytes, 'a')})), "");
  EXPECT_EQ(Said(Operator::kMatches, "text", b_.Strings({std::string(kMaxPatternBytes + 1, 'a')})),
            "attribute \"text\": operator \"matches\": the pattern has 1025 bytes, expected at most 1024");
  EXPECT_EQ(Said(Operator::kMatches, "text", b_.Strings({"[a\\pL]"})),
            "attribute \"text\": operator \"matches\": \\p and \\P are not supported in patterns");
  EXPECT_EQ(Said(Operator::kMatches, "text", b_.Strings({""})), "");
}

TEST_F(Operands, Windows) {
  const auto said = [&](std::initializer_list<int64_t> minutes) {
    return Said(Operator::kInWindow, "$now", b_.Integers(minutes), 0, b_.References({zone_}));
  };
  const std::string place = "attribute \"$now\": operator \"in_window\": ";
  EXPECT_EQ(said({0, 10'080}), "");
  EXPECT_EQ(said({10'079, 1}), "");
  EXPECT_EQ(said({10'079, 10'080, 5, 4}), "");
  EXPECT_EQ(said({0, 1, 5}), place + "expected pairs of start and end");
  for (const auto& [start, end] : std::vector<std::pair<int64_t, int64_t>>{
           {-1, 5}, {10'080, 5}, {5, 0}, {5, 10'081}, {5, 5}, {std::numeric_limits<int64_t>::min(), 5}}) {
    EXPECT_EQ(said({0, 1, start, end}), place + "window 1: expected two different minutes of the week");
  }
}

TEST_F(Operands, TimeZones) {
  const auto said = [&](Index second) {
    return Said(Operator::kInWindow, "text", b_.Integers({0, 1}), 0, second);
  };
  const std::string place = "attribute \"text\": operator \"in_window\": ";
  EXPECT_EQ(said(kNone), place + "expected one time zone");
  EXPECT_EQ(said(b_.References({})), place + "expected one time zone");
  EXPECT_EQ(said(b_.References({zone_, zone_})), place + "expected one time zone");
  EXPECT_EQ(said(b_.Strings({"Europe/Zurich"})), place + "expected one time zone");

  const auto with = [&](std::vector<int64_t> times, std::vector<int32_t> offsets, int32_t initial) {
    s().time_zones[zone_].transition_ms = std::move(times);
    s().time_zones[zone_].offset_minutes = std::move(offsets);
    s().time_zones[zone_].initial_offset_minutes = initial;
    return said(b_.References({zone_}));
  };
  const std::string zone = place + "time zone \"Europe/Zurich\": ";
  EXPECT_EQ(with({-5, 5}, {-1439, 1439}, 1439), "");
  EXPECT_EQ(with({5}, {60, 120}, 0), zone + "has 2 offsets for 1 transitions");
  EXPECT_EQ(with({}, {}, 1440), zone + "the initial offset is a day or more");
  EXPECT_EQ(with({5}, {-1440}, 0), zone + "offset 0 is a day or more");
  EXPECT_EQ(with({5, 5}, {60, 120}, 0), zone + "transition 1 is not after the one before");
  std::vector<int64_t> times;
  for (size_t i = 0; i <= kMaxZoneTransitions; ++i) times.push_back(static_cast<int64_t>(i));
  EXPECT_EQ(with(times, std::vector<int32_t>(times.size()), 0), zone + "has more than 1024 transitions");
  times.pop_back();
  EXPECT_EQ(with(times, std::vector<int32_t>(times.size()), 0), "");
}

TEST_F(Operands, SaltsOfHashes) {
  const auto said = [&](Index second) {
    return Said(Operator::kInHashed, "text", b_.Hashes({Digest{1}, Digest{2}}), 0, second);
  };
  const std::string text =
      "attribute \"text\": operator \"in_hashed\": salt: expected 1 to 64 characters of A-Z a-z 0-9 . _ -";
  EXPECT_EQ(said(kNone), text);
  EXPECT_EQ(said(b_.Strings({})), text);
  EXPECT_EQ(said(b_.Strings({"a", "b"})), text);
  EXPECT_EQ(said(b_.Strings({""})), text);
  EXPECT_EQ(said(b_.Strings({"a b"})), text);
  EXPECT_EQ(said(b_.Strings({std::string(65, 'a')})), text);
  EXPECT_EQ(said(b_.Integers({1})), text);
  EXPECT_EQ(said(b_.Strings({std::string(64, 'a')})), "");
}

TEST_F(Operands, DeclaredTypeOfTheAttribute) {
  const Index salt = b_.Strings({"s"});
  EXPECT_EQ(Said(Operator::kEquals, "age", b_.Strings({"x"})), "attribute \"age\": expected number, got string");
  EXPECT_EQ(Said(Operator::kEquals, "beta", b_.Integers({1})), "attribute \"beta\": expected boolean, got number");
  EXPECT_EQ(Said(Operator::kEquals, "beta", b_.Integers({1}), kBooleanOperands), "");
  EXPECT_EQ(Said(Operator::kIn, "tags", b_.Strings({"x"})), "attribute \"tags\": expected string_list, got string");
  EXPECT_EQ(Said(Operator::kIn, "tags", b_.Strings({})), "");
  EXPECT_EQ(Said(Operator::kContains, "ratio", b_.Strings({"x"})), "attribute \"ratio\": expected number, got string");
  EXPECT_EQ(Said(Operator::kLt, "text", b_.Integers({1})), "attribute \"text\": expected string, got number");
  EXPECT_EQ(Said(Operator::kMatches, "age", b_.Strings({"x"})), "attribute \"age\": expected number, got string");
  EXPECT_EQ(Said(Operator::kSemverLt, "tags", b_.Strings({"1"})), "attribute \"tags\": expected string_list, got string");
  EXPECT_EQ(Said(Operator::kInCidr, "beta", b_.Strings({"::1"})), "attribute \"beta\": expected boolean, got string");
  EXPECT_EQ(Said(Operator::kWithinKm, "text", b_.Doubles({1, 2, 3}), 0, b_.Attribute("ratio")),
            "attribute \"text\": expected string, got number");
  EXPECT_EQ(Said(Operator::kWithinKm, "ratio", b_.Doubles({1, 2, 3}), 0, b_.Attribute("text")),
            "attribute \"text\": expected string, got number");
  EXPECT_EQ(Said(Operator::kWithinKm, "age", b_.Doubles({1, 2, 3}), 0, b_.Attribute("ratio")), "");
  EXPECT_EQ(Said(Operator::kWithinKm, "age", b_.Doubles({1, 2, 3})),
            "attribute \"age\": operator \"within_km\": expected a longitude attribute, got none");
  EXPECT_EQ(Said(Operator::kInHashed, "age", b_.Hashes({Digest{1}}), 0, salt),
            "attribute \"age\": operator \"in_hashed\": expected an attribute of type string, got number");
  EXPECT_EQ(Said(Operator::kTimeAfter, "beta", b_.Integers({1})),
            "attribute \"beta\": operator \"time_after\": expected an attribute of type string or number, got boolean");
  EXPECT_EQ(Said(Operator::kTimeAfter, "text", b_.Integers({1})), "");
  EXPECT_EQ(Said(Operator::kTimeAfter, "ratio", b_.Integers({1})), "");
  EXPECT_EQ(Said(Operator::kInWindow, "tags", b_.Integers({1, 2}), 0, b_.References({zone_})),
            "attribute \"tags\": operator \"in_window\": expected an attribute of type string or number, got "
            "string_list");
  EXPECT_EQ(Said(Operator::kContainsAny, "text", b_.Strings({"x"})),
            "attribute \"text\": operator \"contains_any\": expected an attribute of type string_list, got string");
  EXPECT_EQ(Said(Operator::kSizeGt, "age", b_.Integers({1})),
            "attribute \"age\": operator \"size_gt\": expected an attribute of type string_list, got number");
  b_.SetAttribute("blob", ValueType::kJson, 0);
  EXPECT_EQ(Said(Operator::kIsSet, "blob", kNone), "attribute \"blob\": type 5 is not one of attributes");
  b_.SetAttribute("odd", static_cast<ValueType>(9), 0);
  EXPECT_EQ(Said(Operator::kIsSet, "odd", kNone), "attribute \"odd\": type 9 is not one of attributes");
  EXPECT_EQ(Said(Operator::kTimeAfter, "odd", b_.Integers({1})), "attribute \"odd\": type 9 is not one of attributes");
}

TEST_F(Operands, NowIsForTimesOnly) {
  for (const Operator op : All()) {
    if (RuleOf(op).subject != OperatorRule::Subject::kAttribute) continue;
    for (const std::string_view name : {"$now", "$later"}) {
      Condition condition = Right(op);
      condition.subject = b_.Attribute(name);
      const bool is_time = op >= Operator::kTimeBefore && op <= Operator::kInWindow;
      EXPECT_EQ(Said(condition), is_time && name == "$now" ? ""
                                                           : "attribute \"" + std::string(name) +
                                                                 "\": names that begin with \"$\" are reserved")
          << OperatorName(op);
    }
  }
  Condition condition = Right(Operator::kWithinKm);
  condition.second = b_.Attribute("$now");
  EXPECT_EQ(Said(condition), "attribute \"$now\": names that begin with \"$\" are reserved");
}

TEST_F(Operands, EveryBadLeafOfATreeIsNamed) {
  const Index bad = b_.Leaf(Operator::kLt, b_.Attribute("a"), b_.Strings({"x"}));
  const Index worse = b_.Leaf(Operator::kSemverEq, b_.Attribute("b"), b_.Strings({"x"}));
  const Index right = b_.Leaf(Operator::kIsSet, b_.Attribute("c"), kNone);
  AddCondition(b_.All({right, bad, b_.Not(b_.Any({worse, bad}))}));
  EXPECT_THAT(Broken(),
              ElementsAre("flag \"checkout\": rule \"r2\": attribute \"a\": operator \"lt\": expected operands of type "
                          "number, got string",
                          "flag \"checkout\": rule \"r2\": attribute \"b\": operator \"semver_eq\": the operand is not a "
                          "version"));
  EXPECT_THAT(Refused(), IsEmpty());
}

}  // namespace
}  // namespace expt::model
