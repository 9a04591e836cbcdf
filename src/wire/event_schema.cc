// event.proto. What it becomes is read field by field (event_decode.cc), so fields have no places.
#include "src/wire/event_codec.h"
#include "src/wire/message_fields.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

constexpr FieldDescription PackedEnum(uint8_t number, uint16_t memory) {
  return Packed(number, FieldKind::kPackedVarint64, memory);
}

constexpr FieldDescription kUnitFields[] = {Text(1), Text(2)};
constexpr MessageDescription kUnit = {.name = "unit", .fields = kUnitFields};
constexpr FieldDescription kPropertyFields[] = {Text(1), OneOf(2, Text(2)), OneOf(2, F64(3)), OneOf(2, Bool(4)),
                                                OneOf(2, I64(5))};
constexpr MessageDescription kProperty = {.name = "property", .fields = kPropertyFields};
constexpr FieldDescription kExposureFields[] = {
    Text(1),  U32(2),  Text(3), Text(4), Text(5),
    I64(6),   Text(7), Text(8), Enum(9), Repeated(Message(10, kProperty), Takes<EventProperty, 72>()),
    Bool(11),
};
constexpr MessageDescription kExposure = {.name = "exposure", .fields = kExposureFields};
constexpr FieldDescription kMetricEventFields[] = {Text(1), F64(2),
                                                   Repeated(Message(3, kProperty), Takes<EventProperty, 72>()),
                                                   Repeated(Message(4, kUnit), Takes<EventUnit, 64>())};
constexpr MessageDescription kMetricEvent = {.name = "metric event", .fields = kMetricEventFields};
constexpr FieldDescription kIdentifyFields[] = {Message(1, kUnit), Message(2, kUnit)};
constexpr MessageDescription kIdentify = {.name = "identify", .fields = kIdentifyFields};
constexpr FieldDescription kSummaryFields[] = {Text(1), Text(2), U32(3), Text(4), I64(5), I64(6), I64(7), I64(8)};
constexpr MessageDescription kSummary = {.name = "evaluation summary", .fields = kSummaryFields};
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
constexpr MessageDescription kDropCount = {.name = "drop count", .fields = kDropCountFields};
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
constexpr MessageDescription kRejection = {.name = "rejection", .fields = kRejectionFields};
constexpr FieldDescription kEventBatchReplyFields[] = {
    PackedEnum(1, sizeof(AckResult)), Repeated(Message(2, kRejection), Takes<Rejection, 72>()), I64(3)};

}  // namespace

constinit const MessageDescription kEventBatchMessage = {.name = "event batch", .fields = kEventBatchFields};
constinit const MessageDescription kEventMessage = {.name = "event", .fields = kEventFields};
constinit const MessageDescription kEventBatchReplyMessage = {.name = "event batch reply",
                                                              .fields = kEventBatchReplyFields};

}  // namespace expt::wire
