#include "expt/snapshot.h"

#include "src/base/hash.h"
#include "src/base/sort.h"
#include "src/core/ruleset.h"

namespace expt {
inline namespace v1 {

Snapshot::Snapshot() = default;

Snapshot Snapshot::With(const Overlay& overlay) const {
  Snapshot copy = *this;
  copy.overlay_ = nullptr;
  if (ruleset_ == nullptr) return copy;
  eval::Overlaid all = eval::Overlaid::kNot;
  if (overlay.stale == Overlay::Stale::kDefaults) all = eval::Overlaid::kDefaults;
  if (overlay.stale == Overlay::Stale::kFailClosed) all = eval::Overlaid::kFailClosed;
  if (all == eval::Overlaid::kNot && overlay.emergency_off.empty()) return copy;

  auto state = std::make_shared<core::OverlayState>();
  state->flags.assign(ruleset_->rules.flags.size(), all);
  for (const std::string& key : overlay.emergency_off) {
    const eval::Index index = ruleset_->rules.FindFlag(key, base::Xxh3(key));
    if (index != eval::kNone) state->flags[index] = eval::Overlaid::kEmergencyOff;
  }
  copy.overlay_ = std::move(state);
  return copy;
}

int64_t Snapshot::version() const { return ruleset_ == nullptr ? 0 : ruleset_->version; }
int64_t Snapshot::epoch() const { return ruleset_ == nullptr ? 0 : ruleset_->epoch; }
Time Snapshot::issued_at() const {
  return Time(std::chrono::milliseconds(ruleset_ == nullptr ? 0 : ruleset_->issued_at_ms));
}
std::string_view Snapshot::project() const {
  return ruleset_ == nullptr ? std::string_view() : std::string_view(ruleset_->project);
}
std::string_view Snapshot::environment() const {
  return ruleset_ == nullptr ? std::string_view() : std::string_view(ruleset_->environment);
}
Audience Snapshot::audience() const { return ruleset_ == nullptr ? Audience::kServer : ruleset_->audience; }

const Digest& Snapshot::digest() const {
  static constexpr Digest kNoDigest{};
  return ruleset_ == nullptr ? kNoDigest : ruleset_->digest;
}

std::span<const std::string> Snapshot::warnings() const {
  if (ruleset_ == nullptr) return {};
  return ruleset_->warnings;
}

size_t Snapshot::flag_count() const { return ruleset_ == nullptr ? 0 : ruleset_->rules.flags.size(); }
size_t Snapshot::memory_bytes() const { return ruleset_ == nullptr ? 0 : ruleset_->rules.SizeBytes(); }

Snapshot::FlagSummary Snapshot::flag(size_t index) const {
  const eval::Flag& flag = ruleset_->rules.flags[index];
  return {.key = flag.key,
          .type = flag.type,
          .is_enabled = flag.is_enabled,
          .is_broken = flag.is_broken};
}

std::vector<std::string_view> Snapshot::required_attributes(std::string_view flag_key) const {
  std::vector<std::string_view> names;
  if (ruleset_ == nullptr) return names;
  const eval::Ruleset& rules = ruleset_->rules;
  const eval::Index index = rules.FindFlag(flag_key, base::Xxh3(flag_key));
  if (index == eval::kNone) return names;
  const eval::Flag& flag = rules.flags[index];
  for (uint32_t i = 0; i < flag.required_count; ++i) {
    const std::string_view name = rules.attributes[rules.RequiredAttributes(flag)[i]].name;
    if (!name.starts_with('$')) names.push_back(name);
  }
  base::Sort(names.begin(), names.end());
  return names;
}

}  // namespace v1
}  // namespace expt
