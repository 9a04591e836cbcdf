#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "src/base/status.h"
#include "src/wire/decode_check.h"
#include "src/wire/pbf.h"
#include "src/wire/schema.h"
#include "src/wire/snapshot_codec.h"

namespace expt::wire {
namespace {

using model::Index;

constexpr size_t kHashSize = 32;
constexpr uint64_t kOperandKinds = 16;

absl::Status BadEncoding(std::string_view text) {
  return base::LoadFailure(LoadCode::kBadEncoding, std::string("snapshot: ").append(text));
}

// A reference is the row + 1; 0 becomes kNone.
Index FromRef(uint64_t ref) { return static_cast<uint32_t>(ref) - 1; }
static_assert(model::kNone == static_cast<uint32_t>(0) - 1);

// The columns of a table, in the order of their field numbers from 1.
template <size_t kCount>
std::array<Column, kCount> ReadColumns(Reader& reader) {
  std::array<Column, kCount> columns;
  while (reader.next()) {
    if (reader.tag() <= kCount) {
      columns[reader.tag() - 1] = Column(reader.get_view());
    } else {
      reader.skip();
    }
  }
  return columns;
}

// The size of the first of `columns`; nothing when another one is neither absent nor as long.
std::optional<size_t> RowCount(std::span<const Column> columns) {
  const size_t size = columns[0].size();
  for (const Column& column : columns.subspan(1)) {
    const size_t other = column.size();
    if (other != 0 && other != size) return std::nullopt;
  }
  return size;
}

absl::Status Uneven(std::string_view table) {
  return BadEncoding(std::string(table).append(": columns are of different length"));
}

absl::Status ReadAttributes(Reader reader, std::vector<model::AttributeSchema>& out) {
  auto columns = ReadColumns<3>(reader);
  const auto rows = RowCount(columns);
  if (!rows.has_value()) return Uneven("attributes");
  out.resize(*rows);
  for (model::AttributeSchema& row : out) {
    row.name = static_cast<Index>(columns[0].Next());
    row.type = static_cast<ValueType>(EnumByte(columns[1].Next()));
    row.properties = EnumByte(columns[2].Next());
  }
  return absl::OkStatus();
}

// Lists take the entries of their pools in turn.
class Pools {
 public:
  explicit Pools(const model::Snapshot& s)
      : sizes_{0,
               s.string_pool.size(),
               s.integer_pool.size(),
               s.double_pool.size(),
               s.condition_pool.size(),
               s.reference_pool.size(),
               s.hash_pool.size() / kHashSize} {}

  // False when the pool has not enough left. Kinds that have no pool here take nothing.
  bool Take(model::OperandList& list) {
    const auto kind = static_cast<size_t>(list.kind);
    if (kind == 0 || kind >= sizes_.size()) return true;
    if (list.size > sizes_[kind] - taken_[kind]) return false;
    list.begin = static_cast<uint32_t>(taken_[kind]);
    taken_[kind] += list.size;
    return true;
  }
  bool IsEmpty() const { return taken_ == sizes_; }

 private:
  std::array<size_t, 7> sizes_;
  std::array<size_t, 7> taken_{};
};

absl::Status ReadOperands(Reader reader, model::Snapshot& s) {
  Column lists;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        lists = Column(reader.get_view());
        break;
      case 2:
        ReadPackedDelta(reader, s.string_pool);
        break;
      case 3:
        ReadPackedZigzag(reader, s.integer_pool);
        break;
      case 4:
        ReadPackedFixed(reader, s.double_pool);
        break;
      case 5:
        ReadPackedDelta(reader, s.condition_pool);
        break;
      case 6:
        ReadPacked(reader, s.reference_pool);
        break;
      case 7:
        s.hash_pool = reader.get_view();
        break;
      default:
        reader.skip();
    }
  }
  if (s.hash_pool.size() % kHashSize != 0) return BadEncoding("operands: hashes are not of 32 bytes each");
  s.operands.resize(lists.size());
  Pools pools(s);
  for (model::OperandList& row : s.operands) {
    const uint64_t list = lists.Next();
    row.kind = static_cast<model::OperandKind>(list % kOperandKinds);
    row.size = static_cast<uint32_t>(list / kOperandKinds);
    if (!pools.Take(row)) return BadEncoding("operands: a list is longer than what its pool has left");
  }
  if (!pools.IsEmpty()) return BadEncoding("operands: a pool holds entries of no list");
  return absl::OkStatus();
}

absl::Status ReadConditions(Reader reader, std::vector<model::Condition>& out) {
  auto columns = ReadColumns<5>(reader);
  const auto rows = RowCount(columns);
  if (!rows.has_value()) return Uneven("conditions");
  out.resize(*rows);
  for (model::Condition& row : out) {
    row.op = static_cast<model::Operator>(EnumByte(columns[0].Next()));
    row.properties = EnumByte(columns[1].Next());
    row.subject = static_cast<Index>(columns[2].Next());
    row.operands = FromRef(columns[3].NextSum());
    row.second = FromRef(columns[4].Next());
  }
  return absl::OkStatus();
}

absl::Status ReadRules(Reader reader, std::vector<model::Rule>& out) {
  auto columns = ReadColumns<5>(reader);
  const auto rows = RowCount(columns);
  if (!rows.has_value()) return Uneven("rules");
  out.resize(*rows);
  for (model::Rule& row : out) {
    row.id = static_cast<Index>(columns[0].Next());
    row.condition = FromRef(columns[1].NextSum());
    row.coverage = FromRef(columns[2].Next());
    row.serve = static_cast<Index>(columns[3].Next());
    row.holdouts = FromRef(columns[4].Next());
  }
  return absl::OkStatus();
}

void Read(Reader reader, model::FlagValue& value) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        value.type = ValueType::kBoolean;
        value.boolean = ReadBool(reader);
        break;
      case 2:
        value.type = ValueType::kString;
        value.text = reader.get_uint32();
        break;
      case 3:
        value.type = ValueType::kInteger;
        value.integer = reader.get_sint64();
        break;
      case 4:
        value.type = ValueType::kDouble;
        value.real = reader.get_double();
        break;
      case 5:
        value.type = ValueType::kJson;
        value.text = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Bucketing& bucketing) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        bucketing.bucket_by = reader.get_uint32();
        break;
      case 2:
        bucketing.salt = reader.get_uint32();
        break;
      case 3:
        bucketing.algorithm = static_cast<model::Algorithm>(EnumByte(reader.get_uint64()));
        break;
      case 4:
        bucketing.seed = reader.get_sint64();
        break;
      case 5:
        ReadPacked(reader, bucketing.thresholds);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Coverage& coverage) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        coverage.bucketing = reader.get_uint32();
        break;
      case 2:
        coverage.ppm = reader.get_uint32();
        break;
      case 3:
        coverage.ramp = FromRef(reader.get_uint32());
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Ramp& ramp) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        ramp.is_linear = ReadBool(reader);
        break;
      case 2:
        ReadPackedZigzag(reader, ramp.time_ms);
        break;
      case 3:
        ReadPacked(reader, ramp.ppm);
        break;
      default:
        reader.skip();
    }
  }
}

void ReadSplit(Reader reader, model::Serve& serve) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        serve.bucketing = reader.get_uint32();
        break;
      case 2:
        ReadPacked(reader, serve.weights);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Serve& serve) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        serve.kind = model::Serve::Kind::kVariant;
        serve.target = reader.get_uint32();
        break;
      case 2:
        serve.kind = model::Serve::Kind::kSplit;
        ReadSplit(reader.get_message(), serve);
        break;
      case 3:
        serve.kind = model::Serve::Kind::kExperiment;
        serve.target = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::MemberList& list) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        list.bucket_by = reader.get_uint32();
        break;
      case 2:
        ReadPackedFixed(reader, list.hashes);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Segment& segment) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        segment.key = reader.get_uint32();
        break;
      case 2:
        segment.condition = FromRef(reader.get_uint32());
        break;
      case 3:
        ReadPacked(reader, segment.include);
        break;
      case 4:
        ReadPacked(reader, segment.exclude);
        break;
      case 5:
        ReadPacked(reader, segment.required_features);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Layer& layer) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        layer.key = reader.get_uint32();
        break;
      case 2:
        layer.bucketing = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Holdout& holdout) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        holdout.key = reader.get_uint32();
        break;
      case 2:
        holdout.bucketing = reader.get_uint32();
        break;
      case 3:
        holdout.ppm = reader.get_uint32();
        break;
      case 4:
        holdout.start_ms = reader.get_sint64();
        break;
      case 5:
        holdout.end_ms = reader.get_sint64();
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Experiment& experiment) {
  experiment.phase = 0;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        experiment.key = reader.get_uint32();
        break;
      case 2:
        experiment.id = reader.get_uint32();
        break;
      case 3:
        experiment.flag = reader.get_uint32();
        break;
      case 4:
        experiment.status = static_cast<model::ExperimentStatus>(EnumByte(reader.get_uint64()));
        break;
      case 5:
        experiment.phase = reader.get_uint32();
        break;
      case 6:
        experiment.start_ms = reader.get_sint64();
        break;
      case 7:
        experiment.end_ms = reader.get_sint64();
        break;
      case 8:
        experiment.bucketing = reader.get_uint32();
        break;
      case 9:
        ReadPacked(reader, experiment.variants);
        break;
      case 10:
        ReadPacked(reader, experiment.weights);
        break;
      case 11:
        experiment.control = reader.get_uint32();
        break;
      case 12:
        experiment.layer = FromRef(reader.get_uint32());
        break;
      case 13:
        ReadPacked(reader, experiment.allocation);
        break;
      case 14:
        experiment.is_sticky = ReadBool(reader);
        break;
      case 15:
        ReadPacked(reader, experiment.required_features);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::TimeZone& zone) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        zone.name = reader.get_uint32();
        break;
      case 2:
        zone.initial_offset_minutes = reader.get_sint32();
        break;
      case 3:
        ReadPackedZigzag(reader, zone.transition_ms);
        break;
      case 4:
        ReadPackedZigzag(reader, zone.offset_minutes);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Prerequisite& prerequisite) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        prerequisite.flag = reader.get_uint32();
        break;
      case 2:
        ReadPacked(reader, prerequisite.variants);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Override& entry) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        entry.bucket_by = reader.get_uint32();
        break;
      case 2:
        entry.variant = reader.get_uint32();
        break;
      case 3:
        ReadPackedFixed(reader, entry.hashes);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::Flag& flag) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        flag.key = reader.get_uint32();
        break;
      case 2:
        flag.type = static_cast<ValueType>(EnumByte(reader.get_uint64()));
        break;
      case 3:
        flag.is_enabled = ReadBool(reader);
        break;
      case 4:
        ReadPacked(reader, flag.variant_keys);
        break;
      case 5:
        ReadPacked(reader, flag.variant_values);
        break;
      case 6:
        flag.off_variant = FromRef(reader.get_uint32());
        break;
      case 7:
        Read(reader.get_message(), flag.overrides.emplace_back());
        break;
      case 8:
        Read(reader.get_message(), flag.prerequisites.emplace_back());
        break;
      case 9:
        ReadPackedDelta(reader, flag.rules);
        break;
      case 10:
        flag.default_serve = FromRef(reader.get_uint32());
        break;
      case 11:
        flag.fail_closed = ReadBool(reader);
        break;
      case 12:
        flag.visibility = static_cast<model::Visibility>(EnumByte(reader.get_uint64()));
        break;
      case 13:
        ReadPacked(reader, flag.required_features);
        break;
      case 14:
        ReadPacked(reader, flag.tags);
        break;
      case 15:
        flag.owner = FromRef(reader.get_uint32());
        break;
      default:
        reader.skip();
    }
  }
}

void ReadStringList(Reader reader, std::vector<Index>& list) {
  while (reader.next()) {
    if (reader.tag() == 1) {
      ReadPacked(reader, list);
    } else {
      reader.skip();
    }
  }
}

void Read(Reader reader, model::GoldenVector::Entry& entry) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        entry.name = reader.get_uint32();
        break;
      case 2:
        entry.type = ValueType::kBoolean;
        entry.boolean = ReadBool(reader);
        break;
      case 3:
        entry.type = ValueType::kString;
        entry.text = reader.get_uint32();
        break;
      case 4:
        entry.type = ValueType::kInteger;
        entry.integer = reader.get_sint64();
        break;
      case 5:
        entry.type = ValueType::kDouble;
        entry.real = reader.get_double();
        break;
      case 6:
        entry.type = ValueType::kStringList;
        ReadStringList(reader.get_message(), entry.list);
        break;
      default:
        reader.skip();
    }
  }
}

void Read(Reader reader, model::GoldenVector& vector) {
  while (reader.next()) {
    switch (reader.tag()) {
      case 1:
        vector.flag = reader.get_uint32();
        break;
      case 2:
        vector.now_ms = reader.get_sint64();
        break;
      case 3:
        Read(reader.get_message(), vector.context.emplace_back());
        break;
      case 4:
        vector.variant = FromRef(reader.get_uint32());
        break;
      case 5:
        vector.reason = reader.get_uint32();
        break;
      case 6:
        vector.error = reader.get_uint32();
        break;
      case 7:
        vector.rule = FromRef(reader.get_uint32());
        break;
      case 8:
        ReadPacked(reader, vector.exposed_experiments);
        break;
      case 9:
        ReadPacked(reader, vector.exposed_holdouts);
        break;
      default:
        reader.skip();
    }
  }
}

// The tables whose rows are messages of their own.
template <typename Row>
void ReadRow(Reader& reader, std::vector<Row>& table) {
  Read(reader.get_message(), table.emplace_back());
}

// Makes room for what the scan has counted.
void Reserve(const ScanResult& scan, model::Snapshot& s) {
  s.strings.reserve(scan.occurrences[12]);
  s.values.reserve(scan.occurrences[16]);
  s.bucketings.reserve(scan.occurrences[17]);
  s.coverages.reserve(scan.occurrences[18]);
  s.ramps.reserve(scan.occurrences[19]);
  s.serves.reserve(scan.occurrences[20]);
  s.member_lists.reserve(scan.occurrences[22]);
  s.segments.reserve(scan.occurrences[23]);
  s.layers.reserve(scan.occurrences[24]);
  s.holdouts.reserve(scan.occurrences[25]);
  s.experiments.reserve(scan.occurrences[26]);
  s.time_zones.reserve(scan.occurrences[27]);
  s.flags.reserve(scan.occurrences[28]);
  s.golden_vectors.reserve(scan.occurrences[29]);
}

absl::Status ReadField(Reader& reader, model::Snapshot& s) {
  switch (reader.tag()) {
    case 1:
      s.format_version = reader.get_uint32();
      break;
    case 2:
      s.semantics_version = reader.get_uint32();
      break;
    case 3:
      s.project = reader.get_view();
      break;
    case 4:
      s.environment = reader.get_view();
      break;
    case 5:
      s.audience = static_cast<Audience>(EnumByte(reader.get_uint64()));
      break;
    case 6:
      s.epoch = reader.get_int64();
      break;
    case 7:
      s.version = reader.get_int64();
      break;
    case 8:
      s.issued_at_ms = reader.get_int64();
      break;
    case 9:
      s.member_list_salt = reader.get_view();
      break;
    case 10:
      s.tzdata_version = reader.get_view();
      break;
    case 11:
      s.is_declared_empty = ReadBool(reader);
      break;
    case 12:
      s.strings.push_back(reader.get_view());
      break;
    case 13:
      return ReadAttributes(reader.get_message(), s.attributes);
    case 14:
      return ReadOperands(reader.get_message(), s);
    case 15:
      return ReadConditions(reader.get_message(), s.conditions);
    case 16:
      ReadRow(reader, s.values);
      break;
    case 17:
      ReadRow(reader, s.bucketings);
      break;
    case 18:
      ReadRow(reader, s.coverages);
      break;
    case 19:
      ReadRow(reader, s.ramps);
      break;
    case 20:
      ReadRow(reader, s.serves);
      break;
    case 21:
      return ReadRules(reader.get_message(), s.rules);
    case 22:
      ReadRow(reader, s.member_lists);
      break;
    case 23:
      ReadRow(reader, s.segments);
      break;
    case 24:
      ReadRow(reader, s.layers);
      break;
    case 25:
      ReadRow(reader, s.holdouts);
      break;
    case 26:
      ReadRow(reader, s.experiments);
      break;
    case 27:
      ReadRow(reader, s.time_zones);
      break;
    case 28:
      ReadRow(reader, s.flags);
      break;
    case 29:
      ReadRow(reader, s.golden_vectors);
      break;
    default:
      reader.skip();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<model::Snapshot> DecodeSnapshot(std::string payload) {
  auto text = std::make_shared<const std::string>(std::move(payload));
  ScanResult scan;
  absl::Status status = ScanVersioned(*text, kSnapshotMessage, &scan);
  if (!status.ok()) return status;

  model::Snapshot snapshot;
  snapshot.format_version = 0;
  snapshot.semantics_version = 0;
  snapshot.audience = Audience{};
  Reserve(scan, snapshot);
  Reader reader(*text);
  while (reader.next()) {
    status = ReadField(reader, snapshot);
    if (!status.ok()) break;
  }
  // A newer version is the better explanation of tables that do not fit.
  for (const auto& [place, found] : {std::pair("snapshot: format version", snapshot.format_version),
                                     std::pair("snapshot: semantics version", snapshot.semantics_version)}) {
    const absl::Status version = CheckVersion(place, found);
    if (!version.ok() && (status.ok() || found > 1)) return version;
  }
  if (!status.ok()) return status;
  if (snapshot.audience != Audience::kServer && snapshot.audience != Audience::kClient) {
    return BadEncoding("audience is unknown");
  }
  snapshot.text = std::move(text);
  return snapshot;
}

}  // namespace expt::wire
