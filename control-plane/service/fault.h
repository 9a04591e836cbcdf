// What went wrong with a call, in the form of RFC 9457: the api room writes it as application/problem+json.
//
//   Result<Versioned> flag = service.Get(...);
//   if (!flag.ok()) return Reply(flag.fault());
#ifndef EXPT_CONTROL_PLANE_SERVICE_FAULT_H_
#define EXPT_CONTROL_PLANE_SERVICE_FAULT_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"

namespace expt::service {

// One defect of a document. `pointer` is a JSON pointer (RFC 6901) into what the caller sent; "" is the whole.
struct Problem {
  std::string pointer;  // "/rules/0/serve/split/weights"
  std::string text;     // `weights sum to 999990, expected 1000000`
};

// A key as texts name it.
inline std::string Quoted(std::string_view key) { return "\"" + std::string(key) + "\""; }

struct Fault {
  int status = 500;         // of HTTP: 400, 401, 403, 404, 409, 412, 422, 500, 503
  std::string title = {};   // the same words for the same kind of fault: "document is not valid"
  std::string detail = {};  // what it is about: `flag "checkout"`
  std::vector<Problem> errors = {};

  // `not found: flag "checkout"`: what the caller reads.
  std::string Text() const;
};

// A value or a Fault. Like absl::StatusOr, and as cheap as its value.
template <typename T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: implicit by intent
  Result(Fault fault) : state_(std::move(fault)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  // Only when ok().
  T& operator*() & { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  const T& operator*() const& { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  // Only when not ok().
  const Fault& fault() const { return std::get<1>(state_); }

 private:
  std::variant<T, Fault> state_;
};

// A call that has nothing to say but that it worked.
struct Done {};

Fault NotFound(std::string detail);                              // 404
Fault Conflict(std::string detail, std::vector<Problem> errors = {});  // 409
Fault StaleRevision(std::string detail);                         // 412
Fault Malformed(std::string detail);                             // 400
Fault Invalid(std::string detail, std::vector<Problem> errors);  // 422
Fault Unauthenticated();                                         // 401
// What storage said, without its words: they belong into the log. 503 when a retry may help, else 500.
Fault StorageFault(const absl::Status& status);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_FAULT_H_
