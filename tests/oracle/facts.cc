#include "tests/oracle/naive.h"
#include "tests/oracle/oracle.h"

namespace expt::oracle {
namespace {

bool IsPresent(const ValueView& value) {
  if (value.type() == ValueType::kMissing || value.type() == ValueType::kJson) return false;
  if (value.type() == ValueType::kString) return IsValidUtf8(std::string(value.text()));
  for (const std::string_view text : value.list()) {
    if (!IsValidUtf8(std::string(text))) return false;
  }
  return true;
}

}  // namespace

std::optional<Facts> FactsOf(const std::vector<Attribute>& context) {
  if (context.size() > 256) return std::nullopt;
  Facts facts;
  std::optional<Value> key;
  for (const Attribute& attribute : context) {
    std::string name(attribute.name);
    if (name.empty() || name[0] == '$' || !IsValidUtf8(name)) continue;
    if (name == "targetingKey") name = "targeting_key";
    if (name == "targeting_key" && !attribute.value.is_missing()) {
      if (key.has_value() && !(*key == Value(attribute.value))) return std::nullopt;
      key = Value(attribute.value);
    }
    facts.erase(name);
    if (IsPresent(attribute.value)) facts.emplace(name, Value(attribute.value));
  }
  return facts;
}

}  // namespace expt::oracle
