#include "src/stats/validate.h"

#include <cmath>
#include <string>
#include <utility>

namespace expt::inline v1::stats::internal {
namespace {

using Found = std::optional<Invalid>;

// Room for rounding in a cross product that reaches its bound.
constexpr double kCrossSlack = 1e-9;

std::string Indexed(const std::string& field, size_t i) { return field + "[" + std::to_string(i) + "]"; }

Found CheckCount(const std::string& field, int64_t count) {
  if (count >= 0) return std::nullopt;
  return Invalid{field, "expected a count, got " + std::to_string(count)};
}

Found CheckFinite(const std::string& field, double x) {
  if (std::isfinite(x)) return std::nullopt;
  return Invalid{field, "expected a finite number"};
}

Found CheckCounts(const std::string& path, const Counts& counts) {
  if (Found bad = CheckCount(path + ".n", counts.n)) return bad;
  const std::string field = path + ".successes";
  if (Found bad = CheckCount(field, counts.successes)) return bad;
  if (counts.successes > counts.n) {
    return Invalid{field,
                   "expected at most n = " + std::to_string(counts.n) + ", got " + std::to_string(counts.successes)};
  }
  return std::nullopt;
}

Found CheckCross(const std::string& path, const Moments& m) {
  for (size_t i = 0, at = 0; i < m.columns(); ++i) {
    for (size_t j = 0; j <= i; ++j, ++at) {
      const std::string field = Indexed(path + ".cross", at);
      if (Found bad = CheckFinite(field, m.cross[at])) return bad;
      if (i == j && m.cross[at] < 0) {
        return Invalid{field, "expected a sum of squares, got a negative one"};
      }
    }
  }
  for (size_t i = 0, at = 0; i < m.columns(); ++i) {
    for (size_t j = 0; j <= i; ++j, ++at) {
      const double bound = std::sqrt(m.Cross(i, i)) * std::sqrt(m.Cross(j, j));
      if (i != j && std::fabs(m.cross[at]) > bound * (1 + kCrossSlack)) {
        return Invalid{Indexed(path + ".cross", at),
                       "expected at most the root of the product of the two "
                       "sums of squares"};
      }
    }
  }
  return std::nullopt;
}

Found CheckMoments(const std::string& path, const Moments& m, size_t columns) {
  if (Found bad = CheckCount(path + ".n", m.n)) return bad;
  if (m.n == 0) return std::nullopt;
  if (m.columns() != columns) {
    return Invalid{path + ".mean",
                   "expected " + std::to_string(columns) + " columns, got " + std::to_string(m.columns())};
  }
  const size_t cells = columns * (columns + 1) / 2;
  if (m.cross.size() != cells) {
    return Invalid{path + ".cross",
                   "expected " + std::to_string(cells) + " numbers, got " + std::to_string(m.cross.size())};
  }
  for (size_t i = 0; i < columns; ++i) {
    if (Found bad = CheckFinite(Indexed(path + ".mean", i), m.mean[i])) {
      return bad;
    }
  }
  if (Found bad = CheckCross(path, m)) return bad;
  return m.third ? CheckFinite(path + ".third", *m.third) : std::nullopt;
}

Found CheckData(const std::string& path, Kind kind, const Data& data) {
  if (kind == Kind::kProportion) {
    if (const auto* counts = std::get_if<Counts>(&data)) {
      return CheckCounts(path, *counts);
    }
    return Invalid{path, "expected counts for a proportion, got moments"};
  }
  if (const auto* moments = std::get_if<Moments>(&data)) {
    return CheckMoments(path, *moments, kind == Kind::kRatio ? 2 : 1);
  }
  return Invalid{path, "expected moments for a " + std::string(Name(kind)) + ", got counts"};
}

}  // namespace

std::optional<Invalid> FindInvalid(const CompareRequest& r) {
  if (Found bad = CheckData("control", r.kind, r.control)) return bad;
  if (Found bad = CheckData("treatment", r.kind, r.treatment)) return bad;
  if (!(r.alpha > 0 && r.alpha < 1)) {
    return Invalid{"alpha", "expected a number in (0, 1)"};
  }
  if (r.planned_units && *r.planned_units <= 0) {
    return Invalid{"planned_units", "expected more than 0, got " + std::to_string(*r.planned_units)};
  }
  if (r.previous_p && !(*r.previous_p > 0 && *r.previous_p <= 1)) {
    return Invalid{"previous_p", "expected a number in (0, 1]"};
  }
  if (r.planned_mde && !(*r.planned_mde > 0 && std::isfinite(*r.planned_mde))) {
    return Invalid{"planned_mde", "expected a finite number above 0"};
  }
  return std::nullopt;
}

std::optional<Invalid> FindInvalid(const PlanRequest& r) {
  if (Found bad = CheckFinite("mean", r.mean)) return bad;
  if (r.kind == Kind::kProportion && !(r.mean >= 0 && r.mean <= 1)) {
    return Invalid{"mean", "expected a rate in [0, 1]"};
  }
  if (r.kind != Kind::kProportion && !(r.variance >= 0 && std::isfinite(r.variance))) {
    return Invalid{"variance", "expected a finite number, 0 or more"};
  }
  if (!(r.alpha > 0 && r.alpha < 1)) return Invalid{"alpha", "expected a number in (0, 1)"};
  if (!(r.power > r.alpha && r.power < 1)) return Invalid{"power", "expected a number in (alpha, 1)"};
  for (const auto& [field, weight] : {std::pair{"control_weight", r.control_weight},
                                      std::pair{"treatment_weight", r.treatment_weight}}) {
    if (!(weight > 0 && std::isfinite(weight))) return Invalid{field, "expected a finite number above 0"};
  }
  return std::nullopt;
}

std::optional<Invalid> FindInvalid(const SrmRequest& r) {
  for (size_t i = 0; i < r.periods.size(); ++i) {
    for (size_t j = 0; j < r.periods[i].size(); ++j) {
      const SrmVariant& v = r.periods[i][j];
      const std::string path = Indexed(Indexed("periods", i), j);
      if (Found bad = CheckCount(path + ".units", v.units)) return bad;
      if (Found bad = CheckFinite(path + ".weight", v.weight)) return bad;
      if (v.weight < 0) {
        return Invalid{path + ".weight", "expected 0 or more"};
      }
    }
  }
  if (Found bad = CheckCount("unknown_units", r.unknown_units)) return bad;
  return CheckCount("multi_exposed_units", r.multi_exposed_units);
}

}  // namespace expt::inline v1::stats::internal
