#include "control-plane/service/search.h"

#include <algorithm>
#include <string_view>

#include "src/base/casefold.h"

namespace expt::service {
namespace {

constexpr const char* kTexts[] = {"key", "name", "description", "hypothesis", "owner"};

bool Contains(const nlohmann::json& text, const std::string& folded) {
  return text.is_string() && base::FoldedContains(text.get_ref<const std::string&>(), folded);
}

}  // namespace

Search::Search(const ListOptions& options) : tag_(options.tag), owner_(options.owner) {
  const std::string folded = base::Folded(options.search);
  for (size_t at = 0; at < folded.size();) {
    const size_t end = std::min(folded.find(' ', at), folded.size());
    if (end > at) words_.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
}

bool Search::HasWord(const nlohmann::json& document, const std::string& folded) const {
  for (const char* name : kTexts) {
    const auto text = document.find(name);
    if (text != document.end() && Contains(*text, folded)) return true;
  }
  const auto tags = document.find("tags");
  return tags != document.end() &&
         std::any_of(tags->begin(), tags->end(), [&](const nlohmann::json& tag) { return Contains(tag, folded); });
}

bool Search::Matches(const nlohmann::json& document) const {
  if (!tag_.empty()) {
    const auto tags = document.find("tags");
    if (tags == document.end() || std::find(tags->begin(), tags->end(), tag_) == tags->end()) return false;
  }
  if (!owner_.empty()) {
    const auto owner = document.find("owner");
    if (owner == document.end() || *owner != owner_) return false;
  }
  return std::all_of(words_.begin(), words_.end(),
                     [&](const std::string& word) { return HasWord(document, word); });
}

}  // namespace expt::service
