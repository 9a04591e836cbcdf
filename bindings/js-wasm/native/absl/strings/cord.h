// What a payload of absl::Status is made of; see absl/status/status.h.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STRINGS_CORD_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STRINGS_CORD_H_

#include <string>
#include <string_view>

namespace absl {

using string_view = std::string_view;

class Cord {
 public:
  Cord() = default;
  explicit Cord(string_view text) : text_(text) {}
  size_t size() const { return text_.size(); }
  char operator[](size_t i) const { return text_[i]; }

 private:
  std::string text_;
};

}  // namespace absl

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STRINGS_CORD_H_
