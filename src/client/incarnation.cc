#include "src/client/incarnation.h"

#include <pthread.h>
#include <sys/mman.h>

namespace expt::client {
namespace {

using Word = std::atomic<uint64_t>;

// The last number given to this process or its parents.
constinit Word last_incarnation{0};
constinit Word plain_word{0};  // where pages cannot be wiped

Word* WipedPage() {
#ifdef MADV_WIPEONFORK
  constexpr size_t kSize = 4096;
  void* const page = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, kSize, MADV_WIPEONFORK) == 0) return new (page) Word(0);
  munmap(page, kSize);
#endif
  return nullptr;
}

Word* MakeWord() {
  if (Word* page = WipedPage()) return page;
  pthread_atfork(nullptr, nullptr, [] { plain_word.store(0); });
  return &plain_word;
}

}  // namespace

constinit std::atomic<Word*> incarnation_word{nullptr};

uint64_t MakeIncarnation() {
  Word* word = incarnation_word.load();
  if (word == nullptr) {
    Word* made = MakeWord();  // a second one, where two threads meet here, is a page that stays unused
    if (incarnation_word.compare_exchange_strong(word, made)) word = made;
  }
  uint64_t value = 0;
  const uint64_t next = last_incarnation.fetch_add(1) + 1;
  return word->compare_exchange_strong(value, next) ? next : value;
}

}  // namespace expt::client
