// What every function of expt/c.h does around its call: checks its arguments, lets no exception out, turns a status
// into a code and an error, and reads and writes structs of other sizes.
#ifndef EXPT_SRC_CLIENT_C_CALL_H_
#define EXPT_SRC_CLIENT_C_CALL_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "absl/status/status.h"
#include "expt/c.h"
#include "expt/value.h"

namespace expt::c {

// Longest wait that a caller can ask for.
inline constexpr int64_t kLongestWaitMs = int64_t{365} * 24 * 3'600'000;

inline std::chrono::milliseconds Wait(int64_t timeout_ms) {
  return std::chrono::milliseconds(std::clamp(timeout_ms, int64_t{0}, kLongestWaitMs));
}

inline bool IsText(expt_string text) { return text.data != nullptr ? text.size <= PTRDIFF_MAX : text.size == 0; }
template <typename... Texts>
bool AreTexts(Texts... texts) {
  return (IsText(texts) && ...);
}

inline std::string_view View(expt_string text) { return {text.data, text.size}; }
inline expt_string Out(std::string_view text) { return {text.data(), text.size()}; }

// `value` as it crosses the interface; a list is missing.
expt_value OutValue(const ValueView& value);
// False for text that is none.
bool InValue(const expt_value& value, ValueView& out);

// Calls run(); what it throws becomes a code.
template <typename Run>
expt_code Guard(Run run) noexcept {
  try {
    return run();
  } catch (const std::bad_alloc&) {
    return EXPT_RESOURCE_EXHAUSTED;
  } catch (...) {
    return EXPT_INTERNAL;
  }
}

// The same for a function that returns a value: `fallback` when something is thrown.
template <typename Result, typename Run>
Result GuardOr(Result fallback, Run run) noexcept {
  try {
    return run();
  } catch (...) {
    return fallback;
  }
}

// Sets `error`, where the caller wants one, and returns the code. Throws std::bad_alloc.
expt_code Fail(expt_error** error, const absl::Status& status);
expt_code Fail(expt_error** error, std::string_view text);  // EXPT_INVALID_ARGUMENT

// A larger struct_size is a mistake, not a newer caller.
inline constexpr size_t kLargestStruct = 4096;

// Says whether `to` can be written. `first_size` is the size that the struct had in the first version that had it.
template <typename Struct>
bool IsWritable(const Struct* to, size_t first_size = sizeof(Struct)) {
  return to != nullptr && to->struct_size >= first_size && to->struct_size <= kLargestStruct;
}

// Copies a struct of the caller, who may know fewer fields, or more: those must be zero.
template <typename Struct>
expt_code ReadStruct(const Struct* from, Struct& to, size_t first_size = sizeof(Struct)) {
  to = Struct();
  if (!IsWritable(from, first_size)) return EXPT_INVALID_ARGUMENT;
  const char* const bytes = reinterpret_cast<const char*>(from);
  const size_t known = std::min(from->struct_size, sizeof(Struct));
  std::memcpy(static_cast<void*>(&to), bytes, known);
  const auto is_zero = [](char byte) { return byte == 0; };
  return std::all_of(bytes + known, bytes + from->struct_size, is_zero) ? EXPT_OK : EXPT_UNIMPLEMENTED;
}

// Copies what the caller knows of `from`; fields that only the caller knows become zero.
template <typename Struct>
expt_code WriteStruct(Struct from, Struct* to, size_t first_size = sizeof(Struct)) {
  if (!IsWritable(to, first_size)) return EXPT_INVALID_ARGUMENT;
  const size_t size = to->struct_size;
  from.struct_size = size;
  std::memset(static_cast<void*>(to), 0, size);
  std::memcpy(static_cast<void*>(to), &from, std::min(size, sizeof(Struct)));
  return EXPT_OK;
}

}  // namespace expt::c

#endif  // EXPT_SRC_CLIENT_C_CALL_H_
