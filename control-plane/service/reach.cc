#include "control-plane/service/reach.h"

namespace expt::service {

void Reach::Follow(const Condition& condition) {
  Note(condition);
  FollowNoted();
}

void Reach::Follow(const FlagConfiguration& configuration) {
  Note(configuration);
  FollowNoted();
}

void Reach::FollowFlag(const std::string& key) {
  NoteFlag(key);
  FollowNoted();
}

void Reach::Note(const Condition& condition) {
  ForEachLeaf(condition, [this](const Condition& leaf) {
    if (leaf.op == model::Operator::kFlagIs) NoteFlag(leaf.flag);
    if (leaf.op != model::Operator::kInSegment) return;
    for (const Operand& operand : leaf.operands) NoteSegment(std::get<std::string>(operand));
  });
}

void Reach::Note(const FlagConfiguration& configuration) {
  for (const Prerequisite& prerequisite : configuration.prerequisites) NoteFlag(prerequisite.flag);
  for (const Rule& rule : configuration.rules) {
    if (rule.condition.has_value()) Note(*rule.condition);
  }
}

void Reach::NoteFlag(const std::string& key) {
  if (!flags_.insert(key).second) return;
  if (const FlagConfiguration* configuration = library_.FindConfiguration(key)) {
    new_configurations_.push_back(configuration);
  }
}

void Reach::NoteSegment(const std::string& key) {
  if (!segments_.insert(key).second) return;
  if (const Segment* segment = library_.FindSegment(key)) new_segments_.push_back(segment);
}

void Reach::FollowNoted() {
  while (!new_segments_.empty() || !new_configurations_.empty()) {
    if (!new_segments_.empty()) {
      const Segment* segment = new_segments_.back();
      new_segments_.pop_back();
      if (segment->condition.has_value()) Note(*segment->condition);
    } else {
      const FlagConfiguration* configuration = new_configurations_.back();
      new_configurations_.pop_back();
      Note(*configuration);
    }
  }
}

}  // namespace expt::service
