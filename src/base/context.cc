#include "expt/context.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

#include "src/base/context_find.h"
#include "src/base/number.h"
#include "src/base/short_text.h"
#include "src/base/small_code.h"
#include "src/base/sort.h"

namespace expt {
inline namespace v1 {

namespace {

// Hands std::allocate_shared a block with `extra` bytes behind the object and tells where they begin.
template <typename T>
struct TrailingAllocator {
  using value_type = T;

  TrailingAllocator(size_t extra_bytes, char** trailing_bytes) : extra(extra_bytes), trailing(trailing_bytes) {}
  template <typename U>
  TrailingAllocator(const TrailingAllocator<U>& other)  // NOLINT: allocators convert
      : extra(other.extra), trailing(other.trailing) {}

  T* allocate(size_t n) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    constexpr size_t kAlign = alignof(std::max_align_t);
    const size_t size = (n * sizeof(T) + kAlign - 1) / kAlign * kAlign;
    char* block = static_cast<char*>(::operator new(size + extra));
    *trailing = block + size;
    return reinterpret_cast<T*>(block);
  }
  void deallocate(T* block, size_t) { ::operator delete(block); }

  template <typename U>
  bool operator==(const TrailingAllocator<U>&) const {
    return true;
  }

  size_t extra;
  char** trailing;
};

std::string_view Canonical(std::string_view name) {
  return name.size() == 12 && base::IsSameText(name, "targetingKey") ? kTargetingKey : name;
}

bool IsTargetingKey(std::string_view name) { return base::IsSameText(Canonical(name), kTargetingKey); }

// Fills the block behind a Storage.
class Writer {
 public:
  Writer(Context::Entry* entries, std::string_view* lists, char* bytes)
      : entries_(entries), lists_(lists), bytes_(bytes) {}

  // What cannot be an attribute is left out; a value that cannot be one is missing.
  void Add(std::string_view given_name, const ValueView& value) {
    const std::string_view name = Canonical(given_name);
    if (name.empty() || name[0] == '$' || !base::CopyUtf8(name, bytes_)) return;
    const uint64_t hash = base::Xxh3Short(name);
    Context::Entry* entry = count_ < base::kUnsortedEntries ? Same(name, hash) : nullptr;
    if (entry == nullptr) {
      entry = new (&entries_[count_++]) Context::Entry{hash, {bytes_, name.size()}, {}};
      bytes_ += name.size();
    }
    entry->value = Copy(value);
    has_missing_ = has_missing_ || entry->value.is_missing();
  }

  // Leaves the last of equal names, drops what is missing, and sorts where FindEntry() expects it.
  size_t Finish() {
    if (!base::kSmallCode && count_ >= base::kUnsortedEntries) {
      base::StableSort(entries_, entries_ + count_, [](const Context::Entry& a, const Context::Entry& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.name < b.name;
      });
      size_t kept = 0;
      for (size_t i = 0; i < count_; ++i) {
        if (i + 1 < count_ && entries_[i].name == entries_[i + 1].name) continue;
        entries_[kept++] = entries_[i];
      }
      count_ = kept;
    }
    if (!has_missing_) return count_;
    const auto is_missing = [](const Context::Entry& entry) { return entry.value.is_missing(); };
    return static_cast<size_t>(std::remove_if(entries_, entries_ + count_, is_missing) - entries_);
  }

 private:
  // The entry of that name so far.
  Context::Entry* Same(std::string_view name, uint64_t hash) {
    const uint64_t bit = uint64_t{1} << (hash & 63);
    const bool is_new = (seen_ & bit) == 0;
    seen_ |= bit;
    for (size_t i = 0; !is_new && i < count_; ++i) {
      if (entries_[i].hash == hash && entries_[i].name == name) return &entries_[i];
    }
    return nullptr;
  }

  // Missing where it cannot be the value of an attribute.
  ValueView Copy(const ValueView& value) {
    switch (value.type()) {
      case ValueType::kString: {
        const std::string_view copy(bytes_, value.text().size());
        if (!base::CopyUtf8(value.text(), bytes_)) return {};
        bytes_ += copy.size();
        return copy;
      }
      case ValueType::kStringList:
        return CopyList(value.list());
      case ValueType::kMissing:
      case ValueType::kJson:
        return {};
      default:
        return value;
    }
  }

  ValueView CopyList(std::span<const std::string_view> list) {
    std::string_view* const begin = lists_;
    for (const std::string_view text : list) {
      if (!base::CopyUtf8(text, bytes_)) return {};
      new (lists_++) std::string_view(bytes_, text.size());
      bytes_ += text.size();
    }
    return ValueView(std::span<const std::string_view>(begin, list.size()));
  }

  Context::Entry* entries_;
  std::string_view* lists_;
  char* bytes_;
  size_t count_ = 0;
  uint64_t seen_ = 0;  // a bit of each hash
  bool has_missing_ = false;
};

// At most what a Writer needs.
struct Sizes {
  size_t entries = 0;
  size_t lists = 0;
  size_t bytes = 0;

  void Count(std::string_view name, const ValueView& value) {
    ++entries;
    bytes += name.size();
    if (value.type() == ValueType::kString) {
      bytes += value.text().size();
    } else if (value.type() == ValueType::kStringList) {
      lists += value.list().size();
      for (const std::string_view text : value.list()) bytes += text.size();
    }
  }
};

}  // namespace

Context::Context() = default;

Context::Context(ValueView targeting_key, std::span<const Attribute> attributes) {
  bool is_valid = attributes.size() <= kMaxContextAttributes;
  Sizes sizes;
  ValueView key = targeting_key;
  if (is_valid) {
    if (!targeting_key.is_missing()) sizes.Count(kTargetingKey, targeting_key);
    for (const Attribute& attribute : attributes) {
      sizes.Count(Canonical(attribute.name), attribute.value);
      if (!IsTargetingKey(attribute.name) || attribute.value.is_missing()) continue;
      if (!key.is_missing() && !(key == attribute.value)) is_valid = false;
      key = attribute.value;
    }
  }
  if (!is_valid) sizes = {};

  char* trailing = nullptr;
  const size_t extra = sizes.entries * sizeof(Entry) + sizes.lists * sizeof(std::string_view) + sizes.bytes;
  auto storage = std::allocate_shared<Storage>(TrailingAllocator<Storage>(extra, &trailing));
  storage->is_valid = is_valid;
  if (is_valid) {
    auto* entries = reinterpret_cast<Entry*>(trailing);
    auto* lists = reinterpret_cast<std::string_view*>(entries + sizes.entries);
    Writer writer(entries, lists, reinterpret_cast<char*>(lists + sizes.lists));
    if (!targeting_key.is_missing()) writer.Add(kTargetingKey, targeting_key);
    for (const Attribute& attribute : attributes) writer.Add(attribute.name, attribute.value);
    storage->count = writer.Finish();
    storage->entries = entries;
  }
  storage_ = std::move(storage);
}

Context::Context(ValueView targeting_key, std::initializer_list<Attribute> attributes)
    : Context(targeting_key, std::span<const Attribute>(attributes.begin(), attributes.size())) {}

Context::Context(std::span<const Attribute> attributes) : Context(ValueView(), attributes) {}

ValueView Context::Find(std::string_view name) const {
  const std::string_view canonical = Canonical(name);
  const Entry* entry = base::FindEntry(entries(), base::Xxh3Short(canonical), canonical);
  return entry == nullptr ? ValueView() : entry->value;
}

std::string_view UnitId(const ValueView& attribute, std::span<char> buffer) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  switch (attribute.type()) {
    case ValueType::kString:
      return attribute.text();
    case ValueType::kInteger:
      return base::FormatInteger(attribute.integer(), buffer);
    case ValueType::kDouble: {
      if (!(std::abs(attribute.real()) <= kExact)) return {};
      const auto integer = base::ExactInteger(attribute.real());
      return integer.has_value() ? base::FormatInteger(*integer, buffer) : std::string_view();
    }
    default:
      return {};
  }
}

}  // namespace v1
}  // namespace expt
