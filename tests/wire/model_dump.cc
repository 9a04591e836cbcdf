#include "tests/wire/model_dump.h"

#include <span>

#include "tests/wire/dump_lines.h"

namespace expt::wire {
namespace {

void DumpOperands(DumpLines& out, const model::Snapshot& s) {
  for (const model::OperandList& list : s.operands) {
    switch (list.kind) {
      case model::OperandKind::kString:
        out.Line("operands", list.kind, std::span(s.string_pool).subspan(list.begin, list.size));
        break;
      case model::OperandKind::kInteger:
        out.Line("operands", list.kind, std::span(s.integer_pool).subspan(list.begin, list.size));
        break;
      case model::OperandKind::kDouble:
        out.Line("operands", list.kind, std::span(s.double_pool).subspan(list.begin, list.size));
        break;
      case model::OperandKind::kCondition:
        out.Line("operands", list.kind, std::span(s.condition_pool).subspan(list.begin, list.size));
        break;
      case model::OperandKind::kReference:
        out.Line("operands", list.kind, std::span(s.reference_pool).subspan(list.begin, list.size));
        break;
      case model::OperandKind::kHash:
        out.Line("operands", list.kind, s.hash_pool.substr(size_t{list.begin} * 32, size_t{list.size} * 32));
        break;
      default:
        out.Line("operands", list.kind, list.size);
    }
  }
}

void DumpFlag(DumpLines& out, const model::Flag& flag) {
  out.Line("flag", flag.key, flag.type, flag.is_enabled, flag.variant_keys, flag.variant_values, flag.off_variant,
           flag.rules, flag.default_serve, flag.fail_closed, flag.visibility, flag.required_features, flag.tags,
           flag.owner);
  for (const model::Override& row : flag.overrides) out.Line(" override", row.bucket_by, row.variant, row.hashes);
  for (const model::Prerequisite& row : flag.prerequisites) out.Line(" prerequisite", row.flag, row.variants);
}

void DumpGolden(DumpLines& out, const model::GoldenVector& vector) {
  out.Line("golden", vector.flag, vector.now_ms, vector.variant, vector.reason, vector.error, vector.rule,
           vector.exposed_experiments, vector.exposed_holdouts);
  for (const model::GoldenVector::Entry& entry : vector.context) {
    out.Line(" entry", entry.name, entry.type, entry.boolean, entry.text, entry.integer, entry.real, entry.list);
  }
}

}  // namespace

std::string Dump(const model::Snapshot& s) {
  DumpLines out;
  out.Line("snapshot", s.format_version, s.semantics_version, s.project, s.environment, s.audience, s.epoch, s.version,
           s.issued_at_ms, s.member_list_salt, s.tzdata_version, s.is_declared_empty);
  for (std::string_view text : s.strings) out.Line("string", text);
  for (const model::AttributeSchema& row : s.attributes) out.Line("attribute", row.name, row.type, row.properties);
  DumpOperands(out, s);
  for (const model::Condition& row : s.conditions) {
    out.Line("condition", row.op, row.properties, row.subject, row.operands, row.second);
  }
  for (const model::FlagValue& row : s.values) {
    out.Line("value", row.type, row.boolean, row.integer, row.real, row.text);
  }
  for (const model::Bucketing& row : s.bucketings) {
    out.Line("bucketing", row.bucket_by, row.salt, row.algorithm, row.seed, row.thresholds);
  }
  for (const model::Coverage& row : s.coverages) out.Line("coverage", row.bucketing, row.ppm, row.ramp);
  for (const model::Ramp& row : s.ramps) out.Line("ramp", row.is_linear, row.time_ms, row.ppm);
  for (const model::Serve& row : s.serves) out.Line("serve", row.kind, row.target, row.bucketing, row.weights);
  for (const model::Rule& row : s.rules) {
    out.Line("rule", row.id, row.condition, row.coverage, row.serve, row.holdouts);
  }
  for (const model::MemberList& row : s.member_lists) out.Line("members", row.bucket_by, row.hashes);
  for (const model::Segment& row : s.segments) {
    out.Line("segment", row.key, row.condition, row.include, row.exclude, row.required_features);
  }
  for (const model::Layer& row : s.layers) out.Line("layer", row.key, row.bucketing);
  for (const model::Holdout& row : s.holdouts) {
    out.Line("holdout", row.key, row.bucketing, row.ppm, row.start_ms, row.end_ms);
  }
  for (const model::Experiment& row : s.experiments) {
    out.Line("experiment", row.key, row.id, row.flag, row.status, row.phase, row.start_ms, row.end_ms, row.bucketing,
             row.variants, row.weights, row.control, row.layer, row.allocation, row.is_sticky, row.required_features);
  }
  for (const model::TimeZone& row : s.time_zones) {
    out.Line("zone", row.name, row.initial_offset_minutes, row.transition_ms, row.offset_minutes);
  }
  for (const model::Flag& row : s.flags) DumpFlag(out, row);
  for (const model::GoldenVector& row : s.golden_vectors) DumpGolden(out, row);
  return out.text();
}

}  // namespace expt::wire
