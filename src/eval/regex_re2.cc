#include <re2/re2.h>

#include <utility>

#include "src/eval/regex.h"

namespace expt::eval {
namespace {

// RE2 takes the size of its own object off two thirds of the memory, and the rest limits how many instructions it makes.
// That object is 48 bytes smaller where pointers have four; with as much less memory the limit is the same everywhere.
constexpr int kMemory = sizeof(void*) == 4 ? kMaxRegexBytes - 48 * 3 / 2 : kMaxRegexBytes;

}  // namespace

struct Regex::Code {
  Code(std::string_view pattern, const RE2::Options& options)
      : re2(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  RE2 re2;
};

Regex::Regex(std::string_view pattern, std::unique_ptr<const Code> code) : pattern_(pattern), code_(std::move(code)) {}
Regex::~Regex() = default;

std::unique_ptr<const Regex> Regex::Compile(std::string_view pattern, std::string& defect) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  options.set_never_capture(true);
  auto code = std::make_unique<const Code>(pattern, options);
  if (!code->re2.ok()) {
    defect = "expected a regular expression, got one that does not compile: " + code->re2.error();
    return nullptr;
  }
  if (code->re2.ProgramSize() > kMaxRegexProgram) {
    defect = "the regular expression compiles to " + std::to_string(code->re2.ProgramSize()) + " steps, expected at most " +
             std::to_string(kMaxRegexProgram);
    return nullptr;
  }
  return std::unique_ptr<const Regex>(new Regex(pattern, std::move(code)));
}

bool Regex::Matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), code_->re2);
}

}  // namespace expt::eval
