// Fetching ahead what lies too far apart for the processor to foresee.
#ifndef EXPT_SRC_BASE_PREFETCH_H_
#define EXPT_SRC_BASE_PREFETCH_H_

namespace expt::base {

// Has the processor fetch what is read soon. Reads nothing itself: `at` may be anything.
inline void Prefetch(const void* at) { __builtin_prefetch(at); }

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_PREFETCH_H_
