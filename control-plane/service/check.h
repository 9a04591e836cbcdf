// What a document says about other documents: that they exist, and that both fit together.
// Everything about one document alone is checked where it is read.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CHECK_H_
#define EXPT_CONTROL_PLANE_SERVICE_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/library.h"

namespace expt::service {

// That units can be told apart by the attribute.
void CheckUnitType(std::string_view bucket_by, std::string pointer, Library& library, Problems& problems);
void CheckConfiguration(const FlagConfiguration& configuration, std::string_view flag, Library& library,
                        Problems& problems);
// `segment` need not be in the library yet.
void CheckSegment(const Segment& segment, Library& library, Problems& problems);
void CheckUnitOverride(const UnitOverride& forced, Library& library, Problems& problems);
void CheckFlagTest(const FlagTest& test, Library& library, Problems& problems);
void CheckMetricGroup(const MetricGroup& group, Library& library, Problems& problems);
void CheckMetric(const Metric& metric, Library& library, Problems& problems);
void CheckLayer(const Layer& layer, Library& library, Problems& problems);
void CheckHoldout(const Holdout& holdout, Library& library, Problems& problems);
void CheckExperiment(const Experiment& experiment, Library& library, Problems& problems);
// That no two experiments of a layer share a bucket. `others` are those of the environment; of the same key: left out.
void CheckAllocation(const Experiment& experiment, const std::vector<Experiment>& others, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CHECK_H_
