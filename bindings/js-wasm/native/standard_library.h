// What emscripten's libc++ 13 does not have yet of C++20. Included before everything else.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_STANDARD_LIBRARY_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_STANDARD_LIBRARY_H_

#include <bit>
#include <memory>
#include <type_traits>

#if !defined(__cpp_lib_bit_cast)
namespace std {  // NOLINT: where the standard puts it
template <typename To, typename From>
constexpr To bit_cast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}
}  // namespace std
#endif

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_STANDARD_LIBRARY_H_
