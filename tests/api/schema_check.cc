#include "tests/api/schema_check.h"

#include <regex>
#include <set>

namespace expt::testing {
namespace {

using nlohmann::json;

bool IsOfType(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

class Checker {
 public:
  explicit Checker(const json& document) : document_(document) {}

  void Check(const json& value, const json& schema, const std::string& place) {
    for (const auto& [keyword, rule] : schema.items()) CheckKeyword(value, schema, keyword, rule, place);
  }
  std::vector<std::string> found;

 private:
  void Report(const std::string& place, const std::string& text) { found.push_back(place + ": " + text); }

  int CountFits(const json& value, const json& schemas) {
    int fits = 0;
    for (const json& schema : schemas) {
      Checker inner(document_);
      inner.Check(value, schema, "");
      fits += inner.found.empty() ? 1 : 0;
    }
    return fits;
  }

  void CheckKeyword(const json& value, const json& schema, const std::string& keyword, const json& rule,
                    const std::string& place) {
    static const std::set<std::string> kNotes = {"description", "default", "readOnly",        "writeOnly",
                                                 "format",      "title",   "contentEncoding", "contentMediaType"};
    if (kNotes.contains(keyword)) return;
    if (keyword == "$ref") {
      Check(value, document_.at(json::json_pointer(rule.get<std::string>().substr(1))), place);
    } else if (keyword == "type") {
      bool fits = rule.is_string() && IsOfType(value, rule);
      if (rule.is_array()) {
        for (const json& type : rule) fits |= IsOfType(value, type);
      }
      if (!fits) Report(place, "expected type " + rule.dump() + ", found " + value.dump());
    } else if (keyword == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end()) Report(place, "not one of " + rule.dump());
    } else if (keyword == "const") {
      if (value != rule) Report(place, "expected " + rule.dump());
    } else if (keyword == "required") {
      for (const json& name : rule) {
        if (value.is_object() && !value.contains(name.get<std::string>())) Report(place, "lacks " + name.dump());
      }
    } else if (keyword == "properties") {
      if (!value.is_object()) return;
      for (const auto& [name, inner] : rule.items()) {
        if (value.contains(name)) Check(value[name], inner, place + "/" + name);
      }
    } else if (keyword == "additionalProperties") {
      if (!value.is_object()) return;
      for (const auto& [name, inner] : value.items()) {
        if (schema.contains("properties") && schema["properties"].contains(name)) continue;
        if (rule.is_boolean()) {
          Report(place, "has the unknown field \"" + name + "\"");
        } else {
          Check(inner, rule, place + "/" + name);
        }
      }
    } else if (keyword == "items") {
      if (!value.is_array()) return;
      for (size_t i = 0; i < value.size(); ++i) Check(value[i], rule, place + "/" + std::to_string(i));
    } else if (keyword == "oneOf" || keyword == "anyOf") {
      const int fits = CountFits(value, rule);
      if (fits == 0 || (keyword == "oneOf" && fits > 1)) {
        Report(place, "fits " + std::to_string(fits) + " of " + keyword + ": " + value.dump());
      }
    } else if (keyword == "pattern") {
      if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()))) {
        Report(place, "does not match " + rule.dump());
      }
    } else if (keyword == "minimum") {
      if (value.is_number() && value < rule) Report(place, "below " + rule.dump());
    } else if (keyword == "maximum") {
      if (value.is_number() && value > rule) Report(place, "above " + rule.dump());
    } else if (keyword == "exclusiveMinimum") {
      if (value.is_number() && value <= rule) Report(place, "not above " + rule.dump());
    } else if (keyword == "exclusiveMaximum") {
      if (value.is_number() && value >= rule) Report(place, "not below " + rule.dump());
    } else if (keyword == "minLength") {
      if (value.is_string() && value.get_ref<const std::string&>().size() < rule) Report(place, "too short");
    } else if (keyword == "maxLength") {
      if (value.is_string() && value.get_ref<const std::string&>().size() > rule) Report(place, "too long");
    } else if (keyword == "minItems") {
      if (value.is_array() && value.size() < rule) Report(place, "too few items");
    } else if (keyword == "maxItems") {
      if (value.is_array() && value.size() > rule) Report(place, "too many items");
    } else {
      Report(place, "the schema has the unknown keyword \"" + keyword + "\"");
    }
  }

  const json& document_;
};

}  // namespace

std::vector<std::string> Misfits(const json& value, const json& schema, const json& document) {
  Checker checker(document);
  checker.Check(value, schema, "");
  return checker.found;
}

}  // namespace expt::testing
