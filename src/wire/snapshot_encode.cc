#include <algorithm>
#include <array>

#include "src/wire/pbf.h"
#include "src/wire/snapshot_codec.h"

namespace expt::wire {
namespace {

using model::Index;

constexpr size_t kHashSize = 32;
constexpr uint64_t kOperandKinds = 16;

// A reference is the row + 1; kNone becomes 0.
uint32_t ToRef(Index row) { return row + 1; }

// The first column of a table: it tells how many rows there are.
template <typename Row, typename Number>
void WriteFirstColumn(Writer& writer, uint32_t tag, const base::Table<Row>& rows, const Number& number) {
  writer.Packed(tag, rows, [&](const Row& row) { return static_cast<uint64_t>(number(row)); });
}

// Any other column: absent when it holds nothing but zeros.
template <typename Row, typename Number>
void WriteColumn(Writer& writer, uint32_t tag, const base::Table<Row>& rows, const Number& number) {
  const auto is_zero = [&](const Row& row) { return static_cast<uint64_t>(number(row)) == 0; };
  if (!std::all_of(rows.begin(), rows.end(), is_zero)) WriteFirstColumn(writer, tag, rows, number);
}

template <typename Row, typename Number>
void WriteDeltaColumn(Writer& writer, uint32_t tag, const base::Table<Row>& rows, const Number& number) {
  const auto is_zero = [&](const Row& row) { return number(row) == 0; };
  if (std::all_of(rows.begin(), rows.end(), is_zero)) return;
  Delta delta;
  writer.Packed(tag, rows, [&](const Row& row) { return delta(number(row)); });
}

void WriteAttributes(Writer& writer, const base::Table<model::AttributeSchema>& rows) {
  using Row = model::AttributeSchema;
  WriteFirstColumn(writer, 1, rows, [](const Row& row) { return row.name; });
  WriteColumn(writer, 2, rows, [](const Row& row) { return row.type; });
  WriteColumn(writer, 3, rows, [](const Row& row) { return row.properties; });
}

// The part of `pool` that `list` takes, as far as the pool reaches.
template <typename T, typename Append>
void AppendList(const model::OperandList& list, const base::Table<T>& pool, const Append& append) {
  const size_t begin = std::min<size_t>(list.begin, pool.size());
  const size_t end = std::min<size_t>(begin + list.size, pool.size());
  for (size_t i = begin; i < end; ++i) append(pool[i]);
}

// Pools are written in the order of the lists, wherever the model keeps them.
void WriteOperands(Writer& writer, const model::Snapshot& s) {
  using Row = model::OperandList;
  WriteFirstColumn(writer, 1, s.operands, [](const Row& row) {
    return uint64_t{row.size} * kOperandKinds + std::min<uint64_t>(static_cast<uint64_t>(row.kind), kOperandKinds - 1);
  });
  std::array<std::string, 7> pools;
  Delta string_delta;
  Delta condition_delta;
  for (const Row& row : s.operands) {
    const auto kind = static_cast<size_t>(row.kind);
    if (kind >= pools.size()) continue;
    std::string& out = pools[kind];
    const auto add = [&out](uint64_t value) { protozero::add_varint_to_buffer(&out, value); };
    switch (row.kind) {
      case model::OperandKind::kString:
        AppendList(row, s.string_pool, [&](Index value) { add(string_delta(value)); });
        break;
      case model::OperandKind::kInteger:
        AppendList(row, s.integer_pool, [&](int64_t value) { add(protozero::encode_zigzag64(value)); });
        break;
      case model::OperandKind::kDouble:
        AppendList(row, s.double_pool, [&](double value) { Writer::AppendFixed(out, value); });
        break;
      case model::OperandKind::kCondition:
        AppendList(row, s.condition_pool, [&](Index value) { add(condition_delta(value)); });
        break;
      case model::OperandKind::kReference:
        AppendList(row, s.reference_pool, add);
        break;
      case model::OperandKind::kHash: {
        const size_t begin = std::min(row.begin * kHashSize, s.hash_pool.size());
        out.append(s.hash_pool.substr(begin, row.size * kHashSize));
        break;
      }
      case model::OperandKind::kUnspecified:
        break;
    }
  }
  // The pool of kind k is field k + 1.
  for (size_t kind = 1; kind < pools.size(); ++kind) writer.Text(static_cast<uint32_t>(kind) + 1, pools[kind]);
}

void WriteConditions(Writer& writer, const base::Table<model::Condition>& rows) {
  using Row = model::Condition;
  WriteFirstColumn(writer, 1, rows, [](const Row& row) { return row.op; });
  WriteColumn(writer, 2, rows, [](const Row& row) { return row.properties; });
  WriteColumn(writer, 3, rows, [](const Row& row) { return row.subject; });
  WriteDeltaColumn(writer, 4, rows, [](const Row& row) { return ToRef(row.operands); });
  WriteColumn(writer, 5, rows, [](const Row& row) { return ToRef(row.second); });
}

void WriteRules(Writer& writer, const base::Table<model::Rule>& rows) {
  using Row = model::Rule;
  WriteFirstColumn(writer, 1, rows, [](const Row& row) { return row.id; });
  WriteDeltaColumn(writer, 2, rows, [](const Row& row) { return ToRef(row.condition); });
  WriteColumn(writer, 3, rows, [](const Row& row) { return ToRef(row.coverage); });
  WriteColumn(writer, 4, rows, [](const Row& row) { return row.serve; });
  WriteColumn(writer, 5, rows, [](const Row& row) { return ToRef(row.holdouts); });
}

void Write(Writer& writer, const model::FlagValue& value) {
  switch (value.type) {
    case ValueType::kBoolean:
      writer.UintAlways(1, value.boolean ? 1 : 0);
      break;
    case ValueType::kString:
      writer.UintAlways(2, value.text);
      break;
    case ValueType::kInteger:
      writer.ZigzagAlways(3, value.integer);
      break;
    case ValueType::kDouble:
      writer.DoubleAlways(4, value.real);
      break;
    case ValueType::kJson:
      writer.UintAlways(5, value.text);
      break;
    case ValueType::kMissing:
    case ValueType::kStringList:
      break;
  }
}

void Write(Writer& writer, const model::Bucketing& bucketing) {
  writer.Uint(1, bucketing.bucket_by);
  writer.Uint(2, bucketing.salt);
  writer.Uint(3, static_cast<uint64_t>(bucketing.algorithm));
  writer.Zigzag(4, bucketing.seed);
  writer.Packed(5, bucketing.thresholds);
}

void Write(Writer& writer, const model::Coverage& coverage) {
  writer.Uint(1, coverage.bucketing);
  writer.Uint(2, coverage.ppm);
  writer.Uint(3, ToRef(coverage.ramp));
}

void Write(Writer& writer, const model::Ramp& ramp) {
  writer.Bool(1, ramp.is_linear);
  writer.PackedZigzag(2, ramp.time_ms);
  writer.Packed(3, ramp.ppm);
}

void Write(Writer& writer, const model::Serve& serve) {
  switch (serve.kind) {
    case model::Serve::Kind::kVariant:
      writer.UintAlways(1, serve.target);
      break;
    case model::Serve::Kind::kSplit:
      writer.Message(2, [&](Writer& inner) {
        inner.Uint(1, serve.bucketing);
        inner.Packed(2, serve.weights);
      });
      break;
    case model::Serve::Kind::kExperiment:
      writer.UintAlways(3, serve.target);
      break;
    case model::Serve::Kind::kNothing:
      break;
  }
}

void Write(Writer& writer, const model::MemberList& list) {
  writer.Uint(1, list.bucket_by);
  writer.PackedFixed(2, list.hashes);
}

void Write(Writer& writer, const model::Segment& segment) {
  writer.Uint(1, segment.key);
  writer.Uint(2, ToRef(segment.condition));
  writer.Packed(3, segment.include);
  writer.Packed(4, segment.exclude);
  writer.Packed(5, segment.required_features);
}

void Write(Writer& writer, const model::Layer& layer) {
  writer.Uint(1, layer.key);
  writer.Uint(2, layer.bucketing);
}

void Write(Writer& writer, const model::Holdout& holdout) {
  writer.Uint(1, holdout.key);
  writer.Uint(2, holdout.bucketing);
  writer.Uint(3, holdout.ppm);
  writer.Zigzag(4, holdout.start_ms);
  writer.Zigzag(5, holdout.end_ms);
}

void Write(Writer& writer, const model::Experiment& experiment) {
  writer.Uint(1, experiment.key);
  writer.Uint(2, experiment.id);
  writer.Uint(3, experiment.flag);
  writer.Uint(4, static_cast<uint64_t>(experiment.status));
  writer.Uint(5, experiment.phase);
  writer.Zigzag(6, experiment.start_ms);
  writer.Zigzag(7, experiment.end_ms);
  writer.Uint(8, experiment.bucketing);
  writer.Packed(9, experiment.variants);
  writer.Packed(10, experiment.weights);
  writer.Uint(11, experiment.control);
  writer.Uint(12, ToRef(experiment.layer));
  writer.Packed(13, experiment.allocation);
  writer.Bool(14, experiment.is_sticky);
  writer.Packed(15, experiment.required_features);
}

void Write(Writer& writer, const model::TimeZone& zone) {
  writer.Uint(1, zone.name);
  writer.Zigzag(2, zone.initial_offset_minutes);
  writer.PackedZigzag(3, zone.transition_ms);
  writer.PackedZigzag(4, zone.offset_minutes);
}

void Write(Writer& writer, const model::Override& entry) {
  writer.Uint(1, entry.bucket_by);
  writer.Uint(2, entry.variant);
  writer.PackedFixed(3, entry.hashes);
}

void Write(Writer& writer, const model::Prerequisite& prerequisite) {
  writer.Uint(1, prerequisite.flag);
  writer.Packed(2, prerequisite.variants);
}

void Write(Writer& writer, const model::Flag& flag);
void Write(Writer& writer, const model::GoldenVector::Entry& entry);
void Write(Writer& writer, const model::GoldenVector& vector);

template <typename Rows>
void WriteRows(Writer& writer, uint32_t tag, const Rows& rows) {
  for (const auto& row : rows) {
    writer.Message(tag, [&](Writer& inner) { Write(inner, row); });
  }
}

void Write(Writer& writer, const model::Flag& flag) {
  writer.Uint(1, flag.key);
  writer.Uint(2, static_cast<uint64_t>(flag.type));
  writer.Bool(3, flag.is_enabled);
  writer.Packed(4, flag.variant_keys);
  writer.Packed(5, flag.variant_values);
  writer.Uint(6, ToRef(flag.off_variant));
  WriteRows(writer, 7, flag.overrides);
  WriteRows(writer, 8, flag.prerequisites);
  writer.PackedDelta(9, flag.rules);
  writer.Uint(10, ToRef(flag.default_serve));
  writer.Bool(11, flag.fail_closed);
  writer.Uint(12, static_cast<uint64_t>(flag.visibility));
  writer.Packed(13, flag.required_features);
  writer.Packed(14, flag.tags);
  writer.Uint(15, ToRef(flag.owner));
}

void Write(Writer& writer, const model::GoldenVector::Entry& entry) {
  writer.Uint(1, entry.name);
  switch (entry.type) {
    case ValueType::kBoolean:
      writer.UintAlways(2, entry.boolean ? 1 : 0);
      break;
    case ValueType::kString:
      writer.UintAlways(3, entry.text);
      break;
    case ValueType::kInteger:
      writer.ZigzagAlways(4, entry.integer);
      break;
    case ValueType::kDouble:
      writer.DoubleAlways(5, entry.real);
      break;
    case ValueType::kStringList:
      writer.Message(6, [&](Writer& inner) { inner.Packed(1, entry.list); });
      break;
    case ValueType::kMissing:
    case ValueType::kJson:
      break;
  }
}

void Write(Writer& writer, const model::GoldenVector& vector) {
  writer.Uint(1, vector.flag);
  writer.Zigzag(2, vector.now_ms);
  WriteRows(writer, 3, vector.context);
  writer.Uint(4, ToRef(vector.variant));
  writer.Uint(5, vector.reason);
  writer.Uint(6, vector.error);
  writer.Uint(7, ToRef(vector.rule));
  writer.Packed(8, vector.exposed_experiments);
  writer.Packed(9, vector.exposed_holdouts);
}

}  // namespace

std::string EncodeSnapshot(const model::Snapshot& s) {
  std::string out;
  Writer writer(out);
  writer.Uint(1, s.format_version);
  writer.Uint(2, s.semantics_version);
  writer.Text(3, s.project);
  writer.Text(4, s.environment);
  writer.Uint(5, static_cast<uint64_t>(s.audience));
  writer.Int(6, s.epoch);
  writer.Int(7, s.version);
  writer.Int(8, s.issued_at_ms);
  writer.Text(9, s.member_list_salt);
  writer.Text(10, s.tzdata_version);
  writer.Bool(11, s.is_declared_empty);
  for (std::string_view text : s.strings) writer.BytesAlways(12, text);
  if (!s.attributes.empty()) {
    writer.Message(13, [&](Writer& inner) { WriteAttributes(inner, s.attributes); });
  }
  if (!s.operands.empty()) {
    writer.Message(14, [&](Writer& inner) { WriteOperands(inner, s); });
  }
  if (!s.conditions.empty()) {
    writer.Message(15, [&](Writer& inner) { WriteConditions(inner, s.conditions); });
  }
  WriteRows(writer, 16, s.values);
  WriteRows(writer, 17, s.bucketings);
  WriteRows(writer, 18, s.coverages);
  WriteRows(writer, 19, s.ramps);
  WriteRows(writer, 20, s.serves);
  if (!s.rules.empty()) {
    writer.Message(21, [&](Writer& inner) { WriteRules(inner, s.rules); });
  }
  WriteRows(writer, 22, s.member_lists);
  WriteRows(writer, 23, s.segments);
  WriteRows(writer, 24, s.layers);
  WriteRows(writer, 25, s.holdouts);
  WriteRows(writer, 26, s.experiments);
  WriteRows(writer, 27, s.time_zones);
  WriteRows(writer, 28, s.flags);
  WriteRows(writer, 29, s.golden_vectors);
  return out;
}

}  // namespace expt::wire
