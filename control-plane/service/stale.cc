#include "control-plane/service/stale.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control-plane/service/library.h"

namespace expt::service {
namespace {

using storage::Document;

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kQuietDays = 30;      // without an evaluation, or without another decision
constexpr int64_t kUnchangedDays = 90;  // without a change

constexpr std::string_view kPermanentTag = "permanent";

// Whether the rule takes everybody who comes to it.
bool TakesAll(const Rule& rule, int64_t now_ms) {
  return !rule.condition.has_value() && rule.holdouts.empty() &&
         (!rule.coverage.has_value() || PpmAt(*rule.coverage, now_ms) == kWholePpm);
}

// The one variant that everybody gets; nothing where it depends.
std::optional<std::string> OnlyVariant(const FlagConfiguration& configuration, int64_t now_ms) {
  std::optional<std::string> only;
  const auto add = [&only](const Serve& serve) {
    if (serve.kind != Serve::Kind::kVariant || (only.has_value() && *only != serve.target)) return false;
    only = serve.target;
    return true;
  };
  if (!configuration.is_enabled || !configuration.prerequisites.empty()) return std::nullopt;
  for (const Rule& rule : configuration.rules) {
    if (!add(rule.serve)) return std::nullopt;
    if (TakesAll(rule, now_ms)) return only;
  }
  if (!configuration.default_serve.has_value() || !add(*configuration.default_serve)) return std::nullopt;
  return only;
}

std::string Days(int64_t since_ms, int64_t now_ms) { return std::to_string((now_ms - since_ms) / kDayMs) + " days"; }

class StaleSearch {
 public:
  StaleSearch(const std::vector<Document>& documents, int64_t now_ms) : library_(documents), now_ms_(now_ms) {
    for (const Document& document : documents) {
      if (document.name.kind == kConfigurationKind) configured_ms_[document.name.key] = document.updated_ms;
    }
  }

  std::vector<StaleReason> Of(const Document& flag, std::optional<int64_t> last_seen_ms) {
    reasons_.clear();
    const std::string& key = flag.name.key;
    Evaluated(flag, last_seen_ms);
    const auto configured = configured_ms_.find(key);
    if (const FlagConfiguration* configuration = library_.FindConfiguration(key)) {
      Decided(*configuration, configured->second);
    }
    const int64_t changed_ms =
        std::max(flag.updated_ms, configured == configured_ms_.end() ? 0 : configured->second);
    if (IsPast(changed_ms, kUnchangedDays)) {
      Add("unchanged", changed_ms,
          "nobody has changed it for " + Days(changed_ms, now_ms_) + ": if it decides nothing any more, remove it");
    }
    return std::move(reasons_);
  }

 private:
  bool IsPast(int64_t since_ms, int64_t days) const { return now_ms_ - since_ms >= days * kDayMs; }

  void Add(std::string reason, int64_t since_ms, std::string text) {
    reasons_.push_back({std::move(reason), since_ms, std::move(text)});
  }

  void Evaluated(const Document& flag, std::optional<int64_t> last_seen_ms) {
    if (!last_seen_ms.has_value()) {
      if (!IsPast(flag.created_ms, kQuietDays)) return;
      Add("never_evaluated", flag.created_ms,
          "no program has evaluated it in the " + Days(flag.created_ms, now_ms_) +
              " since it was made: archive it, or release the code that asks for it");
    } else if (IsPast(*last_seen_ms, kQuietDays)) {
      Add("not_evaluated", *last_seen_ms,
          "no program has evaluated it for " + Days(*last_seen_ms, now_ms_) +
              ": archive it when no code refers to it any more");
    }
  }

  void Decided(const FlagConfiguration& configuration, int64_t since_ms) {
    if (!configuration.is_enabled && IsPast(since_ms, kQuietDays)) {
      Add("switched_off", since_ms,
          "it has been off for " + Days(since_ms, now_ms_) +
              ": take the code behind it out, then archive the flag");
    }
    const std::optional<std::string> only = OnlyVariant(configuration, now_ms_);
    if (only.has_value() && IsPast(since_ms, kQuietDays)) {
      Add("rolled_out", since_ms,
          "everybody has got variant " + Quoted(*only) + " for " + Days(since_ms, now_ms_) +
              ": keep the code of that variant, take the others and the flag out");
    }
    for (const Rule& rule : configuration.rules) {
      if (rule.serve.kind != Serve::Kind::kExperiment) continue;
      const Experiment* experiment = library_.FindExperiment(rule.serve.target);
      if (experiment == nullptr || experiment->status != "stopped") continue;
      Add("experiment_ended", experiment->end_ms.value_or(since_ms),
          "rule " + Quoted(rule.id) + " serves experiment " + Quoted(experiment->key) +
              ", which has ended: serve the variant that has won, or take the rule out");
    }
  }

  Library library_;
  const int64_t now_ms_;
  std::map<std::string, int64_t> configured_ms_;  // when the configuration was changed last, by flag
  std::vector<StaleReason> reasons_;
};

}  // namespace

std::vector<StaleFlag> FindStaleFlags(const std::vector<Document>& documents,
                                      const std::map<std::string, int64_t>& last_seen_ms, int64_t now_ms) {
  StaleSearch search(documents, now_ms);
  std::vector<StaleFlag> stale;
  Problems none;
  for (const Document& document : documents) {
    if (document.name.kind != kFlagKind || document.is_archived) continue;
    const Flag flag = ReadFlag(nlohmann::json::parse(document.body), none);
    if (std::find(flag.tags.begin(), flag.tags.end(), kPermanentTag) != flag.tags.end()) continue;
    const auto seen = last_seen_ms.find(document.name.key);
    std::vector<StaleReason> reasons =
        search.Of(document, seen == last_seen_ms.end() ? std::nullopt : std::optional(seen->second));
    if (!reasons.empty()) stale.push_back({document.name.key, std::move(reasons)});
  }
  return stale;
}

}  // namespace expt::service
