#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/core/build.h"
#include "src/core/engine.h"
#include "src/core/golden.h"
#include "src/core/ruleset.h"
#include "src/eval/compile.h"
#include "src/model/place.h"
#include "src/model/validate.h"

namespace expt {
namespace {

// `snapshot "env_7f3a" v17`
std::string PlaceOf(const model::Snapshot& model) {
  return model::Named("snapshot", model.environment) + " v" + std::to_string(model.version);
}

std::string TextOf(const model::Issue& issue) { return model::Within(issue.place, issue.text); }

// The first problems in one line; a status is read by people.
std::string Refusal(const model::Snapshot& model, const std::vector<model::Issue>& issues) {
  constexpr size_t kShown = 5;
  std::string text = PlaceOf(model) + ": ";
  size_t count = 0;
  for (const model::Issue& issue : issues) {
    if (issue.scope != model::Issue::Scope::kSnapshot) continue;
    if (count++ >= kShown) continue;
    if (count > 1) text += "; ";
    text += TextOf(issue);
  }
  if (count > kShown) text += "; and " + std::to_string(count - kShown) + " more";
  return text;
}

// Adds what compiling found to what validating did. Empty, or why the whole snapshot is refused after all.
std::string AddBroken(std::vector<model::Issue> found, std::vector<bool>& is_broken, std::vector<model::Issue>& issues) {
  if (found.empty()) return "";
  for (model::Issue& issue : found) {
    is_broken[issue.flag] = true;
    issues.push_back(std::move(issue));
  }
  const auto broken = static_cast<size_t>(std::count(is_broken.begin(), is_broken.end(), true));
  if (broken * 2 <= is_broken.size()) return "";
  return "flags: " + std::to_string(broken) + " of " + std::to_string(is_broken.size()) +
         " are broken, expected at most half";
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
  std::vector<model::Issue> issues = model::Validate(model);
  std::vector<bool> is_broken(model.flags.size());
  for (const model::Issue& issue : issues) {
    if (issue.scope == model::Issue::Scope::kSnapshot) {
      return base::LoadFailure(LoadCode::kBadContent, Refusal(model, issues));
    }
    if (issue.scope == model::Issue::Scope::kFlag) is_broken[issue.flag] = true;
  }
  std::optional<eval::Compiled> compiled = eval::Compile(model, is_broken);
  if (!compiled.has_value()) {
    return base::LoadFailure(
        LoadCode::kCompileFailed,
        PlaceOf(model) + ": has more than " + std::to_string(eval::kMaxLeaves) + " conditions when written out");
  }
  if (std::string text = AddBroken(std::move(compiled->issues), is_broken, issues); !text.empty()) {
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
  ruleset->warnings.reserve(issues.size());
  for (const model::Issue& issue : issues) ruleset->warnings.push_back(TextOf(issue));
  ruleset->unit_types = NamesWith(model, model::kUnitType, 0);
  ruleset->analytics_attributes = NamesWith(model, model::kAnalytics, model::kPrivate);
  return std::shared_ptr<const Ruleset>(std::move(ruleset));
}

absl::StatusOr<Snapshot> Load(model::Snapshot model, const Digest& digest) {
  absl::StatusOr<std::shared_ptr<const Ruleset>> ruleset = Build(model, digest);
  if (!ruleset.ok()) return ruleset.status();
  Snapshot snapshot = Access::Make(*std::move(ruleset));
  if (const std::string text = CheckGoldenVectors(model, snapshot); !text.empty()) {
    return base::LoadFailure(LoadCode::kGoldenMismatch, model::Within(PlaceOf(model), text));
  }
  return snapshot;
}

}  // namespace core
}  // namespace expt
