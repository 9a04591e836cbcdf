#include "control-plane/api/losses.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace expt::api {
namespace {

void Test(Losses* losses) {
  std::vector<analysis::ArmLoss> arms;
  for (const ingest::AccountingReport::Arm* arm : losses->arms) arms.push_back({arm->stored, arm->lost()});
  losses->test = analysis::TestLoss(arms);
}

}  // namespace

Losses LossesOf(const ingest::AccountingReport& report, const analysis::ExperimentRequest& request) {
  Losses losses{.experiment = request.experiment_id};
  for (const ingest::AccountingReport::Arm& arm : report.arms) {
    const bool is_known =
        std::any_of(request.variants.begin(), request.variants.end(),
                    [&](const analysis::ExperimentVariant& variant) { return variant.key == arm.variant; });
    if (is_known && arm.experiment == request.experiment_id) losses.arms.push_back(&arm);
  }
  Test(&losses);
  return losses;
}

std::vector<Losses> AllLosses(const ingest::AccountingReport& report) {
  std::vector<Losses> all;
  for (const ingest::AccountingReport::Arm& arm : report.arms) {
    if (all.empty() || all.back().experiment != arm.experiment) all.push_back({.experiment = arm.experiment});
    all.back().arms.push_back(&arm);
  }
  for (Losses& losses : all) Test(&losses);
  return all;
}

nlohmann::json LossesJson(const Losses& losses) {
  nlohmann::json variants = nlohmann::json::array();
  for (const ingest::AccountingReport::Arm* arm : losses.arms) {
    variants.push_back({{"variant", arm->variant},
                        {"accepted", arm->accepted},
                        {"stored", arm->stored},
                        {"duplicate", arm->duplicate},
                        {"quarantined", arm->quarantined},
                        {"expired", arm->expired},
                        {"dropped", arm->dropped}});
  }
  return {{"variants", std::move(variants)},
          {"p", losses.test.p.has_value() ? nlohmann::json(*losses.test.p) : nlohmann::json(nullptr)},
          {"alarm", losses.test.alarm}};
}

}  // namespace expt::api
