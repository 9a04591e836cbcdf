// Distance on the Earth as a sphere, with sine, cosine and arcsine of our own.
//
// The functions of the C library differ from machine to machine in the last bit. These use +, -, *, / and square root
// only, in one order and without fused multiply-add (compile with -ffp-contract=off), so a unit on the edge of a circle
// is inside everywhere or nowhere.
#ifndef EXPT_SRC_BASE_GEO_H_
#define EXPT_SRC_BASE_GEO_H_

namespace expt::base {

// Of the mean sphere (IUGG).
inline constexpr double kEarthRadiusKm = 6371.0088;

// Of an angle in radians in [-2 pi, 2 pi]; NaN for others. Within 1 unit in the last place.
double Sin(double angle);
double Cos(double angle);

// In radians, for `sine` in [0, 1]; NaN for others. Within 1 unit in the last place.
double Asin(double sine);

// The square of half the chord between two places on the unit sphere, which haversines yield, in [0, 1]. Degrees:
// latitudes in [-90, 90], longitudes in [-180, 180].
double HaversineSquare(double latitude1, double longitude1, double latitude2, double longitude2);

// The HaversineSquare() of places that are `radius_km` >= 0 apart: a place is within the radius when its own is at most
// that. 1, and so everywhere, from half the circumference on.
double HaversineLimit(double radius_km);

// The distance of which `square` is the HaversineSquare(). Only to be shown: decisions compare squares.
double DistanceKm(double square);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_GEO_H_
