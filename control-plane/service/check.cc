#include "control-plane/service/check.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace expt::service {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool IsNumeric(ValueType type) { return type == ValueType::kInteger || type == ValueType::kDouble; }

std::string_view TypeOfOperand(const Operand& operand) {
  switch (operand.index()) {
    case 0:
      return "boolean";
    case 3:
      return "string";
    default:
      return "number";
  }
}

void CheckUnitType(std::string_view bucket_by, std::string pointer, Library& library, Problems& problems) {
  const AttributeDefinition* attribute = library.FindAttribute(bucket_by);
  if (attribute == nullptr) {
    problems.push_back({std::move(pointer), "unknown attribute " + Quoted(bucket_by)});
  } else if (!attribute->is_unit_type) {
    problems.push_back({std::move(pointer), "attribute " + Quoted(bucket_by) + " is not a unit type"});
  }
}

void CheckCondition(const Condition& condition, Library& library, Problems& problems) {
  ForEachLeaf(condition, [&](const Condition& leaf) {
    if (leaf.op == model::Operator::kInSegment) {
      for (size_t i = 0; i < leaf.operands.size(); ++i) {
        const std::string& key = std::get<std::string>(leaf.operands[i]);
        if (library.FindSegment(key) == nullptr) {
          problems.push_back({Child(leaf.pointer + "/operands", i), "unknown segment " + Quoted(key)});
        }
      }
      return;
    }
    const AttributeDefinition* attribute = library.FindAttribute(leaf.attribute);
    if (attribute == nullptr || leaf.operands.empty()) return;
    const std::string_view declared = IsNumeric(attribute->type) ? "number" : ValueTypeName(attribute->type);
    const std::string_view found = TypeOfOperand(leaf.operands.front());
    if (declared != found) {
      problems.push_back({leaf.pointer + "/operands", "attribute " + Quoted(leaf.attribute) + ": expected " +
                                                          std::string(declared) + ", found " + std::string(found)});
    }
  });
}

void CheckVariant(const Flag& flag, std::string_view variant, std::string pointer, Problems& problems) {
  if (variant.empty() || flag.HasVariant(variant)) return;
  problems.push_back({std::move(pointer), "flag " + Quoted(flag.key) + " has no variant " + Quoted(variant)});
}

void CheckServe(const Serve& serve, const Flag& flag, Library& library, Problems& problems) {
  switch (serve.kind) {
    case Serve::Kind::kVariant:
      CheckVariant(flag, serve.target, serve.pointer + "/variant", problems);
      return;
    case Serve::Kind::kSplit:
      CheckUnitType(serve.bucket_by, serve.pointer + "/split/bucket_by", library, problems);
      for (const auto& [variant, share] : serve.weights) {
        CheckVariant(flag, variant, Child(serve.pointer + "/split/weights", variant), problems);
      }
      return;
    case Serve::Kind::kExperiment: {
      if (serve.target.empty()) return;
      const Experiment* experiment = library.FindExperiment(serve.target);
      if (experiment == nullptr) {
        problems.push_back({serve.pointer + "/experiment", "unknown experiment " + Quoted(serve.target)});
      } else if (experiment->flag != flag.key) {
        problems.push_back({serve.pointer + "/experiment",
                            "experiment " + Quoted(serve.target) + " belongs to flag " + Quoted(experiment->flag)});
      }
      return;
    }
  }
}

// Follows in_segment from `condition` until `key` comes up.
bool Reaches(const Condition& condition, std::string_view key, Library& library, std::set<std::string>& seen) {
  bool is_found = false;
  ForEachLeaf(condition, [&](const Condition& leaf) {
    if (leaf.op != model::Operator::kInSegment) return;
    for (const Operand& operand : leaf.operands) {
      const std::string& next = std::get<std::string>(operand);
      if (next == key) is_found = true;
      if (is_found || !seen.insert(next).second) continue;
      const Segment* segment = library.FindSegment(next);
      if (segment != nullptr && segment->condition.has_value()) {
        is_found = Reaches(*segment->condition, key, library, seen);
      }
    }
  });
  return is_found;
}

void AddCondition(const std::optional<Condition>& condition, std::vector<Reference>& references) {
  if (!condition.has_value()) return;
  ForEachLeaf(*condition, [&references](const Condition& leaf) {
    if (leaf.op != model::Operator::kInSegment) return;
    for (const Operand& operand : leaf.operands) references.push_back({kSegmentKind, std::get<std::string>(operand)});
  });
}

void AddServe(const Serve& serve, std::vector<Reference>& references) {
  if (serve.kind == Serve::Kind::kSplit) references.push_back({kAttributeKind, serve.bucket_by});
  if (serve.kind == Serve::Kind::kExperiment) references.push_back({kExperimentKind, serve.target});
}

}  // namespace

void CheckConfiguration(const FlagConfiguration& configuration, std::string_view flag_key, Library& library,
                        Problems& problems) {
  const Flag* flag = library.FindFlag(flag_key);
  if (flag == nullptr) {
    problems.push_back({"", "unknown flag " + Quoted(flag_key)});
    return;
  }
  CheckVariant(*flag, configuration.off_variant, "/off_variant", problems);
  for (size_t i = 0; i < configuration.overrides.size(); ++i) {
    const Override& entry = configuration.overrides[i];
    const std::string pointer = Child("/overrides", i);
    CheckVariant(*flag, entry.variant, pointer + "/variant", problems);
    CheckUnitType(entry.bucket_by, pointer + "/bucket_by", library, problems);
  }
  for (size_t i = 0; i < configuration.rules.size(); ++i) {
    const Rule& rule = configuration.rules[i];
    const std::string pointer = Child("/rules", i);
    if (rule.condition.has_value()) CheckCondition(*rule.condition, library, problems);
    if (rule.coverage.has_value()) {
      CheckUnitType(rule.coverage->bucket_by, pointer + "/coverage/bucket_by", library, problems);
    }
    CheckServe(rule.serve, *flag, library, problems);
  }
  if (configuration.default_serve.has_value()) CheckServe(*configuration.default_serve, *flag, library, problems);
}

void CheckSegment(const Segment& segment, Library& library, Problems& problems) {
  if (segment.condition.has_value()) {
    std::set<std::string> seen;
    if (Reaches(*segment.condition, segment.key, library, seen)) {
      problems.push_back({"/condition", "segment " + Quoted(segment.key) + " refers to itself"});
    } else {
      CheckCondition(*segment.condition, library, problems);
    }
  }
  for (size_t i = 0; i < segment.include.size(); ++i) {
    CheckUnitType(segment.include[i].bucket_by, Child("/include", i) + "/bucket_by", library, problems);
  }
  for (size_t i = 0; i < segment.exclude.size(); ++i) {
    CheckUnitType(segment.exclude[i].bucket_by, Child("/exclude", i) + "/bucket_by", library, problems);
  }
}

void CheckMetric(const Metric& metric, Library& library, Problems& problems) {
  CheckUnitType(metric.unit_type, "/unit_type", library, problems);
}

void CheckLayer(const Layer& layer, Library& library, Problems& problems) {
  CheckUnitType(layer.bucket_by, "/bucket_by", library, problems);
}

void CheckExperiment(const Experiment& experiment, Library& library, const std::vector<Experiment>& others,
                     Problems& problems) {
  const Flag* flag = library.FindFlag(experiment.flag);
  if (flag == nullptr) {
    problems.push_back({"/flag", "unknown flag " + Quoted(experiment.flag)});
  } else {
    for (const auto& [variant, share] : experiment.weights) {
      CheckVariant(*flag, variant, Child("/weights", variant), problems);
    }
  }
  CheckUnitType(experiment.bucket_by, "/bucket_by", library, problems);
  for (size_t i = 0; i < experiment.metrics.size(); ++i) {
    const std::string pointer = Child("/metrics", i) + "/metric";
    const std::string& key = experiment.metrics[i].metric;
    const Metric* metric = library.FindMetric(key);
    if (metric == nullptr) {
      problems.push_back({pointer, "unknown metric " + Quoted(key)});
    } else if (metric->unit_type != experiment.bucket_by) {
      problems.push_back({pointer, "metric " + Quoted(key) + " counts by " + Quoted(metric->unit_type) +
                                       ", the experiment buckets by " + Quoted(experiment.bucket_by)});
    }
  }
  if (experiment.layer.empty()) return;
  const Layer* layer = library.FindLayer(experiment.layer);
  if (layer == nullptr) {
    problems.push_back({"/layer", "unknown layer " + Quoted(experiment.layer)});
    return;
  }
  if (layer->bucket_by != experiment.bucket_by) {
    problems.push_back({"/bucket_by", "layer " + Quoted(layer->key) + " buckets by " + Quoted(layer->bucket_by) +
                                          ", found " + Quoted(experiment.bucket_by)});
  }
  if (!layer->salt.empty() && layer->salt == experiment.salt) {
    problems.push_back({"/salt", "layer and experiment have the same salt: their buckets would not be independent"});
  }
  if (experiment.status == "stopped") return;
  for (const Experiment& other : others) {
    if (other.key == experiment.key || other.layer != experiment.layer || other.status == "stopped") continue;
    if (Overlap(experiment.allocation, other.allocation)) {
      problems.push_back({"/allocation", "overlaps the allocation of experiment " + Quoted(other.key) + " in layer " +
                                             Quoted(experiment.layer)});
    }
  }
}

std::vector<Reference> ReferencesOf(const storage::Document& document) {
  std::vector<Reference> references;
  const std::string& kind = document.name.kind;
  Problems none;
  const auto body = [&document] { return nlohmann::json::parse(document.body); };
  if (kind == kConfigurationKind) {
    const FlagConfiguration configuration = ReadFlagConfiguration(body(), none);
    for (const Override& entry : configuration.overrides) references.push_back({kAttributeKind, entry.bucket_by});
    for (const Rule& rule : configuration.rules) {
      AddCondition(rule.condition, references);
      if (rule.coverage.has_value()) references.push_back({kAttributeKind, rule.coverage->bucket_by});
      AddServe(rule.serve, references);
    }
    if (configuration.default_serve.has_value()) AddServe(*configuration.default_serve, references);
  } else if (kind == kSegmentKind) {
    const Segment segment = ReadSegment(body(), none);
    AddCondition(segment.condition, references);
    for (const auto* lists : {&segment.include, &segment.exclude}) {
      for (const MemberList& list : *lists) references.push_back({kAttributeKind, list.bucket_by});
    }
  } else if (kind == kMetricKind) {
    references.push_back({kAttributeKind, ReadMetric(body(), none).unit_type});
  } else if (kind == kLayerKind) {
    references.push_back({kAttributeKind, ReadLayer(body(), none).bucket_by});
  } else if (kind == kExperimentKind) {
    const Experiment experiment = ReadExperiment(body(), none);
    if (experiment.status == "stopped") return references;
    references.push_back({kFlagKind, experiment.flag});
    references.push_back({kAttributeKind, experiment.bucket_by});
    if (!experiment.layer.empty()) references.push_back({kLayerKind, experiment.layer});
    for (const auto& metric : experiment.metrics) references.push_back({kMetricKind, metric.metric});
  }
  return references;
}

}  // namespace expt::service
