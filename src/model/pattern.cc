#include "src/model/pattern.h"

#include <cstddef>

namespace expt::model {

bool HasUnicodeClass(std::string_view pattern) {
  bool is_in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '[' && !is_in_class) {
      is_in_class = true;
      // A "]" that comes first is a character of the class.
      if (pattern.substr(i + 1, 1) == "^") ++i;
      if (pattern.substr(i + 1, 1) == "]") ++i;
    } else if (pattern[i] == ']') {
      is_in_class = false;
    } else if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      const char escaped = pattern[++i];
      if (escaped == 'p' || escaped == 'P') return true;
      if (escaped != 'Q' || is_in_class) continue;
      const size_t end = pattern.find("\\E", i + 1);
      if (end == std::string_view::npos) return false;  // quoted up to the end
      i = end + 1;
    }
  }
  return false;
}

}  // namespace expt::model
