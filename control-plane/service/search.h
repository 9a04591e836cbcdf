// Finding documents by what people remember of them.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SEARCH_H_
#define EXPT_CONTROL_PLANE_SERVICE_SEARCH_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "control-plane/service/service.h"

namespace expt::service {

class Search {
 public:
  explicit Search(const ListOptions& options);

  // Everything matches.
  bool is_empty() const { return words_.empty() && tag_.empty() && owner_.empty(); }

  // Each word stands somewhere in key, name, description, hypothesis, owner or a tag, whatever its case; the tag is one
  // of the document's; the owner is the document's.
  bool Matches(const nlohmann::json& document) const;

 private:
  bool HasWord(const nlohmann::json& document, const std::string& folded) const;

  std::vector<std::string> words_;  // folded
  std::string tag_;
  std::string owner_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SEARCH_H_
