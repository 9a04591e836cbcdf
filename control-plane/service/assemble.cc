#include "control-plane/service/assemble.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "src/model/builder.h"

namespace expt::service {
namespace {

using model::Builder;
using model::Index;
using model::kNone;

using Rows = std::map<std::string, Index, std::less<>>;

// The value behind a key that the checks have found.
template <typename T>
const T& At(const Library::Shelf<T>& shelf, const std::string& key) {
  return *shelf.find(key)->second;
}

model::ExperimentStatus StatusOf(std::string_view status) {
  for (const auto candidate : {model::ExperimentStatus::kDraft, model::ExperimentStatus::kRunning,
                               model::ExperimentStatus::kPaused, model::ExperimentStatus::kStopped}) {
    if (model::ExperimentStatusName(candidate) == status) return candidate;
  }
  return model::ExperimentStatus::kUnspecified;
}

// Calls `visit` for each condition of a flag's rules.
template <typename Visit>
void ForEachCondition(const FlagConfiguration& configuration, Visit visit) {
  for (const Rule& rule : configuration.rules) {
    if (rule.condition.has_value()) visit(*rule.condition);
  }
}

class Assembler {
 public:
  Assembler(const Library& library, const AssembleOptions& options) : library_(library), options_(options) {}

  model::Snapshot Run() {
    model::Snapshot& snapshot = builder_.snapshot();
    snapshot.project = builder_.Copy(options_.project);
    snapshot.environment = builder_.Copy(options_.environment_id);
    snapshot.audience = options_.audience;
    builder_.SetMemberListSalt(options_.member_list_salt);
    Choose();
    Attributes();
    // Rows are handed out first, because flags, experiments and segments refer to each other.
    for (const std::string& key : segment_keys_) segments_.emplace(key, static_cast<Index>(segments_.size()));
    for (const std::string& key : flag_keys_) flags_.emplace(key, static_cast<Index>(flags_.size()));
    for (const std::string& key : segment_keys_) AddSegment(At(library_.segments(), key));
    for (const auto& [key, experiment] : library_.experiments()) {
      if (experiment.has_value() && flags_.contains(experiment->flag)) AddExperiment(*experiment);
    }
    for (const std::string& key : flag_keys_) AddFlag(At(library_.flags(), key));
    snapshot.is_declared_empty = options_.audience == Audience::kClient && snapshot.flags.empty();
    return builder_.Take();
  }

 private:
  bool is_for_clients() const { return options_.audience == Audience::kClient; }

  // Keys of the flags and segments that go into the snapshot.
  void Choose() {
    for (const auto& [key, flag] : library_.flags()) {
      if (flag.has_value() && (!is_for_clients() || flag->is_client_visible)) flag_keys_.insert(key);
    }
    if (!is_for_clients()) {
      for (const auto& [key, segment] : library_.segments()) {
        if (segment.has_value()) segment_keys_.insert(key);
      }
      return;
    }
    for (const std::string& key : flag_keys_) {
      if (const FlagConfiguration* configuration = Configuration(key)) {
        ForEachCondition(*configuration, [this](const Condition& condition) { ChooseSegments(condition); });
      }
    }
  }

  void ChooseSegments(const Condition& condition) {
    ForEachLeaf(condition, [this](const Condition& leaf) {
      if (leaf.op != model::Operator::kInSegment) return;
      for (const Operand& operand : leaf.operands) {
        const std::string& key = std::get<std::string>(operand);
        if (!segment_keys_.insert(key).second) continue;
        const Segment& segment = At(library_.segments(), key);
        if (segment.condition.has_value()) ChooseSegments(*segment.condition);
      }
    });
  }

  const FlagConfiguration* Configuration(const std::string& flag) const {
    const auto found = library_.configurations().find(flag);
    return found != library_.configurations().end() && found->second.has_value() ? &*found->second : nullptr;
  }

  // Servers learn the whole schema; clients what events need, and later what rules read.
  void Attributes() {
    for (const auto& [key, attribute] : library_.attributes()) {
      if (!attribute.has_value()) continue;
      if (!is_for_clients() || attribute->is_unit_type || attribute->is_analytics) Attribute(key);
    }
  }

  Index Attribute(std::string_view name) {
    const auto known = attributes_.find(name);
    if (known != attributes_.end()) return known->second;
    const Index row = builder_.Attribute(name);
    const auto declared = library_.attributes().find(name);
    if (declared != library_.attributes().end() && declared->second.has_value()) {
      const AttributeDefinition& attribute = *declared->second;
      uint8_t properties = 0;
      if (attribute.is_unit_type) properties |= model::kUnitType;
      if (attribute.is_analytics) properties |= model::kAnalytics;
      if (attribute.is_private) properties |= model::kPrivate;
      builder_.SetAttribute(name, attribute.type, properties);
    }
    attributes_.emplace(std::string(name), row);
    return row;
  }

  Index Bucketing(std::string_view bucket_by, std::string_view salt) {
    return builder_.AddBucketing(Attribute(bucket_by), salt);
  }

  Index Operands(const Condition& leaf, uint8_t& properties) {
    if (leaf.op == model::Operator::kIsSet) return kNone;
    if (leaf.op == model::Operator::kInSegment) {
      std::vector<Index> rows;
      for (const Operand& operand : leaf.operands) rows.push_back(segments_.at(std::get<std::string>(operand)));
      return builder_.References(rows);
    }
    if (leaf.operands.empty() || std::holds_alternative<std::string>(leaf.operands.front())) {
      std::vector<std::string_view> texts;
      for (const Operand& operand : leaf.operands) texts.push_back(std::get<std::string>(operand));
      return builder_.Strings(texts);
    }
    if (std::holds_alternative<double>(leaf.operands.front())) {
      std::vector<double> numbers;
      for (const Operand& operand : leaf.operands) numbers.push_back(std::get<double>(operand));
      return builder_.Doubles(numbers);
    }
    std::vector<int64_t> integers;
    for (const Operand& operand : leaf.operands) {
      if (const bool* boolean = std::get_if<bool>(&operand)) {
        properties |= model::kBooleanOperands;
        integers.push_back(*boolean ? 1 : 0);
      } else {
        integers.push_back(std::get<int64_t>(operand));
      }
    }
    return builder_.Integers(integers);
  }

  Index AddCondition(const Condition& condition) {
    if (condition.op == model::Operator::kAll || condition.op == model::Operator::kAny) {
      std::vector<Index> children;
      for (const Condition& child : condition.children) children.push_back(AddCondition(child));
      const Index row = condition.op == model::Operator::kAll ? builder_.All(children) : builder_.Any(children);
      return condition.is_negated ? builder_.Not(row) : row;
    }
    uint8_t properties = condition.is_negated ? model::kNegate : 0;
    const Index subject = condition.op == model::Operator::kInSegment ? 0 : Attribute(condition.attribute);
    const Index operands = Operands(condition, properties);
    return builder_.Leaf(condition.op, subject, operands, properties);
  }

  Index AddCondition(const std::optional<Condition>& condition) {
    return condition.has_value() ? AddCondition(*condition) : kNone;
  }

  std::vector<uint64_t> Hashes(const std::vector<std::string>& unit_ids) {
    std::vector<uint64_t> hashes;
    hashes.reserve(unit_ids.size());
    for (const std::string& unit_id : unit_ids) hashes.push_back(builder_.MemberHash(unit_id));
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    return hashes;
  }

  std::vector<Index> AddMemberLists(const std::vector<MemberList>& lists) {
    std::vector<Index> rows;
    for (const MemberList& list : lists) {
      rows.push_back(static_cast<Index>(builder_.snapshot().member_lists.size()));
      model::MemberList row;
      row.bucket_by = Attribute(list.bucket_by);
      row.hashes = Hashes(list.unit_ids);
      builder_.snapshot().member_lists.push_back(std::move(row));
    }
    return rows;
  }

  void AddSegment(const Segment& segment) {
    model::Segment row;
    row.key = builder_.String(segment.key);
    row.condition = AddCondition(segment.condition);
    row.include = AddMemberLists(segment.include);
    row.exclude = AddMemberLists(segment.exclude);
    builder_.snapshot().segments.push_back(std::move(row));
  }

  Index AddLayer(const std::string& key) {
    const auto known = layers_.find(key);
    if (known != layers_.end()) return known->second;
    const Layer& layer = At(library_.layers(), key);
    const auto row = static_cast<Index>(builder_.snapshot().layers.size());
    const Index bucketing = Bucketing(layer.bucket_by, layer.salt);
    builder_.snapshot().layers.push_back({.key = builder_.String(key), .bucketing = bucketing});
    layers_.emplace(key, row);
    return row;
  }

  static Index VariantRow(const Flag& flag, std::string_view key) {
    for (size_t i = 0; i < flag.variants.size(); ++i) {
      if (flag.variants[i].key == key) return static_cast<Index>(i);
    }
    return kNone;
  }

  static uint32_t Share(const Weights& weights, std::string_view variant) {
    for (const auto& [key, share] : weights) {
      if (key == variant) return share;
    }
    return 0;
  }

  void AddExperiment(const Experiment& experiment) {
    const Flag& flag = At(library_.flags(), experiment.flag);
    model::Experiment row;
    row.key = builder_.String(experiment.key);
    row.id = builder_.String(experiment.id);
    row.flag = flags_.at(experiment.flag);
    row.status = StatusOf(experiment.status);
    row.phase = experiment.phases.empty() ? 1 : experiment.phases.back().number;
    row.start_ms = experiment.phases.empty() ? experiment.start_ms.value_or(0) : experiment.phases.back().start_ms;
    row.end_ms = experiment.end_ms.value_or(0);
    row.bucketing = Bucketing(experiment.bucket_by, experiment.salt);
    for (size_t i = 0; i < flag.variants.size(); ++i) {
      const auto is_this = [&](const auto& share) { return share.first == flag.variants[i].key; };
      if (std::none_of(experiment.weights.begin(), experiment.weights.end(), is_this)) continue;
      row.variants.push_back(static_cast<Index>(i));
      row.weights.push_back(Share(experiment.weights, flag.variants[i].key));
    }
    row.control = VariantRow(flag, experiment.control);
    // One that decides nothing takes no room in its layer.
    const bool is_live = experiment.status == "running" || experiment.status == "paused";
    if (!experiment.layer.empty() && is_live) {
      row.layer = AddLayer(experiment.layer);
      for (const auto& [begin, end] : experiment.allocation) {
        row.allocation.push_back(begin);
        row.allocation.push_back(end);
      }
    }
    experiments_.emplace(experiment.key, static_cast<Index>(builder_.snapshot().experiments.size()));
    builder_.snapshot().experiments.push_back(std::move(row));
  }

  Index AddServe(const Serve& serve, const Flag& flag) {
    switch (serve.kind) {
      case Serve::Kind::kExperiment:
        return builder_.ServeExperiment(experiments_.at(serve.target));
      case Serve::Kind::kSplit: {
        std::vector<uint32_t> weights;
        for (const Variant& variant : flag.variants) weights.push_back(Share(serve.weights, variant.key));
        return builder_.ServeSplit(Bucketing(serve.bucket_by, serve.salt), weights);
      }
      default:
        return builder_.ServeVariant(VariantRow(flag, serve.target));
    }
  }

  Index AddValue(const ValueView& value) {
    switch (value.type()) {
      case ValueType::kBoolean:
        return builder_.BooleanValue(value.boolean());
      case ValueType::kInteger:
        return builder_.IntegerValue(value.integer());
      case ValueType::kDouble:
        return builder_.DoubleValue(value.real());
      case ValueType::kJson:
        return builder_.JsonValue(value.text());
      default:
        return builder_.StringValue(value.text());
    }
  }

  Index AddRule(const Rule& rule, const Flag& flag) {
    model::Rule row;
    row.id = builder_.String(rule.id);
    row.condition = AddCondition(rule.condition);
    if (rule.coverage.has_value()) {
      row.coverage = builder_.AddCoverage(Bucketing(rule.coverage->bucket_by, rule.coverage->salt), rule.coverage->ppm);
    }
    row.serve = AddServe(rule.serve, flag);
    return builder_.AddRule(row);
  }

  void AddFlag(const Flag& flag) {
    model::Flag row;
    row.key = builder_.String(flag.key);
    row.type = flag.type;
    row.visibility = flag.is_client_visible ? model::Visibility::kClient : model::Visibility::kServer;
    for (const Variant& variant : flag.variants) {
      row.variant_keys.push_back(builder_.String(variant.key));
      row.variant_values.push_back(AddValue(variant.value.view()));
    }
    if (!is_for_clients()) {
      for (const std::string& tag : flag.tags) row.tags.push_back(builder_.String(tag));
      if (!flag.owner.empty()) row.owner = builder_.String(flag.owner);
    }
    if (const FlagConfiguration* configuration = Configuration(flag.key)) {
      row.is_enabled = configuration->is_enabled;
      row.fail_closed = configuration->fails_closed;
      if (!configuration->off_variant.empty()) row.off_variant = VariantRow(flag, configuration->off_variant);
      for (const Override& entry : configuration->overrides) {
        row.overrides.push_back({.bucket_by = Attribute(entry.bucket_by),
                                 .variant = VariantRow(flag, entry.variant),
                                 .hashes = Hashes(entry.unit_ids)});
      }
      for (const Rule& rule : configuration->rules) row.rules.push_back(AddRule(rule, flag));
      if (configuration->default_serve.has_value()) row.default_serve = AddServe(*configuration->default_serve, flag);
    }
    builder_.snapshot().flags.push_back(std::move(row));
  }

  const Library& library_;
  const AssembleOptions& options_;
  Builder builder_;
  std::set<std::string> flag_keys_;
  std::set<std::string> segment_keys_;
  Rows attributes_;
  Rows segments_;
  Rows flags_;
  Rows layers_;
  Rows experiments_;
};

class Warnings {
 public:
  explicit Warnings(const Library& library) : library_(library) {}

  std::vector<std::string> Run() {
    std::set<std::string> served;
    for (const auto& [key, configuration] : library_.configurations()) {
      if (!configuration.has_value()) continue;
      for (const Rule& rule : configuration->rules) {
        if (rule.serve.kind == Serve::Kind::kExperiment) served.insert(rule.serve.target);
        if (rule.condition.has_value()) Look(*rule.condition, "flag \"" + key + "\": rule \"" + rule.id + "\"");
      }
    }
    for (const auto& [key, segment] : library_.segments()) {
      if (segment.has_value() && segment->condition.has_value()) Look(*segment->condition, "segment \"" + key + "\"");
    }
    for (const auto& [key, experiment] : library_.experiments()) {
      if (!experiment.has_value() || experiment->status != "running" || served.contains(key)) continue;
      Add("experiment \"" + key + "\": is running, and no rule of flag \"" + experiment->flag + "\" serves it");
    }
    return std::move(warnings_);
  }

 private:
  void Add(std::string text) {
    if (seen_.insert(text).second) warnings_.push_back(std::move(text));
  }

  void Look(const Condition& condition, const std::string& place) {
    ForEachLeaf(condition, [&](const Condition& leaf) {
      if (leaf.attribute.empty()) return;
      const auto declared = library_.attributes().find(leaf.attribute);
      if (declared == library_.attributes().end() || !declared->second.has_value()) {
        Add(place + ": attribute \"" + leaf.attribute + "\" is not declared");
      } else if (declared->second->is_private && !leaf.operands.empty()) {
        Add(place + ": attribute \"" + leaf.attribute +
            "\" is private, and every reader of the snapshot sees what it is compared with");
      }
    });
  }

  const Library& library_;
  std::set<std::string> seen_;
  std::vector<std::string> warnings_;
};

}  // namespace

model::Snapshot AssembleSnapshot(const Library& library, const AssembleOptions& options) {
  return Assembler(library, options).Run();
}

std::vector<std::string> AssembleWarnings(const Library& library) { return Warnings(library).Run(); }

}  // namespace expt::service
