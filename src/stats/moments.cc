#include <cmath>
#include <limits>

#include "expt/stats.h"

namespace expt::inline v1::stats {
namespace {

constexpr long double kEpsilon = std::numeric_limits<double>::epsilon();

constexpr size_t TriangleSize(size_t columns) { return columns * (columns + 1) / 2; }

constexpr size_t TriangleIndex(size_t row, size_t column) {
  return row >= column ? row * (row + 1) / 2 + column : column * (column + 1) / 2 + row;
}

}  // namespace

double Moments::Cross(size_t row, size_t column) const { return cross[TriangleIndex(row, column)]; }

std::optional<Moments> Moments::FromSums(int64_t n, std::span<const double> sum, std::span<const double> sum_products) {
  const size_t k = sum.size();
  if (sum_products.size() != TriangleSize(k)) return std::nullopt;

  Moments m;
  m.n = n;
  m.mean.assign(k, 0.0);
  m.cross.assign(sum_products.size(), 0.0);
  m.from_sums = true;
  if (n <= 0) return m;

  const long double count = static_cast<long double>(n);
  for (size_t i = 0; i < k; ++i) {
    m.mean[i] = static_cast<double>(sum[i] / count);
  }
  // Around the rounded means: sum (x-s)(y-t) - n (mx-s)(my-t), which is exact
  // for any shift s, t, and loses least when they are the means.
  for (size_t i = 0; i < k; ++i) {
    const long double s = m.mean[i];
    const long double rest_i = sum[i] - count * s;
    for (size_t j = 0; j <= i; ++j) {
      const long double t = m.mean[j];
      const long double rest_j = sum[j] - count * t;
      const long double around = (sum_products[TriangleIndex(i, j)] - t * sum[i]) - s * rest_j;
      m.cross[TriangleIndex(i, j)] = static_cast<double>(around - rest_i * rest_j / count);
    }
  }

  // A constant column comes out as rounding noise of either sign. Up to the
  // error that adding n products one by one can have made, a negative variance
  // is such noise; beyond it the sums contradict each other and stay so.
  std::vector<long double> noise(k);
  for (size_t i = 0; i < k; ++i) {
    const long double mean = m.mean[i];
    noise[i] = count * kEpsilon * count * mean * mean;
    double& diagonal = m.cross[TriangleIndex(i, i)];
    if (diagonal < 0 && -diagonal <= noise[i]) diagonal = 0;
  }
  for (size_t i = 0; i < k; ++i) {
    for (size_t j = 0; j < i; ++j) {
      double& cell = m.cross[TriangleIndex(i, j)];
      const long double limit =
          std::sqrt(static_cast<long double>(m.Cross(i, i))) * std::sqrt(static_cast<long double>(m.Cross(j, j)));
      const long double excess = std::fabs(cell) - limit;
      if (excess > 0 && excess <= std::sqrt(noise[i]) * std::sqrt(noise[j])) {
        cell = std::copysign(static_cast<double>(limit), cell);
      }
    }
  }
  return m;
}

Accumulator::Accumulator(size_t columns)
    : columns_(columns), mean_(columns, 0.0L), cross_(TriangleSize(columns), 0.0L), delta_(columns, 0.0L) {}

long double& Accumulator::Cell(size_t row, size_t column) { return cross_[TriangleIndex(row, column)]; }

// Welford's update; Pebay's for the third moment.
bool Accumulator::Add(std::span<const double> row) {
  if (row.size() != columns_) return false;
  if (n_ == std::numeric_limits<int64_t>::max()) return false;
  const long double before = static_cast<long double>(n_);
  const long double n = before + 1;
  for (size_t i = 0; i < columns_; ++i) delta_[i] = row[i] - mean_[i];
  if (columns_ > 0) {
    const long double d = delta_[0] / n;
    third_ += d * d * delta_[0] * before * (n - 2) - 3 * d * Cell(0, 0);
  }
  for (size_t i = 0; i < columns_; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      Cell(i, j) += delta_[i] * delta_[j] * (before / n);
    }
  }
  for (size_t i = 0; i < columns_; ++i) mean_[i] += delta_[i] / n;
  ++n_;
  return true;
}

bool Accumulator::Add(double value) { return Add(std::span<const double>(&value, 1)); }

// Chan, Golub and LeVeque's update; Pebay's for the third moment.
bool Accumulator::Merge(const Moments& part) {
  if (part.n == 0) return true;
  if (part.n < 0 || part.n > std::numeric_limits<int64_t>::max() - n_ || part.columns() != columns_ ||
      part.cross.size() != cross_.size()) {
    return false;
  }
  const long double na = static_cast<long double>(n_);
  const long double nb = static_cast<long double>(part.n);
  const long double n = na + nb;
  for (size_t i = 0; i < columns_; ++i) delta_[i] = part.mean[i] - mean_[i];
  has_third_ = has_third_ && part.third.has_value();
  if (columns_ > 0 && has_third_) {
    const long double d = delta_[0] / n;
    third_ += *part.third + d * d * delta_[0] * na * nb * (na - nb) + 3 * d * (na * part.Cross(0, 0) - nb * Cell(0, 0));
  }
  for (size_t i = 0; i < columns_; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      Cell(i, j) += part.Cross(i, j) + delta_[i] * delta_[j] * (na * (nb / n));
    }
  }
  for (size_t i = 0; i < columns_; ++i) mean_[i] += delta_[i] * (nb / n);
  n_ += part.n;
  from_sums_ = from_sums_ || part.from_sums;
  return true;
}

Moments Accumulator::moments() const {
  Moments m;
  m.n = n_;
  m.mean.assign(mean_.begin(), mean_.end());
  m.cross.assign(cross_.begin(), cross_.end());
  m.from_sums = from_sums_;
  const double third = static_cast<double>(third_);
  // Cubes leave the range of double long before the values do.
  if (columns_ > 0 && has_third_ && std::isfinite(third)) m.third = third;
  return m;
}

}  // namespace expt::inline v1::stats
