#include <string>
#include <utility>

#include "src/model/check.h"
#include "src/model/key_set.h"
#include "src/model/limits.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

class KeyCheck {
 public:
  KeyCheck(const Snapshot& snapshot, std::vector<Issue>& issues) : s_(snapshot), issues_(issues) {}

  // Every row's key: present, short enough, used once.
  template <typename Row, typename KeyOf>
  void Table(std::string_view noun, std::string_view what, const std::vector<Row>& rows, KeyOf key_of) {
    seen_.Reset(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::string_view key = s_.strings[key_of(rows[i])];
      if (key.empty()) {
        Report(std::string(noun) + " " + std::to_string(i), std::string(what) + " is empty");
      } else if (key.size() > kMaxKeyBytes) {
        Report(Named(noun, key), std::string(what) + " has " + std::to_string(key.size()) +
                                     " bytes, expected at most " + std::to_string(kMaxKeyBytes));
      } else if (!seen_.Insert(key)) {
        Report(Named(noun, key), std::string(what) + " is used twice");
      }
    }
  }

 private:
  void Report(std::string place, std::string text) {
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
  check.Table("attribute", "name", snapshot.attributes, [](const AttributeSchema& row) { return row.name; });
  check.Table("segment", "key", snapshot.segments, [](const Segment& row) { return row.key; });
  check.Table("layer", "key", snapshot.layers, [](const Layer& row) { return row.key; });
  check.Table("holdout", "key", snapshot.holdouts, [](const Holdout& row) { return row.key; });
  check.Table("experiment", "key", snapshot.experiments, [](const Experiment& row) { return row.key; });
  check.Table("experiment", "id", snapshot.experiments, [](const Experiment& row) { return row.id; });
  check.Table("flag", "key", snapshot.flags, [](const Flag& row) { return row.key; });
}

}  // namespace expt::model
