#include "control-plane/http/framing.h"

#include <algorithm>
#include <array>

#include "control-plane/http/request.h"

namespace expt::http {
namespace {

bool IsTokenCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter); }

// Fields that mean something else, or two things, when they stand twice.
constexpr std::array<std::string_view, 11> kSingleFields = {"authorization",
                                                            "content-encoding",
                                                            "content-length",
                                                            "content-type",
                                                            "expect",
                                                            "host",
                                                            "if-match",
                                                            "if-none-match",
                                                            "origin",
                                                            "transfer-encoding",
                                                            "access-control-request-method"};

HeadFault Bad(std::string text) { return {400, std::move(text)}; }

std::optional<HeadFault> CheckRequestLine(std::string_view line, bool* is_http_1_0) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Bad("request line: expected method, target and version");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method)) return Bad("request line: the method is not a token");
  if (target.empty() || target.front() != '/') return Bad("request line: expected a target that begins with \"/\"");
  for (const char c : target) {
    if (c <= ' ' || c > '~') return Bad("request line: the target has a byte that must be percent-encoded");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/")) return Bad("request line: expected \"HTTP/1.1\"");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return HeadFault{505, "expected HTTP/1.1"};
  *is_http_1_0 = version == "HTTP/1.0";
  return std::nullopt;
}

bool IsContentLength(std::string_view value) {
  return !value.empty() && value.size() <= 18 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

HeadScan ScanHead(std::string_view bytes, const HeadLimits& limits) {
  HeadScan scan;
  size_t line_start = 0;
  bool is_request_line = true;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (i - line_start > limits.max_line_bytes) {
      scan.fault = is_request_line
                       ? HeadFault{414, "the request line is over " + std::to_string(limits.max_line_bytes) + " bytes"}
                       : HeadFault{431, "a header field is over " + std::to_string(limits.max_line_bytes) + " bytes"};
      return scan;
    }
    if (i >= limits.max_bytes) {
      scan.fault = HeadFault{431, "the header is over " + std::to_string(limits.max_bytes) + " bytes"};
      return scan;
    }
    if (c == '\n') {
      if (i == 0 || bytes[i - 1] != '\r') {
        scan.fault = Bad("a header line ends with a bare line feed");
        return scan;
      }
      if (i - line_start == 1) {  // an empty line
        if (is_request_line) {
          scan.fault = Bad("expected a request line, found an empty line");
        } else {
          scan.size = i + 1;
        }
        return scan;
      }
      line_start = i + 1;
      is_request_line = false;
    } else if (i > 0 && bytes[i - 1] == '\r') {
      scan.fault = Bad("the header has a bare carriage return");
      return scan;
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\t') || c == 0x7f) {
      scan.fault = Bad("the header has a control byte");
      return scan;
    }
  }
  return scan;
}

std::optional<HeadFault> CheckHead(std::string_view head, const HeadLimits& limits) {
  size_t end = head.find("\r\n");
  bool is_http_1_0 = false;
  if (auto fault = CheckRequestLine(head.substr(0, end), &is_http_1_0)) return fault;
  std::array<int, kSingleFields.size()> seen{};
  std::string transfer_encoding;
  size_t fields = 0;
  for (size_t start = end + 2; start < head.size(); start = end + 2) {
    end = head.find("\r\n", start);
    const std::string_view line = head.substr(start, end - start);
    if (line.empty()) break;
    if (++fields > limits.max_fields) {
      return HeadFault{431, "more than " + std::to_string(limits.max_fields) + " header fields"};
    }
    const size_t colon = line.find(':');
    if (line.front() == ' ' || line.front() == '\t') return Bad("a header field is folded over two lines");
    if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
      return Bad("a header field has no valid name");
    }
    const std::string name = LowerCase(line.substr(0, colon));
    const std::string_view value = Trim(line.substr(colon + 1));
    const auto* single = std::find(kSingleFields.begin(), kSingleFields.end(), name);
    if (single != kSingleFields.end() && ++seen[static_cast<size_t>(single - kSingleFields.begin())] > 1) {
      return Bad("header field \"" + name + "\" stands twice");
    }
    if (name == "content-length" && !IsContentLength(value)) return Bad("content-length: expected a number");
    if (name == "transfer-encoding") transfer_encoding = LowerCase(value);
  }
  const auto count = [&](std::string_view name) {
    return seen[static_cast<size_t>(std::find(kSingleFields.begin(), kSingleFields.end(), name) -
                                    kSingleFields.begin())];
  };
  if (count("transfer-encoding") > 0) {
    if (count("content-length") > 0) return Bad("both content-length and transfer-encoding");
    if (is_http_1_0) return Bad("transfer-encoding in an HTTP/1.0 request");
    if (transfer_encoding != "chunked") return Bad("transfer-encoding: expected \"chunked\"");
  }
  if (!is_http_1_0 && count("host") == 0) return Bad("header field \"host\" is missing");
  return std::nullopt;
}

}  // namespace expt::http
