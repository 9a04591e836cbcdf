// Short texts from outside: SDK keys, UTF-8, numbers as JSON, unit ids.
#include <array>
#include <cstring>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expt/context.h"
#include "src/base/utf8.h"
#include "src/wire/sdk_key.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

void ReadSdkKey(std::string_view text) {
  const absl::StatusOr<wire::SdkKey> key = wire::ParseSdkKey(text);
  if (!key.ok()) return;
  Expect(wire::FormatSdkKey(*key) == text, "a key is written as it was read");
  Expect(!wire::AuthorizationHeader(*key).empty(), "a key makes a header");
}

void ReadUnitId(int64_t integer) {
  std::array<char, 24> buffer;
  Expect(UnitId(ValueView(integer), buffer) == std::to_string(integer), "an integer is its decimal text");
  double real;
  static_assert(sizeof real == sizeof integer);
  std::memcpy(&real, &integer, sizeof real);
  const std::string_view id = UnitId(ValueView(real), buffer);
  if (!id.empty()) Expect(std::strtod(std::string(id).c_str(), nullptr) == real, "a double's unit id is its value");
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt;
  fuzz::Input input(data, size);
  fuzz::ReadUnitId(input.Integer());
  fuzz::ReadSdkKey(input.Rest());
  const Context context(input.Rest(), {{input.Rest(), input.Rest()}});
  if (!base::IsUtf8(input.Rest())) fuzz::Expect(context.entries().empty(), "text that is no UTF-8 is missing");
  return 0;
}
