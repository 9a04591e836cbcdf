#include "control-plane/publish/fingerprint.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "src/base/hash.h"
#include "src/host/crypto.h"

namespace expt::publish {
namespace {

using model::Index;
using model::kNone;
using model::OperandKind;
using model::Operator;

// What is hashed, member by member; texts and lists with their size before them, so that no two forms look alike.
class Form {
 public:
  template <typename T>
  Form& Add(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text_.append(bytes, sizeof value);
    return *this;
  }
  Form& Text(std::string_view text) {
    Add(text.size());
    text_ += text;
    return *this;
  }
  template <typename List>
  Form& All(const List& values) {
    Add(values.size());
    for (const auto& value : values) Add(value);
    return *this;
  }
  uint64_t Hash() const { return base::Xxh3(text_); }

 private:
  std::string text_;
};

// Follows references once and remembers; a valid model has no cycles.
class Fingerprinter {
 public:
  explicit Fingerprinter(const model::Snapshot& model)
      : m_(model), conditions_(m_.conditions.size()), segments_(m_.segments.size()), flags_(m_.flags.size()) {}

  uint64_t Flag(Index row) {
    return Once(flags_[row], [&] {
      const model::Flag& flag = m_.flags[row];
      Form form;
      form.Text(String(flag.key)).Add(flag.type).Add(flag.is_enabled).Add(flag.fail_closed).Add(flag.off_variant);
      form.Add(flag.visibility);  // of client snapshots, whether the flag is there at all
      for (const Index key : flag.variant_keys) form.Text(String(key));
      for (const Index value : flag.variant_values) Value(form, m_.values[value]);
      for (const model::Override& override : flag.overrides) {
        form.Add(Attribute(override.bucket_by)).Add(override.variant).All(override.hashes);
      }
      form.Add(flag.prerequisites.size());
      for (const model::Prerequisite& one : flag.prerequisites) form.Add(Flag(one.flag)).All(one.variants);
      form.Add(flag.rules.size());
      for (const Index rule : flag.rules) form.Add(Rule(m_.rules[rule]));
      form.Add(flag.default_serve == kNone ? 0 : Serve(m_.serves[flag.default_serve]));
      Features(form, flag.required_features);
      return form.Hash();
    });
  }

 private:
  template <typename Make>
  uint64_t Once(std::optional<uint64_t>& kept, Make make) {
    if (!kept.has_value()) kept = make();
    return *kept;
  }

  std::string_view String(Index row) const { return m_.strings[row]; }

  uint64_t Attribute(Index row) const {
    return Form().Text(String(m_.attributes[row].name)).Add(m_.attributes[row].type).Hash();
  }

  void Features(Form& form, std::span<const Index> features) const {
    form.Add(features.size());
    for (const Index feature : features) form.Text(String(feature));
  }

  void Value(Form& form, const model::FlagValue& value) const {
    form.Add(value.type);
    switch (value.type) {
      case ValueType::kBoolean: form.Add(value.boolean); break;
      case ValueType::kInteger: form.Add(value.integer); break;
      case ValueType::kDouble: form.Add(value.real); break;
      default: form.Text(String(value.text));
    }
  }

  uint64_t Rule(const model::Rule& rule) {
    Form form;
    form.Text(String(rule.id)).Add(rule.condition == kNone ? 0 : Condition(rule.condition));
    if (rule.coverage != kNone) {
      const model::Coverage& coverage = m_.coverages[rule.coverage];
      form.Add(Bucketing(coverage.bucketing)).Add(coverage.ramp == kNone ? coverage.ppm : 0);
      if (coverage.ramp != kNone) {
        const model::Ramp& ramp = m_.ramps[coverage.ramp];
        form.Add(ramp.is_linear).All(ramp.time_ms).All(ramp.ppm);
      }
    }
    if (rule.holdouts != kNone) {
      const model::OperandList& list = m_.operands[rule.holdouts];
      for (uint32_t i = 0; i < list.size; ++i) {
        const model::Holdout& holdout = m_.holdouts[m_.reference_pool[list.begin + i]];
        form.Text(String(holdout.key)).Add(Bucketing(holdout.bucketing)).Add(holdout.ppm);
        form.Add(holdout.start_ms).Add(holdout.end_ms);
      }
    }
    return form.Add(Serve(m_.serves[rule.serve])).Hash();
  }

  uint64_t Serve(const model::Serve& serve) {
    Form form;
    form.Add(serve.kind);
    if (serve.kind == model::Serve::Kind::kVariant) form.Add(serve.target);
    if (serve.kind == model::Serve::Kind::kSplit) form.Add(Bucketing(serve.bucketing)).All(serve.weights);
    if (serve.kind == model::Serve::Kind::kExperiment) {
      const model::Experiment& row = m_.experiments[serve.target];
      form.Text(String(row.id)).Add(row.status).Add(row.phase).Add(row.start_ms).Add(row.end_ms);
      form.Add(Bucketing(row.bucketing)).All(row.variants).All(row.weights).Add(row.control).All(row.allocation);
      if (row.layer != kNone) {
        form.Text(String(m_.layers[row.layer].key)).Add(Bucketing(m_.layers[row.layer].bucketing));
      }
      form.Add(row.is_sticky);
      Features(form, row.required_features);
    }
    return form.Hash();
  }

  uint64_t Bucketing(Index row) const {
    const model::Bucketing& bucketing = m_.bucketings[row];
    return Form()
        .Add(Attribute(bucketing.bucket_by))
        .Text(String(bucketing.salt))
        .Add(bucketing.algorithm)
        .Add(bucketing.seed)
        .All(bucketing.thresholds)
        .Hash();
  }

  uint64_t Condition(Index row) {
    return Once(conditions_[row], [&] {
      const model::Condition& condition = m_.conditions[row];
      Form form;
      form.Add(condition.op).Add(condition.properties);
      const bool has_attribute = condition.op != Operator::kAll && condition.op != Operator::kAny &&
                                 condition.op != Operator::kInSegment && condition.op != Operator::kFlagIs;
      if (has_attribute) form.Add(Attribute(condition.subject));
      if (condition.op == Operator::kFlagIs) form.Add(Flag(condition.subject));
      if (condition.operands != kNone) List(form, condition.op, m_.operands[condition.operands]);
      if (condition.op == Operator::kWithinKm) {
        form.Add(Attribute(condition.second));
      } else if (condition.op == Operator::kInWindow) {
        const Index zone = m_.reference_pool[m_.operands[condition.second].begin];
        form.Text(String(m_.time_zones[zone].name)).Text(m_.tzdata_version);
      } else if (condition.second != kNone) {
        List(form, condition.op, m_.operands[condition.second]);
      }
      return form.Hash();
    });
  }

  void List(Form& form, Operator op, const model::OperandList& list) {
    form.Add(list.kind).Add(list.size);
    for (uint32_t i = list.begin; i < list.begin + list.size; ++i) {
      switch (list.kind) {
        case OperandKind::kString: form.Text(String(m_.string_pool[i])); break;
        case OperandKind::kInteger: form.Add(m_.integer_pool[i]); break;
        case OperandKind::kDouble: form.Add(m_.double_pool[i]); break;
        case OperandKind::kCondition: form.Add(Condition(m_.condition_pool[i])); break;
        case OperandKind::kHash: form.Text(m_.hash_pool.substr(size_t{32} * i, 32)); break;
        case OperandKind::kReference:
          // Segments, or variants of a flag.
          form.Add(op == Operator::kInSegment ? Segment(m_.reference_pool[i]) : m_.reference_pool[i]);
          break;
        case OperandKind::kUnspecified: break;
      }
    }
  }

  uint64_t Segment(Index row) {
    return Once(segments_[row], [&] {
      const model::Segment& segment = m_.segments[row];
      Form form;
      form.Add(segment.condition == kNone ? 0 : Condition(segment.condition));
      for (const auto* lists : {&segment.include, &segment.exclude}) {
        form.Add(lists->size());
        for (const Index list : *lists) {
          form.Add(Attribute(m_.member_lists[list].bucket_by)).All(m_.member_lists[list].hashes);
        }
      }
      form.Text(m_.member_list_salt);
      Features(form, segment.required_features);
      return form.Hash();
    });
  }

  const model::Snapshot& m_;
  std::vector<std::optional<uint64_t>> conditions_;
  std::vector<std::optional<uint64_t>> segments_;
  std::vector<std::optional<uint64_t>> flags_;
};

}  // namespace

std::vector<uint64_t> FlagFingerprints(const model::Snapshot& model) {
  Fingerprinter fingerprinter(model);
  std::vector<uint64_t> fingerprints(model.flags.size());
  for (Index i = 0; i < model.flags.size(); ++i) fingerprints[i] = fingerprinter.Flag(i);
  return fingerprints;
}

Digest ContentDigest(const model::Snapshot& model, const std::vector<uint64_t>& fingerprints) {
  std::vector<std::string> lines;
  lines.reserve(model.flags.size());
  for (size_t i = 0; i < model.flags.size(); ++i) {
    lines.push_back(std::string(model.strings[model.flags[i].key]) + " " + std::to_string(fingerprints[i]) + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return host::Sha256(text);
}

}  // namespace expt::publish
