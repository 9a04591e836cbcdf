#include "bindings/js-wasm/native/output.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "bindings/js-wasm/native/keeps_memory.h"
#include "expt/snapshot.h"

namespace expt::wasm {

std::array<uint32_t, 96> g_words;

namespace {
std::string& Text() {
  static auto* const text = new std::string();
  return *text;
}
}  // namespace

void PutText(std::string text) {
  Text().swap(text);
  if constexpr (kKeepsMemory) std::free(text.data());  // there may be thousands of them
  PutView(0, Text());
}

uint32_t PutError(const absl::Status& status) {
  PutText(std::string(status.message().data(), status.message().size()));
  const std::optional<LoadError> error = LoadErrorOf(status);
  g_words[2] = error.has_value() ? static_cast<uint32_t>(error->code) : 0;
  g_words[3] = error.has_value() ? static_cast<uint32_t>(error->step) : 0;
  return 0;
}

}  // namespace expt::wasm

EXPT_EXPORT(expt_output) uint32_t* expt_output() { return expt::wasm::g_words.data(); }
EXPT_EXPORT(expt_alloc) void* expt_alloc(uint32_t size) { return std::malloc(size); }
EXPT_EXPORT(expt_free) void expt_free(void* at) { std::free(at); }
