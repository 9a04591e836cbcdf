#include "control-plane/service/configuration_warnings.h"

#include <algorithm>
#include <optional>

namespace expt::service {
namespace {

class Comparison {
 public:
  explicit Comparison(int64_t now_ms) : now_ms_(now_ms) {}

  void Compare(const Rule& before, const Rule& after) {
    const std::string place = "rule \"" + after.id + "\": ";
    CompareCoverage(before.coverage, after.coverage, place);
    CompareSplit(before.serve, after.serve, place);
  }

  void CompareSplit(const Serve& before, const Serve& after, const std::string& place) {
    if (before.kind != Serve::Kind::kSplit || after.kind != Serve::Kind::kSplit) return;
    if (before.bucket_by != after.bucket_by || before.salt != after.salt) {
      warnings_.push_back(place + "the split hashes units another way: they move between variants");
    }
  }

  std::vector<std::string> Take() { return std::move(warnings_); }

 private:
  void CompareCoverage(const std::optional<Coverage>& before, const std::optional<Coverage>& after,
                       const std::string& place) {
    const uint32_t was = before.has_value() ? PpmAt(*before, now_ms_) : kWholePpm;
    const uint32_t is = after.has_value() ? PpmAt(*after, now_ms_) : kWholePpm;
    if (is < was) {
      warnings_.push_back(place + "coverage falls from " + std::to_string(was) + " to " + std::to_string(is) +
                          " ppm: units leave the rule");
    }
    if (!before.has_value() || !after.has_value()) return;
    const bool is_hashed_alike = before->bucket_by == after->bucket_by && before->salt == after->salt;
    if (!is_hashed_alike && was > 0 && was < kWholePpm) {
      warnings_.push_back(place + "coverage hashes units another way: other units are covered");
    }
    if (before->ramp.has_value()) CompareRamp(*before->ramp, after->ramp, place);
  }

  void CompareRamp(const Ramp& before, const std::optional<Ramp>& after, const std::string& place) {
    if (before.points.empty() || before.points.front().time_ms > now_ms_) return;  // has not begun
    if (!after.has_value()) return;  // the shares have been compared
    for (const Ramp::Point& point : before.points) {
      if (point.time_ms > now_ms_) break;
      if (std::find(after->points.begin(), after->points.end(), point) != after->points.end()) continue;
      warnings_.push_back(place + "the ramp changes points that it has reached");
      return;
    }
  }

  int64_t now_ms_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> ConfigurationWarnings(const FlagConfiguration& before, const FlagConfiguration& after,
                                               int64_t now_ms) {
  Comparison comparison(now_ms);
  if (!before.is_enabled) return {};  // it has decided nobody
  for (const Rule& rule : after.rules) {
    const auto same = std::find_if(before.rules.begin(), before.rules.end(),
                                   [&rule](const Rule& other) { return other.id == rule.id; });
    if (same != before.rules.end()) comparison.Compare(*same, rule);
  }
  if (before.default_serve.has_value() && after.default_serve.has_value()) {
    comparison.CompareSplit(*before.default_serve, *after.default_serve, "default: ");
  }
  return comparison.Take();
}

}  // namespace expt::service
