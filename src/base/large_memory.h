// Memory for what is large: the tables of a snapshot while it is loaded, and the rules that stay. From kLargeBytes on
// it asks for large pages, where the system has them. The kernel hands out 512 small ones, when they are first written
// to, in eight times the time of a large one.
#ifndef EXPT_SRC_BASE_LARGE_MEMORY_H_
#define EXPT_SRC_BASE_LARGE_MEMORY_H_

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace expt::base {

#if defined(EXPT_SMALL_CODE)

template <typename T>
using Table = std::vector<T>;
using LargeBytes = std::unique_ptr<char[]>;
inline LargeBytes MakeLargeBytes(size_t size) { return LargeBytes(new char[size]); }

#else

inline constexpr size_t kLargeBytes = 512u << 10;

// As operator new: uninitialised, aligned for every type, throws where there is no memory.
void* AllocateLarge(size_t size);
// `size` as it was asked for.
void FreeLarge(void* at, size_t size) noexcept;

// Of containers. Numbers, and rows of them, that are made without arguments are left unset.
template <typename T>
class LargeAllocator {
 public:
  using value_type = T;
  using is_always_equal = std::true_type;

  LargeAllocator() = default;
  template <typename U>
  LargeAllocator(const LargeAllocator<U>&) noexcept {}  // NOLINT: as std::allocator

  T* allocate(size_t count) { return static_cast<T*>(AllocateLarge(count * sizeof(T))); }
  void deallocate(T* at, size_t count) noexcept { FreeLarge(at, count * sizeof(T)); }

  template <typename U>
  void construct(U* at) {
    if constexpr (!std::is_trivially_copyable_v<U>) ::new (static_cast<void*>(at)) U;
  }
  template <typename U, typename... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }

  friend bool operator==(const LargeAllocator&, const LargeAllocator&) { return true; }
};

// A list that is likely to be large. resize() leaves new numbers, and rows of them, unset.
template <typename T>
using Table = std::vector<T, LargeAllocator<T>>;

struct FreeLargeBytes {
  size_t size = 0;
  void operator()(char* at) const { FreeLarge(at, size); }
};
using LargeBytes = std::unique_ptr<char[], FreeLargeBytes>;
inline LargeBytes MakeLargeBytes(size_t size) {
  return LargeBytes(static_cast<char*>(AllocateLarge(size)), FreeLargeBytes{size});
}

#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_LARGE_MEMORY_H_
