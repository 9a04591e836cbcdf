#include "src/eval/reachable.h"

#include <algorithm>

namespace expt::eval {
namespace {

class Walk {
 public:
  Walk(const SharedPrograms& shared, const std::vector<References>& of_flags, Ruleset& ruleset)
      : shared_(shared), of_flags_(of_flags), out_(ruleset), seen_(ruleset.shared_count + ruleset.flags.size()) {}

  void Visit(Index index) {
    Flag& flag = out_.flags[index];
    ++stamp_;
    attributes_.assign(flag.program.slots, flag.program.slots + flag.program.slot_count);
    uses_now_ = flag.uses_now;
    Push(of_flags_[index]);
    while (!open_.empty()) {
      const uint32_t node = open_.back();
      open_.pop_back();
      if (node < out_.shared_count) {
        Add(shared_.At(node).program);
        Push(shared_.ReferencesOf(node));
      } else {
        const Flag& behind = out_.flags[node - out_.shared_count];
        uses_now_ = uses_now_ || behind.uses_now;
        Add(behind.program);
        Push(of_flags_[node - out_.shared_count]);
      }
    }
    flag.uses_now = uses_now_;
    flag.required_count = static_cast<uint8_t>(attributes_.size());
    flag.program.slots = out_.arena.Copy(attributes_);
  }

 private:
  void Add(const Program& program) {
    uses_now_ = uses_now_ || program.now_slot != 0xff;
    for (size_t i = 0; i < program.slot_count; ++i) {
      if (std::find(attributes_.begin(), attributes_.end(), program.slots[i]) == attributes_.end()) {
        attributes_.push_back(program.slots[i]);
      }
    }
  }

  void Push(const References& references) {
    for (const uint32_t shared : references.shared) PushNode(shared);
    for (const Index flag : references.flags) PushNode(out_.shared_count + flag);
  }

  void PushNode(uint32_t node) {
    if (seen_[node] == stamp_) return;
    seen_[node] = stamp_;
    open_.push_back(node);
  }

  const SharedPrograms& shared_;
  const std::vector<References>& of_flags_;
  Ruleset& out_;
  std::vector<uint32_t> seen_;  // by node: the visit that saw it last
  uint32_t stamp_ = 0;
  std::vector<uint32_t> open_;
  std::vector<uint32_t> attributes_;
  bool uses_now_ = false;
};

}  // namespace

void LookBehind(const SharedPrograms& shared, const std::vector<References>& of_flags, Ruleset& ruleset) {
  Walk walk(shared, of_flags, ruleset);
  for (Index i = 0; i < ruleset.flags.size(); ++i) {
    Flag& flag = ruleset.flags[i];
    flag.required_count = flag.program.slot_count;
    if (!of_flags[i].shared.empty() || !of_flags[i].flags.empty()) walk.Visit(i);
  }
}

}  // namespace expt::eval
