#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "expt/context.h"
#include "expt/decision.h"
#include "src/base/hash.h"
#include "src/core/build.h"
#include "src/core/engine.h"
#include "src/core/golden.h"
#include "src/core/golden_sampler.h"
#include "src/eval/evaluate.h"

namespace expt::core {
namespace {

using model::GoldenVector;
using model::Index;
using model::kNone;

class GoldenMaker {
 public:
  GoldenMaker(model::Snapshot& model, std::shared_ptr<const Ruleset> ruleset)
      : m_(model), ruleset_(std::move(ruleset)), text_(std::make_shared<Text>()) {
    text_->before = m_.text;
    for (size_t i = 0; i < m_.strings.size(); ++i) strings_.emplace(m_.strings[i], static_cast<Index>(i));
  }

  // Each flag's first context, then each flag's second, and so on.
  void Run() {
    for (size_t round = 0; round < kMaxGoldenVectors; ++round) {
      bool has_any = false;
      for (Index flag = 0; flag < m_.flags.size(); ++flag) {
        if (ruleset_->rules.flags[flag].is_broken) continue;
        if (round >= ContextCount(flag)) continue;
        has_any = true;
        if (m_.golden_vectors.size() == kMaxGoldenVectors || !Add(flag, round)) return Finish();
      }
      if (!has_any) break;
    }
    Finish();
  }

 private:
  struct Text {
    std::shared_ptr<const void> before;
    std::deque<std::string> added;
  };

  void Finish() { m_.text = text_; }

  // Each rule met and not met, a unit without attributes, nothing at all.
  size_t ContextCount(Index flag) const { return 2 * m_.flags[flag].rules.size() + 2; }

  bool Add(Index flag, size_t round) {
    const base::List<Index>& rules = m_.flags[flag].rules;
    Sampler sampler(m_);
    int64_t now_ms = m_.issued_at_ms;
    if (round < 2 * rules.size()) {
      const model::Rule& rule = m_.rules[rules[round / 2]];
      sampler.Satisfy(rule.condition, round % 2 == 0);
      const model::Serve& serve = m_.serves[rule.serve];
      if (serve.kind == model::Serve::Kind::kExperiment) {
        now_ms = std::max(now_ms, m_.experiments[serve.target].start_ms);
      }
    }
    now_ms = sampler.now_ms().value_or(now_ms);
    if (round != 2 * rules.size() + 1) {
      for (const std::string_view name : UnitNames(flag)) sampler.Unit(name, "golden-" + std::to_string(flag + round));
    }
    return Record(flag, now_ms, sampler.samples());
  }

  std::vector<std::string_view> UnitNames(Index flag) const {
    std::vector<std::string_view> names = {kTargetingKey};
    const auto add = [&](Index bucketing) {
      const std::string_view name = m_.strings[m_.attributes[m_.bucketings[bucketing].bucket_by].name];
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const Index row : m_.flags[flag].rules) {
      const model::Rule& rule = m_.rules[row];
      if (rule.coverage != kNone) add(m_.coverages[rule.coverage].bucketing);
      if (rule.holdouts != kNone) {
        const model::OperandList& list = m_.operands[rule.holdouts];
        for (uint32_t i = 0; i < list.size; ++i) add(m_.holdouts[m_.reference_pool[list.begin + i]].bucketing);
      }
      const model::Serve& serve = m_.serves[rule.serve];
      if (serve.kind == model::Serve::Kind::kSplit) add(serve.bucketing);
      if (serve.kind == model::Serve::Kind::kExperiment) add(m_.experiments[serve.target].bucketing);
    }
    return names;
  }

  // False when the vectors would take too many bytes.
  bool Record(Index flag, int64_t now_ms, std::vector<Sample> samples) {
    // To callers it is another name of the targeting key, so no attribute of that name ever has a value.
    std::erase_if(samples, [](const Sample& sample) { return sample.name == "targetingKey"; });
    size_t bytes = 64;
    for (const Sample& sample : samples) {
      bytes += 24 + sample.name.size() + sample.text.size();
      for (const std::string& element : sample.list) bytes += 8 + element.size();
    }
    if (bytes_ + bytes > kMaxGoldenBytes) return false;
    bytes_ += bytes;

    GoldenVector vector;
    vector.flag = flag;
    vector.now_ms = now_ms;
    for (const Sample& sample : samples) {
      GoldenVector::Entry entry;
      entry.name = String(sample.name);
      entry.type = sample.type;
      entry.boolean = sample.boolean;
      entry.integer = sample.integer;
      entry.real = sample.real;
      if (sample.type == ValueType::kString) entry.text = String(sample.text);
      for (const std::string& element : sample.list) entry.list.push_back(String(element));
      vector.context.push_back(std::move(entry));
    }
    std::deque<std::vector<std::string_view>> lists;
    const Context context(AttributesOf(samples, lists));
    eval::Session session(ruleset_->rules, context.entries(), now_ms);
    Decision decision;
    eval::Decide(session, flag, ValueType::kMissing, decision);
    Fill(vector, decision);
    m_.golden_vectors.push_back(std::move(vector));
    return true;
  }

  void Fill(GoldenVector& vector, const Decision& decision) {
    const model::Flag& flag = m_.flags[vector.flag];
    vector.reason = static_cast<uint32_t>(decision.reason);
    vector.error = static_cast<uint32_t>(decision.error);
    if (decision.has_value()) {
      for (size_t i = 0; i < flag.variant_keys.size(); ++i) {
        if (m_.strings[flag.variant_keys[i]] == decision.variant) vector.variant = static_cast<Index>(i);
      }
    }
    if (!decision.rule.empty()) vector.rule = String(decision.rule);
    for (const Exposure& exposure : decision.exposures()) {
      if (exposure.is_holdout) {
        vector.exposed_holdouts.push_back(RowOf(m_.holdouts, exposure.experiment_id));
      } else {
        vector.exposed_experiments.push_back(RowOf(m_.experiments, exposure.experiment));
      }
    }
  }

  template <typename Table>
  Index RowOf(const Table& table, std::string_view key) const {
    Index row = 0;
    while (m_.strings[table[row].key] != key) ++row;  // it came from there
    return row;
  }

  Index String(std::string_view text) {
    const auto found = strings_.find(text);
    if (found != strings_.end()) return found->second;
    const std::string& added = text_->added.emplace_back(text);
    const auto row = static_cast<Index>(m_.strings.size());
    m_.strings.push_back(added);
    strings_.emplace(added, row);
    return row;
  }

  model::Snapshot& m_;
  std::shared_ptr<const Ruleset> ruleset_;
  std::shared_ptr<Text> text_;
  std::unordered_map<std::string_view, Index, base::TextHash> strings_;
  size_t bytes_ = 0;
};

}  // namespace

void AddGoldenVectors(model::Snapshot& model) {
  model.golden_vectors.clear();
  absl::StatusOr<std::shared_ptr<const Ruleset>> ruleset = Build(model, Digest{});
  if (ruleset.ok()) GoldenMaker(model, *std::move(ruleset)).Run();
}

}  // namespace expt::core
