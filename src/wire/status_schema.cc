// status.proto. What it becomes is read field by field (status_codec.cc), so fields have no places.
#include "src/wire/message_fields.h"
#include "src/wire/schema.h"
#include "src/wire/status_codec.h"

namespace expt::wire {
namespace {

constexpr FieldDescription kVerdictFields[] = {Enum(1), I64(2), Bytes(3), U32(4), U32(5)};
constexpr MessageDescription kVerdict = {.name = "verdict", .fields = kVerdictFields};
constexpr FieldDescription kEvaluationCountFields[] = {I64(1), I64(2), I64(3)};
constexpr MessageDescription kEvaluationCount = {.name = "evaluation count", .fields = kEvaluationCountFields};
constexpr FieldDescription kStatusReportFields[] = {
    Bytes(1), Text(2), Text(3),  I64(4),
    I64(5),   I64(6),  Bytes(7), Enum(8),
    Message(9, kVerdict), Repeated(Message(10, kEvaluationCount), Takes<EvaluationCount, 24>()),
};

}  // namespace

constinit const MessageDescription kStatusReportMessage = {.name = "status report", .fields = kStatusReportFields};

}  // namespace expt::wire
