// An engine with a fault: it never finds two versions equal. Linked into a probe in place of the real comparison
// (-Wl,--wrap), it stands for a client of another build that decides otherwise than the publisher: what golden vectors
// are there to find out.
#include "src/base/semver.h"

using expt::base::Semver;

extern "C" int __real__ZN4expt4base7CompareERKNS0_6SemverES3_(const Semver& a, const Semver& b);
extern "C" int __wrap__ZN4expt4base7CompareERKNS0_6SemverES3_(const Semver& a, const Semver& b) {
  return __real__ZN4expt4base7CompareERKNS0_6SemverES3_(a, b) > 0 ? 1 : -1;
}
