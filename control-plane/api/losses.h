// Exposures that an experiment lost, by variant, and whether some variants lost more than others.
#ifndef EXPT_CONTROL_PLANE_API_LOSSES_H_
#define EXPT_CONTROL_PLANE_API_LOSSES_H_

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "control-plane/analysis/analysis.h"
#include "control-plane/analysis/arm_losses.h"
#include "control-plane/ingest/ingest.h"

namespace expt::api {

struct Losses {
  std::string_view experiment;  // id; a view into the report, as the arms are
  std::vector<const ingest::AccountingReport::Arm*> arms = {};
  analysis::LossTest test = {};
};

// Of one experiment and those of its variants of which something has come; anybody with a client key may invent
// others. `report` must outlive the answer.
Losses LossesOf(const ingest::AccountingReport& report, const analysis::ExperimentRequest& request);
// Of all experiments in the report, by id, with all variants.
std::vector<Losses> AllLosses(const ingest::AccountingReport& report);

// {"variants": [...], "p": ..., "alarm": ...}
nlohmann::json LossesJson(const Losses& losses);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_LOSSES_H_
