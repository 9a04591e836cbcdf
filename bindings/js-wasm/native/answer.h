// Answers of several parts, which JavaScript reads back as arrays: Instance.answer() of @expt/core. Word 0 is the
// address of a row of Records: a list of parts, and behind it the parts, in the order in which they are put. Texts are
// not copied: they must stay where they are until JavaScript has read them.
//
//   BeginAnswer(2);
//   PutNumber(17);
//   PutTexts(names);
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_ANSWER_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_ANSWER_H_

#include <cstddef>
#include <string_view>

#include "expt/snapshot.h"
#include "expt/value.h"

namespace expt::wasm {

// An answer of `count` parts follows.
void BeginAnswer(size_t count);

// A list of `count` parts follows, which is one part.
void PutList(size_t count);

void PutPart(std::string_view text);
void PutNumber(double value);
void PutBoolean(bool value);
// Becomes text of hexadecimal digits.
void PutDigest(const Digest& digest);
// The value of a variant; a JSON value becomes what it means.
void PutValue(const ValueView& value);

template <typename List>
void PutTexts(const List& list) {
  PutList(list.size());
  for (const std::string_view text : list) PutPart(text);
}

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_ANSWER_H_
