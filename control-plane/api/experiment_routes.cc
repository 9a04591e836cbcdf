#include "control-plane/api/experiment_routes.h"

#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using service::ExperimentStep;
using service::Permission;

constexpr size_t kStepBytes = 16u << 10;
constexpr size_t kScreenshotBytes = 1u << 20;

#define EXPT_EXPERIMENT "/api/v1/projects/{project}/environments/{environment}/experiments/{key}"

void AddStep(std::vector<Route>* routes, std::string_view path, std::string_view operation, std::string_view text,
             std::string_view schema, Call call) {
  routes->push_back({.method = "POST",
                     .path = path,
                     .operation = operation,
                     .access = Permission::kExperimentsWrite,
                     .text = text,
                     .tag = "experiments",
                     .body = {.schema = schema, .is_required = false, .limit = kStepBytes},
                     .success = {.schema = "Experiment", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = call});
}

}  // namespace

void AddExperimentRoutes(std::vector<Route>* routes) {
  AddStep(routes, EXPT_EXPERIMENT "/submit", "submitExperiment",
          "Puts a draft in review. What a start would still ask for is answered as warnings.", "ExperimentStep",
          PostExperimentStep<ExperimentStep::kSubmit>);
  AddStep(routes, EXPT_EXPERIMENT "/withdraw", "withdrawExperiment", "Takes it out of review: a draft again.",
          "ExperimentStep", PostExperimentStep<ExperimentStep::kWithdraw>);
  AddStep(routes, EXPT_EXPERIMENT "/start", "startExperiment",
          "Lets it run. 409 with everything that is missing. In force with the next publish.", "ExperimentStep",
          PostExperimentStep<ExperimentStep::kStart>);
  AddStep(routes, EXPT_EXPERIMENT "/pause", "pauseExperiment", "Lets the rules behind it decide for a while.",
          "ExperimentStep", PostExperimentStep<ExperimentStep::kPause>);
  AddStep(routes, EXPT_EXPERIMENT "/resume", "resumeExperiment", "Lets it run again, in the same phase.",
          "ExperimentStep", PostExperimentStep<ExperimentStep::kResume>);
  AddStep(routes, EXPT_EXPERIMENT "/stop", "stopExperiment", "Ends it, with a decision where there is one.",
          "ExperimentStop", PostExperimentStep<ExperimentStep::kStop>);
  AddStep(routes, EXPT_EXPERIMENT "/notes", "noteExperiment", "Adds a note; it stays, with author and time.",
          "ExperimentNote", PostExperimentNote);
  routes->back().body.is_required = true;
  routes->push_back({.method = "POST",
                     .path = EXPT_EXPERIMENT "/screenshots",
                     .operation = "addScreenshot",
                     .access = Permission::kExperimentsWrite,
                     .text = "Adds a picture of what units see. Whatever it is called, it must be a PNG or a JPEG.",
                     .tag = "experiments",
                     .query = {{"variant", "Key", "Of which variant it is; of all where this is left out."},
                               {"caption", "QueryText", "What is to be seen."}},
                     .body = {.schema = "Picture",
                              .media_type = "image/png",
                              .other_media_type = "image/jpeg",
                              .limit = kScreenshotBytes},
                     .success = {.schema = "Experiment", .has_etag = true},
                     .faults = {409, 422},
                     .takes_if_match = true,
                     .call = PostScreenshot});
  routes->push_back({.method = "GET",
                     .path = EXPT_EXPERIMENT "/screenshots/{screenshot}",
                     .operation = "getScreenshot",
                     .access = Permission::kExperimentsRead,
                     .text = "A picture as it was sent. Never changes.",
                     .tag = "experiments",
                     .success = {.schema = "Picture", .media_type = "image/*", .has_etag = true},
                     .call = GetScreenshot});
  routes->push_back({.method = "DELETE",
                     .path = EXPT_EXPERIMENT "/screenshots/{screenshot}",
                     .operation = "removeScreenshot",
                     .access = Permission::kExperimentsWrite,
                     .text = "Removes a picture.",
                     .tag = "experiments",
                     .success = {.schema = "Experiment", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = DeleteScreenshot});
  routes->push_back({.method = "POST",
                     .path = EXPT_EXPERIMENT "/estimate",
                     .operation = "estimateExperiment",
                     .access = Permission::kResultsRead,
                     .text = "How many units and days it takes to see an effect, and which one the planned units show. "
                             "A baseline that is not given is that of an experiment which has measured the metric.",
                     .tag = "experiments",
                     .body = {.schema = "ExperimentEstimateRequest", .limit = kStepBytes},
                     .success = {.schema = "ExperimentEstimate"},
                     .call = PostExperimentEstimate});
  routes->push_back({.method = "POST",
                     .path = EXPT_EXPERIMENT "/ship",
                     .operation = "shipExperiment",
                     .access = Permission::kFlagsWrite,
                     .text = "Makes the rules that serve it serve the variant that was decided for; they keep their "
                             "holdouts. Needs experiments.write, too. In force with the next publish.",
                     .tag = "experiments",
                     .body = {.schema = "ExperimentShip", .is_required = false, .limit = kStepBytes},
                     .success = {.schema = "ExperimentShipped", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PostExperimentShip});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/projects/{project}/environments/{environment}/flags/{key}/guarded-ramp",
                     .operation = "createGuardedRamp",
                     .access = Permission::kFlagsWrite,
                     .text = "Makes a running experiment of half and half, and as the first rule of the flag one that "
                             "serves it to a share that rises. Needs experiments.write, too. If-Match is of the flag.",
                     .tag = "experiments",
                     .body = {.schema = "GuardedRamp", .limit = 256u << 10},
                     .success = {.schema = "ExperimentShipped"},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PostGuardedRamp});
}

#undef EXPT_EXPERIMENT

}  // namespace expt::api
