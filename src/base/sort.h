// Sorting, as std::sort and std::stable_sort. Where EXPT_SMALL_CODE is set (the WASM module that pages load), one sort
// of rows of bytes takes their place: each use of theirs costs a page 2 kB.
#ifndef EXPT_SRC_BASE_SORT_H_
#define EXPT_SRC_BASE_SORT_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace expt::base {

#if defined(EXPT_SMALL_CODE)

// Rows of `width` bytes at `begin`. They bear being moved byte by byte, as all elements do where this is compiled.
// `less` says which of two rows comes first; it is told `how`.
struct SortedRows {
  char* begin;
  size_t width;
  bool (*less)(const void* how, const char* a, const char* b);
  const void* how;

  bool IsLess(size_t a, size_t b) const { return less(how, begin + a * width, begin + b * width); }
  void Swap(size_t a, size_t b) const { std::swap_ranges(begin + a * width, begin + (a + 1) * width, begin + b * width); }
};

// Heap sort: no recursion, no bad case.
[[gnu::noinline]] inline void SortRows(const SortedRows& rows, size_t size) {
  size_t heap = size / 2;  // rows from here on are a heap
  for (size_t rest = size; rest > 1;) {
    if (heap > 0) {
      --heap;
    } else {
      rows.Swap(0, --rest);
    }
    for (size_t parent = heap;;) {
      size_t child = 2 * parent + 1;
      if (child >= rest) break;
      if (child + 1 < rest && rows.IsLess(child, child + 1)) ++child;
      if (!rows.IsLess(parent, child)) break;
      rows.Swap(parent, child);
      parent = child;
    }
  }
}

// For short sequences: insertion.
[[gnu::noinline]] inline void StableSortRows(const SortedRows& rows, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    for (size_t at = i; at > 0 && rows.IsLess(at, at - 1); --at) rows.Swap(at, at - 1);
  }
}

template <typename T, typename Less>
SortedRows RowsOf(T* begin, const Less& less) {
  return {reinterpret_cast<char*>(begin), sizeof(T),
          [](const void* how, const char* a, const char* b) {
            return (*static_cast<const Less*>(how))(*reinterpret_cast<const T*>(a), *reinterpret_cast<const T*>(b));
          },
          &less};
}

template <typename T, typename Less = std::less<>>
void Sort(T* begin, T* end, const Less& less = {}) {
  SortRows(RowsOf(begin, less), static_cast<size_t>(end - begin));
}

template <typename T, typename Less>
void StableSort(T* begin, T* end, const Less& less) {
  StableSortRows(RowsOf(begin, less), static_cast<size_t>(end - begin));
}

#else

template <typename Iterator, typename Less = std::less<>>
void Sort(Iterator begin, Iterator end, Less less = {}) {
  std::sort(begin, end, less);
}

template <typename Iterator, typename Less>
void StableSort(Iterator begin, Iterator end, Less less) {
  std::stable_sort(begin, end, less);
}

#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SORT_H_
