// Regular expressions are another module, expt_regex.wasm (bindings/js-wasm/regex): the same RE2 behind the same
// src/eval/regex_re2.cc as everywhere. JavaScript hands patterns and texts over. Where it has not loaded that module a
// flag that needs a pattern is broken, and JavaScript has noted that one was asked for: src/regex.ts of @expt/core.
#include "src/eval/regex.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

#define EXPT_IMPORT(name) extern "C" __attribute__((import_module("expt"), import_name(#name)))

// Handle of the compiled pattern, or 0. Then `defect` is where its text is (to be freed) and its size; null when
// there is no module.
struct ExptRegexDefect {
  char* text;
  uint32_t size;
};
EXPT_IMPORT(regex_compile) uint32_t expt_regex_compile(const char* pattern, uint32_t size, ExptRegexDefect* defect);
EXPT_IMPORT(regex_matches) uint32_t expt_regex_matches(uint32_t handle, const char* text, uint32_t size);
EXPT_IMPORT(regex_free) void expt_regex_free(uint32_t handle);

namespace expt::eval {

struct Regex::Code {
  explicit Code(uint32_t handle) : handle(handle) {}
  ~Code() { expt_regex_free(handle); }
  Code(const Code&) = delete;
  uint32_t handle;
};

Regex::Regex(std::string_view pattern, std::unique_ptr<const Code> code) : pattern_(pattern), code_(std::move(code)) {}
Regex::~Regex() = default;

std::unique_ptr<const Regex> Regex::Compile(std::string_view pattern, std::string& defect) {
  ExptRegexDefect why{nullptr, 0};
  const uint32_t handle = expt_regex_compile(pattern.data(), static_cast<uint32_t>(pattern.size()), &why);
  if (handle != 0) return std::unique_ptr<const Regex>(new Regex(pattern, std::make_unique<const Code>(handle)));
  if (why.text == nullptr) {
    defect = "regular expressions are not available here";
  } else {
    defect = std::string_view(why.text, why.size);
    std::free(why.text);
  }
  return nullptr;
}

bool Regex::Matches(std::string_view text) const {
  return expt_regex_matches(code_->handle, text.data(), static_cast<uint32_t>(text.size())) != 0;
}

}  // namespace expt::eval
