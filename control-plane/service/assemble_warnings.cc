#include <set>
#include <utility>

#include "control-plane/service/assemble.h"

namespace expt::service {
namespace {

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
      if (leaf.attribute.empty() || leaf.attribute == "$now") return;
      const auto declared = library_.attributes().find(leaf.attribute);
      if (declared == library_.attributes().end() || !declared->second.has_value()) {
        Add(place + ": attribute \"" + leaf.attribute + "\" is not declared");
      } else if (declared->second->is_private && !leaf.operands.empty() &&
                 FormOf(leaf.op)->operands != OperandForm::kSecrets) {
        Add(place + ": attribute \"" + leaf.attribute +
            "\" is private, and every reader of the snapshot sees what it is compared with; equals_hashed and "
            "in_hashed hide it");
      }
    });
  }

  const Library& library_;
  std::set<std::string> seen_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> AssembleWarnings(const Library& library) { return Warnings(library).Run(); }

}  // namespace expt::service
