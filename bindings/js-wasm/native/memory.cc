// memcpy and its kin in as few instructions as it takes; the texts of a decision are short. Compiled without knowing
// these functions, so that no loop here becomes a call of the function that it stands in.
#include <cstddef>
#include <cstdint>

namespace {

uint64_t& Word(void* at) { return *static_cast<uint64_t*>(at); }
uint64_t Word(const void* at) { return *static_cast<const uint64_t*>(at); }

}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  for (; size >= 8; size -= 8, out += 8, in += 8) Word(out) = Word(in);
  for (; size > 0; --size) *out++ = *in++;
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  auto* const out = static_cast<char*>(to);
  const auto* const in = static_cast<const char*>(from);
  if (out - in >= static_cast<ptrdiff_t>(size) || out <= in) return memcpy(to, from, size);
  while (size-- > 0) out[size] = in[size];
  return to;
}

void* memset(void* to, int byte, size_t size) {
  auto* out = static_cast<char*>(to);
  while (size-- > 0) *out++ = static_cast<char>(byte);
  return to;
}

int memcmp(const void* a, const void* b, size_t size) {
  const auto* x = static_cast<const uint8_t*>(a);
  const auto* y = static_cast<const uint8_t*>(b);
  for (; size > 0; --size, ++x, ++y) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}

void* memchr(const void* at, int byte, size_t size) {
  const auto* x = static_cast<const uint8_t*>(at);
  for (; size > 0; --size, ++x) {
    if (*x == static_cast<uint8_t>(byte)) return const_cast<uint8_t*>(x);
  }
  return nullptr;
}

size_t strlen(const char* text) {
  const char* end = text;
  while (*end != '\0') ++end;
  return static_cast<size_t>(end - text);
}

}  // extern "C"
