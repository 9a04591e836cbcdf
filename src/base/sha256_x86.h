// SHA-256 with the instructions that processors have for it: four times as fast. Internal to src/base.
#ifndef EXPT_SRC_BASE_SHA256_X86_H_
#define EXPT_SRC_BASE_SHA256_X86_H_

#include <cstddef>
#include <cstdint>

namespace expt::base {

#if defined(__x86_64__)

// Asked once.
bool HasShaInstructions();

// Only where HasShaInstructions(): takes `count` blocks of 64 bytes into `words`. `rounds`: the 64 constants.
void TakeBlocksBySha(uint32_t* words, const char* blocks, size_t count, const uint32_t* rounds);

#else

constexpr bool HasShaInstructions() { return false; }
inline void TakeBlocksBySha(uint32_t*, const char*, size_t, const uint32_t*) {}

#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SHA256_X86_H_
