// snapshot.proto. Offsets of a part of Snapshot itself are those of the struct.
#include "src/model/snapshot.h"
#include "src/wire/message_fields.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

using model::Snapshot;

constexpr FieldDescription kAttributeFields[] = {
    Column(1, EXPT_AT(model::AttributeSchema, name), Takes<model::AttributeSchema, 8>()),
    Column(2, EXPT_AT(model::AttributeSchema, type)),
    Column(3, EXPT_AT(model::AttributeSchema, properties)),
};
constexpr MessageDescription kAttributes = {.name = "attributes",
                                            .fields = kAttributeFields,
                                            .row_size = sizeof(model::AttributeSchema),
                                            .make = MakeTable<model::AttributeSchema>};

constexpr FieldDescription Operands(uint8_t number, Place<base::Table<model::OperandList>> at) {
  FieldDescription field =
      Packed(number, FieldKind::kPackedVarint32, Takes<model::OperandList, 12>(), Form::kOperands, at.offset);
  field.is_large = true;
  return field;
}
constexpr FieldDescription kOperandFields[] = {
    Operands(1, EXPT_AT(Snapshot, operands)),
    Steps(2, EXPT_AT(Snapshot, string_pool)),
    List(3, EXPT_AT(Snapshot, integer_pool)),
    List(4, EXPT_AT(Snapshot, double_pool)),
    Steps(5, EXPT_AT(Snapshot, condition_pool)),
    List(6, EXPT_AT(Snapshot, reference_pool)),
    Bytes(7, EXPT_AT(Snapshot, hash_pool)),
};
constexpr MessageDescription kOperands = {.name = "operands", .fields = kOperandFields};

constexpr FieldDescription kConditionFields[] = {
    Column(1, EXPT_AT(model::Condition, op), Takes<model::Condition, 16>()),
    Column(2, EXPT_AT(model::Condition, properties)),
    Column(3, EXPT_AT(model::Condition, subject)),
    RowStepColumn(4, EXPT_AT(model::Condition, operands)),
    RowColumn(5, EXPT_AT(model::Condition, second)),
};
constexpr MessageDescription kConditions = {.name = "conditions",
                                            .fields = kConditionFields,
                                            .row_size = sizeof(model::Condition),
                                            .make = MakeTable<model::Condition>};

constexpr FieldDescription kRuleFields[] = {
    Column(1, EXPT_AT(model::Rule, id), Takes<model::Rule, 20>()),
    RowStepColumn(2, EXPT_AT(model::Rule, condition)),
    RowColumn(3, EXPT_AT(model::Rule, coverage)),
    Column(4, EXPT_AT(model::Rule, serve)),
    RowColumn(5, EXPT_AT(model::Rule, holdouts)),
};
constexpr MessageDescription kRules = {
    .name = "rules", .fields = kRuleFields, .row_size = sizeof(model::Rule), .make = MakeTable<model::Rule>};

constexpr FieldDescription kValueFields[] = {
    OneOf(1, ValueType::kBoolean, Bool(1, EXPT_AT(model::FlagValue, boolean))),
    OneOf(1, ValueType::kString, U32(2, EXPT_AT(model::FlagValue, text))),
    OneOf(1, ValueType::kInteger, S64(3, EXPT_AT(model::FlagValue, integer))),
    OneOf(1, ValueType::kDouble, F64(4, EXPT_AT(model::FlagValue, real))),
    OneOf(1, ValueType::kJson, U32(5, EXPT_AT(model::FlagValue, text))),
};
constexpr MessageDescription kValue = {.name = "value",
                                       .fields = kValueFields,
                                       .choice_offset = EXPT_AT(model::FlagValue, type).offset,
                                       .make = MakeRow<model::FlagValue>};

constexpr FieldDescription kBucketingFields[] = {
    U32(1, EXPT_AT(model::Bucketing, bucket_by)),  U32(2, EXPT_AT(model::Bucketing, salt)),
    Enum(3, EXPT_AT(model::Bucketing, algorithm)), S64(4, EXPT_AT(model::Bucketing, seed)),
    List(5, EXPT_AT(model::Bucketing, thresholds)),
};
constexpr MessageDescription kBucketing = {
    .name = "bucketing", .fields = kBucketingFields, .make = MakeRow<model::Bucketing>};

constexpr FieldDescription kCoverageFields[] = {
    U32(1, EXPT_AT(model::Coverage, bucketing)),
    U32(2, EXPT_AT(model::Coverage, ppm)),
    Row(3, EXPT_AT(model::Coverage, ramp)),
};
constexpr MessageDescription kCoverage = {
    .name = "coverage", .fields = kCoverageFields, .make = MakeRow<model::Coverage>};

constexpr FieldDescription kRampFields[] = {
    Bool(1, EXPT_AT(model::Ramp, is_linear)),
    List(2, EXPT_AT(model::Ramp, time_ms)),
    List(3, EXPT_AT(model::Ramp, ppm)),
};
constexpr MessageDescription kRamp = {.name = "ramp", .fields = kRampFields, .make = MakeRow<model::Ramp>};

constexpr FieldDescription kSplitFields[] = {
    U32(1, EXPT_AT(model::Serve, bucketing)),
    List(2, EXPT_AT(model::Serve, weights)),
};
constexpr MessageDescription kSplit = {.name = "split", .fields = kSplitFields};
constexpr FieldDescription kServeFields[] = {
    OneOf(1, model::Serve::Kind::kVariant, U32(1, EXPT_AT(model::Serve, target))),
    OneOf(1, model::Serve::Kind::kSplit, MessageAt(2, kSplit, 0)),
    OneOf(1, model::Serve::Kind::kExperiment, U32(3, EXPT_AT(model::Serve, target))),
};
constexpr MessageDescription kServe = {.name = "serve",
                                       .fields = kServeFields,
                                       .choice_offset = EXPT_AT(model::Serve, kind).offset,
                                       .make = MakeRow<model::Serve>};

constexpr FieldDescription kMemberListFields[] = {
    U32(1, EXPT_AT(model::MemberList, bucket_by)),
    List(2, EXPT_AT(model::MemberList, hashes)),
};
constexpr MessageDescription kMemberList = {
    .name = "member list", .fields = kMemberListFields, .make = MakeRow<model::MemberList>};

constexpr FieldDescription kSegmentFields[] = {
    U32(1, EXPT_AT(model::Segment, key)),
    Row(2, EXPT_AT(model::Segment, condition)),
    List(3, EXPT_AT(model::Segment, include)),
    List(4, EXPT_AT(model::Segment, exclude)),
    List(5, EXPT_AT(model::Segment, required_features)),
};
constexpr MessageDescription kSegment = {.name = "segment", .fields = kSegmentFields, .make = MakeRow<model::Segment>};

constexpr FieldDescription kLayerFields[] = {
    U32(1, EXPT_AT(model::Layer, key)),
    U32(2, EXPT_AT(model::Layer, bucketing)),
};
constexpr MessageDescription kLayer = {.name = "layer", .fields = kLayerFields, .make = MakeRow<model::Layer>};

constexpr FieldDescription kHoldoutFields[] = {
    U32(1, EXPT_AT(model::Holdout, key)),      U32(2, EXPT_AT(model::Holdout, bucketing)),
    U32(3, EXPT_AT(model::Holdout, ppm)),      S64(4, EXPT_AT(model::Holdout, start_ms)),
    S64(5, EXPT_AT(model::Holdout, end_ms)),
};
constexpr MessageDescription kHoldout = {.name = "holdout", .fields = kHoldoutFields, .make = MakeRow<model::Holdout>};

constexpr FieldDescription kExperimentFields[] = {
    U32(1, EXPT_AT(model::Experiment, key)),        U32(2, EXPT_AT(model::Experiment, id)),
    U32(3, EXPT_AT(model::Experiment, flag)),       Enum(4, EXPT_AT(model::Experiment, status)),
    U32(5, EXPT_AT(model::Experiment, phase)),      S64(6, EXPT_AT(model::Experiment, start_ms)),
    S64(7, EXPT_AT(model::Experiment, end_ms)),     U32(8, EXPT_AT(model::Experiment, bucketing)),
    List(9, EXPT_AT(model::Experiment, variants)),  List(10, EXPT_AT(model::Experiment, weights)),
    U32(11, EXPT_AT(model::Experiment, control)),   Row(12, EXPT_AT(model::Experiment, layer)),
    List(13, EXPT_AT(model::Experiment, allocation)), Bool(14, EXPT_AT(model::Experiment, is_sticky)),
    List(15, EXPT_AT(model::Experiment, required_features)),
};
void* MakeExperiment(void* list, size_t expected) {
  void* const row = MakeRow<model::Experiment>(list, expected);
  static_cast<model::Experiment*>(row)->phase = 0;  // what an absent field means
  return row;
}
constexpr MessageDescription kExperiment = {
    .name = "experiment", .fields = kExperimentFields, .make = MakeExperiment};

constexpr FieldDescription kTimeZoneFields[] = {
    U32(1, EXPT_AT(model::TimeZone, name)),
    S32(2, EXPT_AT(model::TimeZone, initial_offset_minutes)),
    List(3, EXPT_AT(model::TimeZone, transition_ms)),
    List(4, EXPT_AT(model::TimeZone, offset_minutes)),
};
constexpr MessageDescription kTimeZone = {
    .name = "time zone", .fields = kTimeZoneFields, .make = MakeRow<model::TimeZone>};

constexpr FieldDescription kPrerequisiteFields[] = {
    U32(1, EXPT_AT(model::Prerequisite, flag)),
    List(2, EXPT_AT(model::Prerequisite, variants)),
};
constexpr MessageDescription kPrerequisite = {
    .name = "prerequisite", .fields = kPrerequisiteFields, .make = MakeRow<model::Prerequisite>};

constexpr FieldDescription kOverrideFields[] = {
    U32(1, EXPT_AT(model::Override, bucket_by)),
    U32(2, EXPT_AT(model::Override, variant)),
    List(3, EXPT_AT(model::Override, hashes)),
};
constexpr MessageDescription kOverride = {
    .name = "override", .fields = kOverrideFields, .make = MakeRow<model::Override>};

constexpr FieldDescription kFlagFields[] = {
    U32(1, EXPT_AT(model::Flag, key)),
    Enum(2, EXPT_AT(model::Flag, type)),
    Bool(3, EXPT_AT(model::Flag, is_enabled)),
    List(4, EXPT_AT(model::Flag, variant_keys)),
    List(5, EXPT_AT(model::Flag, variant_values)),
    Row(6, EXPT_AT(model::Flag, off_variant)),
    Repeated(Rows(7, EXPT_AT(model::Flag, overrides), kOverride), Takes<model::Override, 32>()),
    Repeated(Rows(8, EXPT_AT(model::Flag, prerequisites), kPrerequisite), Takes<model::Prerequisite, 32>()),
    Steps(9, EXPT_AT(model::Flag, rules)),
    Row(10, EXPT_AT(model::Flag, default_serve)),
    Bool(11, EXPT_AT(model::Flag, fail_closed)),
    Enum(12, EXPT_AT(model::Flag, visibility)),
    List(13, EXPT_AT(model::Flag, required_features)),
    List(14, EXPT_AT(model::Flag, tags)),
    Row(15, EXPT_AT(model::Flag, owner)),
};
constexpr MessageDescription kFlag = {
    .name = "flag", .fields = kFlagFields, .make = MakeRow<model::Flag, base::Table<model::Flag>>};

using Entry = model::GoldenVector::Entry;
constexpr FieldDescription kStringListFields[] = {List(1, EXPT_AT(Entry, list))};
constexpr MessageDescription kStringList = {.name = "list", .fields = kStringListFields};
constexpr FieldDescription kContextEntryFields[] = {
    U32(1, EXPT_AT(Entry, name)),
    OneOf(2, ValueType::kBoolean, Bool(2, EXPT_AT(Entry, boolean))),
    OneOf(2, ValueType::kString, U32(3, EXPT_AT(Entry, text))),
    OneOf(2, ValueType::kInteger, S64(4, EXPT_AT(Entry, integer))),
    OneOf(2, ValueType::kDouble, F64(5, EXPT_AT(Entry, real))),
    OneOf(2, ValueType::kStringList, MessageAt(6, kStringList, 0)),
};
constexpr MessageDescription kContextEntry = {.name = "context entry",
                                              .fields = kContextEntryFields,
                                              .choice_offset = EXPT_AT(Entry, type).offset,
                                              .make = MakeRow<Entry>};
constexpr FieldDescription kGoldenVectorFields[] = {
    U32(1, EXPT_AT(model::GoldenVector, flag)),
    S64(2, EXPT_AT(model::GoldenVector, now_ms)),
    Repeated(Rows(3, EXPT_AT(model::GoldenVector, context), kContextEntry), Takes<Entry, 56>()),
    Row(4, EXPT_AT(model::GoldenVector, variant)),
    U32(5, EXPT_AT(model::GoldenVector, reason)),
    U32(6, EXPT_AT(model::GoldenVector, error)),
    Row(7, EXPT_AT(model::GoldenVector, rule)),
    List(8, EXPT_AT(model::GoldenVector, exposed_experiments)),
    List(9, EXPT_AT(model::GoldenVector, exposed_holdouts)),
};
constexpr MessageDescription kGoldenVector = {
    .name = "golden vector", .fields = kGoldenVectorFields, .make = MakeRow<model::GoldenVector>};

constexpr FieldDescription Strings() {
  FieldDescription field = Texts(12, EXPT_AT(Snapshot, strings));
  field.is_free = true;
  return field;
}
constexpr FieldDescription kSnapshotFields[] = {
    U32(1, EXPT_AT(Snapshot, format_version)),
    U32(2, EXPT_AT(Snapshot, semantics_version)),
    Text(3, EXPT_AT(Snapshot, project)),
    Text(4, EXPT_AT(Snapshot, environment)),
    Enum(5, EXPT_AT(Snapshot, audience)),
    I64(6, EXPT_AT(Snapshot, epoch)),
    I64(7, EXPT_AT(Snapshot, version)),
    I64(8, EXPT_AT(Snapshot, issued_at_ms)),
    Text(9, EXPT_AT(Snapshot, member_list_salt)),
    Text(10, EXPT_AT(Snapshot, tzdata_version)),
    Bool(11, EXPT_AT(Snapshot, is_declared_empty)),
    Strings(),
    Table(13, EXPT_AT(Snapshot, attributes), kAttributes),
    MessageAt(14, kOperands, 0),
    Table(15, EXPT_AT(Snapshot, conditions), kConditions),
    Repeated(Rows(16, EXPT_AT(Snapshot, values), kValue), Takes<model::FlagValue, 32>()),
    Repeated(Rows(17, EXPT_AT(Snapshot, bucketings), kBucketing), Takes<model::Bucketing, 48>()),
    Repeated(Rows(18, EXPT_AT(Snapshot, coverages), kCoverage), Takes<model::Coverage, 12>()),
    Repeated(Rows(19, EXPT_AT(Snapshot, ramps), kRamp), Takes<model::Ramp, 56>()),
    Repeated(Rows(20, EXPT_AT(Snapshot, serves), kServe), Takes<model::Serve, 40>()),
    Table(21, EXPT_AT(Snapshot, rules), kRules),
    Repeated(Rows(22, EXPT_AT(Snapshot, member_lists), kMemberList), Takes<model::MemberList, 32>()),
    Repeated(Rows(23, EXPT_AT(Snapshot, segments), kSegment), Takes<model::Segment, 80>()),
    Repeated(Rows(24, EXPT_AT(Snapshot, layers), kLayer), Takes<model::Layer, 8>()),
    Repeated(Rows(25, EXPT_AT(Snapshot, holdouts), kHoldout), Takes<model::Holdout, 32>()),
    Repeated(Rows(26, EXPT_AT(Snapshot, experiments), kExperiment), Takes<model::Experiment, 160>()),
    Repeated(Rows(27, EXPT_AT(Snapshot, time_zones), kTimeZone), Takes<model::TimeZone, 56>()),
    Repeated(Rows(28, EXPT_AT(Snapshot, flags), kFlag), Takes<model::Flag, 200>()),
    Repeated(Rows(29, EXPT_AT(Snapshot, golden_vectors), kGoldenVector), Takes<model::GoldenVector, 104>()),
};

}  // namespace

constinit const MessageDescription kSnapshotMessage = {.name = "snapshot", .fields = kSnapshotFields};

}  // namespace expt::wire
