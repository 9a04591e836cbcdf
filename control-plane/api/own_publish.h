// Publishes what the server has changed by itself: a step of an experiment, at its time or for its guardrails.
#ifndef EXPT_CONTROL_PLANE_API_OWN_PUBLISH_H_
#define EXPT_CONTROL_PLANE_API_OWN_PUBLISH_H_

#include <string>

#include "control-plane/api/services.h"

namespace expt::api {

// An experiment, and what changes with it.
struct OwnChange {
  service::Where where;
  std::string flag;
  std::string layer;  // empty: none
};

// A fault in one line.
std::string FaultText(const service::Fault& fault);

// Why a publish now would not make that change live alone, or empty: other changes wait, or nothing can be published.
std::string WhyNotAlone(const Services& services, const service::Call& call, const OwnChange& change);

// Publishes the environment. Why nothing was published, or empty.
std::string PublishOwn(const Services& services, const service::Call& call, const OwnChange& change,
                       const std::string& comment);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_OWN_PUBLISH_H_
