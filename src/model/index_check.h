// Whether indices lie inside their tables: what the checks of tables share. Internal to src/model.
#ifndef EXPT_SRC_MODEL_INDEX_CHECK_H_
#define EXPT_SRC_MODEL_INDEX_CHECK_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "src/base/small_code.h"
#include "src/model/place.h"
#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::model {

class IndexCheck {
 public:
  IndexCheck(const Snapshot& snapshot, std::vector<Issue>& issues) : s_(snapshot), issues_(issues) {
    if constexpr (base::kSmallCode) return;  // only decoded models come here, whose lists lie in their pools
    for (size_t kind = 0; kind < pool_sizes_.size(); ++kind) pool_sizes_[kind] = SizeOf(static_cast<OperandKind>(kind));
  }

 protected:
  // Damaged tables can be wrong in every row; this many say enough.
  static constexpr size_t kMaxIssues = 1'000;

  void Report(Message place, Message text) {
    if (issues_.size() >= kMaxIssues) return;
    issues_.push_back(
        {.scope = Issue::Scope::kSnapshot, .flag = kNone, .place = std::move(place), .text = std::move(text)});
  }

  // Where the row is right, costs one comparison.
  void Row(MessagePart table, size_t row, MessagePart target, Index index, size_t size) {
    if (index >= size) [[unlikely]] Outside(table, row, target, index, size);
  }
  [[gnu::noinline]] void Outside(MessagePart table, size_t row, MessagePart target, Index index,
                                 size_t size) {
    Report(Message(table) + " " + Number(row),
           Message(target) + " " + Number(index) + " is outside its table of " + Number(size));
  }
  void OptionalRow(MessagePart table, size_t row, MessagePart target, Index index, size_t size) {
    if (index != kNone) Row(table, row, target, index, size);
  }

  // An unknown kind has no pool; conditions that use it are broken.
  uint64_t PoolSize(OperandKind kind) const {
    return pool_sizes_[std::min(static_cast<size_t>(kind), pool_sizes_.size() - 1)];
  }

  // Calls `use` with each pool index of an operand list of that kind.
  template <typename Use>
  void ForEach(Index operands, OperandKind kind, Use use) {
    if (operands >= s_.operands.size()) return;
    const OperandList& list = s_.operands[operands];
    if (list.kind != kind) return;
    if (!base::kSmallCode && uint64_t{list.begin} + list.size > PoolSize(kind)) return;
    for (uint32_t at = list.begin; at < list.begin + list.size; ++at) use(at);
  }

  const Snapshot& s_;
  std::vector<Issue>& issues_;

 private:
  size_t SizeOf(OperandKind kind) const {
    switch (kind) {
      case OperandKind::kString:
        return s_.string_pool.size();
      case OperandKind::kInteger:
        return s_.integer_pool.size();
      case OperandKind::kDouble:
        return s_.double_pool.size();
      case OperandKind::kCondition:
        return s_.condition_pool.size();
      case OperandKind::kReference:
        return s_.reference_pool.size();
      case OperandKind::kHash:
        return s_.hash_pool.size() / 32;
      case OperandKind::kUnspecified:
        break;
    }
    return size_t{0xffffffff} * 2;
  }

  std::array<uint64_t, 8> pool_sizes_{};  // by kind
};

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_INDEX_CHECK_H_
