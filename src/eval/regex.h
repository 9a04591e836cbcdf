// A regular expression within bounds: RE2 syntax, found anywhere in the text, linear time. Two implementations:
// regex_re2.cc, and in the WASM module one that asks a module of its own. Both are the same version of RE2, so both
// give the same answers.
#ifndef EXPT_SRC_EVAL_REGEX_H_
#define EXPT_SRC_EVAL_REGEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace expt::eval {

inline constexpr int kMaxRegexProgram = 500;          // RE2::ProgramSize()
inline constexpr int kMaxRegexBytes = 256 << 10;      // RE2::Options::max_mem
inline constexpr size_t kMaxRegexInput = 512;         // bytes; a longer text is unknown

// Thread-safe: const after Compile().
class Regex {
 public:
  // Null when the pattern cannot be used; `defect` then says why: "expected a regular expression, ...".
  static std::unique_ptr<const Regex> Compile(std::string_view pattern, std::string& defect);
  ~Regex();
  Regex(const Regex&) = delete;

  // `text` is at most kMaxRegexInput bytes of UTF-8.
  bool Matches(std::string_view text) const;

  std::string_view pattern() const { return pattern_; }

 private:
  struct Code;
  Regex(std::string_view pattern, std::unique_ptr<const Code> code);

  std::string pattern_;
  std::unique_ptr<const Code> code_;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_REGEX_H_
