// What stays the same for everything that is decided within one decision: segments and flags behind a flag see the
// same context, time, assignments and overlay, and each is decided once.
#ifndef EXPT_SRC_EVAL_SESSION_H_
#define EXPT_SRC_EVAL_SESSION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "expt/context.h"
#include "expt/evaluate.h"
#include "src/base/context_find.h"
#include "src/base/small_code.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// What an overlay says about one flag.
enum class Overlaid : uint8_t {
  kNot = 0,
  kEmergencyOff = 1,  // the off variant, DISABLED
  kDefaults = 2,      // the caller's default, STALE
  kFailClosed = 3,    // the off variant where the flag is fail_closed, STALE
};

// Results of shared programs and of flags, by number. Within one decision they are few and found by looking through
// them; for a whole snapshot each has a place of its own.
class Memo {
 public:
  static constexpr uint32_t kUnknown = 0;

  Memo() {}  // leaves the entries unset
  // `places`: zeros, one for each number.
  explicit Memo(std::span<uint32_t> places) : places_(places) {}

  // The place of `number`, kUnknown when it is new. Valid until the next call.
  uint32_t& At(uint32_t number) {
    if (!places_.empty()) return places_[number];
    for (size_t i = 0; i < count_; ++i) {
      if (entries_[i].number == number) return entries_[i].value;
    }
    // More than the model allows cannot be: the last place is used again, which costs time only.
    if (count_ < entries_.size()) ++count_;
    entries_[count_ - 1] = {number, kUnknown};
    return entries_[count_ - 1].value;
  }

 private:
  struct Entry {
    uint32_t number;
    uint32_t value;
  };
  // Both forms of each segment and shared condition, and flags; see model/limits.h.
  static constexpr size_t kMost = 4 * model::kMaxFlagSegments;

  std::span<uint32_t> places_;
  size_t count_ = 0;
  union {
    std::array<Entry, kMost> entries_;
  };
};

inline constexpr ValueView kNoValue{};

struct Session {
  // Not where code has to be small: there whoever asks has looked the names up.
  Session(const Ruleset& rules, std::span<const Context::Entry> context_entries, int64_t now)
      : ruleset(rules), entries(context_entries), now_ms(now) {}
  // `attribute_values`: one for each attribute of the ruleset, as a valid Context would hold it.
  Session(const Ruleset& rules, const ValueView* attribute_values, int64_t now)
      : ruleset(rules), values(attribute_values), now_ms(now) {}

  // In its place, from where it is copied at once: what has just been put together in parts is not there yet.
  EXPT_HOT const ValueView& ValueOf(uint32_t attribute) const {
    if (base::kSmallCode || values != nullptr) return values[attribute];
    const Attribute& row = ruleset.attributes[attribute];
    const Context::Entry* const entry = base::FindEntry(entries, row.hash, row.name);
    return entry == nullptr ? kNoValue : entry->value;
  }

  // Numbers in the memo.
  static uint32_t NumberOf(const Shared& shared) { return shared.number; }
  uint32_t NumberOf(Index flag) const { return ruleset.shared_count + flag; }

  const Ruleset& ruleset;
  std::span<const Context::Entry> entries;  // of a valid context
  const ValueView* values = nullptr;        // instead of entries
  int64_t now_ms;
  const StickyAssignments* sticky = nullptr;
  const Overlaid* overlaid = nullptr;  // one per flag
  Memo memo;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_SESSION_H_
