#include "control-plane/http/target.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "src/base/status.h"

namespace expt::http {
namespace {

constexpr size_t kMaxQueryParameters = 32;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing when an escape is cut short.
std::optional<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

bool HasControlByte(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

absl::Status BadTarget(std::string_view text) { return base::Error(absl::StatusCode::kInvalidArgument, text); }

absl::StatusOr<std::string> DecodePart(std::string_view part, bool plus_is_space, std::string_view where) {
  const std::optional<std::string> decoded = Decode(part, plus_is_space);
  if (!decoded) return BadTarget(std::string(where) + ": \"%\" without two hexadecimal digits");
  if (HasControlByte(*decoded)) return BadTarget(std::string(where) + ": encoded control byte");
  if (!IsUtf8(*decoded)) return BadTarget(std::string(where) + ": invalid UTF-8");
  return *decoded;
}

absl::Status ParsePath(std::string_view path, std::vector<std::string>* segments) {
  path.remove_prefix(1);
  if (path.empty()) return absl::OkStatus();
  for (size_t start = 0; start <= path.size();) {
    const size_t slash = std::min(path.find('/', start), path.size());
    absl::StatusOr<std::string> segment = DecodePart(path.substr(start, slash - start), false, "path");
    if (!segment.ok()) return segment.status();
    if (segment->empty()) return BadTarget("path: empty segment");
    if (*segment == "." || *segment == "..") return BadTarget("path: \".\" and \"..\" are not resolved");
    if (segment->find_first_of("/\\") != std::string::npos) return BadTarget("path: encoded slash or backslash");
    segments->push_back(*std::move(segment));
    start = slash + 1;
  }
  return absl::OkStatus();
}

absl::Status ParseQuery(std::string_view query, Pairs* pairs) {
  for (size_t start = 0; start < query.size();) {
    const size_t end = std::min(query.find('&', start), query.size());
    const std::string_view pair = query.substr(start, end - start);
    start = end + 1;
    const size_t equals = std::min(pair.find('='), pair.size());
    absl::StatusOr<std::string> name = DecodePart(pair.substr(0, equals), true, "query");
    if (!name.ok()) return name.status();
    absl::StatusOr<std::string> value = DecodePart(equals < pair.size() ? pair.substr(equals + 1) : "", true, "query");
    if (!value.ok()) return value.status();
    if (Find(*pairs, *name)) return BadTarget("query: \"" + *name + "\" stands twice");
    if (pairs->size() == kMaxQueryParameters) return BadTarget("query: too many parameters");
    pairs->emplace_back(*std::move(name), *std::move(value));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size == 0 || text.size() - i < size) return false;
    uint32_t code = size == 1 ? lead : lead & (0x7fu >> size);
    for (size_t k = 1; k < size; ++k) {
      const auto next = static_cast<uint8_t>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3f);
    }
    if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10ffff))) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;
    i += size;
  }
  return true;
}

absl::StatusOr<Target> ParseTarget(std::string_view target) {
  if (target.empty() || target.front() != '/') return BadTarget("path: expected \"/\" first");
  if (target.find('#') != std::string_view::npos) return BadTarget("path: has a fragment");
  const size_t question = std::min(target.find('?'), target.size());
  Target parsed;
  if (absl::Status status = ParsePath(target.substr(0, question), &parsed.segments); !status.ok()) return status;
  if (question < target.size()) {
    if (absl::Status status = ParseQuery(target.substr(question + 1), &parsed.query); !status.ok()) return status;
  }
  return parsed;
}

}  // namespace expt::http
