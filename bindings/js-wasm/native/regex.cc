// Regular expressions are not part of this module: a flag that needs one is broken, the rest lives.
#include "src/eval/regex.h"

#include <utility>

namespace expt::eval {

struct Regex::Code {};

Regex::Regex(std::string_view pattern, std::unique_ptr<const Code> code) : pattern_(pattern), code_(std::move(code)) {}
Regex::~Regex() = default;

std::unique_ptr<const Regex> Regex::Compile(std::string_view, std::string& defect) {
  defect = "regular expressions are not available here";
  return nullptr;
}

bool Regex::Matches(std::string_view) const { return false; }

}  // namespace expt::eval
