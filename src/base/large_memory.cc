#include "src/base/large_memory.h"

#if !defined(EXPT_SMALL_CODE)

#include <cstdint>
#include <cstring>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace expt::base {
namespace {

constexpr size_t kLargePage = 2u << 20;

}  // namespace

void* AllocateLarge(size_t size) {
  if (size < kLargeBytes || size > SIZE_MAX - 3 * kLargePage) return ::operator new(size);
  const size_t pages = (size + kLargePage - 1) / kLargePage * kLargePage;
  // Aligned here: of a block that malloc has aligned it learns a wrong size when it is freed, and so asks the system
  // for the next one again, which hands out zeroed pages.
  char* const whole = static_cast<char*>(::operator new(pages + kLargePage + sizeof(void*)));
  const size_t beyond = (reinterpret_cast<uintptr_t>(whole) + sizeof(void*)) % kLargePage;
  char* const at = whole + sizeof(void*) + (beyond == 0 ? 0 : kLargePage - beyond);
  std::memcpy(at - sizeof(void*), &whole, sizeof(whole));
#if defined(__linux__)
  madvise(at, pages, MADV_HUGEPAGE);  // where that is refused, small pages do
#endif
  return at;
}

void FreeLarge(void* at, size_t size) noexcept {
  if (size >= kLargeBytes && size <= SIZE_MAX - 3 * kLargePage) {
    std::memcpy(&at, static_cast<char*>(at) - sizeof(void*), sizeof(at));
  }
  ::operator delete(at);
}

}  // namespace expt::base

#endif
