#include "src/eval/ramp.h"

namespace expt::eval {
namespace {

// floor(a * b / c) for b < c and a below 2^20, without a wider type: long division of b by c, bit by bit of a.
uint32_t Share(uint32_t a, uint64_t b, uint64_t c) {
  uint64_t quotient = 0;
  uint64_t rest = 0;  // below c
  for (int bit = 19; bit >= 0; --bit) {
    quotient *= 2;
    const auto add = [&](uint64_t more) {  // rest + more, both below c, which may be above 2^63
      if (rest >= c - more) {
        rest -= c - more;
        ++quotient;
      } else {
        rest += more;
      }
    };
    add(rest);
    if ((a >> bit & 1) != 0) add(b);
  }
  return static_cast<uint32_t>(quotient);
}

}  // namespace

uint32_t PpmAt(const Ramp& ramp, int64_t now_ms) {
  const RampPoint* const points = ramp.points;
  if (ramp.size == 0 || now_ms < points[0].time_ms) return 0;
  uint32_t at = 0;  // the last point that is not after now
  for (uint32_t end = ramp.size; end - at > 1;) {
    const uint32_t middle = at + (end - at) / 2;
    (points[middle].time_ms <= now_ms ? at : end) = middle;
  }
  if (!ramp.is_linear || at + 1 == ramp.size) return points[at].ppm;
  const auto passed = static_cast<uint64_t>(now_ms) - static_cast<uint64_t>(points[at].time_ms);
  const auto length = static_cast<uint64_t>(points[at + 1].time_ms) - static_cast<uint64_t>(points[at].time_ms);
  return points[at].ppm + Share(points[at + 1].ppm - points[at].ppm, passed, length);
}

}  // namespace expt::eval
