// The compiled form of a snapshot: what a decision walks without look-ups by name.
//
//   Flag ─ rules ──▶ Rule ─ entry ─▶ Leaf Leaf Leaf ...      a condition is a run of leaves; each says where to go on
//        ├ slots ──▶ the attributes it reads, resolved first; leaves index them
//        ├ overrides, prerequisites
//        └ variants, default serve
//   Shared ─ leaves, slots of its own                        one form of a segment, or a costly condition used twice
//
// A condition is a jump program: `not` stands at the leaves only, a leaf that cannot be decided counts as not taken,
// and so two truth values suffice at run time. Addresses are relative to the first leaf of the program's owner.
//
// All of it lies in one arena, the parts of a flag next to each other, and views nothing of the model.
#ifndef EXPT_SRC_EVAL_RULESET_H_
#define EXPT_SRC_EVAL_RULESET_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "expt/decision.h"
#include "expt/value.h"
#include "src/base/arena.h"
#include "src/base/ip.h"
#include "src/base/short_text.h"
#include "src/eval/regex.h"
#include "src/model/limits.h"
#include "src/model/snapshot.h"

namespace expt::eval {

using model::Index;
using model::kNone;

// Bytes of Ruleset::text.
struct Text {
  uint32_t begin = 0;
  uint32_t size = 0;
};

enum class Op : uint8_t {
  kIsSet,
  kBoolean,   // integer: bit 0 accepts false, bit 1 accepts true
  kStringIs,  // text
  kStringIn,  // strings
  kNumberIs,  // integer or real; so to kGte, and `orders`
  kNumberIn,  // numbers
  kLt,
  kLte,
  kGt,
  kGte,
  kBetween,     // pair
  kVersion,     // version, `orders`
  kSemver,      // semver, `orders`; the operator says how where they are none
  kContains,    // text or strings
  kStartsWith,  // text or strings
  kEndsWith,    // text or strings
  kMatches,     // regex
  kHashedIn,    // hashes
  kTimeBefore,  // integer
  kTimeAfter,
  kTimeBetween,  // pair
  kInWindow,     // window
  kContainsAny,  // strings
  kContainsAll,
  kSizeLt,  // integer
  kSizeGt,
  kSizeBetween,  // pair
  kInCidr,       // networks
  kWithinKm,     // place
  kMember,       // members
  kShared,       // shared
  kFlagIs,       // flag_is
};

struct TableEntry {
  uint32_t tag = 0;   // upper half of the text's hash
  uint32_t text = 0;  // entry of StringSet::texts + 1; 0 is free
};

struct StringSet {
  const Text* texts = nullptr;
  uint32_t size = 0;
  uint32_t mask = 0;                  // size of `table` - 1; 0: look through `texts`
  const TableEntry* table = nullptr;  // open addressing by XXH3-64
};

// By value: integral doubles stand among the integers. Both ascending.
struct NumberSet {
  const int64_t* integers = nullptr;
  const double* reals = nullptr;
  uint32_t integer_count = 0;
  uint32_t real_count = 0;
};

// Two numbers of one kind.
struct NumberPair {
  union Number {
    int64_t integer;
    double real;
  };
  Number low;
  Number high;
};

// A version that a leaf does not hold: a prerelease, less than three parts, or the bound of a range.
struct SemverOperand {
  uint64_t key = 0;  // base::VersionKey()
  Text text;         // the prerelease
  uint8_t parts = 3;
  bool is_large = false;  // the key is not exact: `text` is the whole version, read at each use
};

// Members of override lists and segments, and digests of hashed operands. Ascending.
struct MemberSet {
  const uint64_t* hashes = nullptr;
  uint32_t size = 0;
};

struct DigestSet {
  Text salt;
  const uint8_t* digests = nullptr;  // 32 bytes each
  uint32_t size = 0;
};

struct TimeZone {
  std::string_view name;
  const int64_t* transition_ms = nullptr;  // ascending
  const int32_t* offset_minutes = nullptr;
  uint32_t size = 0;
  int32_t initial_offset_minutes = 0;
};

struct Window {
  const TimeZone* zone = nullptr;
  const int64_t* minutes = nullptr;  // begin, end pairs
  uint32_t size = 0;                 // of `minutes`
};

struct NetworkSet {
  const base::IpNetwork* networks = nullptr;
  const Text* texts = nullptr;
  uint32_t size = 0;
};

struct Place {
  double latitude = 0;
  double longitude = 0;
  double radius_km = 0;
  double limit = 0;  // of the haversine's square: base::HaversineLimit(radius_km)
  uint8_t longitude_slot = 0;
};

struct Shared;
struct FlagIs {
  Index flag = 0;
  uint32_t size = 0;
  const uint16_t* variants = nullptr;
};

// Where a program ends.
inline constexpr uint16_t kReject = 0xfffe;
inline constexpr uint16_t kAccept = 0xffff;

// The orders of a value and an operand that an operator asks for, as a set.
inline constexpr uint8_t kBefore = 1;
inline constexpr uint8_t kEqual = 2;
inline constexpr uint8_t kAfter = 4;

struct Leaf {
  constexpr Leaf() : integer(0) {}

  Op op = Op::kIsSet;
  uint8_t slot = 0;
  model::Operator written = model::Operator::kUnspecified;  // as defined
  bool wanted : 1 = true;         // the truth that takes the leaf; false under a `not`
  bool is_folded : 1 = false;     // case-insensitive; its texts are folded
  bool is_integer : 1 = false;    // which half of a number is meant
  bool has_one_text : 1 = false;  // text, not strings
  uint8_t orders : 3 = 0;         // of kNumberIs, kLt to kGte, kVersion and kSemver; none for the semver ranges
  uint16_t on_taken = kReject;
  uint16_t on_missed = kReject;
  union {
    int64_t integer;
    double real;
    uint64_t version;  // base::VersionKey() of three parts, exact
    Text text;
    const StringSet* strings;
    const NumberSet* numbers;
    const NumberPair* pair;
    const SemverOperand* semver;
    const Regex* regex;
    const DigestSet* digests;
    const Window* window;
    const NetworkSet* networks;
    const Place* place;
    const MemberSet* members;
    const Shared* shared;
    const FlagIs* flag_is;
  };
};
static_assert(sizeof(Leaf) == 16);

// Leaves with the attributes that they read.
struct Program {
  const Leaf* leaves = nullptr;
  const uint32_t* slots = nullptr;  // attributes of the ruleset
  uint16_t leaf_count = 0;
  uint8_t slot_count = 0;
  uint8_t now_slot = 0xff;  // the slot of `$now`, if any
};

// Accepts where a segment is true (`wanted`) or false; or where a condition without a name is.
struct Shared {
  Program program;
  std::string_view key;  // of the segment; empty for a condition
  uint32_t number = 0;
  uint16_t entry = kReject;
  bool wanted = true;
};

struct Variant {
  std::string_view key;
  ValueView value;
};

struct Attribute {
  uint64_t hash = 0;
  std::string_view name;
};

// A share of the buckets: those below `end` and not below the end before it.
struct Arm {
  uint32_t end = 0;
  uint16_t variant = 0;
};

struct Split {
  Text salt;
  const Arm* arms = nullptr;
  uint16_t arm_count = 0;
  uint8_t slot = 0;
};

struct RampPoint {
  int64_t time_ms = 0;
  uint32_t ppm = 0;
};

struct Ramp {
  const RampPoint* points = nullptr;
  uint32_t size = 0;
  bool is_linear = false;
};

struct Coverage {
  Text salt;
  uint32_t ppm = model::kWholePpm;
  uint8_t slot = 0;
  const Ramp* ramp = nullptr;  // instead of ppm
};

struct Holdout {
  Text salt;
  uint32_t ppm = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;  // 0: open
  Exposure held_out;
  Exposure in;
};

// A holdout as a rule sees it.
struct RuleHoldout {
  const Holdout* holdout = nullptr;
  uint8_t slot = 0;
};

struct Layer {
  std::string_view key;
  Text salt;
  const uint32_t* allocation = nullptr;  // begin, end pairs
  uint32_t size = 0;                     // of `allocation`
  uint8_t slot = 0;
};

struct Experiment {
  std::string_view key;
  std::string_view id;
  std::string_view bucket_by;
  const std::string_view* variants = nullptr;
  Index flag = 0;
  uint32_t phase = 1;
  uint16_t variant_count = 0;
  model::ExperimentStatus status = model::ExperimentStatus::kUnspecified;
  bool is_sticky = false;
  int64_t start_ms = 0;
  int64_t end_ms = 0;            // 0: open
  const Layer* layer = nullptr;  // null: everybody takes part
  Split split;
  const Exposure* exposures = nullptr;  // one per arm
};

enum class ServeKind : uint8_t { kNothing, kVariant, kSplit, kExperiment };

union ServeTarget {
  uint32_t variant = 0;
  const Split* split;
  const Experiment* experiment;
};

// What stands between a rule's condition and what it serves.
struct Gate {
  const Coverage* coverage = nullptr;  // null: everybody
  const RuleHoldout* holdouts = nullptr;
  uint8_t holdout_count = 0;
};

struct Rule {
  ServeTarget target;
  Text id;
  const Gate* gate = nullptr;  // null: open
  uint16_t entry = kAccept;
  uint16_t leaves_begin = 0;  // [begin, end): the condition's leaves, for explanations
  uint16_t leaves_end = 0;
  ServeKind kind = ServeKind::kNothing;
};

struct Override {
  MemberSet members;
  uint16_t variant = 0;
  uint8_t slot = 0;
};

inline constexpr uint16_t kNoVariant = 0xffff;

struct Flag {
  std::string_view key;
  uint64_t hash = 0;  // XXH3-64 of key
  Program program;
  const Variant* variants = nullptr;
  const Rule* rules = nullptr;
  const Override* overrides = nullptr;
  const FlagIs* prerequisites = nullptr;
  ServeTarget default_target;
  ServeKind default_kind = ServeKind::kNothing;
  ValueType type = ValueType::kMissing;
  uint8_t required_count = 0;  // attributes that deciding may read: those of the program, then those behind it
  bool is_broken : 1 = false;
  bool is_enabled : 1 = false;
  bool fail_closed : 1 = false;
  bool is_static : 1 = false;  // neither rules nor a split
  bool uses_now : 1 = false;   // what it yields may depend on the time
  uint16_t off_variant = kNoVariant;
  uint16_t variant_count = 0;
  uint16_t rule_count = 0;
  uint16_t override_count = 0;
  uint16_t prerequisite_count = 0;
};

// Immutable once compiled. Thread-safe.
struct Ruleset {
  int64_t version = 0;
  Text member_salt;
  char* text = nullptr;  // in the arena
  base::Arena arena;
  std::span<Flag> flags;  // in the arena
  std::vector<Attribute> attributes;
  std::vector<Experiment> experiments;  // in the model's order
  std::vector<uint32_t> flag_table;     // open addressing by Flag::hash: index + 1, 0 is free; size is a power of two
  std::vector<std::unique_ptr<const Regex>> regexes;
  uint32_t shared_count = 0;

  std::string_view View(Text t) const { return {text + t.begin, t.size}; }

  // `kNone` for an unknown key. `hash` is its XXH3-64.
  EXPT_HOT Index FindFlag(std::string_view key, uint64_t hash) const {
    if (flag_table.empty()) return kNone;
    const size_t mask = flag_table.size() - 1;
    for (size_t at = hash & mask; flag_table[at] != 0; at = (at + 1) & mask) {
      const Index index = flag_table[at] - 1;
      if (flags[index].hash == hash && base::IsSameText(flags[index].key, key)) return index;
    }
    return kNone;
  }

  // Attributes that deciding the flag may read, unit ids and those of segments and prerequisites among them.
  const uint32_t* RequiredAttributes(const Flag& flag) const { return flag.program.slots; }

  // Bytes held; what a regular expression holds is not among them.
  size_t SizeBytes() const;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_RULESET_H_
