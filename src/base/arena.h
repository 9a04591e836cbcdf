// Memory that grows by blocks and is freed at once: what is allocated never moves.
#ifndef EXPT_SRC_BASE_ARENA_H_
#define EXPT_SRC_BASE_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "src/base/large_memory.h"
#include "src/base/small_code.h"

namespace expt::base {

// Movable; pointers into it stay valid then. Not thread-safe while it grows.
class Arena {
 public:
  // Room for `count` objects, uninitialised; null for none.
  template <typename T>
  T* Allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlign);
    return count == 0 ? nullptr : static_cast<T*>(Bytes(count * sizeof(T)));
  }

  template <typename T>
  T* Make(const T& value) {
    return new (Allocate<T>(1)) T(value);
  }

  template <typename T>
  T* Copy(const T* from, size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    T* const copy = Allocate<T>(count);
    if (count != 0) std::memcpy(static_cast<void*>(copy), from, count * sizeof(T));
    return copy;
  }
  // Of any list of numbers or rows that stand one behind the other.
  template <typename List>
  auto* Copy(const List& list) {
    return Copy(list.data(), list.size());
  }

  // Says that about `size` bytes are to come: blocks are of large pages until then, to the nearest one.
  void Expect(size_t size) { large_pages_ = kSmallCode ? 0 : (size + kLargePage / 2) / kLargePage; }

  // Bytes of all blocks.
  size_t size_bytes() const { return size_; }

 private:
  static constexpr size_t kAlign = 8;
  static constexpr size_t kFirstBlock = 4u << 10;
  static constexpr size_t kLargestBlock = 256u << 10;
  static constexpr size_t kLargePage = 2u << 20;
  static constexpr size_t kMostPages = 32;  // of a block

  void* Bytes(size_t size) {
    size = (size + kAlign - 1) / kAlign * kAlign;
    if (size > left_) Grow(size);
    char* const at = at_;
    at_ += size;
    left_ -= size;
    return at;
  }

  void Grow(size_t size) {
    size_t block = std::max(size, std::clamp(size_, kFirstBlock, kLargestBlock));
    if (!kSmallCode && large_pages_ != 0) {
      const size_t pages = std::max(std::min(large_pages_, kMostPages), (size + kLargePage - 1) / kLargePage);
      block = pages * kLargePage;
      large_pages_ -= std::min(large_pages_, pages);
    }
    blocks_.push_back(MakeLargeBytes(block));
    at_ = blocks_.back().get();
    left_ = block;
    size_ += block;
  }

  std::vector<LargeBytes> blocks_;
  char* at_ = nullptr;
  size_t left_ = 0;
  size_t size_ = 0;
  size_t large_pages_ = 0;  // to come
};

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_ARENA_H_
