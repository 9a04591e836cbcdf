// operator new and delete without the exception that would bring its types along: a module without memory stops.
#include <cstdlib>
#include <new>

void* operator new(size_t size) {
  void* const at = std::malloc(size == 0 ? 1 : size);
  if (at == nullptr) __builtin_trap();
  return at;
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, size_t) noexcept { std::free(at); }
void operator delete[](void* at, size_t) noexcept { std::free(at); }
