// All documents of one environment as models, one per audience: what the publish room signs.
#ifndef EXPT_CONTROL_PLANE_SERVICE_ASSEMBLY_H_
#define EXPT_CONTROL_PLANE_SERVICE_ASSEMBLY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "control-plane/service/flag_test.h"
#include "src/model/snapshot.h"

namespace expt::service {

// Epoch, version, issued_at and golden vectors are still open: they belong to the publish room.
struct Assembly {
  std::string project;         // key
  std::string environment;     // key
  std::string environment_id;  // "env_…"
  // Of the state store when the documents were read; rises with every change. The publish room refuses an assembly
  // that is older than the one that is live.
  int64_t state_revision = 0;
  model::Snapshot server;
  model::Snapshot client;
  std::vector<FlagTest> tests;        // that the server snapshot must pass
  std::vector<std::string> warnings;  // works, but surely not as meant
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_ASSEMBLY_H_
