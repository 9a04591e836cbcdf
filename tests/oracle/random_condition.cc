#include "tests/oracle/random_condition.h"

#include <algorithm>

#include "tests/oracle/naive.h"
#include "tests/oracle/random_values.h"

namespace expt::oracle {

using model::Index;
using model::kNone;
using model::Operator;

const std::vector<std::string>& RandomCondition::Any() {
  static const auto* const names =
      new std::vector<std::string>{"targeting_key", "a", "b", "c", "device.os", "a", "b", "c", "v", "ip", "t", "list"};
  return *names;
}

Index RandomCondition::Make(uint32_t depth, uint32_t segments, uint32_t flags) {
  if (depth == 0 || random_.OneIn(2)) return Leaf(segments, flags);
  std::vector<Index> children;
  for (uint32_t i = random_.Below(4); i > 0; --i) children.push_back(Make(depth - 1, segments, flags));
  const Index row = random_.OneIn(2) ? b_.All(children) : b_.Any(children);
  return random_.OneIn(3) ? b_.Not(row) : row;
}

Index RandomCondition::Leaf(uint32_t segments, uint32_t flags) {
  uint8_t properties = random_.OneIn(3) ? model::kNegate : 0;
  switch (random_.Below(14)) {
    case 0:
    case 1:
      return AnyScalar(properties);
    case 2:
    case 3:
      return Text(properties);
    case 4:
      return Number(properties);
    case 5:
      return Time(properties);
    case 6:
      return Version(properties);
    case 7:
      return List(properties);
    case 8:
      return b_.Leaf(Operator::kInCidr, Mostly("ip"), Strings(1 + random_.Below(3), NetworkOperands()), properties);
    case 9:
      return Place(properties);
    case 10:
      return Hashed(properties);
    case 11: {
      if (flags == 0) return AnyScalar(properties);
      const uint32_t flag = random_.Below(flags);
      return b_.Leaf(Operator::kFlagIs, flag, b_.References(Variants(flag)), properties);
    }
    default: {
      std::vector<Index> rows;
      for (uint32_t i = random_.Below(3); i > 0 && segments > 0; --i) rows.push_back(random_.Below(segments));
      return b_.Leaf(Operator::kInSegment, 0, b_.References(rows), properties);
    }
  }
}

std::vector<Index> RandomCondition::Variants(uint32_t flag) {
  std::vector<Index> rows;
  for (uint32_t i = 1 + random_.Below(2); i > 0; --i) {
    const Index row = random_.Below(variants_[flag]);
    if (std::count(rows.begin(), rows.end(), row) == 0) rows.push_back(row);
  }
  return rows;
}

Index RandomCondition::AnyScalar(uint8_t properties) {
  switch (random_.Below(6)) {
    case 0:
      return b_.Leaf(Operator::kIsSet, Attribute(), kNone, properties);
    case 1:
      return b_.Leaf(Operator::kEquals, Attribute(), Strings(1, Texts()), properties);
    case 2:
      return b_.Leaf(Operator::kIn, Attribute(), Strings(random_.Below(9), Texts()), properties);
    case 3:
      return b_.Leaf(Operator::kIn, Attribute(), Numbers(random_.Below(6), false), properties);
    case 4:
      return b_.Leaf(random_.OneIn(2) ? Operator::kEquals : Operator::kIn, Attribute(), b_.Integers({random_.Below(2)}),
                     properties | model::kBooleanOperands);
    default:
      return b_.Leaf(Operator::kEquals, Attribute(), Numbers(1, false), properties);
  }
}

Index RandomCondition::Text(uint8_t properties) {
  if (random_.OneIn(6)) return b_.Leaf(Operator::kMatches, Attribute(), Strings(1, Patterns()), properties);
  const auto op = random_.Pick(std::vector<Operator>{Operator::kContains, Operator::kStartsWith, Operator::kEndsWith,
                                                     Operator::kEquals, Operator::kIn});
  const uint32_t size = op == Operator::kEquals ? 1 : 1 + random_.Below(3);
  if (random_.OneIn(2)) return b_.Leaf(op, Attribute(), Strings(size, Texts()), properties);
  return b_.Leaf(op, Attribute(), Strings(size, CasedTexts()), properties | model::kCaseInsensitive);
}

Index RandomCondition::Number(uint8_t properties) {
  if (random_.OneIn(4)) return b_.Leaf(Operator::kBetween, Attribute(), Numbers(2, true), properties);
  return b_.Leaf(random_.Pick(std::vector<Operator>{Operator::kLt, Operator::kLte, Operator::kGt, Operator::kGte}),
                 Attribute(), Numbers(1, false), properties);
}

Index RandomCondition::Time(uint8_t properties) {
  const Index attribute = random_.OneIn(3) ? b_.Attribute("$now") : Mostly("t");
  const auto zones = static_cast<uint32_t>(b_.snapshot().time_zones.size());
  if (random_.OneIn(2) && zones > 0) {
    std::vector<int64_t> windows;
    for (uint32_t i = 1 + random_.Below(2); i > 0; --i) {
      const int64_t start = random_.Below(10080);
      const int64_t end = (start + 1 + random_.Below(10079)) % 10080;
      windows.insert(windows.end(), {start, end == 0 ? 10080 : end});
    }
    return b_.AddCondition({.op = Operator::kInWindow,
                            .properties = properties,
                            .subject = attribute,
                            .operands = b_.Integers(windows),
                            .second = b_.References({random_.Below(zones)})});
  }
  const uint32_t first = random_.Below(Times().size() - 1);
  if (random_.OneIn(3)) {
    const uint32_t second = first + 1 + random_.Below(Times().size() - 1 - first);
    return b_.Leaf(Operator::kTimeBetween, attribute, b_.Integers({Times()[first], Times()[second]}), properties);
  }
  return b_.Leaf(random_.OneIn(2) ? Operator::kTimeBefore : Operator::kTimeAfter, attribute,
                 b_.Integers({Times()[first]}), properties);
}

Index RandomCondition::Version(uint8_t properties) {
  const auto op = static_cast<Operator>(static_cast<uint32_t>(Operator::kSemverEq) + random_.Below(7));
  return b_.Leaf(op, Mostly("v"), Strings(1, VersionOperands()), properties);
}

Index RandomCondition::List(uint8_t properties) {
  switch (random_.Below(5)) {
    case 0:
      return b_.Leaf(Operator::kSizeLt, Mostly("list"), b_.Integers({random_.Below(4)}), properties);
    case 1:
      return b_.Leaf(Operator::kSizeGt, Mostly("list"), b_.Integers({random_.Below(4)}), properties);
    case 2: {
      const int64_t low = random_.Below(3);
      return b_.Leaf(Operator::kSizeBetween, Mostly("list"), b_.Integers({low, low + random_.Below(2)}), properties);
    }
    default: {
      const bool is_folded = random_.OneIn(2);
      if (is_folded) properties |= model::kCaseInsensitive;
      return b_.Leaf(random_.OneIn(2) ? Operator::kContainsAny : Operator::kContainsAll, Mostly("list"),
                     Strings(1 + random_.Below(2), is_folded ? CasedTexts() : Texts()), properties);
    }
  }
}

Index RandomCondition::Place(uint8_t properties) {
  const std::vector<double> radii = {0, 1, 50, 700, 5000, 20100, 1e9};
  const double latitude = random_.Pick(std::vector<double>{0, 47.3769, -17.5, 90, -90, 45});
  const double longitude = random_.Pick(std::vector<double>{0, 8.5417, 179.9, -180, 180});
  return b_.AddCondition({.op = Operator::kWithinKm,
                          .properties = properties,
                          .subject = Mostly("lat"),
                          .operands = b_.Doubles({latitude, longitude, random_.Pick(radii)}),
                          .second = Mostly("lon")});
}

Index RandomCondition::Hashed(uint8_t properties) {
  const bool is_folded = random_.OneIn(2);
  if (is_folded) properties |= model::kCaseInsensitive;
  const bool is_one = random_.OneIn(2);
  const uint32_t size = is_one ? 1 : random_.Below(4);
  const std::string salt = "pepper" + std::to_string(random_.Below(2));
  model::Snapshot& s = b_.snapshot();
  s.operands.push_back({.kind = model::OperandKind::kHash,
                        .begin = static_cast<uint32_t>(hashes_.size() / 32),
                        .size = size});
  const auto operands = static_cast<Index>(s.operands.size() - 1);
  for (uint32_t i = 0; i < size; ++i) {
    const std::string& text = random_.Pick(is_folded ? CasedTexts() : Texts());
    hashes_ += Sha256(salt + ":" + (is_folded ? Folded(text) : text));
  }
  return b_.AddCondition({.op = is_one ? Operator::kEqualsHashed : Operator::kInHashed,
                          .properties = properties,
                          .subject = Attribute(),
                          .operands = operands,
                          .second = b_.Strings({salt})});
}

Index RandomCondition::Defective() {
  switch (random_.Below(8)) {
    case 0:
      return b_.Leaf(Operator::kMatches, Attribute(), b_.Strings({"("}));
    case 1:
      return b_.Leaf(Operator::kMatches, Attribute(), b_.Strings({"\\pL"}));
    case 2:
      return b_.Leaf(Operator::kMatches, Attribute(), b_.Strings({"(?:a{50}){50}"}));
    case 3:
      return b_.Leaf(Operator::kSemverGte, b_.Attribute("v"), b_.Strings({"1.x"}));
    case 4:
      return b_.Leaf(Operator::kInCidr, b_.Attribute("ip"), b_.Strings({"10.0.0.0/33"}));
    case 5:
      return b_.Leaf(Operator::kTimeBetween, b_.Attribute("t"), b_.Integers({5, 5}));
    case 6:
      return b_.Leaf(Operator::kLt, b_.Attribute("a"), b_.Integers({5}), model::kCaseInsensitive);
    default:
      return b_.Leaf(Operator::kFlagIs, 0, b_.References({random_.Below(9)}));
  }
}

Index RandomCondition::Strings(uint32_t size, const std::vector<std::string>& from) {
  std::vector<std::string_view> list;
  for (uint32_t i = 0; i < size; ++i) list.push_back(random_.Pick(from));
  return b_.Strings(list);
}

Index RandomCondition::Numbers(uint32_t size, bool is_ascending) {
  if (random_.OneIn(2)) {
    std::vector<int64_t> list;
    for (uint32_t i = 0; i < size; ++i) list.push_back(random_.Pick(Integers()));
    if (is_ascending) std::sort(list.begin(), list.end());
    return b_.Integers(list);
  }
  std::vector<double> list;
  for (uint32_t i = 0; i < size; ++i) list.push_back(random_.Pick(Doubles()));
  if (is_ascending) std::sort(list.begin(), list.end());
  return b_.Doubles(list);
}

}  // namespace expt::oracle
