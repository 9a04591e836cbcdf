#include "control-plane/service/flag.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace expt::service {
namespace {

using nlohmann::json;

ValueType TypeByName(std::string_view name) {
  for (const ValueType type :
       {ValueType::kBoolean, ValueType::kString, ValueType::kInteger, ValueType::kDouble, ValueType::kJson}) {
    if (ValueTypeName(type) == name) return type;
  }
  return ValueType::kMissing;
}

// Reports a value that is not of `type`.
Value ReadValue(const json& value, ValueType type, const std::string& pointer, Problems& problems) {
  const auto refuse = [&](std::string_view wanted) {
    problems.push_back({pointer, "expected " + std::string(wanted) + ", found " + std::string(Found(value))});
    return Value();
  };
  switch (type) {
    case ValueType::kBoolean:
      if (!value.is_boolean()) return refuse("true or false");
      return Value(ValueView(value.get<bool>()));
    case ValueType::kString: {
      if (!value.is_string()) return refuse("a string");
      const std::string& text = value.get_ref<const std::string&>();
      if (text.size() > kMaxStringValueSize) {
        problems.push_back({pointer, "expected at most " + std::to_string(kMaxStringValueSize) + " bytes, found " +
                                         std::to_string(text.size())});
      }
      return Value(ValueView(text));
    }
    case ValueType::kInteger:
      if (value.is_number_unsigned() && !IsInt64(value)) {
        problems.push_back({pointer, "expected an integer of at most 9223372036854775807, found " + value.dump()});
        return Value();
      }
      if (!IsInt64(value)) return refuse("an integer");
      return Value(ValueView(value.get<int64_t>()));
    case ValueType::kDouble:
      if (!value.is_number()) return refuse("a number");
      if (value.is_number_integer()) {
        constexpr int64_t kExact = int64_t{1} << 53;
        if (!IsInt64(value) || value.get<int64_t>() > kExact || value.get<int64_t>() < -kExact) {
          problems.push_back({pointer, "no double holds " + value.dump() + " exactly"});
          return Value();
        }
      }
      return Value(ValueView(value.get<double>()));
    case ValueType::kJson: {
      const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
      if (text.size() > kMaxStringValueSize) {
        problems.push_back({pointer, "expected at most " + std::to_string(kMaxStringValueSize) +
                                         " bytes of JSON, found " + std::to_string(text.size())});
      }
      return Value::Json(text);
    }
    default:
      return Value();
  }
}

}  // namespace

bool Flag::HasVariant(std::string_view variant) const {
  return std::any_of(variants.begin(), variants.end(), [variant](const Variant& v) { return v.key == variant; });
}

Flag ReadFlag(const json& document, Problems& problems) {
  Flag flag;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  flag.key = object.Key("key");
  flag.type = TypeByName(object.Word("type", {"boolean", "string", "integer", "double", "json"}));
  flag.description = object.Text("description", false, 4096);
  flag.tags = object.Texts("tags", 32, 64);
  flag.owner = object.Text("owner", false, 256);
  flag.is_client_visible = object.Word("visibility", {"server", "client"}, "server") == "client";
  if (const json* variants = object.Array("variants", true, kMaxVariants)) {
    if (variants->empty()) object.Report("variants", "expected at least one variant");
    for (size_t i = 0; i < variants->size(); ++i) {
      const json& entry = (*variants)[i];
      ObjectReader variant(entry, Child(object.At("variants"), i), problems);
      Variant read;
      read.key = variant.Key("key");
      if (flag.HasVariant(read.key) && !read.key.empty()) {
        variant.Report("key", "variant \"" + read.key + "\" stands there twice");
      }
      // JSON flags may have null as a value.
      if (variant.is_object() && entry.contains("value") && (flag.type == ValueType::kJson || variant.Has("value"))) {
        variant.Allow({"value"});
        read.value = ReadValue(entry["value"], flag.type, variant.At("value"), problems);
      } else {
        variant.Any("value", true);
      }
      variant.RefuseOthers();
      flag.variants.push_back(std::move(read));
    }
  }
  object.RefuseOthers();
  return flag;
}

}  // namespace expt::service
