// The places that issues name: `flag "checkout": rule "r2"`.
#ifndef EXPT_SRC_MODEL_PLACE_H_
#define EXPT_SRC_MODEL_PLACE_H_

#include <string>
#include <string_view>

namespace expt::model {

// `text` in double quotes.
inline std::string Quoted(std::string_view text) {
  std::string out = "\"";
  out.append(text);
  out.push_back('"');
  return out;
}

// `flag "checkout"`
inline std::string Named(std::string_view noun, std::string_view name) {
  std::string out(noun);
  out.push_back(' ');
  out.append(Quoted(name));
  return out;
}

// `outer: inner`, or the one that is not empty.
inline std::string Within(std::string_view outer, std::string_view inner) {
  std::string out(outer);
  if (!outer.empty() && !inner.empty()) out.append(": ");
  out.append(inner);
  return out;
}

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_PLACE_H_
