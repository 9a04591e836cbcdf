// Sorting, as std::sort and std::stable_sort. Where EXPT_SMALL_CODE is set (the WASM module that pages load), a sort of
// a few instructions takes their place: each use of theirs costs a page 2 kB.
#ifndef EXPT_SRC_BASE_SORT_H_
#define EXPT_SRC_BASE_SORT_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace expt::base {

#if defined(EXPT_SMALL_CODE)

// Heap sort: no recursion, no bad case.
template <typename Iterator, typename Less = std::less<>>
void Sort(Iterator begin, Iterator end, Less less = {}) {
  const size_t size = static_cast<size_t>(end - begin);
  size_t heap = size / 2;  // rows from here on are a heap
  for (size_t rest = size; rest > 1;) {
    if (heap > 0) {
      --heap;
    } else {
      std::swap(begin[0], begin[--rest]);
    }
    for (size_t parent = heap;;) {
      size_t child = 2 * parent + 1;
      if (child >= rest) break;
      if (child + 1 < rest && less(begin[child], begin[child + 1])) ++child;
      if (!less(begin[parent], begin[child])) break;
      std::swap(begin[parent], begin[child]);
      parent = child;
    }
  }
}

// For short sequences: insertion.
template <typename Iterator, typename Less>
void StableSort(Iterator begin, Iterator end, Less less) {
  for (Iterator at = begin; at != end; ++at) {
    for (Iterator before = at; before != begin && less(*before, *(before - 1)); --before) {
      std::swap(*before, *(before - 1));
    }
  }
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
