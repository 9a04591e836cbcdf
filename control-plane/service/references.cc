#include "control-plane/service/references.h"

#include <nlohmann/json.hpp>

namespace expt::service {
namespace {

void AddCondition(const std::optional<Condition>& condition, std::vector<Reference>& references) {
  if (!condition.has_value()) return;
  ForEachLeaf(*condition, [&references](const Condition& leaf) {
    if (leaf.op == model::Operator::kFlagIs) references.push_back({kFlagKind, leaf.flag});
    if (leaf.op != model::Operator::kInSegment) return;
    for (const Operand& operand : leaf.operands) references.push_back({kSegmentKind, std::get<std::string>(operand)});
  });
}

void AddServe(const Serve& serve, std::vector<Reference>& references) {
  if (serve.kind == Serve::Kind::kSplit) references.push_back({kAttributeKind, serve.bucket_by});
  if (serve.kind == Serve::Kind::kExperiment) references.push_back({kExperimentKind, serve.target});
}

class UsedVariants {
 public:
  explicit UsedVariants(std::string_view flag) : flag_(flag) {}

  // Of the flag itself.
  void AddServed(const FlagConfiguration& configuration) {
    used_.insert(configuration.off_variant);
    for (const Override& entry : configuration.overrides) used_.insert(entry.variant);
    for (const Rule& rule : configuration.rules) Add(rule.serve);
    if (configuration.default_serve.has_value()) Add(*configuration.default_serve);
  }

  // Of any flag.
  void AddAskedFor(const FlagConfiguration& configuration) {
    for (const Prerequisite& entry : configuration.prerequisites) {
      if (entry.flag == flag_) used_.insert(entry.variants.begin(), entry.variants.end());
    }
    ForEachLeaf(configuration, [this](const Condition& leaf) { AddLeaf(leaf); });
  }

  void Add(const Segment& segment) {
    if (!segment.condition.has_value()) return;
    ForEachLeaf(*segment.condition, [this](const Condition& leaf) { AddLeaf(leaf); });
  }

  void Add(const UnitOverride& forced) {
    const auto found = forced.variants.find(std::string(flag_));
    if (found != forced.variants.end()) used_.insert(found->second);
  }

  void Add(const FlagTest& test) {
    if (test.flag == flag_ && test.variant.has_value()) used_.insert(*test.variant);
  }

  void Add(const Experiment& experiment) {
    if (experiment.flag != flag_) return;
    for (const auto& [variant, share] : experiment.weights) used_.insert(variant);
  }

  std::set<std::string> Take() { return std::move(used_); }

 private:
  void Add(const Serve& serve) {
    if (serve.kind == Serve::Kind::kVariant) used_.insert(serve.target);
    for (const auto& [variant, share] : serve.weights) used_.insert(variant);
  }

  void AddLeaf(const Condition& leaf) {
    if (leaf.op != model::Operator::kFlagIs || leaf.flag != flag_) return;
    for (const Operand& operand : leaf.operands) used_.insert(std::get<std::string>(operand));
  }

  std::string_view flag_;
  std::set<std::string> used_;
};

}  // namespace

std::vector<Reference> ReferencesOf(const storage::Document& document) {
  std::vector<Reference> references;
  const std::string& kind = document.name.kind;
  Problems none;
  const auto body = [&document] { return nlohmann::json::parse(document.body); };
  if (kind == kConfigurationKind) {
    const FlagConfiguration configuration = ReadFlagConfiguration(body(), none);
    for (const Override& entry : configuration.overrides) references.push_back({kAttributeKind, entry.bucket_by});
    for (const Prerequisite& entry : configuration.prerequisites) references.push_back({kFlagKind, entry.flag});
    for (const Rule& rule : configuration.rules) {
      AddCondition(rule.condition, references);
      if (rule.coverage.has_value()) references.push_back({kAttributeKind, rule.coverage->bucket_by});
      for (const std::string& holdout : rule.holdouts) references.push_back({kHoldoutKind, holdout});
      AddServe(rule.serve, references);
    }
    if (configuration.default_serve.has_value()) AddServe(*configuration.default_serve, references);
  } else if (kind == kSegmentKind) {
    const Segment segment = ReadSegment(body(), none);
    AddCondition(segment.condition, references);
    for (const auto* lists : {&segment.include, &segment.exclude}) {
      for (const MemberList& list : *lists) references.push_back({kAttributeKind, list.bucket_by});
    }
    for (const auto* list : {&segment.uploaded_include, &segment.uploaded_exclude}) {
      if (list->has_value()) references.push_back({kAttributeKind, (*list)->bucket_by});
    }
  } else if (kind == kOverrideKind) {
    const UnitOverride forced = ReadUnitOverride(body(), none);
    references.push_back({kAttributeKind, forced.bucket_by});
    for (const auto& [flag, variant] : forced.variants) references.push_back({kFlagKind, flag});
  } else if (kind == kFlagTestKind) {
    const FlagTest test = ReadFlagTest(body(), none);
    references.push_back({kFlagKind, test.flag});
    if (!test.context.empty()) references.push_back({kContextKind, test.context});
  } else if (kind == kMetricGroupKind) {
    for (const std::string& metric : ReadMetricGroup(body(), none).metrics) references.push_back({kMetricKind, metric});
  } else if (kind == kMetricKind) {
    references.push_back({kAttributeKind, ReadMetric(body(), none).unit_type});
  } else if (kind == kLayerKind) {
    references.push_back({kAttributeKind, ReadLayer(body(), none).bucket_by});
  } else if (kind == kHoldoutKind) {
    references.push_back({kAttributeKind, ReadHoldout(body(), none).bucket_by});
  } else if (kind == kExperimentKind) {
    const Experiment experiment = ReadExperiment(body(), none);
    if (HasEnded(experiment.status)) return references;
    references.push_back({kFlagKind, experiment.flag});
    references.push_back({kAttributeKind, experiment.bucket_by});
    if (!experiment.layer.empty()) references.push_back({kLayerKind, experiment.layer});
    for (const auto& metric : experiment.metrics) {
      references.push_back({kMetricKind, metric.metric});
      if (!metric.group.empty() && experiment.status == "draft") references.push_back({kMetricGroupKind, metric.group});
    }
  }
  return references;
}

std::set<std::string> VariantsInUse(const std::vector<storage::Document>& documents, std::string_view flag) {
  UsedVariants used(flag);
  Problems none;
  const auto body = [](const storage::Document& document) { return nlohmann::json::parse(document.body); };
  for (const storage::Document& document : documents) {
    if (document.name.kind == kConfigurationKind) {
      const FlagConfiguration configuration = ReadFlagConfiguration(body(document), none);
      if (document.name.key == flag) used.AddServed(configuration);
      used.AddAskedFor(configuration);
    } else if (document.name.kind == kSegmentKind) {
      used.Add(ReadSegment(body(document), none));
    } else if (document.name.kind == kOverrideKind) {
      used.Add(ReadUnitOverride(body(document), none));
    } else if (document.name.kind == kFlagTestKind) {
      used.Add(ReadFlagTest(body(document), none));
    } else if (document.name.kind == kExperimentKind) {
      used.Add(ReadStoredExperiment(document));
    }
  }
  return used.Take();
}

}  // namespace expt::service
