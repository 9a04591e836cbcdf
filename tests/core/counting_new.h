// Replaces operator new of the program by one that counts. In a file of its own, so that calls are not inlined.
#ifndef EXPT_TESTS_CORE_COUNTING_NEW_H_
#define EXPT_TESTS_CORE_COUNTING_NEW_H_

#include <cstddef>

namespace expt {

// Calls of operator new so far by this thread.
size_t AllocationCount();

}  // namespace expt

#endif  // EXPT_TESTS_CORE_COUNTING_NEW_H_
