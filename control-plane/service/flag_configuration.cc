#include "control-plane/service/flag_configuration.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace expt::service {
namespace {

using nlohmann::json;

// Distinct keys.
std::vector<std::string> ReadKeys(ObjectReader& object, std::string_view name, std::string_view noun, size_t max_count,
                                  Problems& problems) {
  std::vector<std::string> keys = object.Texts(name, max_count, kMaxKeySize);
  std::set<std::string_view> seen;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!seen.insert(keys[i]).second) {
      problems.push_back(
          {Child(object.At(name), i), std::string(noun) + " \"" + keys[i] + "\" stands there twice"});
    }
  }
  return keys;
}

Prerequisite ReadPrerequisite(const json& document, const std::string& pointer, Problems& problems) {
  Prerequisite prerequisite;
  prerequisite.pointer = pointer;
  ObjectReader object(document, pointer, problems);
  prerequisite.flag = object.Key("flag");
  const size_t known = problems.size();
  prerequisite.variants = ReadKeys(object, "variants", "variant", 64, problems);
  if (object.is_object() && prerequisite.variants.empty() && problems.size() == known) {
    object.Report("variants", "expected at least one variant");
  }
  object.RefuseOthers();
  return prerequisite;
}

Serve ReadServe(const json& document, const std::string& pointer, bool may_be_experiment, Problems& problems) {
  Serve serve;
  serve.pointer = pointer;
  ObjectReader object(document, pointer, problems);
  const int forms = static_cast<int>(object.Has("variant")) + static_cast<int>(object.Has("split")) +
                    static_cast<int>(object.Has("experiment"));
  if (object.is_object() && forms != 1) {
    problems.push_back({pointer, std::string("expected exactly one of \"variant\", \"split\"") +
                                     (may_be_experiment ? " and \"experiment\"" : "") + ", found " +
                                     std::to_string(forms)});
    object.Allow({"variant", "split", "experiment"});
  } else if (object.Has("variant")) {
    serve.target = object.Key("variant");
  } else if (object.Has("experiment")) {
    serve.kind = Serve::Kind::kExperiment;
    serve.target = object.Key("experiment");
    if (!may_be_experiment) object.Report("experiment", "an experiment is served by a rule, not by default");
  } else if (const json* split = object.Object("split", true)) {
    serve.kind = Serve::Kind::kSplit;
    ObjectReader inner(*split, object.At("split"), problems);
    serve.bucket_by = ReadBucketBy(inner);
    serve.salt = inner.OptionalKey("salt", "", kMaxSaltSize);
    serve.weights = ReadWeights(inner, "weights");
    inner.RefuseOthers();
  }
  object.RefuseOthers();
  return serve;
}

Rule ReadRule(const json& document, const std::string& pointer, Problems& problems) {
  Rule rule;
  ObjectReader object(document, pointer, problems);
  rule.id = object.OptionalKey("id");
  if (rule.id == "override") object.Report("id", "the id \"override\" is reserved");
  rule.description = object.Text("description", false, 4096);
  if (const json* condition = object.Object("condition", false)) {
    rule.condition = ReadCondition(*condition, object.At("condition"), ConditionScope::kContext, problems);
  }
  if (const json* coverage = object.Object("coverage", false)) {
    rule.coverage = ReadCoverage(*coverage, object.At("coverage"), problems);
  }
  if (object.Has("guardrails")) {
    object.Report("guardrails",
                  "a rule has no guardrails: a share that rises has nothing to be compared with; a guarded ramp has");
  }
  object.Allow({"guardrails"});
  rule.holdouts = ReadKeys(object, "holdouts", "holdout", kMaxExposures, problems);
  if (const json* serve = object.Object("serve", true))
    rule.serve = ReadServe(*serve, object.At("serve"), true, problems);
  object.RefuseOthers();
  if (rule.coverage.has_value() && rule.serve.kind == Serve::Kind::kSplit && !rule.serve.salt.empty() &&
      rule.coverage->salt == rule.serve.salt && rule.coverage->bucket_by == rule.serve.bucket_by) {
    problems.push_back({object.At("serve") + "/split/salt",
                        "coverage and split have the same salt: their buckets would not be independent"});
  }
  return rule;
}

std::vector<std::string> ReadUnitIds(ObjectReader& object, std::string_view name, Problems& problems) {
  std::vector<std::string> ids = object.Texts(name, kMaxUnitIds, kMaxUnitIdSize);
  const std::set<std::string_view> distinct(ids.begin(), ids.end());
  if (distinct.size() != ids.size()) problems.push_back({object.At(name), "a unit id stands there twice"});
  return ids;
}

// Puts `salt` into `holder` unless it has one.
void FillSalt(json& holder, const json* previous, const std::function<std::string()>& make_salt) {
  if (holder.contains("salt") && holder["salt"].is_string()) return;
  if (previous != nullptr && previous->is_object() && previous->contains("salt") && (*previous)["salt"].is_string()) {
    holder["salt"] = (*previous)["salt"];
  } else {
    holder["salt"] = make_salt();
  }
}

const json* Member(const json* document, const char* name) {
  if (document == nullptr || !document->is_object()) return nullptr;
  const auto found = document->find(name);
  return found != document->end() && found->is_object() ? &*found : nullptr;
}

json* Member(json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_object() ? &*found : nullptr;
}

void FillServe(json* serve, const json* previous, const std::function<std::string()>& make_salt) {
  if (serve == nullptr) return;
  if (json* split = Member(*serve, "split")) FillSalt(*split, Member(previous, "split"), make_salt);
}

}  // namespace

Weights ReadWeights(ObjectReader& object, std::string_view name) {
  Weights weights;
  const json* shares = object.Object(name, true);
  if (shares == nullptr) return weights;
  if (shares->empty()) {
    object.Report(name, "expected at least one variant");
    return weights;
  }
  int64_t sum = 0;
  bool is_complete = true;
  for (const auto& [variant, share] : shares->items()) {
    if (!IsInt64(share) || share.get<int64_t>() < 0 || share.get<int64_t>() > kWholePpm) {
      object.Report(name, "variant \"" + variant.substr(0, kMaxKeySize) +
                              "\": expected an integer in [0, 1000000], found " +
                              (share.is_number() ? share.dump() : std::string(Found(share))));
      is_complete = false;
      continue;
    }
    sum += share.get<int64_t>();
    weights.emplace_back(variant, static_cast<uint32_t>(share.get<int64_t>()));
  }
  if (is_complete && sum != kWholePpm) {
    object.Report(name, "weights sum to " + std::to_string(sum) + ", expected 1000000");
  }
  return weights;
}

FlagConfiguration ReadFlagConfiguration(const json& document, Problems& problems) {
  FlagConfiguration configuration;
  ObjectReader object(document, "", problems);
  object.Allow({"flag", "updated", "warnings"});
  configuration.is_enabled = object.Boolean("enabled", false);
  configuration.off_variant = object.OptionalKey("off_variant");
  configuration.fails_closed = object.Boolean("fail_closed", false);
  if (configuration.fails_closed && !object.Has("off_variant")) {
    object.Report("fail_closed", "a flag that fails closed needs an off variant");
  }
  if (const json* overrides = object.Array("overrides", false, 256)) {
    for (size_t i = 0; i < overrides->size(); ++i) {
      ObjectReader entry((*overrides)[i], Child(object.At("overrides"), i), problems);
      Override read;
      read.bucket_by = ReadBucketBy(entry);
      read.variant = entry.Key("variant");
      read.unit_ids = ReadUnitIds(entry, "unit_ids", problems);
      if (entry.is_object() && read.unit_ids.empty() && !entry.Has("unit_ids")) {
        entry.Report("unit_ids", "expected a value, found none");
      }
      entry.RefuseOthers();
      configuration.overrides.push_back(std::move(read));
    }
  }
  if (const json* prerequisites = object.Array("prerequisites", false, kMaxPrerequisites)) {
    for (size_t i = 0; i < prerequisites->size(); ++i) {
      configuration.prerequisites.push_back(
          ReadPrerequisite((*prerequisites)[i], Child(object.At("prerequisites"), i), problems));
    }
  }
  if (const json* rules = object.Array("rules", false, kMaxRules)) {
    std::set<std::string> ids;
    for (size_t i = 0; i < rules->size(); ++i) {
      const std::string pointer = Child(object.At("rules"), i);
      Rule rule = ReadRule((*rules)[i], pointer, problems);
      if (!rule.id.empty() && !ids.insert(rule.id).second) {
        problems.push_back({Child(pointer, "id"), "rule \"" + rule.id + "\" stands there twice"});
      }
      configuration.rules.push_back(std::move(rule));
    }
  }
  if (const json* serve = object.Object("default_serve", false)) {
    configuration.default_serve = ReadServe(*serve, object.At("default_serve"), false, problems);
  }
  object.RefuseOthers();
  return configuration;
}

json InitialConfiguration() {
  return {{"enabled", false},
          {"off_variant", nullptr},
          {"fail_closed", false},
          {"overrides", json::array()},
          {"prerequisites", json::array()},
          {"rules", json::array()},
          {"default_serve", nullptr}};
}

void ForEachLeaf(const FlagConfiguration& configuration, const std::function<void(const Condition&)>& visit) {
  for (const Rule& rule : configuration.rules) {
    if (rule.condition.has_value()) ForEachLeaf(*rule.condition, visit);
  }
}

void FillConfiguration(json& document, const json& previous, const std::function<std::string()>& make_id,
                       const std::function<std::string()>& make_salt) {
  const json initial = InitialConfiguration();
  for (const auto& [name, value] : initial.items()) {
    if (!document.contains(name)) document[name] = value;
  }
  if (document["rules"].is_null()) document["rules"] = json::array();
  for (json& rule : document["rules"]) {
    if (!rule.contains("id") || rule["id"].is_null()) rule["id"] = make_id();
    const json* before = nullptr;
    if (previous.is_object() && previous.contains("rules") && previous["rules"].is_array()) {
      for (const json& candidate : previous["rules"]) {
        if (candidate.is_object() && candidate.value("id", "") == rule["id"].get_ref<const std::string&>()) {
          before = &candidate;
        }
      }
    }
    if (json* condition = Member(rule, "condition")) {
      FillConditionSalts(*condition, Member(before, "condition"), make_salt);
    }
    if (json* coverage = Member(rule, "coverage")) FillSalt(*coverage, Member(before, "coverage"), make_salt);
    FillServe(Member(rule, "serve"), Member(before, "serve"), make_salt);
  }
  FillServe(Member(document, "default_serve"), Member(&previous, "default_serve"), make_salt);
}

}  // namespace expt::service
