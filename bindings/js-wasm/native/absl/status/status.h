// absl::Status as far as the pure core uses it, for the WASM module only. Abseil's own brings Cord, Mutex, stack
// traces and logging with it: 30 kB that a page would have to load. Natively everything is compiled with Abseil, so
// code that needs more of it fails to compile here and nowhere else.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STATUS_STATUS_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STATUS_STATUS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/cord.h"

namespace absl {

enum class StatusCode : int {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// OK, or a code with a text and at most one payload, whatever its url. Copies share the error, which is never freed:
// an instance refuses few files before it goes away.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, string_view message);

  bool ok() const { return error_ == nullptr; }
  StatusCode code() const;
  string_view message() const;
  void IgnoreError() const {}

  void SetPayload(string_view url, Cord payload);
  std::optional<Cord> GetPayload(string_view url) const;

 private:
  struct Error;

  Error* error_ = nullptr;
};

inline Status OkStatus() { return Status(); }

}  // namespace absl

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_ABSL_STATUS_STATUS_H_
