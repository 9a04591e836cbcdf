#include "src/wire/schema.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "expt/v1/event.pb.h"
#include "expt/v1/head.pb.h"
#include "expt/v1/root.pb.h"
#include "expt/v1/snapshot.pb.h"
#include "expt/v1/status.pb.h"

namespace expt::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

FieldKind KindOf(const FieldDescriptor& field) {
  const bool is_packed = field.is_packed();
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return FieldKind::kBool;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_SINT32:
      return is_packed ? FieldKind::kPackedVarint32 : FieldKind::kVarint32;
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_ENUM:
      return is_packed ? FieldKind::kPackedVarint64 : FieldKind::kVarint64;
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_DOUBLE:
      return is_packed ? FieldKind::kPackedFixed64 : FieldKind::kFixed64;
    case FieldDescriptor::TYPE_STRING:
      return FieldKind::kText;
    case FieldDescriptor::TYPE_BYTES:
      return FieldKind::kBytes;
    case FieldDescriptor::TYPE_MESSAGE:
      return FieldKind::kMessage;
    default:
      ADD_FAILURE() << field.full_name() << " has a type that no message of ours uses";
      return FieldKind::kBytes;
  }
}

void Compare(const Descriptor& schema, const MessageDescription& message, std::set<std::string>& visited) {
  if (!visited.insert(schema.full_name()).second) return;
  SCOPED_TRACE(schema.full_name());
  ASSERT_EQ(static_cast<size_t>(schema.field_count()), message.fields.size());
  for (int i = 0; i < schema.field_count(); ++i) {
    const FieldDescriptor& expected = *schema.field(i);
    const FieldDescription& field = message.fields[i];
    SCOPED_TRACE(expected.name());
    ASSERT_EQ(expected.number(), field.number);
    EXPECT_LT(field.number, 64);
    EXPECT_EQ(expected.is_repeated() && !expected.is_packed(), field.is_repeated);
    if (const auto* oneof = expected.real_containing_oneof(); oneof != nullptr) {
      EXPECT_EQ(oneof->field(0)->number(), field.slot);
    } else {
      EXPECT_EQ(0, field.slot);
    }
    if (expected.full_name() == "expt.wire.v1.EventBatch.events") {
      EXPECT_EQ(FieldKind::kBytes, field.kind);  // opaque, so that a bad event does not spoil its batch
      continue;
    }
    ASSERT_EQ(KindOf(expected), field.kind);
    EXPECT_EQ(expected.full_name() == "expt.wire.v1.Snapshot.strings", field.is_free);
    if (field.kind == FieldKind::kMessage) Compare(*expected.message_type(), *field.message, visited);
  }
}

TEST(Schema, DescriptionsAreThoseOfTheProtoFiles) {
  std::set<std::string> visited;
  Compare(*v1::Root::descriptor(), kRootMessage, visited);
  Compare(*v1::Head::descriptor(), kHeadMessage, visited);
  Compare(*v1::Snapshot::descriptor(), kSnapshotMessage, visited);
  Compare(*v1::EventBatch::descriptor(), kEventBatchMessage, visited);
  Compare(*v1::Event::descriptor(), kEventMessage, visited);
  Compare(*v1::EventBatchReply::descriptor(), kEventBatchReplyMessage, visited);
  Compare(*v1::StatusReport::descriptor(), kStatusReportMessage, visited);
  // Every message of every file has been met.
  for (const Descriptor* any :
       {v1::Root::descriptor(), v1::Head::descriptor(), v1::Snapshot::descriptor(), v1::Event::descriptor(),
        v1::StatusReport::descriptor()}) {
    for (int i = 0; i < any->file()->message_type_count(); ++i) {
      EXPECT_TRUE(visited.contains(any->file()->message_type(i)->full_name()))
          << any->file()->message_type(i)->full_name();
    }
  }
}

}  // namespace
}  // namespace expt::wire
