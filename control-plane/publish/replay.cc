#include "control-plane/publish/replay.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "control-plane/publish/fingerprint.h"
#include "expt/context.h"
#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/core/golden_sampler.h"

namespace expt::publish {
namespace {

using core::Sample;
using model::Index;

// Decisions of all contexts together, twice each: what keeps a replay below some tens of milliseconds.
constexpr size_t kMaxDecisions = 100'000;
constexpr size_t kFewestContexts = 20;

struct SampledContext {
  std::vector<Sample> samples = {};
  Time now{};
};

// Contexts for flags of one model: rule by rule, met and not met.
class ContextMaker {
 public:
  ContextMaker(const model::Snapshot& model, Time now) : m_(model), now_(now) {}

  SampledContext Make(Index flag, size_t round, size_t unit) const {
    const base::List<Index>& rules = m_.flags[flag].rules;
    core::Sampler sampler(m_);
    SampledContext context{.now = now_};
    // Some have a unit id and nothing else.
    const size_t place = round % (2 * rules.size() + 1);
    if (place < 2 * rules.size()) sampler.Satisfy(m_.rules[rules[place / 2]].condition, place % 2 == 0);
    if (sampler.now_ms().has_value()) context.now = Time(std::chrono::milliseconds(*sampler.now_ms()));
    const std::string id = "replay-" + std::to_string(unit);
    sampler.Unit(kTargetingKey, id);
    for (const model::AttributeSchema& attribute : m_.attributes) {
      if ((attribute.properties & model::kUnitType) != 0) sampler.Unit(m_.strings[attribute.name], id);
    }
    context.samples = sampler.samples();
    return context;
  }

 private:
  const model::Snapshot& m_;
  const Time now_;
};

std::string_view KeyOf(const model::Snapshot& model, Index flag) { return model.strings[model.flags[flag].key]; }

void AddExperiments(const model::Snapshot& model, Index flag, std::set<std::string>& experiments) {
  for (const Index rule : model.flags[flag].rules) {
    const model::Serve& serve = model.serves[model.rules[rule].serve];
    if (serve.kind != model::Serve::Kind::kExperiment) continue;
    experiments.emplace(model.strings[model.experiments[serve.target].key]);
  }
}

// A flag before and after.
struct Pair {
  std::optional<Index> live;
  std::optional<Index> next;
};

// The flags whose decisions may differ, by key.
std::map<std::string, Pair> ChangedFlags(const model::Snapshot& next, const std::vector<uint64_t>& next_prints,
                                         const model::Snapshot* live) {
  std::map<std::string, Pair> changed;
  std::unordered_map<std::string_view, Index> before;
  std::vector<uint64_t> live_prints;
  if (live != nullptr) {
    live_prints = FlagFingerprints(*live);
    for (Index i = 0; i < live->flags.size(); ++i) before.emplace(KeyOf(*live, i), i);
  }
  for (Index i = 0; i < next.flags.size(); ++i) {
    const auto found = before.find(KeyOf(next, i));
    if (found == before.end()) {
      changed.emplace(KeyOf(next, i), Pair{std::nullopt, i});
      continue;
    }
    if (live_prints[found->second] != next_prints[i]) changed.emplace(found->first, Pair{found->second, i});
    before.erase(found);
  }
  for (const auto& [key, flag] : before) changed.emplace(key, Pair{flag, std::nullopt});
  return changed;
}

struct Changes {
  ChangeCount count;
  std::map<std::string, Pair> flags;
};

Changes FindChanges(const model::Snapshot& next, const model::Snapshot* live) {
  const std::vector<uint64_t> prints = FlagFingerprints(next);
  Changes changes;
  changes.flags = ChangedFlags(next, prints, live);
  changes.count.content = ContentDigest(next, prints);
  changes.count.live_flags = live == nullptr ? 0 : live->flags.size();
  for (const auto& [key, pair] : changes.flags) {
    if (!pair.next.has_value()) {
      ++changes.count.removed_flags;
    } else {
      ++(pair.live.has_value() ? changes.count.updated_flags : changes.count.created_flags);
    }
  }
  return changes;
}

bool IsSame(const Decision& a, const Decision& b) {
  if (a.variant != b.variant || a.value.type() != b.value.type()) return false;
  switch (a.value.type()) {
    case ValueType::kBoolean: return a.value.boolean() == b.value.boolean();
    case ValueType::kInteger: return a.value.integer() == b.value.integer();
    case ValueType::kDouble: return a.value.real() == b.value.real();
    case ValueType::kString:
    case ValueType::kJson: return a.value.text() == b.value.text();
    default: return true;
  }
}

}  // namespace

uint32_t ChangeCount::changed_ppm() const {
  if (live_flags == 0) return 0;
  return static_cast<uint32_t>((updated_flags + removed_flags) * model::kWholePpm / live_flags);
}

bool ChangeCount::is_guarded() const {
  return updated_flags + removed_flags >= kFewestGuarded && changed_ppm() > kGuardPpm;
}

ChangeCount CountChanges(const model::Snapshot& next, const model::Snapshot* live) {
  return FindChanges(next, live).count;
}

absl::StatusOr<Replay> ReplayChanges(model::Snapshot next, std::optional<model::Snapshot> live, Time now) {
  Changes changes = FindChanges(next, live.has_value() ? &*live : nullptr);
  Replay replay{.count = changes.count};
  std::map<std::string, Pair>& changed = changes.flags;
  while (changed.size() > kMaxReplayedFlags) changed.erase(std::prev(changed.end()));
  if (changed.empty()) return replay;

  const size_t wanted = std::clamp(kMaxDecisions / changed.size(), kFewestContexts, kMaxReplayedContexts);
  std::vector<SampledContext> contexts;
  for (size_t round = 0; contexts.size() < wanted; ++round) {
    for (const auto& [key, pair] : changed) {
      if (pair.next.has_value() && contexts.size() < wanted) {
        contexts.push_back(ContextMaker(next, now).Make(*pair.next, round, contexts.size()));
      }
      if (pair.live.has_value() && contexts.size() < wanted) {
        contexts.push_back(ContextMaker(*live, now).Make(*pair.live, round, contexts.size()));
      }
    }
  }

  for (const auto& [key, pair] : changed) {
    ReplayedFlag flag{.key = key, .change = ReplayedFlag::Change::kUpdated};
    if (!pair.live.has_value()) flag.change = ReplayedFlag::Change::kCreated;
    if (!pair.next.has_value()) flag.change = ReplayedFlag::Change::kRemoved;
    std::set<std::string> experiments;
    if (pair.live.has_value()) AddExperiments(*live, *pair.live, experiments);
    if (pair.next.has_value()) AddExperiments(next, *pair.next, experiments);
    flag.experiments.assign(experiments.begin(), experiments.end());
    replay.flags.push_back(std::move(flag));
  }

  absl::StatusOr<Snapshot> after = core::Load(std::move(next), {});
  if (!after.ok()) return after.status();
  absl::StatusOr<Snapshot> before = Snapshot();
  if (live.has_value()) before = core::Load(*std::move(live), {});
  if (!before.ok()) return before.status();

  replay.contexts = contexts.size();
  std::vector<std::map<std::pair<std::string, std::string>, size_t>> moves(replay.flags.size());
  for (const SampledContext& sampled : contexts) {
    std::deque<std::vector<std::string_view>> lists;
    const Context context(core::AttributesOf(sampled.samples, lists));
    bool is_moved = false;
    for (size_t i = 0; i < replay.flags.size(); ++i) {
      const Decision from = Evaluate(*before, replay.flags[i].key, context, {.now = sampled.now});
      const Decision to = Evaluate(*after, replay.flags[i].key, context, {.now = sampled.now});
      if (IsSame(from, to)) continue;
      is_moved = true;
      ++replay.flags[i].contexts;
      ++moves[i][{std::string(from.variant), std::string(to.variant)}];
    }
    if (is_moved) ++replay.moved_contexts;
  }
  for (size_t i = 0; i < replay.flags.size(); ++i) {
    for (const auto& [between, count] : moves[i]) {
      replay.flags[i].moves.push_back({.from = between.first, .to = between.second, .contexts = count});
    }
    std::stable_sort(replay.flags[i].moves.begin(), replay.flags[i].moves.end(),
                     [](const ReplayedMove& a, const ReplayedMove& b) { return a.contexts > b.contexts; });
  }
  return replay;
}

}  // namespace expt::publish
