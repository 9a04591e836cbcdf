#include "control-plane/service/coverage.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "expt/context.h"

namespace expt::service {
namespace {

using nlohmann::json;

Ramp ReadRamp(const json& document, const std::string& pointer, Problems& problems) {
  Ramp ramp;
  ObjectReader object(document, pointer, problems);
  ramp.is_linear = object.Boolean("linear", false);
  const json* points = object.Array("points", true, kMaxRampPoints);
  if (points != nullptr && points->empty()) object.Report("points", "expected at least one point");
  for (size_t i = 0; points != nullptr && i < points->size(); ++i) {
    const size_t known = problems.size();
    ObjectReader entry((*points)[i], Child(object.At("points"), i), problems);
    const std::optional<int64_t> time_ms = entry.Instant("time");
    if (entry.is_object() && !entry.Has("time")) entry.Report("time", "expected a value, found none");
    const std::optional<int64_t> ppm = entry.Integer("ppm", 0, kWholePpm);
    if (entry.is_object() && !entry.Has("ppm")) entry.Report("ppm", "expected a value, found none");
    entry.RefuseOthers();
    if (problems.size() != known || !time_ms.has_value() || !ppm.has_value()) continue;
    const Ramp::Point point{*time_ms, static_cast<uint32_t>(*ppm)};
    if (!ramp.points.empty() && point.time_ms <= ramp.points.back().time_ms) {
      entry.Report("time", "is not after the time of the point before");
    }
    if (!ramp.points.empty() && point.ppm < ramp.points.back().ppm) {
      entry.Report("ppm", "is less than that of the point before: a ramp never goes down");
    }
    ramp.points.push_back(point);
  }
  object.RefuseOthers();
  return ramp;
}

}  // namespace

std::string ReadBucketBy(ObjectReader& object) {
  std::string bucket_by = object.Text("bucket_by", false, kMaxKeySize);
  return bucket_by.empty() ? std::string(kTargetingKey) : bucket_by;
}

Coverage ReadCoverage(const json& document, const std::string& pointer, Problems& problems) {
  Coverage coverage;
  ObjectReader object(document, pointer, problems);
  coverage.bucket_by = ReadBucketBy(object);
  coverage.salt = object.OptionalKey("salt", "", kMaxSaltSize);
  if (object.Has("ppm") && object.Has("ramp")) {
    object.Report("ppm", "expected either \"ppm\" or \"ramp\", found both");
  } else if (object.is_object() && !object.Has("ppm") && !object.Has("ramp")) {
    object.Report("ppm", "expected a value, found none");
  }
  coverage.ppm = static_cast<uint32_t>(object.Integer("ppm", 0, kWholePpm).value_or(0));
  if (const json* ramp = object.Object("ramp", false)) coverage.ramp = ReadRamp(*ramp, object.At("ramp"), problems);
  object.RefuseOthers();
  return coverage;
}

uint32_t PpmAt(const Coverage& coverage, int64_t now_ms) {
  if (!coverage.ramp.has_value()) return coverage.ppm;
  const std::vector<Ramp::Point>& points = coverage.ramp->points;
  size_t next = 0;  // the first point that is still to come
  while (next < points.size() && points[next].time_ms <= now_ms) ++next;
  if (next == 0) return 0;
  const Ramp::Point& last = points[next - 1];
  if (!coverage.ramp->is_linear || next == points.size()) return last.ppm;
  const auto passed = static_cast<double>(now_ms - last.time_ms);
  const auto length = static_cast<double>(points[next].time_ms - last.time_ms);
  return last.ppm + static_cast<uint32_t>(std::floor((points[next].ppm - last.ppm) * (passed / length)));
}

}  // namespace expt::service
