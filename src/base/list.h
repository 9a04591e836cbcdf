// A list of a few numbers, as rows of a snapshot have them by the ten thousand.
#ifndef EXPT_SRC_BASE_LIST_H_
#define EXPT_SRC_BASE_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace expt::base {

#if defined(EXPT_SMALL_CODE)

template <typename T>
using List = std::vector<T>;

// Of a std::vector of anything: makes `count` more rows of `width` bytes at its end, copies of the one at `row`, and
// returns the first. An empty one gets room for `expected` rows. Whoever has vectors that are all alike defines it.
void* AddRows(void* list, size_t expected, size_t count, const void* row, size_t width);

#else

// As std::vector<T>, but may view values that lie elsewhere, until it is changed. Copies and what is moved own theirs.
template <typename T>
class List {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  List() = default;
  template <typename Iterator>
  List(Iterator begin, Iterator end) {
    assign(begin, end);
  }
  List(std::initializer_list<T> values) : List(values.begin(), values.end()) {}
  List(const std::vector<T>& values) : List(values.begin(), values.end()) {}  // NOLINT: as a copy
  List(const List& other) : List(other.begin(), other.end()) {}
  List(List&& other) noexcept : List() { *this = std::move(other); }
  List& operator=(const List& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  List& operator=(List&& other) noexcept {
    if (other.capacity_ == 0) return *this = std::as_const(other);
    std::swap(values_, other.values_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~List() { Free(); }

  // Views `size` values that live as long as this list.
  void Borrow(T* values, size_t size) {
    Free();
    values_ = values;
    size_ = static_cast<uint32_t>(size);
    capacity_ = 0;
  }

  template <typename Iterator>
  void assign(Iterator begin, Iterator end) {
    List old;
    std::swap(values_, old.values_);  // may hold what is assigned
    std::swap(size_, old.size_);
    std::swap(capacity_, old.capacity_);
    Reserve(static_cast<size_t>(std::distance(begin, end)));
    for (; begin != end; ++begin) values_[size_++] = *begin;
  }
  void assign(size_t count, const T& value) {
    clear();
    resize(count, value);
  }
  void push_back(const T& value) {
    const T copy = value;
    if (size_ >= capacity_) Reserve(std::max<size_t>(4, 2 * size_t{size_}));
    values_[size_++] = copy;
  }
  void pop_back() { --size_; }
  void resize(size_t count, const T& value = T()) {
    Reserve(count);
    for (size_t i = size_; i < count; ++i) values_[i] = value;
    size_ = static_cast<uint32_t>(count);
  }
  void clear() { size_ = 0; }

  T* begin() { return values_; }
  T* end() { return values_ + size_; }
  const T* begin() const { return values_; }
  const T* end() const { return values_ + size_; }
  T* data() { return values_; }
  const T* data() const { return values_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return values_[i]; }
  const T& operator[](size_t i) const { return values_[i]; }
  const T& front() const { return values_[0]; }
  T& back() { return values_[size_ - 1]; }
  const T& back() const { return values_[size_ - 1]; }

  friend bool operator==(const List& a, const List& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  // Room of its own for that many values.
  void Reserve(size_t count) {
    if (count <= capacity_) return;
    T* const room = new T[std::max<size_t>(count, size_)];
    std::copy(begin(), end(), room);
    const uint32_t size = size_;
    Free();
    values_ = room;
    size_ = size;
    capacity_ = static_cast<uint32_t>(std::max<size_t>(count, size));
  }
  void Free() {
    if (capacity_ != 0) delete[] values_;
    values_ = nullptr;
    size_ = capacity_ = 0;
  }

  T* values_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;  // 0: views, or has none
};

#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_LIST_H_
