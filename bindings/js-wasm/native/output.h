// How the module answers: one number is returned, everything else stands in words that JavaScript reads from
// expt_output() before the next call. src/instance.ts of @expt/core reads them.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_OUTPUT_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_OUTPUT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#define EXPT_EXPORT(name) __attribute__((export_name(#name), used)) extern "C"

namespace expt::wasm {

extern std::array<uint32_t, 96> g_words;

inline uint32_t Address(const void* at) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(at)); }

inline void PutView(size_t word, std::string_view text) {
  g_words[word] = Address(text.data());
  g_words[word + 1] = static_cast<uint32_t>(text.size());
}

// words 0, 1: address and size of `text`, which is kept until the next such call.
void PutText(std::string text);

// words 0, 1: message; 2: LoadCode; 3: step. Returns 0, what every export returns for an error.
uint32_t PutError(const absl::Status& status);

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_OUTPUT_H_
