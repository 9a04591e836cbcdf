// Documents -> model: what an environment means, for one audience.
#ifndef EXPT_CONTROL_PLANE_SERVICE_ASSEMBLE_H_
#define EXPT_CONTROL_PLANE_SERVICE_ASSEMBLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/library.h"
#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::service {

struct AssembleOptions {
  std::string_view project;         // key
  std::string_view environment_id;  // "env_…"
  Audience audience = Audience::kServer;
  std::string_view member_list_salt;  // of the environment and audience
  Time now{};                         // time zones are written for the years around it
};

// `library` was made of all documents of the environment, and every check has passed.
//
// A snapshot for clients holds client-visible flags and what they use, the attributes that events need, and neither tags
// nor owners. In both audiences overrides and members of segments are hashes. Equal documents give equal models, row by
// row, while time zones last.
model::Snapshot AssembleSnapshot(const Library& library, const AssembleOptions& options);

// What works but is surely not meant: attributes that nobody declared, private attributes compared with values that
// everybody can read, running experiments that no rule serves.
std::vector<std::string> AssembleWarnings(const Library& library);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_ASSEMBLE_H_
