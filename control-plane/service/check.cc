#include "control-plane/service/check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "control-plane/service/check_condition.h"
#include "control-plane/service/reach.h"

namespace expt::service {

void CheckUnitType(std::string_view bucket_by, std::string pointer, Library& library, Problems& problems) {
  const AttributeDefinition* attribute = library.FindAttribute(bucket_by);
  if (attribute == nullptr) {
    problems.push_back({std::move(pointer), "unknown attribute " + Quoted(bucket_by)});
  } else if (!attribute->is_unit_type) {
    problems.push_back({std::move(pointer), "attribute " + Quoted(bucket_by) + " is not a unit type"});
  }
}

namespace {

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

// What hashes a unit for one rule. Two of them with one salt would not be independent.
struct Hashing {
  std::string_view what;
  std::string_view bucket_by;
  std::string_view salt;
  std::string pointer;
};

// `next` must not hash as any of those before it.
void AddHashing(Hashing next, std::vector<Hashing>& hashings, Problems& problems) {
  for (const Hashing& other : hashings) {
    if (next.salt.empty() || other.salt != next.salt || other.bucket_by != next.bucket_by) continue;
    problems.push_back({next.pointer, std::string(other.what) + " and " + std::string(next.what) +
                                          " have the same salt: their buckets would not be independent"});
    return;
  }
  hashings.push_back(std::move(next));
}

void CheckSalts(const Rule& rule, const std::string& pointer, Library& library, Problems& problems) {
  std::vector<Hashing> hashings;
  if (rule.coverage.has_value()) {
    AddHashing({"coverage", rule.coverage->bucket_by, rule.coverage->salt, pointer + "/coverage/salt"}, hashings,
               problems);
  }
  for (size_t i = 0; i < rule.holdouts.size(); ++i) {
    const Holdout* holdout = library.FindHoldout(rule.holdouts[i]);
    if (holdout == nullptr) continue;
    AddHashing({"holdout", holdout->bucket_by, holdout->salt, Child(pointer + "/holdouts", i)}, hashings, problems);
  }
  if (rule.serve.kind == Serve::Kind::kSplit) {
    AddHashing({"split", rule.serve.bucket_by, rule.serve.salt, pointer + "/serve/split/salt"}, hashings, problems);
  }
  if (rule.serve.kind != Serve::Kind::kExperiment) return;
  const Experiment* experiment = library.FindExperiment(rule.serve.target);
  if (experiment == nullptr) return;
  const Layer* layer = experiment->layer.empty() ? nullptr : library.FindLayer(experiment->layer);
  if (layer != nullptr) {
    AddHashing({"layer", layer->bucket_by, layer->salt, pointer + "/serve/experiment"}, hashings, problems);
  }
  AddHashing({"experiment", experiment->bucket_by, experiment->salt, pointer + "/serve/experiment"}, hashings,
             problems);
}

void CheckHoldouts(const FlagConfiguration& configuration, Library& library, Problems& problems) {
  std::set<std::string_view> named;
  bool has_experiment = false;
  for (size_t i = 0; i < configuration.rules.size(); ++i) {
    const Rule& rule = configuration.rules[i];
    has_experiment |= rule.serve.kind == Serve::Kind::kExperiment;
    for (size_t j = 0; j < rule.holdouts.size(); ++j) {
      named.insert(rule.holdouts[j]);
      if (library.FindHoldout(rule.holdouts[j]) != nullptr) continue;
      problems.push_back(
          {Child(Child("/rules", i) + "/holdouts", j), "unknown holdout " + Quoted(rule.holdouts[j])});
    }
  }
  const size_t most = kMaxExposures - (has_experiment ? 1 : 0);
  if (named.size() <= most) return;
  problems.push_back({"/rules", "the rules name " + std::to_string(named.size()) + " holdouts" +
                                    (has_experiment ? " beside an experiment" : "") + ", expected at most " +
                                    std::to_string(most)});
}

void CheckPrerequisite(const Prerequisite& prerequisite, Library& library, Problems& problems) {
  if (prerequisite.flag.empty()) return;
  const Flag* flag = library.FindFlag(prerequisite.flag);
  if (flag == nullptr) {
    problems.push_back({prerequisite.pointer + "/flag", "unknown flag " + Quoted(prerequisite.flag)});
    return;
  }
  for (size_t i = 0; i < prerequisite.variants.size(); ++i) {
    CheckVariant(*flag, prerequisite.variants[i], Child(prerequisite.pointer + "/variants", i), problems);
  }
}

// Where `flag` refers to others: no way leads back to it, and clients hold only what they may see.
void CheckReach(const Flag& flag, const Reach& reach, const std::string& pointer, Library& library,
                Problems& problems) {
  if (reach.flags().contains(flag.key)) {
    problems.push_back({pointer, "flag " + Quoted(flag.key) + " refers to itself"});
    return;
  }
  if (!flag.is_client_visible) return;
  for (const std::string& key : reach.flags()) {
    const Flag* other = library.FindFlag(key);
    if (other == nullptr || other->is_client_visible) continue;
    problems.push_back({pointer, "flag " + Quoted(flag.key) + " is visible to clients and refers to flag " +
                                     Quoted(key) + ", which is for servers only"});
    return;
  }
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
  for (const Prerequisite& prerequisite : configuration.prerequisites) {
    CheckPrerequisite(prerequisite, library, problems);
    Reach reach(library);
    reach.FollowFlag(prerequisite.flag);
    CheckReach(*flag, reach, prerequisite.pointer + "/flag", library, problems);
  }
  ForEachLeaf(configuration, [&](const Condition& leaf) {
    if (ReadsAttribute(FormOf(leaf.op)->operands)) return;
    Reach reach(library);
    reach.Follow(leaf);
    CheckReach(*flag, reach, leaf.pointer, library, problems);
  });
  CheckHoldouts(configuration, library, problems);
  for (size_t i = 0; i < configuration.rules.size(); ++i) {
    const Rule& rule = configuration.rules[i];
    const std::string pointer = Child("/rules", i);
    if (rule.condition.has_value()) CheckCondition(*rule.condition, library, problems);
    CheckSalts(rule, pointer, library, problems);
    if (rule.coverage.has_value()) {
      CheckUnitType(rule.coverage->bucket_by, pointer + "/coverage/bucket_by", library, problems);
    }
    CheckServe(rule.serve, *flag, library, problems);
  }
  if (configuration.default_serve.has_value()) CheckServe(*configuration.default_serve, *flag, library, problems);
}

void CheckSegment(const Segment& segment, Library& library, Problems& problems) {
  if (segment.condition.has_value()) {
    Reach reach(library);
    reach.Follow(*segment.condition);
    if (reach.segments().contains(segment.key)) {
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
  if (segment.uploaded_include.has_value()) {
    CheckUnitType(segment.uploaded_include->bucket_by, "/uploaded/include/bucket_by", library, problems);
  }
  if (segment.uploaded_exclude.has_value()) {
    CheckUnitType(segment.uploaded_exclude->bucket_by, "/uploaded/exclude/bucket_by", library, problems);
  }
}

void CheckUnitOverride(const UnitOverride& forced, Library& library, Problems& problems) {
  CheckUnitType(forced.bucket_by, "/bucket_by", library, problems);
  for (const auto& [key, variant] : forced.variants) {
    const Flag* flag = library.FindFlag(key);
    if (flag == nullptr) {
      problems.push_back({Child("/variants", key), "unknown flag " + Quoted(key)});
    } else {
      CheckVariant(*flag, variant, Child("/variants", key), problems);
    }
  }
}

void CheckFlagTest(const FlagTest& test, Library& library, Problems& problems) {
  const Flag* flag = test.flag.empty() ? nullptr : library.FindFlag(test.flag);
  if (flag == nullptr && !test.flag.empty()) problems.push_back({"/flag", "unknown flag " + Quoted(test.flag)});
  if (flag != nullptr && test.variant.has_value()) {
    CheckVariant(*flag, *test.variant, "/expect/variant", problems);
  }
  if (!test.context.empty() && library.FindContext(test.context) == nullptr) {
    problems.push_back({"/context", "unknown context " + Quoted(test.context)});
  }
}

void CheckMetricGroup(const MetricGroup& group, Library& library, Problems& problems) {
  for (size_t i = 0; i < group.metrics.size(); ++i) {
    if (library.FindMetric(group.metrics[i]) != nullptr) continue;
    problems.push_back({Child("/metrics", i), "unknown metric " + Quoted(group.metrics[i])});
  }
}

void CheckMetric(const Metric& metric, Library& library, Problems& problems) {
  CheckUnitType(metric.unit_type, "/unit_type", library, problems);
}

void CheckLayer(const Layer& layer, Library& library, Problems& problems) {
  CheckUnitType(layer.bucket_by, "/bucket_by", library, problems);
}

void CheckHoldout(const Holdout& holdout, Library& library, Problems& problems) {
  CheckUnitType(holdout.bucket_by, "/bucket_by", library, problems);
}

void CheckExperiment(const Experiment& experiment, Library& library, Problems& problems) {
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
}

void CheckAllocation(const Experiment& experiment, const std::vector<Experiment>& others, Problems& problems) {
  if (experiment.layer.empty() || HasEnded(experiment.status)) return;
  for (const Experiment& other : others) {
    if (other.key == experiment.key || other.layer != experiment.layer || HasEnded(other.status)) continue;
    if (Overlap(experiment.allocation, other.allocation)) {
      problems.push_back({"/allocation", "overlaps the allocation of experiment " + Quoted(other.key) + " in layer " +
                                             Quoted(experiment.layer)});
    }
  }
}

}  // namespace expt::service
