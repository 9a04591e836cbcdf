#include "src/base/json_text.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "src/base/number.h"
#include "src/base/short_text.h"
#include "src/base/small_code.h"
#include "src/base/utf8.h"

namespace expt::base {
namespace {

void AppendEscaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20) {
    out.push_back(c);
    return;
  }
  out.append("\\u00");
  out.push_back(kHex[(c >> 4) & 0xf]);
  out.push_back(kHex[c & 0xf]);
}

// How many bytes from `at` on stand for themselves in a JSON string.
size_t PlainSize(std::string_view text, size_t at) {
  if constexpr (kSmallCode) return 0;
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighs = 0x8080808080808080u;
  const auto zeros = [](uint64_t word) { return (word - kOnes) & ~word; };  // a high bit where a byte is 0
  const size_t begin = at;
  for (; text.size() - at >= 8; at += 8) {
    const uint64_t word = Load<uint64_t>(text.data() + at);
    const uint64_t controls = (word - kOnes * 0x20) & ~word;
    if (((word | controls | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\')) & kHighs) != 0) break;
  }
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<signed char>(c) < 0x20 || c == '"' || c == '\\') break;
  }
  return at - begin;
}

// JSON text on one line: line breaks may stand only between tokens, where a space means the same.
void AppendOneLine(std::string& out, std::string_view json) {
  if (!kSmallCode && json.find('\n') == json.npos && json.find('\r') == json.npos) {
    out.append(json);
    return;
  }
  for (const char c : json) out.push_back(c == '\n' || c == '\r' ? ' ' : c);
}

}  // namespace

bool IsPlainJson(std::string_view text) { return PlainSize(text, 0) == text.size(); }

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  size_t at = 0;
  while (at < text.size()) {
    if (const size_t plain = PlainSize(text, at); plain != 0) {
      out.append(text.substr(at, plain));
      at += plain;
      continue;
    }
    const size_t size = Utf8CharacterSize(text, at);
    if (size == 0) {
      out.append("\xef\xbf\xbd");
      ++at;
    } else if (size == 1) {
      AppendEscaped(out, text[at]);
      ++at;
    } else {
      out.append(text.substr(at, size));
      at += size;
    }
  }
  out.push_back('"');
}

void AppendJson(std::string& out, const ValueView& value) {
  switch (value.type()) {
    case ValueType::kMissing:
      out.append("null");
      return;
    case ValueType::kBoolean:
      out.append(value.boolean() ? "true" : "false");
      return;
    case ValueType::kString:
      AppendJsonString(out, value.text());
      return;
    case ValueType::kInteger:
      AppendInteger(out, value.integer());
      return;
    case ValueType::kDouble:
      if (std::isfinite(value.real())) {
        AppendDouble(out, value.real());
      } else {
        out.append("null");
      }
      return;
    case ValueType::kJson:
      AppendOneLine(out, value.text());
      return;
    case ValueType::kStringList: {
      out.push_back('[');
      bool is_first = true;
      for (const std::string_view text : value.list()) {
        if (!is_first) out.push_back(',');
        is_first = false;
        AppendJsonString(out, text);
      }
      out.push_back(']');
      return;
    }
  }
}

}  // namespace expt::base
