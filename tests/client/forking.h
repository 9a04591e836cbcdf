// Whether tests can fork while the threads of a client are there.
#ifndef EXPT_TESTS_CLIENT_FORKING_H_
#define EXPT_TESTS_CLIENT_FORKING_H_

namespace expt::test {

// The allocators of AddressSanitizer and ThreadSanitizer are not made ready for a fork: a child can wait for ever for a
// lock that a thread of its parent held. ThreadSanitizer cannot follow threads of a forked child either.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCanFork = false;
#else
inline constexpr bool kCanFork = true;
#endif
inline constexpr char kWhyNotForked[] = "the sanitizer cannot be forked while there are other threads";

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_FORKING_H_
