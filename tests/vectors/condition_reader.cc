#include "tests/vectors/condition_reader.h"

#include <algorithm>
#include <stdexcept>

#include "tests/oracle/naive.h"

namespace expt::vectors {

using model::Index;
using model::kNone;
using model::Operator;
using nlohmann::json;

Index RowOf(const Rows& rows, const std::string& key) {
  const auto found = rows.find(key);
  if (found == rows.end()) throw std::runtime_error("nothing is called " + key);
  return found->second;
}

const json& List(const json& object, const char* name) {
  static const json kNothing = json::array();
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? kNothing : *found;
}

Index VariantOf(const json& flag, const json& key) {
  if (key.is_number()) return key;
  const json& variants = flag.at("variants");
  for (size_t i = 0; i < variants.size(); ++i) {
    if (variants[i].at("key") == key) return static_cast<Index>(i);
  }
  throw std::runtime_error("no variant " + key.get<std::string>());
}

int64_t TimeAt(const json& time) {
  if (time.is_number()) return time;
  const std::optional<int64_t> ms = oracle::TimeOf(time.get<std::string>());
  if (!ms.has_value()) throw std::runtime_error("not a time: " + time.get<std::string>());
  return *ms;
}

Index ConditionReader::Read(const json& row) {
  if (row.contains("all")) return b_.All(Children(row["all"]));
  if (row.contains("any")) return b_.Any(Children(row["any"]));
  if (row.contains("not")) return b_.Not(Read(row["not"]));
  if (row.contains("nested")) {
    Index inner = Read(row["nested"].at(0));
    for (int i = row["nested"].at(1); i > 0; --i) inner = b_.All({inner});
    return inner;
  }
  const std::string name = row.at("operator");
  const Operator op =
      name[0] >= '0' && name[0] <= '9' ? static_cast<Operator>(std::stoi(name)) : model::OperatorByName(name);
  if (op == Operator::kUnspecified) throw std::runtime_error("unknown operator " + name);
  uint8_t properties = 0;
  if (row.value("negate", false)) properties |= model::kNegate;
  if (row.value("case_insensitive", false)) properties |= model::kCaseInsensitive;
  return Leaf(row, op, properties);
}

Index ConditionReader::Leaf(const json& row, Operator op, uint8_t properties) {
  const json& operands = List(row, "operands");
  if (op == Operator::kInSegment) return b_.Leaf(op, 0, References(operands, segment_rows_), properties);
  if (op == Operator::kFlagIs) return FlagIs(row, properties);
  model::Condition leaf{.op = op,
                        .properties = properties,
                        .subject = b_.Attribute(row.at("attribute").get<std::string>()),
                        .operands = kNone,
                        .second = kNone};
  switch (op) {
    case Operator::kIsSet:
      if (row.contains("operands")) leaf.operands = Operands(operands);
      break;
    case Operator::kTimeBefore:
    case Operator::kTimeAfter:
    case Operator::kTimeBetween:
      leaf.operands = Times(operands);
      break;
    case Operator::kInWindow:
      leaf.operands = Windows(operands);
      if (row.contains("time_zone")) leaf.second = References(json::array({row["time_zone"]}), zones_);
      break;
    case Operator::kEqualsHashed:
    case Operator::kInHashed: {
      const std::string salt = row.value("salt", "");
      leaf.operands = Hashes(operands, salt, (properties & model::kCaseInsensitive) != 0);
      if (row.contains("salt")) leaf.second = b_.Strings({salt});
      break;
    }
    case Operator::kWithinKm:
      leaf.operands = Doubles(operands);
      if (row.contains("longitude")) leaf.second = b_.Attribute(row["longitude"].get<std::string>());
      break;
    default:
      if (!operands.empty() && operands[0].is_boolean()) leaf.properties |= model::kBooleanOperands;
      leaf.operands = Operands(operands);
  }
  return b_.AddCondition(leaf);
}

Index ConditionReader::FlagIs(const json& row, uint8_t properties) {
  const Index flag = RowOf(flag_rows_, row.at("flag"));
  std::vector<Index> variants;
  for (const json& key : List(row, "operands")) variants.push_back(VariantOf(flags_.at(flag), key));
  return b_.Leaf(Operator::kFlagIs, flag, b_.References(variants), properties);
}

std::vector<Index> ConditionReader::Children(const json& list) {
  std::vector<Index> rows;
  for (const json& child : list) rows.push_back(Read(child));
  return rows;
}

// The kind of the list is that of its items.
Index ConditionReader::Operands(const json& list) {
  const auto has = [&](auto is) { return std::any_of(list.begin(), list.end(), is); };
  if (has([](const json& item) { return item.is_number_float() || item.is_object(); })) return Doubles(list);
  if (has([](const json& item) { return item.is_number() || item.is_boolean(); })) {
    std::vector<int64_t> values;
    for (const json& item : list) values.push_back(item.is_boolean() ? int64_t{item.get<bool>()} : item.get<int64_t>());
    return b_.Integers(values);
  }
  std::vector<std::string> texts = list.get<std::vector<std::string>>();
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return b_.Strings(views);
}

Index ConditionReader::Doubles(const json& list) {
  std::vector<double> values;
  for (const json& item : list) {
    values.push_back(item.is_object() ? item.at("double").get<double>() : item.get<double>());
  }
  return b_.Doubles(values);
}

Index ConditionReader::Times(const json& list) {
  std::vector<int64_t> values;
  for (const json& item : list) {
    if (item.is_string() ? !oracle::TimeOf(item).has_value() : !item.is_number_integer()) return Operands(list);
    values.push_back(TimeAt(item));
  }
  return b_.Integers(values);
}

// [start, end] pairs, or the plain numbers.
Index ConditionReader::Windows(const json& list) {
  json minutes = json::array();
  for (const json& item : list) {
    if (item.is_array()) {
      for (const json& minute : item) minutes.push_back(minute);
    } else {
      minutes.push_back(item);
    }
  }
  if (minutes.empty()) return b_.Integers(std::vector<int64_t>{});
  return Operands(minutes);
}

Index ConditionReader::Hashes(const json& list, const std::string& salt, bool is_folded) {
  model::Snapshot& s = b_.snapshot();
  s.operands.push_back({.kind = model::OperandKind::kHash,
                        .begin = static_cast<uint32_t>(hashes_.size() / 32),
                        .size = static_cast<uint32_t>(list.size())});
  for (const json& item : list) {
    const std::string text = item;
    hashes_ += oracle::Sha256(salt + ":" + (is_folded ? oracle::Folded(text) : text));
  }
  return static_cast<Index>(s.operands.size() - 1);
}

Index ConditionReader::References(const json& list, const Rows& rows) {
  std::vector<Index> references;
  for (const json& key : list) references.push_back(RowOf(rows, key));
  return b_.References(references);
}

void ConditionReader::Finish() { b_.snapshot().hash_pool = b_.Copy(hashes_); }

}  // namespace expt::vectors
