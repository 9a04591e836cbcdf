// Conditions -> jump programs.
#ifndef EXPT_SRC_EVAL_PROGRAM_WRITER_H_
#define EXPT_SRC_EVAL_PROGRAM_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "src/base/message.h"
#include "src/eval/operands.h"
#include "src/eval/ruleset.h"
#include "src/model/snapshot.h"

namespace expt::eval {

// What the owner of a program refers to beyond its own attributes.
struct References {
  std::vector<uint32_t> shared;  // numbers
  std::vector<Index> flags;
};

// Programs that all owners share: segments, and conditions that are costly and used more than once. Each form is
// written when it is first asked for.
class SharedPrograms {
 public:
  SharedPrograms(const model::Snapshot& snapshot, Operands& operands, Ruleset& ruleset);

  // Finds what is shared, before Emit() is called for the first time; later calls find it done.
  void Prepare();

  // A form of a segment. Never part of a cycle.
  const Shared* OfSegment(Index segment, bool wanted);
  // A form of a condition for which IsShared().
  const Shared* OfCondition(Index condition, bool wanted);
  bool IsShared(Index condition) const { return condition < is_shared_.size() && is_shared_[condition]; }

  bool has_shared() const { return !is_shared_.empty(); }

  // What deciding a condition is likely to cost; small numbers are about nanoseconds.
  uint16_t CostOf(Index condition) const { return costs_[condition]; }

  const References& ReferencesOf(uint32_t shared) const { return references_[shared]; }
  const Shared& At(uint32_t shared) const { return *all_[shared]; }
  // Why one of `shared`, or one behind it, cannot be used, with its place; empty when all can.
  base::Message DefectBehind(std::span<const uint32_t> shared) const;
  // The first flag behind `references` that is marked; kNone when there is none. After Mark() with the same marks.
  void Mark(const std::vector<bool>& is_marked);
  Index FirstFlagBehind(const References& references, const std::vector<bool>& is_marked) const;

 private:
  void FindShared();
  const Shared* Write(uint32_t& number, std::string_view key, bool wanted, Index segment, Index condition);

  const model::Snapshot& s_;
  Operands& operands_;
  Ruleset& out_;
  base::Table<uint16_t> costs_;
  std::vector<bool> is_shared_;                 // per condition; empty when none is
  std::vector<uint32_t> of_segment_;            // per segment and form: number + 1
  std::vector<uint32_t> of_condition_;          // per condition and form: number + 1
  std::vector<const Shared*> all_;              // by number
  // By number. What a program refers to is written before it and has a smaller one.
  std::vector<References> references_;
  std::vector<base::Message> defects_;  // its own, or of one behind it
  std::vector<Index> first_;            // marked flag behind it
};

// Writes the programs of one owner, a flag or a shared program, one behind the other, but each of them from its end:
// until Finish() has turned it round, its leaves stand in the opposite order.
class ProgramWriter {
 public:
  ProgramWriter(const model::Snapshot& snapshot, Operands& operands, SharedPrograms& shared);

  // Makes ready for another owner.
  void Clear();

  // Writes the whole program of a condition. Returns its entry.
  uint16_t Write(Index row);
  // Writes the program of a condition before that of what follows it: `taken` and `missed` are where it goes on when
  // the condition is `wanted` and when it is not. Returns its entry.
  uint16_t Emit(Index row, bool wanted, uint16_t taken, uint16_t missed);
  // The same where the row is the one being shared.
  uint16_t EmitUnshared(Index row, bool wanted, uint16_t taken, uint16_t missed);
  // The program of a segment's form.
  uint16_t EmitSegment(Index segment, bool wanted);

  uint8_t SlotOf(Index attribute) {
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot] == attribute) return static_cast<uint8_t>(slot);
    }
    return AddSlot(attribute);
  }
  size_t size() const { return size_; }

  // Ends a program, which is to be turned round. Returns where `entry`, which Emit() returned, will be then.
  uint16_t Turn(uint16_t entry);
  // Turns programs round, and copies leaves and slots, into `arena`.
  Program Finish(base::Arena& arena);

  References& references() { return references_; }
  bool has_defect() const { return !defect_.empty(); }
  // What makes the owner unusable: `attribute "a": operator "matches": ...`; empty for nothing.
  base::Message TakeDefect() { return std::exchange(defect_, {}); }

 private:
  struct Written {
    size_t end;      // behind its last leaf
    bool is_turned;  // stands as it will be
  };

  uint8_t AddSlot(Index attribute);
  uint16_t EmitTree(const model::Condition& condition, bool wanted, uint16_t taken, uint16_t missed);
  uint16_t EmitSegments(const model::Condition& condition, bool wanted, uint16_t taken, uint16_t missed);
  uint16_t EmitShared(const Shared* shared, uint16_t taken, uint16_t missed);
  uint16_t EmitMember(Index list, bool wanted, uint16_t taken, uint16_t missed);
  uint16_t EmitLeaf(const model::Condition& condition, bool wanted, uint16_t taken, uint16_t missed);
  bool WriteSingles(Index row);
  // Operands, and what they make of the op.
  void FillScalar(const model::Condition& condition, const model::OperandList& list, Leaf& leaf);
  void FillNumber(const model::Condition& condition, const model::OperandList& list, Leaf& leaf);
  void FillVersion(const model::Condition& condition, const model::OperandList& list, Leaf& leaf);
  void FillTexts(const model::Condition& condition, const model::OperandList& list, bool needs_look_up, Leaf& leaf);
  void FillRare(const model::Condition& condition, Leaf& leaf);
  void FillMatches(const model::Condition& condition, Leaf& leaf);
  void FillFlagIs(const model::Condition& condition, Leaf& leaf);
  // A leaf to be filled, in its place.
  Leaf& Append(bool wanted, uint16_t taken, uint16_t missed);
  uint16_t LastAddress() const { return static_cast<uint16_t>(size_ - 1); }
  void SortByCost(std::span<const Index> children, Index* sorted) const;

  const model::Snapshot& s_;
  Operands& operands_;
  SharedPrograms& shared_;
  std::vector<Leaf> leaves_;  // the first `size_` of them, and room
  size_t size_ = 0;
  std::vector<Written> programs_;
  std::vector<uint32_t> slots_;
  std::vector<Index> scratch_;
  References references_;
  base::Message defect_;
  uint8_t now_slot_ = 0xff;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_PROGRAM_WRITER_H_
