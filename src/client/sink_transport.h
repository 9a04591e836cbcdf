// A transport whose uploads go to an EventSink; every other request goes on.
//
//   uploader --POST /sdk/v1/events--> unpack --> EventSink --> one result per event, as the server would answer
//   loader ---GET------------------------------> the transport behind it
//
// So the sink sits where the network begins: waiting, sending again and counting are the same for both.
#ifndef EXPT_SRC_CLIENT_SINK_TRANSPORT_H_
#define EXPT_SRC_CLIENT_SINK_TRANSPORT_H_

#include <memory>

#include "expt/event_sink.h"
#include "expt/transport.h"

namespace expt::client {

// `behind` may be null: then whatever is no upload is kUnavailable.
std::shared_ptr<Transport> SinkTransport(std::shared_ptr<EventSink> sink, std::shared_ptr<Transport> behind);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SINK_TRANSPORT_H_
