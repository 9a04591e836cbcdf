// The same lines as model_dump.h, from the message that libprotobuf has decoded.
#ifndef EXPT_TESTS_WIRE_PROTO_DUMP_H_
#define EXPT_TESTS_WIRE_PROTO_DUMP_H_

#include <string>

#include "expt/v1/snapshot.pb.h"

namespace expt::wire {

std::string Dump(const v1::Snapshot& snapshot);

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_PROTO_DUMP_H_
