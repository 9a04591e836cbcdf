#include "src/model/builder.h"

#include <cstring>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "src/base/hash.h"

namespace expt::model {
namespace {

template <typename T>
void AppendRaw(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

// Rows by their content written as bytes.
struct Builder::Tables {
  using Rows = std::unordered_map<std::string, Index, base::TextHash, base::TextEqual>;

  std::shared_ptr<std::deque<std::string>> text = std::make_shared<std::deque<std::string>>();
  std::string hashes;  // the hash pool
  Rows strings;
  Rows attributes;  // by name
  Rows operands;
  Rows conditions;
  Rows values;
  Rows bucketings;
  Rows coverages;
  Rows serves;

  // The row of `key`, or `next` for a new one, which the caller then appends.
  static Index RowOf(Rows& rows, std::string key, size_t next) {
    return rows.try_emplace(std::move(key), static_cast<Index>(next)).first->second;
  }
};

Builder::Builder() : tables_(std::make_unique<Tables>()) {}
Builder::~Builder() = default;

std::string_view Builder::Copy(std::string_view text) { return tables_->text->emplace_back(text); }

Index Builder::String(std::string_view text) {
  const auto found = tables_->strings.find(text);
  if (found != tables_->strings.end()) return found->second;
  const auto row = static_cast<Index>(snapshot_.strings.size());
  snapshot_.strings.push_back(Copy(text));
  tables_->strings.emplace(text, row);
  return row;
}

Index Builder::Attribute(std::string_view name) {
  const auto found = tables_->attributes.find(name);
  if (found != tables_->attributes.end()) return found->second;
  const auto row = static_cast<Index>(snapshot_.attributes.size());
  snapshot_.attributes.push_back({.name = String(name), .type = ValueType::kMissing, .properties = 0});
  tables_->attributes.emplace(name, row);
  return row;
}

void Builder::SetAttribute(std::string_view name, ValueType type, uint8_t properties) {
  AttributeSchema& schema = snapshot_.attributes[Attribute(name)];
  schema.type = type;
  schema.properties = properties;
}

namespace {

template <typename T>
std::string OperandKey(OperandKind kind, std::span<const T> list) {
  std::string key;
  AppendRaw(key, kind);
  for (const T& item : list) AppendRaw(key, item);
  return key;
}

// The row of an operand list whose items stand in `pool`; appends them when it is new.
template <typename T, typename Rows>
Index OperandRow(Snapshot& snapshot, Rows& rows, base::Table<T>& pool, OperandKind kind, std::span<const T> list) {
  const auto next = static_cast<Index>(snapshot.operands.size());
  const Index row = rows.try_emplace(OperandKey(kind, list), next).first->second;
  if (row != next) return row;
  snapshot.operands.push_back({kind, static_cast<uint32_t>(pool.size()), static_cast<uint32_t>(list.size())});
  pool.insert(pool.end(), list.begin(), list.end());
  return row;
}

}  // namespace

Index Builder::Strings(std::span<const std::string_view> list) {
  std::vector<Index> rows;
  rows.reserve(list.size());
  for (const std::string_view text : list) rows.push_back(String(text));
  return OperandRow<Index>(snapshot_, tables_->operands, snapshot_.string_pool, OperandKind::kString, rows);
}

Index Builder::Integers(std::span<const int64_t> list) {
  return OperandRow<int64_t>(snapshot_, tables_->operands, snapshot_.integer_pool, OperandKind::kInteger, list);
}

Index Builder::Doubles(std::span<const double> list) {
  return OperandRow<double>(snapshot_, tables_->operands, snapshot_.double_pool, OperandKind::kDouble, list);
}

Index Builder::References(std::span<const Index> list) {
  return OperandRow<Index>(snapshot_, tables_->operands, snapshot_.reference_pool, OperandKind::kReference, list);
}

Index Builder::Conditions(std::span<const Index> children) {
  return OperandRow<Index>(snapshot_, tables_->operands, snapshot_.condition_pool, OperandKind::kCondition, children);
}

Index Builder::Hashes(std::span<const Digest> list) {
  const auto next = static_cast<Index>(snapshot_.operands.size());
  const Index row = Tables::RowOf(tables_->operands, OperandKey(OperandKind::kHash, list), next);
  if (row != next) return row;
  const size_t begin = tables_->hashes.size() / sizeof(Digest);
  for (const Digest& digest : list) tables_->hashes.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  snapshot_.hash_pool = tables_->hashes;
  snapshot_.operands.push_back(
      {OperandKind::kHash, static_cast<uint32_t>(begin), static_cast<uint32_t>(list.size())});
  return row;
}

Index Builder::AddCondition(const Condition& condition) {
  std::string key;
  AppendRaw(key, condition.op);
  AppendRaw(key, condition.properties);
  AppendRaw(key, condition.subject);
  AppendRaw(key, condition.operands);
  AppendRaw(key, condition.second);
  const size_t next = snapshot_.conditions.size();
  const Index row = Tables::RowOf(tables_->conditions, std::move(key), next);
  if (row == next) snapshot_.conditions.push_back(condition);
  return row;
}

Index Builder::Leaf(Operator op, Index attribute, Index operands, uint8_t properties) {
  return AddCondition({.op = op, .properties = properties, .subject = attribute, .operands = operands});
}

Index Builder::All(std::span<const Index> children) {
  return AddCondition({.op = Operator::kAll, .operands = Conditions(children)});
}

Index Builder::Any(std::span<const Index> children) {
  return AddCondition({.op = Operator::kAny, .operands = Conditions(children)});
}

Index Builder::Not(Index condition) {
  Condition negated = snapshot_.conditions[condition];
  negated.properties ^= kNegate;
  return AddCondition(negated);
}

namespace {

template <typename Rows>
Index ValueRow(Snapshot& snapshot, Rows& rows, const FlagValue& value) {
  std::string key;
  AppendRaw(key, value.type);
  AppendRaw(key, value.boolean);
  AppendRaw(key, value.integer);
  AppendRaw(key, value.real);
  AppendRaw(key, value.text);
  const auto next = static_cast<Index>(snapshot.values.size());
  const Index row = rows.try_emplace(std::move(key), next).first->second;
  if (row == next) snapshot.values.push_back(value);
  return row;
}

}  // namespace

Index Builder::BooleanValue(bool value) {
  return ValueRow(snapshot_, tables_->values, {.type = ValueType::kBoolean, .boolean = value});
}

Index Builder::IntegerValue(int64_t value) {
  return ValueRow(snapshot_, tables_->values, {.type = ValueType::kInteger, .integer = value});
}

Index Builder::DoubleValue(double value) {
  return ValueRow(snapshot_, tables_->values, {.type = ValueType::kDouble, .real = value});
}

Index Builder::StringValue(std::string_view value) {
  return ValueRow(snapshot_, tables_->values, {.type = ValueType::kString, .text = String(value)});
}

Index Builder::JsonValue(std::string_view text) {
  return ValueRow(snapshot_, tables_->values, {.type = ValueType::kJson, .text = String(text)});
}

Index Builder::AddBucketing(Index bucket_by, std::string_view salt) {
  const Index salt_row = String(salt);
  std::string key;
  AppendRaw(key, bucket_by);
  AppendRaw(key, salt_row);
  const size_t next = snapshot_.bucketings.size();
  const Index row = Tables::RowOf(tables_->bucketings, std::move(key), next);
  if (row == next) {
    snapshot_.bucketings.push_back(
        {.bucket_by = bucket_by, .salt = salt_row, .algorithm = Algorithm::kXxh3Ppm, .seed = 0, .thresholds = {}});
  }
  return row;
}

Index Builder::AddCoverage(Index bucketing, uint32_t ppm, Index ramp) {
  std::string key;
  AppendRaw(key, bucketing);
  AppendRaw(key, ppm);
  AppendRaw(key, ramp);
  const size_t next = snapshot_.coverages.size();
  const Index row = Tables::RowOf(tables_->coverages, std::move(key), next);
  if (row == next) snapshot_.coverages.push_back({.bucketing = bucketing, .ppm = ppm, .ramp = ramp});
  return row;
}

Index Builder::AddRamp(Ramp ramp) {
  snapshot_.ramps.push_back(std::move(ramp));
  return static_cast<Index>(snapshot_.ramps.size() - 1);
}

Index Builder::AddHoldout(std::string_view key, Index bucketing, uint32_t ppm, int64_t start_ms, int64_t end_ms) {
  snapshot_.holdouts.push_back(
      {.key = String(key), .bucketing = bucketing, .ppm = ppm, .start_ms = start_ms, .end_ms = end_ms});
  return static_cast<Index>(snapshot_.holdouts.size() - 1);
}

Index Builder::AddTimeZone(std::string_view name, int32_t initial_offset_minutes) {
  const Index name_row = String(name);
  for (size_t i = 0; i < snapshot_.time_zones.size(); ++i) {
    if (snapshot_.time_zones[i].name == name_row) return static_cast<Index>(i);
  }
  snapshot_.time_zones.push_back({.name = name_row,
                                  .initial_offset_minutes = initial_offset_minutes,
                                  .transition_ms = {},
                                  .offset_minutes = {}});
  return static_cast<Index>(snapshot_.time_zones.size() - 1);
}

namespace {

template <typename Rows>
Index ServeRow(Snapshot& snapshot, Rows& rows, Serve serve) {
  std::string key;
  AppendRaw(key, serve.kind);
  AppendRaw(key, serve.target);
  AppendRaw(key, serve.bucketing);
  for (const uint32_t weight : serve.weights) AppendRaw(key, weight);
  const auto next = static_cast<Index>(snapshot.serves.size());
  const Index row = rows.try_emplace(std::move(key), next).first->second;
  if (row == next) snapshot.serves.push_back(std::move(serve));
  return row;
}

}  // namespace

Index Builder::ServeVariant(Index variant) {
  return ServeRow(snapshot_, tables_->serves,
                  {.kind = Serve::Kind::kVariant, .target = variant, .bucketing = 0, .weights = {}});
}

Index Builder::ServeSplit(Index bucketing, std::span<const uint32_t> weights) {
  return ServeRow(snapshot_, tables_->serves,
                  {.kind = Serve::Kind::kSplit,
                   .target = 0,
                   .bucketing = bucketing,
                   .weights = std::vector<uint32_t>(weights.begin(), weights.end())});
}

Index Builder::ServeExperiment(Index experiment) {
  return ServeRow(snapshot_, tables_->serves,
                  {.kind = Serve::Kind::kExperiment, .target = experiment, .bucketing = 0, .weights = {}});
}

Index Builder::AddRule(const Rule& rule) {
  snapshot_.rules.push_back(rule);
  return static_cast<Index>(snapshot_.rules.size() - 1);
}

void Builder::SetMemberListSalt(std::string_view salt) { snapshot_.member_list_salt = Copy(salt); }

uint64_t Builder::MemberHash(std::string_view unit_id) const {
  return base::Xxh3Joined(snapshot_.member_list_salt, unit_id);
}

Snapshot& Builder::snapshot() { return snapshot_; }

Snapshot Builder::Take() {
  if (!tables_->hashes.empty()) snapshot_.hash_pool = tables_->text->emplace_back(std::move(tables_->hashes));
  Snapshot taken = std::move(snapshot_);
  taken.text = tables_->text;
  snapshot_ = Snapshot();
  tables_ = std::make_unique<Tables>();
  return taken;
}

}  // namespace expt::model
