// The contexts of expt/c.h.
#include <algorithm>

#include "src/client/c_call.h"
#include "src/client/c_handles.h"

namespace {

using Entry = expt_context::Entry;
using expt::ValueType;

bool IsTargetingKey(std::string_view name) { return name == expt::kTargetingKey || name == "targetingKey"; }

// The entry of that name, set last; null when there are too many.
Entry* Place(expt_context& context, std::string_view name) {
  context.is_sealed.store(false, std::memory_order_relaxed);
  const auto end = context.entries.begin() + static_cast<std::ptrdiff_t>(context.count);
  const auto found = std::find_if(context.entries.begin(), end, [&](const Entry& entry) { return entry.name == name; });
  if (found != end) {
    // Its two names are one attribute, so which was set last matters.
    return IsTargetingKey(name) ? &*std::rotate(found, std::next(found), end) : &*found;
  }
  if (context.count == expt::kMaxContextAttributes) {
    context.is_overfull = true;
    return nullptr;
  }
  if (context.count == context.entries.size()) context.entries.emplace_back();
  Entry& entry = context.entries[context.count];
  entry.name.assign(name);
  entry.type = ValueType::kMissing;
  ++context.count;
  return &entry;
}

// Checks the call and lets fill(entry) set the value.
template <typename Fill>
expt_code Set(expt_context* context, expt_string name, bool is_value, Fill fill) {
  if (context == nullptr || !expt::c::IsText(name) || !is_value) return EXPT_INVALID_ARGUMENT;
  return expt::c::Guard([&]() -> expt_code {
    Entry* const entry = Place(*context, expt::c::View(name));
    if (entry == nullptr) return EXPT_RESOURCE_EXHAUSTED;
    entry->type = ValueType::kMissing;  // also when memory ends on the way
    entry->type = fill(*entry);
    return EXPT_OK;
  });
}

}  // namespace

void expt_context::Seal() const {
  const std::lock_guard guard(mutex);
  if (is_sealed.load(std::memory_order_relaxed)) return;
  attributes.clear();
  lists.clear();
  size_t strings = 0;
  for (size_t i = 0; i < count; ++i) strings += entries[i].type == ValueType::kStringList ? entries[i].ends.size() : 0;
  lists.reserve(strings);  // so that views into it stay
  for (size_t i = 0; i < count; ++i) {
    const Entry& entry = entries[i];
    expt::ValueView value;
    if (entry.type == ValueType::kBoolean) value = entry.boolean;
    if (entry.type == ValueType::kInteger) value = entry.integer;
    if (entry.type == ValueType::kDouble) value = entry.real;
    if (entry.type == ValueType::kString) value = std::string_view(entry.text);
    if (entry.type == ValueType::kStringList) {
      const size_t first = lists.size();
      size_t begin = 0;
      for (const size_t end : entry.ends) {
        lists.push_back(std::string_view(entry.text).substr(begin, end - begin));
        begin = end;
      }
      value = std::span<const std::string_view>(lists.data() + first, entry.ends.size());
    }
    attributes.push_back({entry.name, value});
  }
  // One attribute too many makes a context that is not valid.
  if (is_overfull) attributes.resize(expt::kMaxContextAttributes + 1);
  context = expt::Context(std::span<const expt::Attribute>(attributes));
  is_sealed.store(true, std::memory_order_release);
}

expt_context* expt_context_new(void) { return new (std::nothrow) expt_context; }
void expt_context_free(expt_context* context) { delete context; }

expt_code expt_context_clear(expt_context* context) {
  if (context == nullptr) return EXPT_INVALID_ARGUMENT;
  context->count = 0;
  context->is_overfull = false;
  context->is_sealed.store(false, std::memory_order_relaxed);
  return EXPT_OK;
}

expt_code expt_context_set_string(expt_context* context, expt_string name, expt_string value) {
  return Set(context, name, expt::c::IsText(value), [&](Entry& entry) {
    entry.text.assign(expt::c::View(value));
    return ValueType::kString;
  });
}

expt_code expt_context_set_integer(expt_context* context, expt_string name, int64_t value) {
  return Set(context, name, true, [&](Entry& entry) {
    entry.integer = value;
    return ValueType::kInteger;
  });
}

expt_code expt_context_set_double(expt_context* context, expt_string name, double value) {
  return Set(context, name, true, [&](Entry& entry) {
    entry.real = value;
    return ValueType::kDouble;
  });
}

expt_code expt_context_set_boolean(expt_context* context, expt_string name, bool value) {
  return Set(context, name, true, [&](Entry& entry) {
    entry.boolean = value;
    return ValueType::kBoolean;
  });
}

expt_code expt_context_set_string_list(expt_context* context, expt_string name, const expt_string* values,
                                       size_t count) {
  const bool is_list = (values != nullptr || count == 0) && count <= PTRDIFF_MAX / sizeof(expt_string) &&
                       std::all_of(values, values + count, expt::c::IsText);
  return Set(context, name, is_list, [&](Entry& entry) {
    entry.text.clear();
    entry.ends.clear();
    for (size_t i = 0; i < count; ++i) {
      entry.text.append(expt::c::View(values[i]));
      entry.ends.push_back(entry.text.size());
    }
    return ValueType::kStringList;
  });
}

expt_code expt_context_set_null(expt_context* context, expt_string name) {
  return Set(context, name, true, [](Entry&) { return ValueType::kMissing; });
}

bool expt_context_is_valid(const expt_context* context) {
  if (context == nullptr) return false;
  return expt::c::GuardOr(false, [&] { return context->sealed().is_valid(); });
}
