// Texts that have come up. Internal to src/model.
#ifndef EXPT_SRC_MODEL_KEY_SET_H_
#define EXPT_SRC_MODEL_KEY_SET_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "src/base/hash.h"

namespace expt::model {

// Views what it is given.
class KeySet {
 public:
  // Forgets everything and makes room for `count` texts, which is the most that may come.
  void Reset(size_t count) {
    size_t size = 4;
    while (size < 2 * count) size *= 2;
    slots_.assign(size, {});
  }

  // Whether `text`, which is not empty, is new.
  bool Insert(std::string_view text) {
    size_t at = static_cast<size_t>(base::Xxh3(text)) & (slots_.size() - 1);
    for (; !slots_[at].empty(); at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == text) return false;
    }
    slots_[at] = text;
    return true;
  }

 private:
  std::vector<std::string_view> slots_;
};

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_KEY_SET_H_
