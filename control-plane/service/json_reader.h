// Reads JSON documents field by field and keeps every problem instead of the first one.
//
//   ObjectReader object(document, "/rules/0", problems);
//   rule.id = object.Key("id");
//   rule.description = object.Text("description", /*is_required=*/false);
//   object.RefuseOthers();
#ifndef EXPT_CONTROL_PLANE_SERVICE_JSON_READER_H_
#define EXPT_CONTROL_PLANE_SERVICE_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/fault.h"

namespace expt::service {

using Problems = std::vector<Problem>;

inline constexpr size_t kMaxKeySize = 128;

// 1 to `max_size` characters of A-Z a-z 0-9 . _ -
bool IsKey(std::string_view text, size_t max_size = kMaxKeySize);

// `pointer` + "/" + the escaped token.
std::string Child(std::string_view pointer, std::string_view token);
std::string Child(std::string_view pointer, size_t index);

// "object", "string", "integer", ...: what a problem says it found.
std::string_view Found(const nlohmann::json& value);

// True for a JSON integer that int64 holds.
bool IsInt64(const nlohmann::json& value);

// Each getter reports a value of the wrong type, and a missing one when it is required, and answers with the fallback.
// null counts as missing where the field is optional.
class ObjectReader {
 public:
  // Reports `document` when it is no object; every field is missing then, without further reports.
  // All arguments must outlive the reader, and so must the names that its getters are given.
  ObjectReader(const nlohmann::json& document, std::string_view pointer, Problems& problems);

  bool is_object() const { return is_object_; }
  const std::string& pointer() const { return pointer_; }
  std::string At(std::string_view name) const { return Child(pointer_, name); }
  bool Has(std::string_view name) const;  // and is not null

  // A required key.
  std::string Key(std::string_view name, size_t max_size = kMaxKeySize);
  std::string OptionalKey(std::string_view name, std::string_view fallback = {}, size_t max_size = kMaxKeySize);
  std::string Text(std::string_view name, bool is_required, size_t max_size = 1024);
  bool Boolean(std::string_view name, bool fallback);
  std::optional<int64_t> Integer(std::string_view name, int64_t low, int64_t high);  // closed range
  std::optional<double> Number(std::string_view name);
  // One of `words`; `fallback` empty: required.
  std::string Word(std::string_view name, std::initializer_list<std::string_view> words,
                   std::string_view fallback = {});
  // RFC 3339 with offset, as epoch ms.
  std::optional<int64_t> Instant(std::string_view name);
  std::vector<std::string> Texts(std::string_view name, size_t max_count, size_t max_size);

  // Null when missing (reported when required), and when of another type (reported).
  const nlohmann::json* Object(std::string_view name, bool is_required);
  const nlohmann::json* Array(std::string_view name, bool is_required, size_t max_count);
  const nlohmann::json* Any(std::string_view name, bool is_required);

  // Marks fields as known without reading them: what the server writes and a caller may send back.
  void Allow(std::initializer_list<std::string_view> names);
  // Reports every field that nobody asked for. Last call.
  void RefuseOthers();

  void Report(std::string_view name, std::string text);

 private:
  const nlohmann::json* Find(std::string_view name, bool is_required);

  const nlohmann::json& document_;
  std::string pointer_;
  Problems& problems_;
  bool is_object_;
  std::vector<std::string_view> known_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_JSON_READER_H_
