#include "src/base/large_memory.h"

#if !defined(EXPT_SMALL_CODE)

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace expt::base {
namespace {

constexpr size_t kLargePage = 2u << 20;

}  // namespace

void* AllocateLarge(size_t size) {
  if (size < kLargeBytes || size > SIZE_MAX - kLargePage) return ::operator new(size);
  const size_t pages = (size + kLargePage - 1) / kLargePage * kLargePage;
  void* const at = ::operator new(pages, std::align_val_t(kLargePage));
#if defined(__linux__)
  madvise(at, pages, MADV_HUGEPAGE);  // where that is refused, small pages do
#endif
  return at;
}

void FreeLarge(void* at, size_t size) noexcept {
  if (size < kLargeBytes) {
    ::operator delete(at);
  } else {
    ::operator delete(at, std::align_val_t(kLargePage));
  }
}

}  // namespace expt::base

#endif
