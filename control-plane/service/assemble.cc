#include "control-plane/service/assemble.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "control-plane/service/assemble_condition.h"
#include "src/model/builder.h"

namespace expt::service {
namespace {

using model::Builder;
using model::Index;
using model::kNone;

// Programs know neither what is in review nor what became of a variant.
model::ExperimentStatus StatusOf(std::string_view status) {
  if (status == "review") return model::ExperimentStatus::kDraft;
  if (status == "shipped") return model::ExperimentStatus::kStopped;
  for (const auto candidate : {model::ExperimentStatus::kDraft, model::ExperimentStatus::kRunning,
                               model::ExperimentStatus::kPaused, model::ExperimentStatus::kStopped}) {
    if (model::ExperimentStatusName(candidate) == status) return candidate;
  }
  return model::ExperimentStatus::kUnspecified;
}

class Assembler {
 public:
  Assembler(const Library& library, const AssembleOptions& options)
      : library_(library), options_(options), parts_(library, options.now, builder_) {}

  model::Snapshot Run() {
    model::Snapshot& snapshot = builder_.snapshot();
    snapshot.project = builder_.Copy(options_.project);
    snapshot.environment = builder_.Copy(options_.environment_id);
    snapshot.audience = options_.audience;
    builder_.SetMemberListSalt(options_.member_list_salt);
    Choose();
    Attributes();
    // Rows are handed out first, because flags, experiments and segments refer to each other.
    for (const std::string& key : segment_keys_) parts_.NoteSegment(key);
    for (const std::string& key : flag_keys_) parts_.NoteFlag(key);
    for (const std::string& key : segment_keys_) AddSegment(At(library_.segments(), key));
    for (const std::string& key : experiment_keys_) AddExperiment(At(library_.experiments(), key));
    for (const std::string& key : flag_keys_) AddFlag(At(library_.flags(), key));
    snapshot.is_declared_empty = options_.audience == Audience::kClient && snapshot.flags.empty();
    parts_.Finish();
    return builder_.Take();
  }

 private:
  bool is_for_clients() const { return options_.audience == Audience::kClient; }

  // Keys of the flags, segments and experiments that go into the snapshot. What a client-visible flag asks about is
  // client-visible too: the checks have seen to it.
  void Choose() {
    for (const auto& [key, flag] : library_.flags()) {
      if (flag.has_value() && (!is_for_clients() || flag->is_client_visible)) flag_keys_.insert(key);
    }
    if (!is_for_clients()) {
      for (const auto& [key, segment] : library_.segments()) {
        if (segment.has_value()) segment_keys_.insert(key);
      }
      for (const auto& [key, experiment] : library_.experiments()) {
        if (experiment.has_value() && flag_keys_.contains(experiment->flag)) experiment_keys_.insert(key);
      }
      return;
    }
    for (const std::string& key : flag_keys_) {
      if (const FlagConfiguration* configuration = Configuration(key)) ChooseUsed(*configuration);
    }
  }

  void ChooseUsed(const FlagConfiguration& configuration) {
    ForEachLeaf(configuration, [this](const Condition& leaf) { ChooseSegments(leaf); });
    for (const Rule& rule : configuration.rules) {
      if (rule.serve.kind == Serve::Kind::kExperiment) experiment_keys_.insert(rule.serve.target);
    }
  }

  void ChooseSegments(const Condition& leaf) {
    if (leaf.op != model::Operator::kInSegment) return;
    for (const Operand& operand : leaf.operands) {
      const std::string& key = std::get<std::string>(operand);
      if (!segment_keys_.insert(key).second) continue;
      const Segment& segment = At(library_.segments(), key);
      if (!segment.condition.has_value()) continue;
      ForEachLeaf(*segment.condition, [this](const Condition& inner) { ChooseSegments(inner); });
    }
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

  Index Attribute(std::string_view name) { return parts_.Attribute(name); }

  Index Bucketing(std::string_view bucket_by, std::string_view salt) {
    return builder_.AddBucketing(Attribute(bucket_by), salt);
  }

  Index AddCondition(const std::optional<Condition>& condition) {
    return condition.has_value() ? parts_.AddCondition(*condition) : kNone;
  }

  std::vector<uint64_t> Hashes(const std::vector<std::string>& unit_ids) {
    std::vector<uint64_t> hashes;
    hashes.reserve(unit_ids.size());
    for (const std::string& unit_id : unit_ids) hashes.push_back(builder_.MemberHash(unit_id));
    SortOut(hashes);
    return hashes;
  }

  // In order, each once.
  static void SortOut(std::vector<uint64_t>& hashes) {
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
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

  // A list that was uploaded, behind those of the document.
  void AddUploaded(const std::optional<UploadedList>& list, std::vector<Index>& rows) {
    if (!list.has_value() || list->text == nullptr) return;
    std::vector<uint64_t> hashes;
    hashes.reserve(static_cast<size_t>(list->count));
    const std::string_view text = *list->text;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      hashes.push_back(builder_.MemberHash(text.substr(at, end - at)));
      at = end + 1;
    }
    SortOut(hashes);
    model::MemberList row;
    row.bucket_by = Attribute(list->bucket_by);
    row.hashes = hashes;
    rows.push_back(static_cast<Index>(builder_.snapshot().member_lists.size()));
    builder_.snapshot().member_lists.push_back(std::move(row));
  }

  void AddSegment(const Segment& segment) {
    model::Segment row;
    row.key = builder_.String(segment.key);
    row.condition = AddCondition(segment.condition);
    std::vector<Index> include = AddMemberLists(segment.include);
    AddUploaded(segment.uploaded_include, include);
    row.include = include;
    std::vector<Index> exclude = AddMemberLists(segment.exclude);
    AddUploaded(segment.uploaded_exclude, exclude);
    row.exclude = exclude;
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

  static uint32_t Share(const Weights& weights, std::string_view variant) {
    for (const auto& [key, share] : weights) {
      if (key == variant) return share;
    }
    return 0;
  }

  Index AddHoldout(const std::string& key) {
    const auto known = holdouts_.find(key);
    if (known != holdouts_.end()) return known->second;
    const Holdout& holdout = At(library_.holdouts(), key);
    const auto row = static_cast<Index>(builder_.snapshot().holdouts.size());
    const Index bucketing = Bucketing(holdout.bucket_by, holdout.salt);
    builder_.snapshot().holdouts.push_back({.key = builder_.String(key),
                                            .bucketing = bucketing,
                                            .ppm = holdout.ppm,
                                            .start_ms = holdout.start_ms.value_or(0),
                                            .end_ms = holdout.end_ms.value_or(0)});
    holdouts_.emplace(key, row);
    return row;
  }

  void AddExperiment(const Experiment& experiment) {
    const Flag& flag = At(library_.flags(), experiment.flag);
    model::Experiment row;
    row.key = builder_.String(experiment.key);
    row.id = builder_.String(experiment.id);
    row.flag = parts_.FlagRow(experiment.flag);
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
    row.is_sticky = experiment.is_sticky;
    // One that decides nothing takes no room in its layer.
    if (!experiment.layer.empty() && IsUnderWay(experiment.status)) {
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

  Index AddCoverage(const Coverage& coverage) {
    const Index bucketing = Bucketing(coverage.bucket_by, coverage.salt);
    if (!coverage.ramp.has_value()) return builder_.AddCoverage(bucketing, coverage.ppm);
    model::Ramp ramp;
    ramp.is_linear = coverage.ramp->is_linear;
    for (const Ramp::Point& point : coverage.ramp->points) {
      ramp.time_ms.push_back(point.time_ms);
      ramp.ppm.push_back(point.ppm);
    }
    model::Snapshot& snapshot = builder_.snapshot();
    const auto row = static_cast<Index>(snapshot.ramps.size());
    snapshot.ramps.push_back(std::move(ramp));
    snapshot.coverages.push_back({.bucketing = bucketing, .ppm = 0, .ramp = row});
    return static_cast<Index>(snapshot.coverages.size() - 1);
  }

  Index AddRule(const Rule& rule, const Flag& flag) {
    model::Rule row;
    row.id = builder_.String(rule.id);
    row.condition = AddCondition(rule.condition);
    if (rule.coverage.has_value()) row.coverage = AddCoverage(*rule.coverage);
    if (!rule.holdouts.empty()) {
      std::vector<Index> holdouts;
      for (const std::string& key : rule.holdouts) holdouts.push_back(AddHoldout(key));
      row.holdouts = builder_.References(holdouts);
    }
    row.serve = AddServe(rule.serve, flag);
    return builder_.AddRule(row);
  }

  // Behind those of the flag itself: of two that name a unit, the first one counts.
  void AddUnitOverrides(const Flag& flag, const Library::Shelf<UnitOverride>& shelf, model::Flag& row) {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> unit_ids;  // by bucket_by and variant
    const int64_t now_ms = options_.now.time_since_epoch().count();
    for (const auto& [key, forced] : shelf) {
      if (!forced.has_value() || forced->IsExpired(now_ms)) continue;
      const auto variant = forced->variants.find(flag.key);
      if (variant == forced->variants.end()) continue;
      unit_ids[{forced->bucket_by, variant->second}].push_back(forced->unit_id);
    }
    for (const auto& [of, ids] : unit_ids) {
      row.overrides.push_back(
          {.bucket_by = Attribute(of.first), .variant = VariantRow(flag, of.second), .hashes = Hashes(ids)});
    }
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
      AddUnitOverrides(flag, library_.overrides(), row);
      AddUnitOverrides(flag, library_.project_overrides(), row);
      for (const Prerequisite& entry : configuration->prerequisites) {
        const Flag& other = At(library_.flags(), entry.flag);
        model::Prerequisite prerequisite;
        prerequisite.flag = parts_.FlagRow(entry.flag);
        for (const std::string& variant : entry.variants) {
          prerequisite.variants.push_back(VariantRow(other, variant));
        }
        row.prerequisites.push_back(std::move(prerequisite));
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
  std::set<std::string> experiment_keys_;
  ConditionAssembler parts_;
  Rows layers_;
  Rows holdouts_;
  Rows experiments_;
};

}  // namespace

model::Snapshot AssembleSnapshot(const Library& library, const AssembleOptions& options) {
  return Assembler(library, options).Run();
}

}  // namespace expt::service
