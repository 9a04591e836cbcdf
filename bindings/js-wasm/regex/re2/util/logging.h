// Stands in front of RE2's own util/logging.h when RE2 is compiled for the module: nobody reads a log there, and
// streams weigh more than the rest of RE2. A failed CHECK stops the module.
#ifndef EXPT_BINDINGS_JS_WASM_REGEX_RE2_UTIL_LOGGING_H_
#define EXPT_BINDINGS_JS_WASM_REGEX_RE2_UTIL_LOGGING_H_

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/util.h"

namespace re2::no_log {

// Takes what a message is made of and forgets it.
struct Sink {
  template <typename T>
  const Sink& operator<<(const T&) const {
    return *this;
  }
};

struct FatalSink : Sink {
  [[noreturn]] ~FatalSink() { __builtin_trap(); }
};

// Makes a message an expression without value; & binds weaker than <<.
struct Nothing {
  void operator&(const Sink&) const {}
};

}  // namespace re2::no_log

#define DCHECK(condition) assert(condition)
#define DCHECK_EQ(a, b) assert((a) == (b))
#define DCHECK_NE(a, b) assert((a) != (b))
#define DCHECK_LE(a, b) assert((a) <= (b))
#define DCHECK_LT(a, b) assert((a) < (b))
#define DCHECK_GE(a, b) assert((a) >= (b))
#define DCHECK_GT(a, b) assert((a) > (b))

#define CHECK(x) (x) ? (void)0 : ::re2::no_log::Nothing() & ::re2::no_log::FatalSink()
#define CHECK_LT(a, b) CHECK((a) < (b))
#define CHECK_GT(a, b) CHECK((a) > (b))
#define CHECK_LE(a, b) CHECK((a) <= (b))
#define CHECK_GE(a, b) CHECK((a) >= (b))
#define CHECK_EQ(a, b) CHECK((a) == (b))
#define CHECK_NE(a, b) CHECK((a) != (b))

// What stands in the message is not evaluated.
#define EXPT_NO_LOG true ? (void)0 : ::re2::no_log::Nothing() & ::re2::no_log::Sink()
#define EXPT_LOG_INFO EXPT_NO_LOG
#define EXPT_LOG_WARNING EXPT_NO_LOG
#define EXPT_LOG_ERROR EXPT_NO_LOG
#define EXPT_LOG_DFATAL EXPT_NO_LOG  // as with NDEBUG
#define EXPT_LOG_FATAL ::re2::no_log::Nothing() & ::re2::no_log::FatalSink()
#define EXPT_LOG_QFATAL EXPT_LOG_FATAL
#define LOG(severity) EXPT_LOG_##severity
#define VLOG(level) EXPT_NO_LOG

#endif  // EXPT_BINDINGS_JS_WASM_REGEX_RE2_UTIL_LOGGING_H_
