// Fields that several documents for JavaScript have.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_JSON_FIELDS_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_JSON_FIELDS_H_

#include <string>
#include <string_view>

#include "expt/snapshot.h"
#include "src/base/json_writer.h"

namespace expt::wasm {

template <typename List>
void PutTexts(base::JsonWriter& json, std::string_view name, const List& list) {
  json.Key(name);
  json.BeginArray();
  for (const auto& text : list) json.Text(text);
  json.EndArray();
}

inline void PutHex(base::JsonWriter& json, std::string_view name, const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  json.Field(name, text);
}

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_JSON_FIELDS_H_
