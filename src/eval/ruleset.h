// The compiled form of a snapshot: flat arrays that a decision walks without look-ups by name.
//
//   Flag ─ rules ─▶ Rule ─ entry ─▶ Leaf Leaf Leaf ...      a condition is a run of leaves; each says where to go on
//        ├ slots ─▶ names and hashes of the attributes it reads, resolved first; leaves index them
//        ├ overrides ─▶ sorted hashes
//        └ variants, default serve
//
// A condition is a jump program: `not` stands at the leaves only, a leaf that cannot be decided counts as not taken,
// and so two truth values suffice at run time. Entries and jumps are relative to the flag's first leaf.
#ifndef EXPT_SRC_EVAL_RULESET_H_
#define EXPT_SRC_EVAL_RULESET_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "expt/decision.h"
#include "expt/value.h"
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

// Entries [begin, begin + size) of one array.
struct Range {
  uint32_t begin = 0;
  uint32_t size = 0;
};

enum class Op : uint8_t {
  kIsSet,
  kBoolean,   // operand: bit 0 accepts false, bit 1 accepts true
  kStringIs,  // operand: entry of `operand_texts`
  kStringIn,  // operand: entry of `string_sets`
  kNumberIn,  // operand: entry of `number_sets`
  kContains,  // operand: entry of `string_sets`
  kStartsWith,
  kEndsWith,
  kLt,  // operand: entry of `numbers`
  kLte,
  kGt,
  kGte,
  kBetween,  // and the entry after it
  kMember,   // operand: entry of `member_sets`
  kSegment,  // operand: segment of the flag, see Flag::segments
};

// Where a program ends.
inline constexpr uint16_t kReject = 0xfffe;
inline constexpr uint16_t kAccept = 0xffff;

struct Leaf {
  Op op = Op::kIsSet;
  uint8_t slot = 0;
  bool wanted = true;             // the truth that takes the leaf; false under a `not`
  bool is_equals : 1 = false;     // written `equals`, not `in`
  bool has_one_text : 1 = false;  // see kContains
  uint16_t on_taken = kReject;
  uint16_t on_missed = kReject;
  uint32_t operand = 0;
};
static_assert(sizeof(Leaf) == 12);

struct StringSet {
  Range texts;         // of `operand_texts`
  uint32_t table = 0;  // begin of an open-addressing table in `string_table`
  uint32_t mask = 0;   // its size - 1; 0: look through `texts`
};

// By value: integral doubles stand among the integers. Both ascending.
struct NumberSet {
  Range integers;
  Range doubles;
};

struct Number {
  union {
    int64_t integer = 0;
    double real;
  };
  bool is_integer = true;
};

struct MemberSet {
  Range hashes;  // ascending, of `hashes`
};

struct Variant {
  Variant() : integer(0) {}

  Text key;
  union {
    int64_t integer;
    double real;
    bool boolean;
    Text text;
  };
};

// A share of the buckets: those below `end` and not below the end before it.
struct Arm {
  uint32_t end = 0;
  uint16_t variant = 0;
};

struct Split {
  Text salt;
  Range arms;
  uint8_t slot = 0;
};

struct Experiment {
  Text key;
  Text id;
  Text bucket_by;
  Index flag = 0;
  Range variants;  // keys, of `experiment_variants`
  uint32_t phase = 1;
  model::ExperimentStatus status = model::ExperimentStatus::kUnspecified;
  bool has_layer = false;
  uint8_t layer_slot = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;  // 0: open
  Split split;
  Text layer;  // key
  Text layer_salt;
  Range allocation;  // begin, end pairs of `allocations`
};

struct Serve {
  enum class Kind : uint8_t { kNothing, kVariant, kSplit, kExperiment };
  Kind kind = Kind::kNothing;
  uint32_t target = 0;  // variant, entry of `splits`, entry of `experiments`
};

struct Rule {
  Text id;
  Text coverage_salt;
  uint32_t coverage_ppm = model::kWholePpm;
  uint16_t entry = kAccept;
  uint16_t leaves_begin = 0;  // [begin, end): the condition's leaves, for explanations
  uint16_t leaves_end = 0;
  uint8_t coverage_slot = 0;
  bool has_coverage = false;
  Serve serve;
};

struct Override {
  Range hashes;  // ascending, of `hashes`
  uint16_t variant = 0;
  uint8_t slot = 0;
};

// One segment as one flag sees it.
struct FlagSegment {
  Text key;
  uint16_t true_entry = kReject;   // accepts where the segment is true
  uint16_t false_entry = kReject;  // accepts where it is false
};

inline constexpr uint16_t kNoVariant = 0xffff;

struct Flag {
  uint64_t hash = 0;  // XXH3-64 of key
  Text key;
  ValueType type = ValueType::kMissing;
  bool is_broken = false;
  bool is_enabled = false;
  bool fail_closed = false;
  bool is_static = false;  // neither rules nor a split
  uint8_t slot_count = 0;
  uint8_t segment_count = 0;
  uint16_t off_variant = kNoVariant;
  uint16_t variant_count = 0;
  uint16_t rule_count = 0;
  uint16_t override_count = 0;
  uint32_t slots = 0;
  uint32_t variants = 0;
  uint32_t rules = 0;
  uint32_t leaves = 0;
  uint32_t segments = 0;
  uint32_t overrides = 0;
  Serve default_serve;
};

// Immutable once compiled. Thread-safe.
struct Ruleset {
  int64_t version = 0;
  Text member_salt;

  std::unique_ptr<char[]> text;
  size_t text_size = 0;
  std::vector<Flag> flags;
  std::vector<uint32_t> flag_table;  // open addressing by Flag::hash: index + 1, 0 is free; size is a power of two

  // Per flag from Flag::slots.
  std::vector<uint64_t> slot_hashes;
  std::vector<std::string_view> slot_names;
  std::vector<std::string_view> sorted_names;  // the same names in order of their bytes
  std::vector<Rule> rules;
  std::vector<Leaf> leaves;
  std::vector<FlagSegment> segments;
  std::vector<Override> overrides;
  std::vector<Variant> variants;
  std::vector<Split> splits;
  std::vector<Arm> arms;
  std::vector<Experiment> experiments;  // in the model's order
  std::vector<Text> experiment_variants;
  std::vector<uint32_t> allocations;

  std::vector<Text> operand_texts;
  struct TableEntry {
    uint32_t tag = 0;   // upper half of the hash
    uint32_t text = 0;  // entry of `operand_texts` + 1; 0 is free
  };
  std::vector<StringSet> string_sets;
  std::vector<TableEntry> string_table;
  std::vector<Number> numbers;
  std::vector<NumberSet> number_sets;
  std::vector<int64_t> set_integers;
  std::vector<double> set_doubles;
  std::vector<MemberSet> member_sets;
  std::vector<uint64_t> hashes;

  std::string_view View(Text t) const { return {text.get() + t.begin, t.size}; }

  // `kNone` for an unknown key. `hash` is its XXH3-64.
  Index FindFlag(std::string_view key, uint64_t hash) const;

  ValueView ValueOf(const Flag& flag, uint16_t variant) const;

  // Bytes held, for budgets.
  size_t SizeBytes() const;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_RULESET_H_
