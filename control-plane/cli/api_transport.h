// HTTP for the JSON API: any method with a body, one call after the other.
#ifndef EXPT_CONTROL_PLANE_CLI_API_TRANSPORT_H_
#define EXPT_CONTROL_PLANE_CLI_API_TRANSPORT_H_

#include <memory>

#include "expt/transport.h"

namespace expt::cli {

// libcurl, under the rules of expt::CurlTransport: https to any host, plain http to this machine only, certificates
// always verified, no redirects. Cancel() makes later calls fail and lets the one under way end.
std::unique_ptr<Transport> ApiTransport();

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_API_TRANSPORT_H_
