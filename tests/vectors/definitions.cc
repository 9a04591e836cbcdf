#include "tests/vectors/definitions.h"

#include <algorithm>
#include <stdexcept>

#include "src/model/builder.h"
#include "tests/vectors/condition_reader.h"

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
  explicit Reader(const json& snapshot)
      : in_(snapshot),
        segments_(Names("segments")),
        layers_(Names("layers")),
        holdouts_(Names("holdouts")),
        flags_(Names("flags")),
        experiments_(Names("experiments")),
        conditions_(b_, List(in_, "flags"), segments_, flags_, Names("time_zones", "name")) {}

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
    for (const json& row : List(in_, "time_zones")) TimeZone(row);
    for (const json& row : List(in_, "segments")) Segment(row);
    for (const json& row : List(in_, "layers")) {
      s.layers.push_back({.key = b_.String(row.at("key").get<std::string>()), .bucketing = Bucketing(row)});
    }
    for (const json& row : List(in_, "holdouts")) {
      s.holdouts.push_back({.key = b_.String(row.at("key").get<std::string>()),
                            .bucketing = Bucketing(row),
                            .ppm = row.at("ppm"),
                            .start_ms = row.value("start_ms", int64_t{0}),
                            .end_ms = row.value("end_ms", int64_t{0})});
    }
    for (const json& row : List(in_, "experiments")) Experiment(row);
    for (const json& row : List(in_, "flags")) Flag(row);
    conditions_.Finish();
    return b_.Take();
  }

 private:
  Rows Names(const char* table, const char* name = "key") {
    Rows rows;
    for (const json& row : List(in_, table)) rows.emplace(row.at(name).get<std::string>(), rows.size());
    return rows;
  }

  Index Bucketing(const json& row) {
    return b_.AddBucketing(b_.Attribute(row.value("bucket_by", "targeting_key")), row.at("salt").get<std::string>());
  }

  Index Condition(const json& row) { return row.is_null() ? kNone : conditions_.Read(row); }

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

  void TimeZone(const json& row) {
    model::TimeZone zone;
    zone.name = b_.String(row.at("name").get<std::string>());
    zone.initial_offset_minutes = row.at("initial_offset_minutes");
    for (const json& transition : List(row, "transitions")) {
      zone.transition_ms.push_back(TimeAt(transition.at(0)));
      zone.offset_minutes.push_back(transition.at(1));
    }
    b_.snapshot().time_zones.push_back(std::move(zone));
  }

  Index Coverage(const json& row) {
    if (!row.contains("ramp")) return b_.AddCoverage(Bucketing(row), row.at("ppm"));
    model::Ramp ramp;
    ramp.is_linear = row["ramp"].value("linear", false);
    for (const json& point : row["ramp"].at("points")) {
      ramp.time_ms.push_back(TimeAt(point.contains("time") ? point["time"] : point.at("time_ms")));
      ramp.ppm.push_back(point.at("ppm"));
    }
    model::Snapshot& s = b_.snapshot();
    s.ramps.push_back(std::move(ramp));
    s.coverages.push_back({.bucketing = Bucketing(row), .ppm = 0, .ramp = static_cast<Index>(s.ramps.size() - 1)});
    return static_cast<Index>(s.coverages.size() - 1);
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
      if (item.contains("coverage")) rule.coverage = Coverage(item["coverage"]);
      if (item.contains("holdouts")) {
        std::vector<Index> rows;
        for (const json& key : item["holdouts"]) rows.push_back(RowOf(holdouts_, key));
        rule.holdouts = b_.References(rows);
      }
      rule.serve = Serve(row, item.at("serve"));
      flag.rules.push_back(b_.AddRule(rule));
    }
    if (row.contains("default_serve")) flag.default_serve = Serve(row, row["default_serve"]);
    flag.required_features = Texts(List(row, "required_features"));
    b_.snapshot().flags.push_back(std::move(flag));
  }

  const json& in_;
  model::Builder b_;
  const Rows segments_;
  const Rows layers_;
  const Rows holdouts_;
  const Rows flags_;
  const Rows experiments_;
  ConditionReader conditions_;
};

}  // namespace

model::Snapshot ModelOf(const json& snapshot) { return Reader(snapshot).Read(); }

}  // namespace expt::vectors
