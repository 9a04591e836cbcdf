// The demo's project as a snapshot, made as a publish makes it.
#ifndef EXPT_TESTS_SIMULATION_SHOP_H_
#define EXPT_TESTS_SIMULATION_SHOP_H_

#include <gtest/gtest.h>

#include "control-plane/cli/definitions.h"
#include "control-plane/cli/definitions_check.h"
#include "control-plane/cli/time_text.h"
#include "examples/simulation/definitions.h"
#include "expt/snapshot.h"
#include "src/core/engine.h"

namespace simulation {

inline expt::Time TimeOf(const char* text) { return expt::cli::ParseTime(text).value(); }

inline expt::model::Snapshot ShopModel(expt::Time start) {
  expt::cli::DefinitionsCheck check =
      expt::cli::CheckDefinitions(expt::cli::ParseDefinitions(DemoDefinitions(start)).value(), true);
  for (const std::string& problem : check.problems) ADD_FAILURE() << problem;
  return std::move(check.model).value();
}

inline expt::Snapshot Shop(expt::Time start) {
  return expt::core::Load(ShopModel(start), expt::Digest{}).value();
}

}  // namespace simulation

#endif  // EXPT_TESTS_SIMULATION_SHOP_H_
