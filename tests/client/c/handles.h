// Handles of expt/c.h that free themselves, and shorter words, for tests.
#ifndef EXPT_TESTS_CLIENT_C_HANDLES_H_
#define EXPT_TESTS_CLIENT_C_HANDLES_H_

#include <memory>
#include <string>
#include <string_view>

#include "expt/c.h"

namespace expt::test {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};
template <typename T, auto kFree>
using Handle = std::unique_ptr<T, Free<kFree>>;

using CText = Handle<expt_text, expt_text_free>;
using CError = Handle<expt_error, expt_error_free>;
using CContext = Handle<expt_context, expt_context_free>;
using CDecision = Handle<expt_decision, expt_decision_free>;
using CRoot = Handle<expt_root, expt_root_free>;
using CSnapshot = Handle<expt_snapshot, expt_snapshot_free>;
using CSticky = Handle<expt_sticky, expt_sticky_free>;
using CClient = Handle<expt_client, expt_client_free>;
using CStatus = Handle<expt_status, expt_status_free>;

inline expt_string In(std::string_view text) { return {text.data(), text.size()}; }
inline std::string Str(expt_string text) { return std::string(text.data == nullptr ? "" : text.data, text.size); }
inline std::string Str(const CText& text) { return Str(expt_text_view(text.get())); }

// Texts that no function takes.
inline const expt_string kNullText = {nullptr, 1};
inline const expt_string kEndlessText = {"x", SIZE_MAX};

// An empty struct of expt/c.h that knows its size.
template <typename Struct>
Struct Sized() {
  Struct made{};
  made.struct_size = sizeof made;
  return made;
}

inline expt_decision_view Read(const CDecision& decision) {
  auto view = Sized<expt_decision_view>();
  expt_decision_read(decision.get(), &view);
  return view;
}

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_C_HANDLES_H_
