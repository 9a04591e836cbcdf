// Memory of one instance: blocks of four sizes per power of two, each size with a list of its free blocks; what no list
// has is cut off the end. Blocks never merge: an instance holds one snapshot, is filled once and goes away as a whole.
// A module without memory stops.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

extern "C" unsigned char __heap_base;

namespace expt::wasm {
namespace {

constexpr uintptr_t kPage = 65'536;

struct Block {
  uint32_t size_class;
  uint32_t unused;
  Block* next;  // while it is free; else the first of its bytes
};
constexpr size_t kHeader = offsetof(Block, next);
static_assert(kHeader == 8);

Block* g_free[32 * 4];
uintptr_t g_top = 0;  // where the memory begins that was never used

void* Take(size_t size) {
  const size_t last = ((size + kHeader + 7) & ~size_t{7}) - 1;
  const auto power = static_cast<uint32_t>(31 - __builtin_clz(static_cast<uint32_t>(last)));
  const uint32_t size_class = power << 2 | (last >> (power - 2) & 3);
  Block* block = g_free[size_class];
  if (block != nullptr) {
    g_free[size_class] = block->next;
  } else {
    if (g_top == 0) g_top = (reinterpret_cast<uintptr_t>(&__heap_base) + 7) & ~uintptr_t{7};
    block = reinterpret_cast<Block*>(g_top);
    g_top += (5 + (size_class & 3)) << (power - 2);
    const uintptr_t end = __builtin_wasm_memory_size(0) * kPage;
    if (g_top > end && __builtin_wasm_memory_grow(0, (g_top - end + kPage - 1) / kPage) == SIZE_MAX) __builtin_trap();
    block->size_class = size_class;
  }
  return &block->next;
}

void Give(void* at) {
  if (at == nullptr) return;
  auto* const block = reinterpret_cast<Block*>(static_cast<char*>(at) - kHeader);
  block->next = g_free[block->size_class];
  g_free[block->size_class] = block;
}

}  // namespace
}  // namespace expt::wasm

extern "C" void* malloc(size_t size) { return expt::wasm::Take(size); }
extern "C" void free(void* at) { expt::wasm::Give(at); }
void* operator new(size_t size) { return expt::wasm::Take(size); }
void* operator new[](size_t size) { return expt::wasm::Take(size); }
void operator delete(void* at) noexcept { expt::wasm::Give(at); }
void operator delete[](void* at) noexcept { expt::wasm::Give(at); }
void operator delete(void* at, size_t) noexcept { expt::wasm::Give(at); }
void operator delete[](void* at, size_t) noexcept { expt::wasm::Give(at); }
