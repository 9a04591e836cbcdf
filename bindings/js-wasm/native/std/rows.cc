#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "src/base/list.h"

namespace expt::wasm {

void Rows::Reserve(size_t capacity, size_t width) {
  if (capacity <= capacity_) return;
  char* const rows = static_cast<char*>(operator new(capacity * width));
  if (size_ != 0) std::memcpy(rows, rows_, size_ * width);
  std::free(rows_);
  rows_ = rows;
  capacity_ = capacity;
}

void* Rows::Open(size_t at, size_t count, size_t width) {
  if (size_ + count > capacity_) {
    const size_t twice = capacity_ * 2;
    Reserve(size_ + count > twice ? size_ + count : twice, width);
  }
  char* const row = rows_ + at * width;
  if (at != size_) std::memmove(row + count * width, row, (size_ - at) * width);
  size_ += count;
  return row;
}

void* Rows::Push(size_t width) { return Open(size_, 1, width); }

void* Rows::Add(size_t expected, size_t count, const void* row, size_t width) {
  if (size_ == 0) Reserve(expected, width);
  char* const first = static_cast<char*>(Open(size_, count, width));
  for (char* at = first; count > 0; --count, at += width) std::memcpy(at, row, width);
  return first;
}

void Rows::Swap(Rows& other) noexcept {
  std::swap(rows_, other.rows_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

void Rows::CopyBytes(const void* begin, size_t count, size_t width) {
  Reserve(count, width);
  if (count != 0) std::memmove(rows_, begin, count * width);
  size_ = count;
}

}  // namespace expt::wasm

void* expt::base::AddRows(void* list, size_t expected, size_t count, const void* row, size_t width) {
  return static_cast<wasm::Rows*>(list)->Add(expected, count, row, width);
}

_LIBCPP_BEGIN_NAMESPACE_STD

void string::reserve(size_t capacity) {
  if (capacity <= capacity_) return;
  if (capacity < capacity_ * 2) capacity = capacity_ * 2;
  char* const data = static_cast<char*>(operator new(capacity));
  if (size_ != 0) std::memcpy(data, data_, size_);
  std::free(data_);
  data_ = data;
  capacity_ = capacity;
}

void string::resize(size_t size, char c) {
  reserve(size);
  for (; size_ < size; ++size_) data_[size_] = c;
  size_ = size;
}

void string::push_back(char c) { append(&c, 1); }

void string::swap(string& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

string& string::append(const char* text, size_t size) { return insert(size_, {text, size}); }

string& string::assign(const char* text, size_t size) {
  string copy;
  swap(copy.append(text, size));
  return *this;
}

string& string::insert(size_t at, string_view text) {
  if (text.empty()) return *this;
  const size_t inside = static_cast<size_t>(text.data() - data_);  // beyond the end unless it is a part of this text
  const size_t size = size_;
  reserve(size + text.size());
  const char* const from = inside < size ? data_ + inside : text.data();
  std::memmove(data_ + at + text.size(), data_ + at, size - at);
  std::memmove(data_ + at, from, text.size());
  size_ += text.size();
  return *this;
}

string::iterator string::erase(const_iterator from, const_iterator to) {
  const auto at = static_cast<size_t>(from - begin());
  const auto rest = static_cast<size_t>(end() - to);
  std::memmove(data_ + at, data_ + size_ - rest, rest);
  size_ = at + rest;
  return begin() + static_cast<ptrdiff_t>(at);
}

string operator+(string_view a, string_view b) {
  string sum;
  sum.append(a).append(b);
  return sum;
}

string operator+(string&& a, string_view b) { return std::move(a.append(b)); }

string to_string(uint64_t value) {
  char text[20];
  char* at = text + sizeof text;
  do {
    *--at = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return string(at, static_cast<size_t>(text + sizeof text - at));
}

string to_string(int64_t value) {
  const bool is_negative = value < 0;
  string text = to_string(is_negative ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
  if (is_negative) text.insert(0, "-");
  return text;
}

_LIBCPP_END_NAMESPACE_STD
