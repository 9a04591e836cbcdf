// absl::StatusOr as far as the pure core uses it; see status.h.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STATUS_STATUSOR_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STATUS_STATUSOR_H_

#include <concepts>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"

namespace absl {

// A value, or the Status that says why there is none. Reading a value that is not there ends the program.
template <typename T>
class [[nodiscard]] StatusOr {
 public:
  StatusOr() : status_(StatusCode::kUnknown, "") {}
  StatusOr(Status status) : status_(std::move(status)) {  // NOLINT: implicit by intent
    if (status_.ok()) std::abort();
  }
  template <typename U>
    requires(std::constructible_from<T, U> && !std::same_as<std::remove_cvref_t<U>, StatusOr> &&
             !std::same_as<std::remove_cvref_t<U>, Status>)
  StatusOr(U&& value) : value_(std::forward<U>(value)) {}  // NOLINT

  bool ok() const { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }

  const T& operator*() const& { return Checked(); }
  T& operator*() & { return const_cast<T&>(Checked()); }
  T&& operator*() && { return std::move(const_cast<T&>(Checked())); }
  const T* operator->() const { return &Checked(); }
  T* operator->() { return &const_cast<T&>(Checked()); }

 private:
  const T& Checked() const {
    if (!value_.has_value()) std::abort();
    return *value_;
  }

  Status status_;
  std::optional<T> value_;
};

}  // namespace absl

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STATUS_STATUSOR_H_
