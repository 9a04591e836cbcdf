// expt_regex.wasm: src/eval/regex_re2.cc as a module of its own, so that only pages whose snapshot has a pattern load
// it. The engine asks it through JavaScript (native/regex.cc, src/regex.ts of @expt/core), which copies texts over.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/eval/regex.h"

#define EXPT_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

using expt::eval::Regex;

namespace {

std::string& Defect() {
  static auto* const defect = new std::string();
  return *defect;
}

}  // namespace

// Room for one text of at most `size` bytes, until it is freed.
EXPT_EXPORT(expt_regex_alloc) void* expt_regex_alloc(uint32_t size) { return std::malloc(size); }
EXPT_EXPORT(expt_regex_dealloc) void expt_regex_dealloc(void* at) { std::free(at); }

// Null when the pattern cannot be used, and then expt_regex_defect_* says why.
EXPT_EXPORT(expt_regex_compile) const Regex* expt_regex_compile(const char* pattern, uint32_t size) {
  return Regex::Compile(std::string_view(pattern, size), Defect()).release();
}
EXPT_EXPORT(expt_regex_defect) const char* expt_regex_defect() { return Defect().data(); }
EXPT_EXPORT(expt_regex_defect_size) uint32_t expt_regex_defect_size() { return static_cast<uint32_t>(Defect().size()); }

EXPT_EXPORT(expt_regex_matches) uint32_t expt_regex_matches(const Regex* regex, const char* text, uint32_t size) {
  return regex->Matches(std::string_view(text, size)) ? 1 : 0;
}

EXPT_EXPORT(expt_regex_free) void expt_regex_free(const Regex* regex) { delete regex; }
