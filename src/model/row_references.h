// Which members of the model's rows are rows of other tables: what must hold before anything follows an index.
// Internal to src/model.
#ifndef EXPT_SRC_MODEL_ROW_REFERENCES_H_
#define EXPT_SRC_MODEL_ROW_REFERENCES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "src/base/message.h"
#include "src/model/snapshot.h"

namespace expt::model {

// A table of the snapshot, its type forgotten.
struct TableRows {
  const char* begin = nullptr;
  size_t count = 0;
};

#if defined(EXPT_SMALL_CODE)
// Tables are all alike there: one function finds the rows of any.
struct FindRows {
  TableRows operator()(const Snapshot& snapshot) const {
    const auto& rows = *reinterpret_cast<const std::vector<char>*>(reinterpret_cast<const char*>(&snapshot) + offset);
    return {rows.data(), rows.size()};
  }
  uint16_t offset;
};
#define EXPT_TABLE(noun, table)                  \
  {                                              \
    noun, FindRows { offsetof(Snapshot, table) } \
  }
#else
using FindRows = TableRows (*)(const Snapshot&);
template <auto kTable>
TableRows RowsOf(const Snapshot& snapshot) {
  return {reinterpret_cast<const char*>((snapshot.*kTable).data()), (snapshot.*kTable).size()};
}
#define EXPT_TABLE(noun, table) \
  { noun, RowsOf<&Snapshot::table> }
#endif

struct TableName {
  base::MessagePart noun;  // of one row
  FindRows rows;
};

enum class TableId : uint8_t {
  kStrings,
  kAttributes,
  kOperands,
  kConditions,
  kValues,
  kBucketings,
  kCoverages,
  kRamps,
  kServes,
  kRules,
  kMemberLists,
  kSegments,
  kLayers,
  kHoldouts,
  kExperiments,
  kTimeZones,
  kFlags,
  kGoldenVectors,
};
inline constexpr TableName kTables[] = {
    EXPT_TABLE("string", strings),
    EXPT_TABLE("attribute", attributes),
    EXPT_TABLE("operand list", operands),
    EXPT_TABLE("condition", conditions),
    EXPT_TABLE("value", values),
    EXPT_TABLE("bucketing", bucketings),
    EXPT_TABLE("coverage", coverages),
    EXPT_TABLE("ramp", ramps),
    EXPT_TABLE("serve", serves),
    EXPT_TABLE("rule", rules),
    EXPT_TABLE("member list", member_lists),
    EXPT_TABLE("segment", segments),
    EXPT_TABLE("layer", layers),
    EXPT_TABLE("holdout", holdouts),
    EXPT_TABLE("experiment", experiments),
    EXPT_TABLE("time zone", time_zones),
    EXPT_TABLE("flag", flags),
    EXPT_TABLE("golden vector", golden_vectors),
};
#undef EXPT_TABLE

struct RowReference {
  enum class Form : uint8_t {
    kOne,
    kOptional,  // may be kNone
    kList,      // base::List<Index>
  };
  TableId table;
  TableId target;
  Form form;
  uint16_t offset;             // of the member
  uint16_t row_size;           // of the table
  base::MessagePart key = {};  // "key" or "name" where it is the row's own: short, present and used once
};

#define EXPT_REFERENCE(table, Row, member, target, form) \
  RowReference { TableId::table, TableId::target, RowReference::Form::form, offsetof(Row, member), sizeof(Row) }
#define EXPT_KEY(table, Row, member, what) \
  RowReference { TableId::table, TableId::kStrings, RowReference::Form::kOne, offsetof(Row, member), sizeof(Row), what }
inline constexpr RowReference kRowReferences[] = {
    EXPT_KEY(kAttributes, AttributeSchema, name, "name"),
    EXPT_REFERENCE(kBucketings, Bucketing, bucket_by, kAttributes, kOne),
    EXPT_REFERENCE(kBucketings, Bucketing, salt, kStrings, kOne),
    EXPT_REFERENCE(kCoverages, Coverage, bucketing, kBucketings, kOne),
    EXPT_REFERENCE(kCoverages, Coverage, ramp, kRamps, kOptional),
    EXPT_REFERENCE(kRules, Rule, id, kStrings, kOne),
    EXPT_REFERENCE(kRules, Rule, condition, kConditions, kOptional),
    EXPT_REFERENCE(kRules, Rule, coverage, kCoverages, kOptional),
    EXPT_REFERENCE(kRules, Rule, serve, kServes, kOne),
    EXPT_REFERENCE(kRules, Rule, holdouts, kOperands, kOptional),
    EXPT_REFERENCE(kMemberLists, MemberList, bucket_by, kAttributes, kOne),
    EXPT_KEY(kSegments, Segment, key, "key"),
    EXPT_REFERENCE(kSegments, Segment, condition, kConditions, kOptional),
    EXPT_REFERENCE(kSegments, Segment, include, kMemberLists, kList),
    EXPT_REFERENCE(kSegments, Segment, exclude, kMemberLists, kList),
    EXPT_REFERENCE(kSegments, Segment, required_features, kStrings, kList),
    EXPT_KEY(kLayers, Layer, key, "key"),
    EXPT_REFERENCE(kLayers, Layer, bucketing, kBucketings, kOne),
    EXPT_KEY(kHoldouts, Holdout, key, "key"),
    EXPT_REFERENCE(kHoldouts, Holdout, bucketing, kBucketings, kOne),
    EXPT_KEY(kExperiments, Experiment, key, "key"),
    EXPT_KEY(kExperiments, Experiment, id, "id"),
    EXPT_REFERENCE(kExperiments, Experiment, flag, kFlags, kOne),
    EXPT_REFERENCE(kExperiments, Experiment, bucketing, kBucketings, kOne),
    EXPT_REFERENCE(kExperiments, Experiment, layer, kLayers, kOptional),
    EXPT_REFERENCE(kExperiments, Experiment, required_features, kStrings, kList),
    EXPT_REFERENCE(kTimeZones, TimeZone, name, kStrings, kOne),
    EXPT_KEY(kFlags, Flag, key, "key"),
    EXPT_REFERENCE(kFlags, Flag, variant_keys, kStrings, kList),
    EXPT_REFERENCE(kFlags, Flag, variant_values, kValues, kList),
    EXPT_REFERENCE(kFlags, Flag, rules, kRules, kList),
    EXPT_REFERENCE(kFlags, Flag, default_serve, kServes, kOptional),
    EXPT_REFERENCE(kFlags, Flag, required_features, kStrings, kList),
    EXPT_REFERENCE(kFlags, Flag, tags, kStrings, kList),
    EXPT_REFERENCE(kFlags, Flag, owner, kStrings, kOptional),
    EXPT_REFERENCE(kGoldenVectors, GoldenVector, flag, kFlags, kOne),
    EXPT_REFERENCE(kGoldenVectors, GoldenVector, rule, kStrings, kOptional),
    EXPT_REFERENCE(kGoldenVectors, GoldenVector, exposed_experiments, kExperiments, kList),
    EXPT_REFERENCE(kGoldenVectors, GoldenVector, exposed_holdouts, kHoldouts, kList),
};
#undef EXPT_KEY
#undef EXPT_REFERENCE

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_ROW_REFERENCES_H_
