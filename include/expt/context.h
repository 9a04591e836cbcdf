// What the caller knows about who is asking.
//
//   expt::Context user("user-42", {{"country", "CH"}, {"age", 31}, {"tags", {"beta", "staff"}}});
//
// Attributes are flat; a nested one is named with dots ("device.os"). "targeting_key" is the default
// unit id; at construction "targetingKey" is taken as the same name.
#ifndef EXPT_CONTEXT_H_
#define EXPT_CONTEXT_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "expt/value.h"

namespace expt {
inline namespace v1 {

inline constexpr std::string_view kTargetingKey = "targeting_key";

// Most attributes that one context may hold.
inline constexpr size_t kMaxContextAttributes = 256;

struct Attribute {
  std::string_view name;
  ValueView value;
};

// An immutable set of attributes. It knows no snapshot, so one context serves any flag of any client.
//
// Thread-safe: every method is const. Copies share the storage and cost a reference count.
class Context {
 public:
  // Without targeting key and attributes: flags that need a unit id yield what they yield without one.
  Context();

  // Copies everything. An attribute whose text is not valid UTF-8, whose name is empty or begins with `$`
  // (reserved), or whose value is JSON is missing; of two equal names the last counts.
  // An empty string is a present attribute but no unit id.
  explicit Context(ValueView targeting_key, std::span<const Attribute> attributes = {});
  Context(ValueView targeting_key, std::initializer_list<Attribute> attributes);
  explicit Context(std::span<const Attribute> attributes);

  // False when there are more than kMaxContextAttributes attributes, or when the targeting key is given twice
  // with different values. Such a context yields the caller's default with kInvalidContext for every flag.
  bool is_valid() const { return storage_ == nullptr || storage_->is_valid; }

  // The value of `name`, or a missing value.
  ValueView Find(std::string_view name) const;

  struct Entry {
    uint64_t hash;  // XXH3-64 of name
    std::string_view name;
    ValueView value;
  };
  // Present attributes, the targeting key among them, names distinct. Valid while a copy of this context lives.
  std::span<const Entry> entries() const {
    if (storage_ == nullptr) return {};
    return {storage_->entries, storage_->count};
  }

 private:
  // One block of memory: reference counts, this, entries, lists, bytes.
  struct Storage {
    bool is_valid = true;
    size_t count = 0;
    const Entry* entries = nullptr;
  };
  std::shared_ptr<const Storage> storage_;
};

// The unit id that `attribute` holds as text: a non-empty string, an int64, or an integral double of magnitude
// at most 2^53 (both in decimal, -0 is 0). Writes numbers into `buffer` (at least 24 bytes).
// Empty when the value is no unit id.
std::string_view UnitId(const ValueView& attribute, std::span<char> buffer);

}  // namespace v1
}  // namespace expt

#endif  // EXPT_CONTEXT_H_
