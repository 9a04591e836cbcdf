// A snapshot as meant: the decoded form of src/wire/expt/v1/snapshot.proto, table by table.
//
//   wire bytes --decode--> model::Snapshot --compile--> eval ruleset
//   control plane --model::Builder--> model::Snapshot --encode--> wire bytes
//
// Text, operands, conditions and rules are stored once and referred to by row. Nothing here is checked: indices may
// point anywhere until Validate() has been asked.
#ifndef EXPT_SRC_MODEL_SNAPSHOT_H_
#define EXPT_SRC_MODEL_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "expt/decision.h"
#include "expt/snapshot.h"
#include "expt/value.h"
#include "src/base/large_memory.h"
#include "src/base/list.h"

namespace expt::model {

using Index = uint32_t;
inline constexpr Index kNone = 0xffffffff;  // where a reference may be absent

inline constexpr uint32_t kWholePpm = 1'000'000;

// Values of the enum Operator in snapshot.proto. Stored; never renumbered.
enum class Operator : uint8_t {
  kUnspecified = 0,
  kAll = 1,
  kAny = 2,
  kIsSet = 10,
  kEquals = 11,
  kIn = 12,
  kContains = 20,
  kStartsWith = 21,
  kEndsWith = 22,
  kMatches = 23,
  kEqualsHashed = 24,
  kInHashed = 25,
  kLt = 30,
  kLte = 31,
  kGt = 32,
  kGte = 33,
  kBetween = 34,
  kTimeBefore = 40,
  kTimeAfter = 41,
  kTimeBetween = 42,
  kInWindow = 43,
  kSemverEq = 50,
  kSemverLt = 51,
  kSemverLte = 52,
  kSemverGt = 53,
  kSemverGte = 54,
  kSemverTilde = 55,
  kSemverCaret = 56,
  kContainsAny = 60,
  kContainsAll = 61,
  kSizeLt = 62,
  kSizeGt = 63,
  kSizeBetween = 64,
  kInCidr = 70,
  kWithinKm = 71,
  kInSegment = 80,
  kFlagIs = 81,
};

// The word in JSON, "starts_with"; empty for a value that is no operator.
std::string_view OperatorName(Operator op);
// kUnspecified when there is no such operator.
Operator OperatorByName(std::string_view name);

enum class OperandKind : uint8_t {
  kUnspecified = 0,
  kString = 1,
  kInteger = 2,
  kDouble = 3,
  kCondition = 4,
  kReference = 5,
  kHash = 6,
};

// Bits of Condition::properties.
inline constexpr uint8_t kNegate = 1;
inline constexpr uint8_t kCaseInsensitive = 2;
inline constexpr uint8_t kBooleanOperands = 4;

// Bits of AttributeSchema::properties.
inline constexpr uint8_t kUnitType = 1;
inline constexpr uint8_t kAnalytics = 2;
inline constexpr uint8_t kPrivate = 4;

struct AttributeSchema {
  Index name = 0;  // string
  ValueType type = ValueType::kMissing;
  uint8_t properties = 0;
};

// One list: `size` entries of the pool of its kind, from `begin`.
struct OperandList {
  OperandKind kind = OperandKind::kUnspecified;
  uint32_t begin = 0;
  uint32_t size = 0;
};

struct Condition {
  Operator op = Operator::kUnspecified;
  uint8_t properties = 0;
  Index subject = 0;       // attribute or flag row, as the operator says
  Index operands = kNone;  // OperandList
  Index second = kNone;    // OperandList, or the longitude attribute
};

enum class Algorithm : uint8_t { kUnspecified = 0, kXxh3Ppm = 1 };

struct Bucketing {
  Index bucket_by = 0;  // attribute
  Index salt = 0;       // string
  Algorithm algorithm = Algorithm::kUnspecified;
  int64_t seed = 0;
  base::List<uint32_t> thresholds;
};

struct Coverage {
  Index bucketing = 0;
  uint32_t ppm = 0;  // ignored with a ramp
  Index ramp = kNone;
};

struct Ramp {
  bool is_linear = false;
  base::List<int64_t> time_ms;
  base::List<uint32_t> ppm;
};

struct Serve {
  enum class Kind : uint8_t { kNothing = 0, kVariant = 1, kSplit = 2, kExperiment = 3 };
  Kind kind = Kind::kNothing;
  Index target = 0;               // variant row of the flag, or experiment
  Index bucketing = 0;            // split
  base::List<uint32_t> weights;  // split
};

struct Rule {
  Index id = 0;  // string
  Index condition = kNone;
  Index coverage = kNone;
  Index serve = 0;
  Index holdouts = kNone;  // OperandList of REFERENCE
};

// A value row: string and JSON text are string indices.
struct FlagValue {
  ValueType type = ValueType::kMissing;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;
  Index text = 0;  // string
};

struct MemberList {
  Index bucket_by = 0;
  base::List<uint64_t> hashes;  // ascending
};

struct Segment {
  Index key = 0;
  Index condition = kNone;
  base::List<Index> include;  // member lists
  base::List<Index> exclude;
  base::List<Index> required_features;  // strings
};

struct Layer {
  Index key = 0;
  Index bucketing = 0;
};

struct Holdout {
  Index key = 0;
  Index bucketing = 0;
  uint32_t ppm = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

enum class ExperimentStatus : uint8_t { kUnspecified = 0, kDraft = 1, kRunning = 2, kPaused = 3, kStopped = 4 };
std::string_view ExperimentStatusName(ExperimentStatus status);  // "draft", ...

struct Experiment {
  Index key = 0;  // string
  Index id = 0;   // string
  Index flag = 0;
  ExperimentStatus status = ExperimentStatus::kUnspecified;
  uint32_t phase = 1;
  int64_t start_ms = 0;
  int64_t end_ms = 0;  // 0: open
  Index bucketing = 0;
  base::List<Index> variants;
  base::List<uint32_t> weights;
  Index control = 0;
  Index layer = kNone;
  base::List<uint32_t> allocation;  // begin, end pairs
  bool is_sticky = false;
  base::List<Index> required_features;
};

struct TimeZone {
  Index name = 0;
  int32_t initial_offset_minutes = 0;
  base::List<int64_t> transition_ms;
  base::List<int32_t> offset_minutes;
};

struct Prerequisite {
  Index flag = 0;
  base::List<Index> variants;
};

struct Override {
  Index bucket_by = 0;
  Index variant = 0;
  base::List<uint64_t> hashes;
};

enum class Visibility : uint8_t { kUnspecified = 0, kServer = 1, kClient = 2 };

struct Flag {
  Index key = 0;  // string
  ValueType type = ValueType::kMissing;
  bool is_enabled = false;
  base::List<Index> variant_keys;    // strings
  base::List<Index> variant_values;  // value rows
  Index off_variant = kNone;
  std::vector<Override> overrides;
  std::vector<Prerequisite> prerequisites;
  base::List<Index> rules;
  Index default_serve = kNone;
  bool fail_closed = false;
  Visibility visibility = Visibility::kUnspecified;
  base::List<Index> required_features;
  base::List<Index> tags;
  Index owner = kNone;
};

struct GoldenVector {
  struct Entry {
    Index name = 0;
    ValueType type = ValueType::kMissing;
    bool boolean = false;
    Index text = 0;
    int64_t integer = 0;
    double real = 0;
    base::List<Index> list;
  };
  Index flag = 0;
  int64_t now_ms = 0;
  std::vector<Entry> context;
  Index variant = kNone;
  uint32_t reason = 0;
  uint32_t error = 0;
  Index rule = kNone;  // string
  base::List<Index> exposed_experiments;
  base::List<Index> exposed_holdouts;
};

// Movable, not copyable: `strings` view `text`.
struct Snapshot {
  Snapshot() = default;
  Snapshot(Snapshot&&) = default;
  Snapshot& operator=(Snapshot&&) = default;

  uint32_t format_version = 1;
  uint32_t semantics_version = 1;
  std::string_view project;
  std::string_view environment;  // id
  Audience audience = Audience::kServer;
  int64_t epoch = 0;
  int64_t version = 0;
  int64_t issued_at_ms = 0;
  std::string_view member_list_salt;
  std::string_view tzdata_version;
  bool is_declared_empty = false;

  base::Table<std::string_view> strings;
  base::Table<AttributeSchema> attributes;
  base::Table<OperandList> operands;
  base::Table<Index> string_pool;
  base::Table<int64_t> integer_pool;
  base::Table<double> double_pool;
  base::Table<Index> condition_pool;
  base::Table<Index> reference_pool;
  std::string_view hash_pool;  // 32 bytes each
  base::Table<Condition> conditions;
  std::vector<FlagValue> values;
  std::vector<Bucketing> bucketings;
  std::vector<Coverage> coverages;
  std::vector<Ramp> ramps;
  std::vector<Serve> serves;
  base::Table<Rule> rules;
  std::vector<MemberList> member_lists;
  std::vector<Segment> segments;
  std::vector<Layer> layers;
  std::vector<Holdout> holdouts;
  std::vector<Experiment> experiments;
  std::vector<TimeZone> time_zones;
  base::Table<Flag> flags;
  std::vector<GoldenVector> golden_vectors;

  // What every string_view here points into: the plain payload, or the builder's text.
  std::shared_ptr<const void> text;
  // By who read it from bytes: all text is UTF-8, and operand lists lie in their pools.
  bool is_decoded = false;
};

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_SNAPSHOT_H_
