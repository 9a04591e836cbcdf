// Which process this is, for the price of reading a word: getpid() without the system call.
#ifndef EXPT_SRC_CLIENT_INCARNATION_H_
#define EXPT_SRC_CLIENT_INCARNATION_H_

#include <atomic>
#include <cstdint>

namespace expt::client {

// A page that is wiped in a forked child where the system can do that, else a word that a handler in the child wipes;
// null before the first use. Nothing runs in the parent.
extern constinit std::atomic<std::atomic<uint64_t>*> incarnation_word;
uint64_t MakeIncarnation();

// Not 0; another number in a forked child than in its parent and its parent's parents. Thread-safe.
inline uint64_t Incarnation() {
  const std::atomic<uint64_t>* const word = incarnation_word.load(std::memory_order_acquire);
  const uint64_t value = word == nullptr ? 0 : word->load(std::memory_order_relaxed);
  return value != 0 ? value : MakeIncarnation();
}

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_INCARNATION_H_
