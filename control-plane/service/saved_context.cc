#include "control-plane/service/saved_context.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxAttributeNameSize = 256;

bool IsStringList(const json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const json& entry) { return entry.is_string(); });
}

// Missing for what is no attribute's value.
Value ValueOfAttribute(const json& value) {
  if (value.is_string()) return Value(ValueView(value.get_ref<const std::string&>()));
  if (value.is_boolean()) return Value(ValueView(value.get<bool>()));
  if (IsInt64(value)) return Value(ValueView(value.get<int64_t>()));
  if (value.is_number_float()) return Value(ValueView(value.get<double>()));
  if (!IsStringList(value)) return Value();
  std::vector<std::string_view> texts;
  for (const json& entry : value) texts.push_back(entry.get_ref<const std::string&>());
  return Value(ValueView(std::span<const std::string_view>(texts)));
}

}  // namespace

ContextAttributes ReadContextAttributes(const json& object, const std::string& pointer, Problems& problems) {
  ContextAttributes attributes;
  if (object.size() > kMaxContextAttributes) {
    problems.push_back({pointer, "expected at most " + std::to_string(kMaxContextAttributes) + " attributes, found " +
                                     std::to_string(object.size())});
    return attributes;
  }
  for (const auto& [name, value] : object.items()) {
    if (name.empty() || name.size() > kMaxAttributeNameSize || name.starts_with('$')) {
      problems.push_back({Child(pointer, name), "expected a name of 1 to " + std::to_string(kMaxAttributeNameSize) +
                                                    " bytes that does not begin with \"$\""});
      continue;
    }
    Value read = ValueOfAttribute(value);
    if (read.view().is_missing()) {
      problems.push_back(
          {Child(pointer, name),
           "expected a string, a number, true, false or a list of strings, found " + std::string(Found(value))});
      continue;
    }
    attributes.emplace_back(name, std::move(read));
  }
  return attributes;
}

Context ContextOf(const ContextAttributes& attributes) {
  std::vector<Attribute> entries;
  for (const auto& [name, value] : attributes) entries.push_back({name, value.view()});
  return Context(entries);
}

SavedContext ReadSavedContext(const json& document, Problems& problems) {
  SavedContext context;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  context.key = object.Key("key");
  context.name = object.Text("name", false, 256);
  context.description = object.Text("description", false, 4096);
  if (const json* attributes = object.Object("attributes", true)) {
    context.attributes = ReadContextAttributes(*attributes, object.At("attributes"), problems);
  }
  object.RefuseOthers();
  return context;
}

}  // namespace expt::service
