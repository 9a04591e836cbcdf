// Writes one JSON document from left to right; keeps the commas.
//
//   JsonWriter w;
//   w.BeginObject();
//   w.Field("bucket", 451396);
//   w.EndObject();
//   w.Take();  // {"bucket":451396}
#ifndef EXPT_SRC_BASE_JSON_WRITER_H_
#define EXPT_SRC_BASE_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "expt/value.h"
#include "src/base/json_text.h"
#include "src/base/number.h"

namespace expt::base {

class JsonWriter {
 public:
  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }

  void Key(std::string_view name) {
    Comma();
    AppendJsonString(out_, name);
    out_.push_back(':');
    needs_comma_ = false;
  }

  void Text(std::string_view text) {
    Comma();
    AppendJsonString(out_, text);
  }
  void Integer(int64_t value) {
    Comma();
    AppendInteger(out_, value);
  }
  void Value(const ValueView& value) {
    Comma();
    AppendJson(out_, value);
  }
  // `json` is one JSON value already.
  void Raw(std::string_view json) {
    Comma();
    out_.append(json);
  }

  void Field(std::string_view name, const ValueView& value) {
    Key(name);
    Value(value);
  }

  std::string Take() { return std::move(out_); }

 private:
  void Begin(char bracket) {
    Comma();
    out_.push_back(bracket);
    needs_comma_ = false;
  }
  void End(char bracket) {
    out_.push_back(bracket);
    needs_comma_ = true;
  }
  void Comma() {
    if (needs_comma_) out_.push_back(',');
    needs_comma_ = true;
  }

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_JSON_WRITER_H_
