// A context as people write it: the command line's reader, and that of the vectors, which knows more kinds of values.
// Where both understand a flat object they understand the same.
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "control-plane/cli/context_json.h"
#include "tests/fuzz/input.h"
#include "tests/vectors/definitions.h"

namespace expt::fuzz {
namespace {

// An object of text, booleans, fractions and integers in range: what means the same to both readers.
bool IsPlain(const nlohmann::json& json) {
  if (!json.is_object()) return false;
  for (const auto& [name, value] : json.items()) {
    if (name.empty() || name.find('.') != std::string::npos || name == "targetingKey" || name == "targeting_key") {
      return false;
    }
    if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) return false;
    // Of an integer beyond the range the parser has made a fraction.
    if (value.is_number_float() && std::abs(value.get<double>()) >= 0x1p63) return false;
    if (!value.is_string() && !value.is_boolean() && !value.is_number()) return false;
  }
  return true;
}

void ReadAsVectors(std::string_view text, const absl::StatusOr<Context>& other) {
  try {
    size_t names = 0;
    const nlohmann::json json = nlohmann::json::parse(text, [&names](int, nlohmann::json::parse_event_t event, auto&) {
      if (event == nlohmann::json::parse_event_t::key) ++names;
      return true;
    });
    const vectors::Attributes attributes(json);
    const Context context = attributes.context();
    if (!IsPlain(json) || !other.ok()) return;
    // The command line counts a name as often as it is written, the vectors once.
    if (names > kMaxContextAttributes && json.size() <= kMaxContextAttributes) return;
    Expect(other->is_valid() == context.is_valid(), "both readers agree on what is valid");
    Expect(other->entries().size() == context.entries().size(), "both readers find as many attributes");
    for (const Context::Entry& entry : context.entries()) {
      Expect(other->Find(entry.name) == entry.value, "both readers find the same value", entry.name);
    }
  } catch (const std::exception&) {
    // The reader of the vectors refuses by throwing.
  }
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Context> context = cli::ParseContext(text);
  if (!context.ok()) {
    fuzz::Expect(context.status().code() == absl::StatusCode::kInvalidArgument, "a refusal is the caller's fault");
  } else {
    for (const Context::Entry& entry : context->entries()) {
      fuzz::Expect(context->Find(entry.name) == entry.value, "every entry is found by its name", entry.name);
    }
  }
  fuzz::ReadAsVectors(text, context);
  return 0;
}
