#include "src/wire/schema.h"

#include "src/model/snapshot.h"
#include "src/wire/event_codec.h"
#include "src/wire/head.h"
#include "src/wire/root.h"

namespace expt::wire {
namespace {

using K = FieldKind;

// What a row takes once it is decoded, on the machine where it takes the most. The sum decides what is refused, so it
// is the same on every machine.
template <typename T, uint16_t kBytes>
constexpr uint16_t Takes() {
  static_assert(sizeof(T) <= kBytes);
  return kBytes;
}
constexpr uint16_t kTextMemory = Takes<std::string_view, 16>();

constexpr FieldDescription Bool(uint8_t number) { return {.number = number, .kind = K::kBool}; }
constexpr FieldDescription U32(uint8_t number) { return {.number = number, .kind = K::kVarint32}; }
constexpr FieldDescription I64(uint8_t number) { return {.number = number, .kind = K::kVarint64}; }
constexpr FieldDescription Enum(uint8_t number) { return {.number = number, .kind = K::kVarint64}; }
constexpr FieldDescription F64(uint8_t number) { return {.number = number, .kind = K::kFixed64}; }
constexpr FieldDescription Text(uint8_t number) { return {.number = number, .kind = K::kText}; }
constexpr FieldDescription Bytes(uint8_t number) { return {.number = number, .kind = K::kBytes}; }
constexpr FieldDescription Repeated(FieldDescription field, uint16_t memory) {
  field.is_repeated = true;
  field.memory = memory;
  return field;
}
constexpr FieldDescription OneOf(uint8_t slot, FieldDescription field) {
  field.slot = slot;
  return field;
}
constexpr FieldDescription Message(uint8_t number, const MessageDescription& message) {
  return {.number = number, .kind = K::kMessage, .message = &message};
}
constexpr FieldDescription Packed32(uint8_t number, uint16_t memory = sizeof(uint32_t)) {
  return {.number = number, .kind = K::kPackedVarint32, .memory = memory};
}
constexpr FieldDescription Packed64(uint8_t number) {
  return {.number = number, .kind = K::kPackedVarint64, .memory = sizeof(int64_t)};
}
constexpr FieldDescription PackedEnum(uint8_t number, uint16_t memory) {
  return {.number = number, .kind = K::kPackedVarint64, .memory = memory};
}
constexpr FieldDescription PackedFixed(uint8_t number) {
  return {.number = number, .kind = K::kPackedFixed64, .memory = sizeof(uint64_t)};
}

// audience.proto has no messages. root.proto:
constexpr FieldDescription kRoleFields[] = {Enum(1), Text(2), U32(3), Packed32(4)};
constexpr MessageDescription kRole = {"role", kRoleFields};
constexpr FieldDescription kEnvironmentEpochFields[] = {Text(1), I64(2)};
constexpr MessageDescription kEnvironmentEpoch = {"epoch", kEnvironmentEpochFields};
constexpr FieldDescription kRootFields[] = {
    U32(1),
    I64(2),
    I64(3),
    I64(4),
    Repeated(Bytes(5), sizeof(PublicKey)),
    Repeated(Message(6, kRole), Takes<Role, 72>()),
    Repeated(Message(7, kEnvironmentEpoch), Takes<EnvironmentEpoch, 40>()),
    Repeated(Bytes(8), sizeof(Digest)),
};

// head.proto
constexpr FieldDescription kSnapshotRefFields[] = {I64(1), Bytes(2), I64(3)};
constexpr MessageDescription kSnapshotRef = {"snapshot reference", kSnapshotRefFields};
constexpr FieldDescription kHeadFields[] = {
    U32(1),
    Text(2),
    Enum(3),
    I64(4),
    I64(5),
    I64(6),
    I64(7),
    I64(8),
    Message(9, kSnapshotRef),
    Message(10, kSnapshotRef),
    U32(11),
    Repeated(Text(12), Takes<std::string, 32>()),
    U32(13),
    U32(14),
};

// snapshot.proto. The first column of a table carries the memory of a row.
constexpr FieldDescription kAttributeTableFields[] = {Packed32(1, Takes<model::AttributeSchema, 8>()), Packed32(2, 0),
                                                      Packed32(3, 0)};
constexpr MessageDescription kAttributeTable = {"attributes", kAttributeTableFields};
constexpr FieldDescription kOperandTableFields[] = {Packed32(1, Takes<model::OperandList, 12>()),
                                                    Packed32(2),
                                                    Packed64(3),
                                                    PackedFixed(4),
                                                    Packed32(5),
                                                    Packed32(6),
                                                    Bytes(7)};
constexpr MessageDescription kOperandTable = {"operands", kOperandTableFields};
constexpr FieldDescription kConditionTableFields[] = {Packed32(1, Takes<model::Condition, 16>()), Packed32(2, 0),
                                                      Packed32(3, 0), Packed32(4, 0), Packed32(5, 0)};
constexpr MessageDescription kConditionTable = {"conditions", kConditionTableFields};
constexpr FieldDescription kValueFields[] = {OneOf(1, Bool(1)), OneOf(1, U32(2)), OneOf(1, I64(3)), OneOf(1, F64(4)),
                                             OneOf(1, U32(5))};
constexpr MessageDescription kValue = {"value", kValueFields};
constexpr FieldDescription kBucketingFields[] = {U32(1), U32(2), Enum(3), I64(4), Packed32(5)};
constexpr MessageDescription kBucketing = {"bucketing", kBucketingFields};
constexpr FieldDescription kCoverageFields[] = {U32(1), U32(2), U32(3)};
constexpr MessageDescription kCoverage = {"coverage", kCoverageFields};
constexpr FieldDescription kRampFields[] = {Bool(1), Packed64(2), Packed32(3)};
constexpr MessageDescription kRamp = {"ramp", kRampFields};
constexpr FieldDescription kSplitFields[] = {U32(1), Packed32(2)};
constexpr MessageDescription kSplit = {"split", kSplitFields};
constexpr FieldDescription kServeFields[] = {OneOf(1, U32(1)), OneOf(1, Message(2, kSplit)), OneOf(1, U32(3))};
constexpr MessageDescription kServe = {"serve", kServeFields};
constexpr FieldDescription kRuleTableFields[] = {Packed32(1, Takes<model::Rule, 20>()), Packed32(2, 0), Packed32(3, 0),
                                                 Packed32(4, 0), Packed32(5, 0)};
constexpr MessageDescription kRuleTable = {"rules", kRuleTableFields};
constexpr FieldDescription kMemberListFields[] = {U32(1), PackedFixed(2)};
constexpr MessageDescription kMemberList = {"member list", kMemberListFields};
constexpr FieldDescription kSegmentFields[] = {U32(1), U32(2), Packed32(3), Packed32(4), Packed32(5)};
constexpr MessageDescription kSegment = {"segment", kSegmentFields};
constexpr FieldDescription kLayerFields[] = {U32(1), U32(2)};
constexpr MessageDescription kLayer = {"layer", kLayerFields};
constexpr FieldDescription kHoldoutFields[] = {U32(1), U32(2), U32(3), I64(4), I64(5)};
constexpr MessageDescription kHoldout = {"holdout", kHoldoutFields};
constexpr FieldDescription kExperimentFields[] = {
    U32(1),      U32(2),       U32(3),  Enum(4), U32(5),       I64(6),   I64(7),       U32(8),
    Packed32(9), Packed32(10), U32(11), U32(12), Packed32(13), Bool(14), Packed32(15),
};
constexpr MessageDescription kExperiment = {"experiment", kExperimentFields};
constexpr FieldDescription kTimeZoneFields[] = {U32(1), U32(2), Packed64(3),
                                                Packed32(4)};  // sint32 takes at most 32 bits as zigzag
constexpr MessageDescription kTimeZone = {"time zone", kTimeZoneFields};
constexpr FieldDescription kPrerequisiteFields[] = {U32(1), Packed32(2)};
constexpr MessageDescription kPrerequisite = {"prerequisite", kPrerequisiteFields};
constexpr FieldDescription kOverrideFields[] = {U32(1), U32(2), PackedFixed(3)};
constexpr MessageDescription kOverride = {"override", kOverrideFields};
constexpr FieldDescription kFlagFields[] = {
    U32(1),
    Enum(2),
    Bool(3),
    Packed32(4),
    Packed32(5),
    U32(6),
    Repeated(Message(7, kOverride), Takes<model::Override, 32>()),
    Repeated(Message(8, kPrerequisite), Takes<model::Prerequisite, 32>()),
    Packed32(9),
    U32(10),
    Bool(11),
    Enum(12),
    Packed32(13),
    Packed32(14),
    U32(15),
};
constexpr MessageDescription kFlag = {"flag", kFlagFields};
constexpr FieldDescription kStringListFields[] = {Packed32(1)};
constexpr MessageDescription kStringList = {"list", kStringListFields};
constexpr FieldDescription kContextEntryFields[] = {
    U32(1), OneOf(2, Bool(2)), OneOf(2, U32(3)), OneOf(2, I64(4)), OneOf(2, F64(5)), OneOf(2, Message(6, kStringList))};
constexpr MessageDescription kContextEntry = {"context entry", kContextEntryFields};
constexpr FieldDescription kGoldenVectorFields[] = {
    U32(1), I64(2),      Repeated(Message(3, kContextEntry), Takes<model::GoldenVector::Entry, 56>()),
    U32(4), U32(5),      U32(6),
    U32(7), Packed32(8), Packed32(9),
};
constexpr MessageDescription kGoldenVector = {"golden vector", kGoldenVectorFields};

constexpr FieldDescription Strings() {
  FieldDescription field = Repeated(Text(12), kTextMemory);
  field.is_free = true;
  return field;
}
constexpr FieldDescription kSnapshotFields[] = {
    U32(1),
    U32(2),
    Text(3),
    Text(4),
    Enum(5),
    I64(6),
    I64(7),
    I64(8),
    Text(9),
    Text(10),
    Bool(11),
    Strings(),
    Message(13, kAttributeTable),
    Message(14, kOperandTable),
    Message(15, kConditionTable),
    Repeated(Message(16, kValue), Takes<model::FlagValue, 32>()),
    Repeated(Message(17, kBucketing), Takes<model::Bucketing, 48>()),
    Repeated(Message(18, kCoverage), Takes<model::Coverage, 12>()),
    Repeated(Message(19, kRamp), Takes<model::Ramp, 56>()),
    Repeated(Message(20, kServe), Takes<model::Serve, 40>()),
    Message(21, kRuleTable),
    Repeated(Message(22, kMemberList), Takes<model::MemberList, 32>()),
    Repeated(Message(23, kSegment), Takes<model::Segment, 80>()),
    Repeated(Message(24, kLayer), Takes<model::Layer, 8>()),
    Repeated(Message(25, kHoldout), Takes<model::Holdout, 32>()),
    Repeated(Message(26, kExperiment), Takes<model::Experiment, 160>()),
    Repeated(Message(27, kTimeZone), Takes<model::TimeZone, 56>()),
    Repeated(Message(28, kFlag), Takes<model::Flag, 200>()),
    Repeated(Message(29, kGoldenVector), Takes<model::GoldenVector, 104>()),
};

// event.proto
constexpr FieldDescription kUnitFields[] = {Text(1), Text(2)};
constexpr MessageDescription kUnit = {"unit", kUnitFields};
constexpr FieldDescription kPropertyFields[] = {Text(1), OneOf(2, Text(2)), OneOf(2, F64(3)), OneOf(2, Bool(4)),
                                                OneOf(2, I64(5))};
constexpr MessageDescription kProperty = {"property", kPropertyFields};
constexpr FieldDescription kExposureFields[] = {
    Text(1),  U32(2),  Text(3), Text(4), Text(5),
    I64(6),   Text(7), Text(8), Enum(9), Repeated(Message(10, kProperty), Takes<EventProperty, 72>()),
    Bool(11),
};
constexpr MessageDescription kExposure = {"exposure", kExposureFields};
constexpr FieldDescription kMetricEventFields[] = {Text(1), F64(2),
                                                   Repeated(Message(3, kProperty), Takes<EventProperty, 72>()),
                                                   Repeated(Message(4, kUnit), Takes<EventUnit, 64>())};
constexpr MessageDescription kMetricEvent = {"metric event", kMetricEventFields};
constexpr FieldDescription kIdentifyFields[] = {Message(1, kUnit), Message(2, kUnit)};
constexpr MessageDescription kIdentify = {"identify", kIdentifyFields};
constexpr FieldDescription kSummaryFields[] = {Text(1), Text(2), U32(3), Text(4), I64(5), I64(6), I64(7), I64(8)};
constexpr MessageDescription kSummary = {"evaluation summary", kSummaryFields};
constexpr FieldDescription kEventFields[] = {
    Bytes(1),
    I64(2),
    I64(3),
    I64(4),
    OneOf(5, Message(5, kExposure)),
    OneOf(5, Message(6, kMetricEvent)),
    OneOf(5, Message(7, kIdentify)),
    OneOf(5, Message(8, kSummary)),
};
constexpr FieldDescription kDropCountFields[] = {Enum(1), Enum(2), Text(3), Text(4), I64(5)};
constexpr MessageDescription kDropCount = {"drop count", kDropCountFields};
constexpr FieldDescription kEventBatchFields[] = {
    Bytes(1),
    Bytes(2),
    Text(3),
    Text(4),
    I64(5),
    I64(6),
    I64(7),
    Repeated(Message(8, kDropCount), Takes<DropCount, 80>()),
    Repeated(Bytes(9), Takes<Batch::Item, 336>()),
    Bool(10),
};
constexpr FieldDescription kRejectionFields[] = {U32(1), Text(2), Text(3)};
constexpr MessageDescription kRejection = {"rejection", kRejectionFields};
constexpr FieldDescription kEventBatchReplyFields[] = {
    PackedEnum(1, sizeof(AckResult)), Repeated(Message(2, kRejection), Takes<Rejection, 72>()), I64(3)};

}  // namespace

constinit const MessageDescription kRootMessage = {"root", kRootFields};
constinit const MessageDescription kHeadMessage = {"head", kHeadFields};
constinit const MessageDescription kSnapshotMessage = {"snapshot", kSnapshotFields};
constinit const MessageDescription kEventBatchMessage = {"event batch", kEventBatchFields};
constinit const MessageDescription kEventMessage = {"event", kEventFields};
constinit const MessageDescription kEventBatchReplyMessage = {"event batch reply", kEventBatchReplyFields};

}  // namespace expt::wire
