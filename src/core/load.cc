#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "src/base/message.h"
#include "src/base/status.h"
#include "src/core/build.h"
#include "src/core/engine.h"
#include "src/core/golden.h"
#include "src/core/ruleset.h"
#include "src/eval/compile.h"
#include "src/model/validate.h"

namespace expt {
namespace {

using base::Message;

// `snapshot "env_7f3a" v17`
Message PlaceOf(const model::Snapshot& model) {
  return base::Named("snapshot", model.environment) + " v" + base::Number(model.version);
}

Message TextOf(const model::Issue& issue) { return base::Within(issue.place, issue.text); }

// The first problems in one line; a status is read by people.
Message Refusal(const model::Snapshot& model, const std::vector<model::Issue>& issues) {
  if constexpr (!base::kHasMessages) return "refused";
  constexpr size_t kShown = 5;
  Message text = PlaceOf(model) + ": ";
  size_t count = 0;
  for (const model::Issue& issue : issues) {
    if (issue.scope != model::Issue::Scope::kSnapshot) continue;
    if (count++ >= kShown) continue;
    if (count > 1) text += "; ";
    text += TextOf(issue);
  }
  if (count > kShown) text += "; and " + base::Number(count - kShown) + " more";
  return text;
}

// Adds what compiling found to what validating did. Empty, or why the whole snapshot is refused after all.
Message AddBroken(std::vector<model::Issue> found, std::vector<bool>& is_broken, std::vector<model::Issue>& issues) {
  if (found.empty()) return "";
  for (model::Issue& issue : found) {
    is_broken[issue.flag] = true;
    issues.push_back(std::move(issue));
  }
  const auto broken = static_cast<size_t>(std::count(is_broken.begin(), is_broken.end(), true));
  if (broken * 2 <= is_broken.size()) return "";
  return "flags: " + base::Number(broken) + " of " + base::Number(is_broken.size()) +
         " are broken, expected at most half";
}

// Each issue; without texts, each broken flag.
std::vector<std::string> Warnings(const model::Snapshot& model, const std::vector<model::Issue>& issues,
                                  const std::vector<bool>& is_broken) {
  std::vector<std::string> warnings;
  if constexpr (base::kHasMessages) {
    warnings.reserve(issues.size());
    for (const model::Issue& issue : issues) warnings.emplace_back(TextOf(issue));
  } else {
    for (size_t i = 0; i < is_broken.size(); ++i) {
      if (!is_broken[i]) continue;
      warnings.push_back(std::string("flag \"").append(model.strings[model.flags[i].key]).append("\": is broken"));
    }
  }
  return warnings;
}

std::vector<std::string> NamesWith(const model::Snapshot& model, uint8_t wanted, uint8_t unwanted) {
  std::vector<std::string> names;
  for (const model::AttributeSchema& row : model.attributes) {
    if ((row.properties & wanted) == 0 || (row.properties & unwanted) != 0) continue;
    names.emplace_back(model.strings[row.name]);
  }
  return names;
}

}  // namespace

namespace core {

absl::StatusOr<std::shared_ptr<const Ruleset>> Build(const model::Snapshot& model, const Digest& digest) {
  model::Findings findings;
  std::vector<model::Issue> issues = model::Validate(model, findings);
  std::vector<bool> is_broken(model.flags.size());
  for (const model::Issue& issue : issues) {
    if (issue.scope == model::Issue::Scope::kSnapshot) {
      return base::LoadFailure(LoadCode::kBadContent, Refusal(model, issues));
    }
    if (issue.scope == model::Issue::Scope::kFlag) is_broken[issue.flag] = true;
  }
  std::optional<eval::Compiled> compiled = eval::Compile(model, is_broken, findings);
  if (!compiled.has_value()) {
    return base::LoadFailure(
        LoadCode::kCompileFailed,
        PlaceOf(model) + ": has more than " + base::Number(eval::kMaxLeaves) + " conditions when written out");
  }
  if (Message text = AddBroken(std::move(compiled->issues), is_broken, issues); !text.empty()) {
    return base::LoadFailure(LoadCode::kBadContent, PlaceOf(model) + ": " + text);
  }
  auto ruleset = std::make_shared<Ruleset>();
  ruleset->rules = std::move(compiled->ruleset);
  ruleset->project = model.project;
  ruleset->environment = model.environment;
  ruleset->audience = model.audience;
  ruleset->epoch = model.epoch;
  ruleset->version = model.version;
  ruleset->issued_at_ms = model.issued_at_ms;
  ruleset->digest = digest;
  ruleset->warnings = Warnings(model, issues, is_broken);
  ruleset->unit_types = NamesWith(model, model::kUnitType, 0);
  ruleset->analytics_attributes = NamesWith(model, model::kAnalytics, model::kPrivate);
  return std::shared_ptr<const Ruleset>(std::move(ruleset));
}

absl::StatusOr<Snapshot> Load(model::Snapshot model, const Digest& digest) {
  absl::StatusOr<std::shared_ptr<const Ruleset>> ruleset = Build(model, digest);
  if (!ruleset.ok()) return ruleset.status();
  Snapshot snapshot = Access::Make(*std::move(ruleset));
  if (const Message text = CheckGoldenVectors(model, snapshot); !text.empty()) {
    return base::LoadFailure(LoadCode::kGoldenMismatch, base::Within(PlaceOf(model), text));
  }
  return snapshot;
}

}  // namespace core
}  // namespace expt
