// Answers of several parts, which JavaScript reads back as arrays: Instance.answer() of @expt/core. Word 0 is the
// address of a row of values: the parts, in the order in which they are put. Texts are not copied: they must stay where
// they are until JavaScript has read them.
//
//   BeginAnswer();
//   Put(17);
//   PutTexts(names);
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_ANSWER_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_ANSWER_H_

#include <cstddef>
#include <string_view>

#include "expt/snapshot.h"
#include "expt/value.h"

namespace expt::wasm {

void BeginAnswer();

// A list of `count` parts follows, which is one part.
void PutList(size_t count);

// A JSON value becomes what it means.
void Put(const ValueView& value);

// JavaScript knows which parts are digests, and makes hexadecimal text of them.
inline void PutDigest(const Digest& digest) {
  Put(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

template <typename List>
void PutTexts(const List& list) {
  PutList(list.size());
  for (const std::string_view text : list) Put(text);
}

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_ANSWER_H_
