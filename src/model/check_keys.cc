#include <algorithm>
#include <utility>

#include "src/base/small_code.h"
#include "src/model/check.h"
#include "src/model/key_set.h"
#include "src/model/limits.h"
#include "src/model/place.h"
#include "src/model/row_references.h"

namespace expt::model {
namespace {

class KeyCheck {
 public:
  KeyCheck(const Snapshot& snapshot, std::vector<Issue>& issues) : s_(snapshot), issues_(issues) {}

  // Every row's key: present, short enough, used once.
  void Table(const RowReference& reference, MessagePart what) {
    const MessagePart noun = kTables[static_cast<size_t>(reference.table)].noun;
    const TableRows rows = kTables[static_cast<size_t>(reference.table)].rows(s_);
    seen_.Reset(rows.count);
    for (size_t i = 0; i < rows.count; ++i) {
      if constexpr (!base::kSmallCode) {  // keys lie far from one another
        const size_t ahead = std::min(i + 12, rows.count - 1);
        base::Prefetch(s_.strings[*reinterpret_cast<const Index*>(rows.begin + ahead * reference.row_size + reference.offset)].data());
      }
      const char* const row = rows.begin + i * reference.row_size;
      const std::string_view key = s_.strings[*reinterpret_cast<const Index*>(row + reference.offset)];
      if (key.empty()) {
        Report(Message(noun) + " " + Number(i), Message(what) + " is empty");
      } else if (key.size() > kMaxKeyBytes) {
        Report(Named(noun, key), Message(what) + " has " + Number(key.size()) +
                                     " bytes, expected at most " + Number(kMaxKeyBytes));
      } else if (!seen_.Insert(key)) {
        Report(Named(noun, key), Message(what) + " is used twice");
      }
    }
  }

 private:
  void Report(Message place, Message text) {
    issues_.push_back(
        {.scope = Issue::Scope::kSnapshot, .flag = kNone, .place = std::move(place), .text = std::move(text)});
  }

  const Snapshot& s_;
  std::vector<Issue>& issues_;
  KeySet seen_;
};

}  // namespace

void CheckKeys(const Snapshot& snapshot, std::vector<Issue>& issues) {
  KeyCheck check(snapshot, issues);
  for (const RowReference& reference : kRowReferences) {
    if (!reference.key.empty()) check.Table(reference, reference.key);
  }
}

}  // namespace expt::model
