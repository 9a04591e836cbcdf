// From documents to a publish: what the routes and what is scheduled have in common.
#ifndef EXPT_CONTROL_PLANE_API_PUBLISHING_H_
#define EXPT_CONTROL_PLANE_API_PUBLISHING_H_

#include <string>
#include <vector>

#include "control-plane/api/route.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/service/assembly.h"

namespace expt::api {

struct Assembled {
  publish::PublishRequest request;
  std::vector<std::string> failures;  // of flag tests: nothing may be published
  std::vector<std::string> warnings;
};

// A request to publish `assembly`, in the name of `person`.
service::Result<Assembled> RequestOf(const Services& services, const service::Call& call, const std::string& person,
                                     service::Result<service::Assembly> assembly);

// What it would change for units.
Answer PreviewAnswer(const Services& services, Assembled assembled);

struct PublishTask {
  std::string person;
  std::string project;
  std::string environment;
  std::string comment;
  bool allows_empty = false;
  bool is_approved = false;    // by a second person: the guard against many changes only warns
  bool is_unattended = false;  // that guard holds up what nobody looks at, even where nobody could approve it
};

struct Published {
  publish::PublishOutcome outcome;
  std::vector<std::string> warnings;
};

// Publishes the documents as they are. 422 and 409 say why nothing was published.
service::Result<Published> PublishNow(const Services& services, const service::Call& call, const PublishTask& task);

// 422 with each of `problems`.
service::Fault NothingPublished(const std::vector<std::string>& problems);

// `12 of 40 flags change: a second person must approve`
std::string GuardText(const publish::ChangeCount& count);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_PUBLISHING_H_
