// The messages of expt/v1/*.proto, described for ScanMessage(). Field for field the same as the schemas; a test
// compares them.
#ifndef EXPT_SRC_WIRE_SCHEMA_H_
#define EXPT_SRC_WIRE_SCHEMA_H_

#include "src/wire/scan.h"

namespace expt::wire {

extern const MessageDescription kRootMessage;
extern const MessageDescription kHeadMessage;
extern const MessageDescription kSnapshotMessage;

// Events are opaque bytes in a batch, so that a bad one does not spoil the others.
extern const MessageDescription kEventBatchMessage;
extern const MessageDescription kEventMessage;
extern const MessageDescription kEventBatchReplyMessage;

extern const MessageDescription kStatusReportMessage;

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_SCHEMA_H_
