#include <utility>

#include "src/base/prefetch.h"
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
      const auto key_of = [&](size_t row) {
        const char* const at = rows.begin + row * reference.row_size + reference.offset;
        return s_.strings[*reinterpret_cast<const Index*>(at)];
      };
      // Keys lie far from one another.
      if (!base::kSmallCode && i + 12 < rows.count) base::Prefetch(key_of(i + 12).data());
      const std::string_view key = key_of(i);
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
