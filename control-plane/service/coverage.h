// The share of units that a rule takes: fixed, or a ramp over time. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_COVERAGE_H_
#define EXPT_CONTROL_PLANE_SERVICE_COVERAGE_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/service/json_reader.h"

namespace expt::service {

inline constexpr uint32_t kWholePpm = 1'000'000;
inline constexpr size_t kMaxSaltSize = 64;
inline constexpr size_t kMaxRampPoints = 256;

// Nobody before the first point; the share of the last one from then on. Between two points the share of the earlier
// one, or for a linear ramp the straight line.
struct Ramp {
  struct Point {
    int64_t time_ms = 0;
    uint32_t ppm = 0;
    friend bool operator==(const Point&, const Point&) = default;
  };
  bool is_linear = false;
  std::vector<Point> points;  // strictly later, and never of a smaller share
};

struct Coverage {
  std::string bucket_by;
  std::string salt;         // empty: still to be made
  uint32_t ppm = 0;         // without a ramp
  std::optional<Ramp> ramp;
};

// "bucket_by", with its default.
std::string ReadBucketBy(ObjectReader& object);

Coverage ReadCoverage(const nlohmann::json& document, const std::string& pointer, Problems& problems);

// The share at a time.
uint32_t PpmAt(const Coverage& coverage, int64_t now_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_COVERAGE_H_
