// The head of a request and its target, before any handler sees them.
#include <string>
#include <string_view>

#include "control-plane/http/framing.h"
#include "control-plane/http/target.h"
#include "src/base/utf8.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

void ReadHead(std::string_view bytes) {
  const http::HeadLimits limits;
  const http::HeadScan scan = http::ScanHead(bytes, limits);
  if (scan.fault.has_value()) {
    Expect(scan.fault->status >= 400 && scan.fault->status < 500, "a bad head is the caller's fault");
    return;
  }
  Expect(scan.size <= bytes.size() && scan.size <= limits.max_bytes, "a head lies within its bytes and limits");
  if (scan.size == 0) return;
  const std::string_view head = bytes.substr(0, scan.size);
  Expect(head.ends_with("\r\n\r\n"), "a head ends with an empty line");
  Expect(http::ScanHead(head, limits).size == scan.size, "what follows a head does not change it");
  const auto fault = http::CheckHead(head, limits);
  if (fault.has_value()) Expect(fault->status >= 400 && fault->status < 600, "a fault has a status");
}

void ReadTarget(std::string_view text) {
  const absl::StatusOr<http::Target> target = http::ParseTarget(text);
  if (!target.ok()) return;
  for (const std::string& segment : target->segments) {
    Expect(!segment.empty() && segment != "." && segment != "..", "no segment leaves its place", segment);
    Expect(segment.find('/') == std::string::npos, "no segment holds a slash", segment);
    Expect(http::IsUtf8(segment), "segments are UTF-8");
  }
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expt::fuzz::ReadHead(bytes);
  expt::fuzz::ReadTarget(bytes);
  expt::fuzz::Expect(expt::http::IsUtf8(bytes) == expt::base::IsUtf8(bytes), "both check UTF-8 alike");
  return 0;
}
