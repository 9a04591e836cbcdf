// Makes a model::Snapshot piece by piece, storing equal strings, operand lists and conditions once.
// Used where definitions are turned into snapshots (control plane, tests); loading never needs it.
//
//   Builder b;
//   Index country = b.Attribute("country");
//   Index in = b.Leaf(Operator::kIn, country, b.Strings({"CH", "DE"}));
//   Index rule = b.AddRule({.id = b.String("swiss"), .condition = in, .serve = b.ServeVariant(0)});
#ifndef EXPT_SRC_MODEL_BUILDER_H_
#define EXPT_SRC_MODEL_BUILDER_H_

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::model {

// Not thread-safe.
class Builder {
 public:
  Builder();
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // Copies `text`; the view lives as long as the built snapshot.
  std::string_view Copy(std::string_view text);
  Index String(std::string_view text);

  // The row of that name; a new name gets type kMissing ("any") and no properties.
  Index Attribute(std::string_view name);
  void SetAttribute(std::string_view name, ValueType type, uint8_t properties);

  // Operand lists. Equal lists are one row.
  Index Strings(std::span<const std::string_view> list);
  Index Strings(std::initializer_list<std::string_view> list) {
    return Strings(std::span(std::data(list), list.size()));
  }
  Index Integers(std::span<const int64_t> list);
  Index Integers(std::initializer_list<int64_t> list) { return Integers(std::span(std::data(list), list.size())); }
  Index Doubles(std::span<const double> list);
  Index Doubles(std::initializer_list<double> list) { return Doubles(std::span(std::data(list), list.size())); }
  Index References(std::span<const Index> list);
  Index References(std::initializer_list<Index> list) { return References(std::span(std::data(list), list.size())); }
  Index Conditions(std::span<const Index> children);
  Index Conditions(std::initializer_list<Index> children) {
    return Conditions(std::span(std::data(children), children.size()));
  }

  // A list of SHA-256 digests.
  Index Hashes(std::span<const Digest> list);
  Index Hashes(std::initializer_list<Digest> list) { return Hashes(std::span(std::data(list), list.size())); }

  // Equal conditions are one row.
  Index AddCondition(const Condition& condition);
  Index Leaf(Operator op, Index attribute, Index operands, uint8_t properties = 0);
  Index All(std::span<const Index> children);
  Index All(std::initializer_list<Index> children) { return All(std::span(std::data(children), children.size())); }
  Index Any(std::span<const Index> children);
  Index Any(std::initializer_list<Index> children) { return Any(std::span(std::data(children), children.size())); }
  // The row with its negate bit turned over.
  Index Not(Index condition);

  Index BooleanValue(bool value);
  Index IntegerValue(int64_t value);
  Index DoubleValue(double value);
  Index StringValue(std::string_view value);
  Index JsonValue(std::string_view text);

  Index AddBucketing(Index bucket_by, std::string_view salt);
  // `ppm` is not looked at where there is a ramp.
  Index AddCoverage(Index bucketing, uint32_t ppm, Index ramp = kNone);
  Index AddRamp(Ramp ramp);
  Index AddHoldout(std::string_view key, Index bucketing, uint32_t ppm, int64_t start_ms, int64_t end_ms = 0);
  // The row of the zone of that name; a new one is a whole row without transitions.
  Index AddTimeZone(std::string_view name, int32_t initial_offset_minutes = 0);
  Index ServeVariant(Index variant);
  Index ServeSplit(Index bucketing, std::span<const uint32_t> weights);
  Index ServeSplit(Index bucketing, std::initializer_list<uint32_t> weights) {
    return ServeSplit(bucketing, std::span(std::data(weights), weights.size()));
  }
  Index ServeExperiment(Index experiment);
  Index AddRule(const Rule& rule);

  // xxh3_64(member list salt + ":" + unit_id); SetMemberListSalt() comes first.
  void SetMemberListSalt(std::string_view salt);
  uint64_t MemberHash(std::string_view unit_id) const;

  // The snapshot being built, for its plain fields and for tables that have no function here
  // (flags, segments, layers, experiments, ...). Do not set `hash_pool`; Hashes() does.
  Snapshot& snapshot();

  // Hands the snapshot over; the builder is empty afterwards.
  Snapshot Take();

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
  Snapshot snapshot_;
};

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_BUILDER_H_
