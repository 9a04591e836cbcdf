#include "tests/vectors/definitions.h"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

#include "src/model/builder.h"

namespace expt::vectors {
namespace {

using model::Index;
using model::kNone;
using nlohmann::json;

ValueType TypeOf(const std::string& name) {
  for (const ValueType type : {ValueType::kBoolean, ValueType::kString, ValueType::kInteger, ValueType::kDouble,
                               ValueType::kJson, ValueType::kStringList}) {
    if (ValueTypeName(type) == name) return type;
  }
  throw std::runtime_error("unknown type " + name);
}

class Reader {
 public:
  explicit Reader(const json& snapshot) : in_(snapshot) {}

  model::Snapshot Read() {
    model::Snapshot& s = b_.snapshot();
    s.project = b_.Copy(in_.value("project", "vectors"));
    s.environment = b_.Copy(in_.value("environment", "env_vectors"));
    s.audience = in_.value("audience", "server") == "client" ? Audience::kClient : Audience::kServer;
    s.epoch = in_.value("epoch", int64_t{1});
    s.version = in_.value("version", int64_t{1});
    s.issued_at_ms = in_.value("issued_at_ms", int64_t{0});
    s.is_declared_empty = in_.value("declared_empty", false);
    b_.SetMemberListSalt(in_.value("member_list_salt", "lists"));
    for (const json& row : List(in_, "attributes")) {
      uint8_t properties = 0;
      if (row.value("unit_type", false)) properties |= model::kUnitType;
      if (row.value("analytics", false)) properties |= model::kAnalytics;
      if (row.value("private", false)) properties |= model::kPrivate;
      const ValueType type = row.contains("type") ? TypeOf(row["type"]) : ValueType::kMissing;
      b_.SetAttribute(row.at("key").get<std::string>(), type, properties);
    }
    Names("segments", segments_);
    Names("layers", layers_);
    Names("flags", flags_);
    Names("experiments", experiments_);
    for (const json& row : List(in_, "segments")) Segment(row);
    for (const json& row : List(in_, "layers")) {
      s.layers.push_back({.key = b_.String(row.at("key").get<std::string>()), .bucketing = Bucketing(row)});
    }
    for (const json& row : List(in_, "experiments")) Experiment(row);
    for (const json& row : List(in_, "flags")) Flag(row);
    return b_.Take();
  }

 private:
  static const json& List(const json& object, const char* name) {
    static const json kNothing = json::array();
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? kNothing : *found;
  }

  void Names(const char* table, std::map<std::string, Index>& rows) {
    for (const json& row : List(in_, table)) rows.emplace(row.at("key").get<std::string>(), rows.size());
  }

  static Index RowOf(const std::map<std::string, Index>& rows, const std::string& key) {
    const auto found = rows.find(key);
    if (found == rows.end()) throw std::runtime_error("nothing is called " + key);
    return found->second;
  }

  Index Bucketing(const json& row) {
    return b_.AddBucketing(b_.Attribute(row.value("bucket_by", "targeting_key")), row.at("salt").get<std::string>());
  }

  Index Condition(const json& row) {
    if (row.is_null()) return kNone;
    if (row.contains("all")) return b_.All(Children(row["all"]));
    if (row.contains("any")) return b_.Any(Children(row["any"]));
    if (row.contains("not")) return b_.Not(Condition(row["not"]));
    const std::string name = row.at("operator");
    const model::Operator op =
        name[0] >= '0' && name[0] <= '9' ? static_cast<model::Operator>(std::stoi(name)) : model::OperatorByName(name);
    if (op == model::Operator::kUnspecified) throw std::runtime_error("unknown operator " + name);
    uint8_t properties = 0;
    if (row.value("negate", false)) properties |= model::kNegate;
    if (row.value("case_insensitive", false)) properties |= model::kCaseInsensitive;
    const json& operands = List(row, "operands");
    if (op == model::Operator::kInSegment) {
      std::vector<Index> rows;
      for (const json& key : operands) rows.push_back(RowOf(segments_, key));
      return b_.Leaf(op, 0, b_.References(rows), properties);
    }
    if (!operands.empty() && operands[0].is_boolean()) properties |= model::kBooleanOperands;
    const Index list = op == model::Operator::kIsSet ? kNone : Operands(operands);
    return b_.Leaf(op, b_.Attribute(row.at("attribute").get<std::string>()), list, properties);
  }

  std::vector<Index> Children(const json& list) {
    std::vector<Index> rows;
    for (const json& child : list) rows.push_back(Condition(child));
    return rows;
  }

  Index Operands(const json& list) {
    const auto has = [&](auto is) { return std::any_of(list.begin(), list.end(), is); };
    if (has([](const json& item) { return item.is_number_float() || item.is_object(); })) {
      std::vector<double> values;
      for (const json& item : list)
        values.push_back(item.is_object() ? item.at("double").get<double>() : item.get<double>());
      return b_.Doubles(values);
    }
    if (has([](const json& item) { return item.is_number() || item.is_boolean(); })) {
      std::vector<int64_t> values;
      for (const json& item : list)
        values.push_back(item.is_boolean() ? int64_t{item.get<bool>()} : item.get<int64_t>());
      return b_.Integers(values);
    }
    std::vector<std::string> texts = list.get<std::vector<std::string>>();
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return b_.Strings(views);
  }

  std::vector<uint64_t> Hashes(const json& unit_ids) {
    std::vector<uint64_t> hashes;
    for (const json& id : unit_ids) hashes.push_back(b_.MemberHash(id.get<std::string>()));
    std::sort(hashes.begin(), hashes.end());
    return hashes;
  }

  std::vector<Index> Texts(const json& list) {
    std::vector<Index> rows;
    for (const json& text : list) rows.push_back(b_.String(text.get<std::string>()));
    return rows;
  }

  void Segment(const json& row) {
    model::Segment segment;
    segment.key = b_.String(row.at("key").get<std::string>());
    if (row.contains("condition")) segment.condition = Condition(row["condition"]);
    segment.include = Members(List(row, "include"));
    segment.exclude = Members(List(row, "exclude"));
    segment.required_features = Texts(List(row, "required_features"));
    b_.snapshot().segments.push_back(std::move(segment));
  }

  std::vector<Index> Members(const json& lists) {
    std::vector<Index> rows;
    for (const json& list : lists) {
      rows.push_back(static_cast<Index>(b_.snapshot().member_lists.size()));
      b_.snapshot().member_lists.push_back(
          {.bucket_by = b_.Attribute(list.value("bucket_by", "targeting_key")), .hashes = Hashes(list.at("unit_ids"))});
    }
    return rows;
  }

  const json& FlagOf(const std::string& key) { return in_.at("flags").at(RowOf(flags_, key)); }

  static Index VariantOf(const json& flag, const std::string& key) {
    const json& variants = flag.at("variants");
    for (size_t i = 0; i < variants.size(); ++i) {
      if (variants[i].at("key") == key) return static_cast<Index>(i);
    }
    throw std::runtime_error("no variant " + key);
  }

  void Experiment(const json& row) {
    const json& flag = FlagOf(row.at("flag"));
    model::Experiment experiment;
    const std::string key = row.at("key");
    experiment.key = b_.String(key);
    experiment.id = b_.String(row.value("id", "exp_" + key));
    experiment.flag = RowOf(flags_, row.at("flag"));
    const std::string status = row.value("status", "running");
    for (const auto candidate : {model::ExperimentStatus::kDraft, model::ExperimentStatus::kRunning,
                                 model::ExperimentStatus::kPaused, model::ExperimentStatus::kStopped}) {
      if (model::ExperimentStatusName(candidate) == status) experiment.status = candidate;
    }
    experiment.phase = row.value("phase", 1u);
    experiment.start_ms = row.value("start_ms", int64_t{0});
    experiment.end_ms = row.value("end_ms", int64_t{0});
    experiment.bucketing = Bucketing(row);
    for (const json& variant : flag.at("variants")) {  // in the flag's order
      const std::string variant_key = variant.at("key");
      if (!row.at("weights").contains(variant_key)) continue;
      experiment.variants.push_back(VariantOf(flag, variant_key));
      experiment.weights.push_back(row["weights"][variant_key]);
    }
    experiment.control = VariantOf(flag, row.at("control"));
    if (row.contains("layer") && !row["layer"].is_null()) experiment.layer = RowOf(layers_, row["layer"]);
    for (const json& range : List(row, "allocation")) {
      experiment.allocation.push_back(range.at(0));
      experiment.allocation.push_back(range.at(1));
    }
    experiment.is_sticky = row.value("sticky", false);
    experiment.required_features = Texts(List(row, "required_features"));
    b_.snapshot().experiments.push_back(std::move(experiment));
  }

  Index Value(ValueType type, const json& value) {
    switch (type) {
      case ValueType::kBoolean:
        return b_.BooleanValue(value);
      case ValueType::kString:
        return b_.StringValue(value.get<std::string>());
      case ValueType::kInteger:
        return b_.IntegerValue(value);
      case ValueType::kDouble:
        return b_.DoubleValue(value);
      default:
        return b_.JsonValue(value.dump());
    }
  }

  Index Serve(const json& flag, const json& row) {
    if (row.is_null()) return kNone;
    if (row.contains("variant")) return b_.ServeVariant(VariantOf(flag, row["variant"]));
    if (row.contains("experiment")) return b_.ServeExperiment(RowOf(experiments_, row["experiment"]));
    const json& split = row.at("split");
    std::vector<uint32_t> weights;
    for (const json& variant : flag.at("variants")) {
      weights.push_back(split.at("weights").value(variant.at("key").get<std::string>(), 0u));
    }
    return b_.ServeSplit(Bucketing(split), weights);
  }

  void Flag(const json& row) {
    model::Flag flag;
    flag.key = b_.String(row.at("key").get<std::string>());
    flag.type = TypeOf(row.at("type"));
    flag.is_enabled = row.value("enabled", true);
    flag.fail_closed = row.value("fail_closed", false);
    flag.visibility =
        row.value("visibility", "server") == "client" ? model::Visibility::kClient : model::Visibility::kServer;
    for (const json& variant : row.at("variants")) {
      flag.variant_keys.push_back(b_.String(variant.at("key").get<std::string>()));
      flag.variant_values.push_back(Value(flag.type, variant.at("value")));
    }
    if (row.contains("off_variant")) flag.off_variant = VariantOf(row, row["off_variant"]);
    for (const json& item : List(row, "overrides")) {
      flag.overrides.push_back({.bucket_by = b_.Attribute(item.value("bucket_by", "targeting_key")),
                                .variant = VariantOf(row, item.at("variant")),
                                .hashes = Hashes(item.at("unit_ids"))});
    }
    for (const json& item : List(row, "prerequisites")) {
      const json& other = FlagOf(item.at("flag"));
      model::Prerequisite prerequisite{.flag = RowOf(flags_, item.at("flag")), .variants = {}};
      for (const json& key : item.at("variants")) prerequisite.variants.push_back(VariantOf(other, key));
      flag.prerequisites.push_back(std::move(prerequisite));
    }
    for (const json& item : List(row, "rules")) {
      model::Rule rule;
      rule.id = b_.String(item.at("id").get<std::string>());
      if (item.contains("condition")) rule.condition = Condition(item["condition"]);
      if (item.contains("coverage"))
        rule.coverage = b_.AddCoverage(Bucketing(item["coverage"]), item["coverage"].at("ppm"));
      rule.serve = Serve(row, item.at("serve"));
      flag.rules.push_back(b_.AddRule(rule));
    }
    if (row.contains("default_serve")) flag.default_serve = Serve(row, row["default_serve"]);
    flag.required_features = Texts(List(row, "required_features"));
    b_.snapshot().flags.push_back(std::move(flag));
  }

  const json& in_;
  model::Builder b_;
  std::map<std::string, Index> segments_;
  std::map<std::string, Index> layers_;
  std::map<std::string, Index> flags_;
  std::map<std::string, Index> experiments_;
};

}  // namespace

model::Snapshot ModelOf(const json& snapshot) { return Reader(snapshot).Read(); }

Attributes::Attributes(const json& context) {
  if (context.is_array()) {
    for (const json& item : context) list_.push_back({Keep(item.at(0)), ValueOf(item.at(1))});
  } else {
    for (const auto& [name, value] : context.items()) list_.push_back({Keep(name), ValueOf(value)});
  }
}

ValueView Attributes::ValueOf(const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return ValueView(value.get<bool>());
    case json::value_t::string:
      return ValueView(Keep(value));
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return ValueView(value.get<int64_t>());
    case json::value_t::number_float:
      return ValueView(value.get<double>());
    case json::value_t::array: {
      std::vector<std::string_view>& list = lists_.emplace_back();
      for (const json& text : value) list.push_back(Keep(text));
      return ValueView(std::span<const std::string_view>(list));
    }
    case json::value_t::object:
      break;
    default:
      return {};
  }
  if (value.contains("integer"))
    return ValueView(static_cast<int64_t>(std::stoll(value["integer"].get<std::string>())));
  if (value.contains("bytes")) {  // hexadecimal; for text that is not UTF-8
    const std::string hex = value["bytes"];
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
      bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return ValueView(Keep(bytes));
  }
  const json& number = value.at("double");
  if (number.is_number()) return ValueView(number.get<double>());
  if (number == "NaN") return ValueView(std::numeric_limits<double>::quiet_NaN());
  const double infinity = std::numeric_limits<double>::infinity();
  if (number == "Infinity") return ValueView(infinity);
  if (number == "-Infinity") return ValueView(-infinity);
  throw std::runtime_error("not a double");
}

}  // namespace expt::vectors
