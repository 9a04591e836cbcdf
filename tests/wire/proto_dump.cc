#include "tests/wire/proto_dump.h"

#include <cstdint>
#include <vector>

#include "tests/wire/dump_lines.h"

namespace expt::wire {
namespace {

uint32_t FromRef(uint32_t ref) { return ref - 1; }

// What does not fit a byte is 255 in the model.
int ByteOf(int64_t number) { return number < 0 || number > 255 ? 255 : static_cast<int>(number); }

template <typename List>
std::vector<uint32_t> Sums(const List& differences) {
  std::vector<uint32_t> sums;
  uint32_t sum = 0;
  for (const int32_t difference : differences) sums.push_back(sum += static_cast<uint32_t>(difference));
  return sums;
}

// Cell `row` of a column that may be absent.
template <typename List>
uint32_t Cell(const List& column, int row) {
  return column.empty() ? 0 : static_cast<uint32_t>(column[row]);
}

class OperandDump {
 public:
  OperandDump(DumpLines& out, const v1::OperandTable& table)
      : out_(out), t_(table), strings_(Sums(table.strings_delta())), conditions_(Sums(table.conditions_delta())) {}

  void Run() {
    for (const uint32_t list : t_.lists()) {
      const uint32_t kind = list % 16;
      const size_t size = list / 16;
      switch (kind) {
        case v1::OPERAND_KIND_STRING:
          Next(kind, strings_, string_, size);
          break;
        case v1::OPERAND_KIND_INTEGER:
          Next(kind, t_.integers(), integer_, size);
          break;
        case v1::OPERAND_KIND_DOUBLE:
          Next(kind, t_.doubles(), double_, size);
          break;
        case v1::OPERAND_KIND_CONDITION:
          Next(kind, conditions_, condition_, size);
          break;
        case v1::OPERAND_KIND_REFERENCE:
          Next(kind, t_.references(), reference_, size);
          break;
        case v1::OPERAND_KIND_HASH:
          out_.Line("operands", kind, t_.hashes().substr(hash_ * 32, size * 32));
          hash_ += size;
          break;
        default:
          out_.Line("operands", kind, size);
      }
    }
  }

 private:
  template <typename Pool>
  void Next(uint32_t kind, const Pool& pool, size_t& at, size_t size) {
    const auto begin = pool.begin() + static_cast<std::ptrdiff_t>(at);
    const std::vector<typename Pool::value_type> list(begin, begin + static_cast<std::ptrdiff_t>(size));
    out_.Line("operands", kind, list);
    at += size;
  }

  DumpLines& out_;
  const v1::OperandTable& t_;
  std::vector<uint32_t> strings_;
  std::vector<uint32_t> conditions_;
  size_t string_ = 0;
  size_t integer_ = 0;
  size_t double_ = 0;
  size_t condition_ = 0;
  size_t reference_ = 0;
  size_t hash_ = 0;
};

// ValueType of each case of Value.kind.
int TypeOf(v1::Value::KindCase kind) {
  switch (kind) {
    case v1::Value::kBoolean:
      return v1::VALUE_TYPE_BOOLEAN;
    case v1::Value::kString:
      return v1::VALUE_TYPE_STRING;
    case v1::Value::kInteger:
      return v1::VALUE_TYPE_INTEGER;
    case v1::Value::kDouble:
      return v1::VALUE_TYPE_DOUBLE;
    case v1::Value::kJson:
      return v1::VALUE_TYPE_JSON;
    case v1::Value::KIND_NOT_SET:
      break;
  }
  return 0;
}

int TypeOf(v1::ContextEntry::KindCase kind) {
  switch (kind) {
    case v1::ContextEntry::kBoolean:
      return v1::VALUE_TYPE_BOOLEAN;
    case v1::ContextEntry::kString:
      return v1::VALUE_TYPE_STRING;
    case v1::ContextEntry::kInteger:
      return v1::VALUE_TYPE_INTEGER;
    case v1::ContextEntry::kDouble:
      return v1::VALUE_TYPE_DOUBLE;
    case v1::ContextEntry::kList:
      return v1::VALUE_TYPE_STRING_LIST;
    case v1::ContextEntry::KIND_NOT_SET:
      break;
  }
  return 0;
}

void DumpTables(DumpLines& out, const v1::Snapshot& s) {
  const v1::AttributeTable& attributes = s.attributes();
  for (int i = 0; i < attributes.name_size(); ++i) {
    out.Line("attribute", attributes.name(i), ByteOf(Cell(attributes.type(), i)),
             ByteOf(Cell(attributes.properties(), i)));
  }
  OperandDump(out, s.operands()).Run();
  const v1::ConditionTable& conditions = s.conditions();
  const std::vector<uint32_t> operands = Sums(conditions.operands_ref_delta());
  for (int i = 0; i < conditions.op_size(); ++i) {
    out.Line("condition", ByteOf(conditions.op(i)), ByteOf(Cell(conditions.properties(), i)),
             Cell(conditions.subject(), i), FromRef(Cell(operands, i)), FromRef(Cell(conditions.second_ref(), i)));
  }
}

void DumpServes(DumpLines& out, const v1::Snapshot& s) {
  for (const v1::Serve& row : s.serves()) {
    const uint32_t target = row.kind_case() == v1::Serve::kExperiment ? row.experiment() : row.variant();
    out.Line("serve", static_cast<int>(row.kind_case()), target, row.split().bucketing(), row.split().weights());
  }
  const v1::RuleTable& rules = s.rules();
  const std::vector<uint32_t> conditions = Sums(rules.condition_ref_delta());
  for (int i = 0; i < rules.id_size(); ++i) {
    out.Line("rule", rules.id(i), FromRef(Cell(conditions, i)), FromRef(Cell(rules.coverage_ref(), i)),
             Cell(rules.serve(), i), FromRef(Cell(rules.holdouts_ref(), i)));
  }
}

void DumpFlags(DumpLines& out, const v1::Snapshot& s) {
  for (const v1::Flag& row : s.flags()) {
    out.Line("flag", row.key(), ByteOf(row.type()), row.enabled(), row.variant_keys(), row.variant_values(),
             FromRef(row.off_variant_ref()), Sums(row.rules_delta()), FromRef(row.default_serve_ref()),
             row.fail_closed(), ByteOf(row.visibility()), row.required_features(), row.tags(),
             FromRef(row.owner_ref()));
    for (const v1::Override& entry : row.overrides()) {
      out.Line(" override", entry.bucket_by(), entry.variant(), entry.hashes());
    }
    for (const v1::Prerequisite& entry : row.prerequisites()) {
      out.Line(" prerequisite", entry.flag(), entry.variants());
    }
  }
  for (const v1::GoldenVector& row : s.golden_vectors()) {
    out.Line("golden", row.flag(), row.now_ms(), FromRef(row.variant_ref()), row.reason(), row.error_code(),
             FromRef(row.rule_ref()), row.exposed_experiments(), row.exposed_holdouts());
    for (const v1::ContextEntry& entry : row.context()) {
      out.Line(" entry", entry.name(), TypeOf(entry.kind_case()), entry.boolean(), entry.string(), entry.integer(),
               entry.double_(), entry.list().strings());
    }
  }
}

}  // namespace

std::string Dump(const v1::Snapshot& s) {
  DumpLines out;
  out.Line("snapshot", s.format_version(), s.semantics_version(), s.project(), s.environment(), s.audience(), s.epoch(),
           s.version(), s.issued_at_ms(), s.member_list_salt(), s.tzdata_version(), s.declared_empty());
  for (const std::string& text : s.strings()) out.Line("string", text);
  DumpTables(out, s);
  for (const v1::Value& row : s.values()) {
    const uint32_t text = row.kind_case() == v1::Value::kJson ? row.json() : row.string();
    out.Line("value", TypeOf(row.kind_case()), row.boolean(), row.integer(), row.double_(), text);
  }
  for (const v1::Bucketing& row : s.bucketings()) {
    out.Line("bucketing", row.bucket_by(), row.salt(), ByteOf(row.algorithm()), row.seed(), row.thresholds());
  }
  for (const v1::Coverage& row : s.coverages()) {
    out.Line("coverage", row.bucketing(), row.ppm(), FromRef(row.ramp_ref()));
  }
  for (const v1::Ramp& row : s.ramps()) out.Line("ramp", row.linear(), row.time_ms(), row.ppm());
  DumpServes(out, s);
  for (const v1::MemberList& row : s.member_lists()) out.Line("members", row.bucket_by(), row.hashes());
  for (const v1::Segment& row : s.segments()) {
    out.Line("segment", row.key(), FromRef(row.condition_ref()), row.include(), row.exclude(), row.required_features());
  }
  for (const v1::Layer& row : s.layers()) out.Line("layer", row.key(), row.bucketing());
  for (const v1::Holdout& row : s.holdouts()) {
    out.Line("holdout", row.key(), row.bucketing(), row.ppm(), row.start_ms(), row.end_ms());
  }
  for (const v1::Experiment& row : s.experiments()) {
    out.Line("experiment", row.key(), row.id(), row.flag(), ByteOf(row.status()), row.phase(), row.start_ms(),
             row.end_ms(), row.bucketing(), row.variants(), row.weights(), row.control(), FromRef(row.layer_ref()),
             row.allocation(), row.sticky(), row.required_features());
  }
  for (const v1::TimeZone& row : s.time_zones()) {
    out.Line("zone", row.name(), row.initial_offset_minutes(), row.transition_ms(), row.offset_minutes());
  }
  DumpFlags(out, s);
  return out.text();
}

}  // namespace expt::wire
