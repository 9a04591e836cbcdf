// Random snapshots and contexts from a seed.
#ifndef EXPT_TESTS_ORACLE_RANDOM_MODEL_H_
#define EXPT_TESTS_ORACLE_RANDOM_MODEL_H_

#include <cstdint>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "expt/context.h"
#include "src/model/snapshot.h"

namespace expt::oracle {

// xorshift: the same numbers everywhere, which std distributions do not promise.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2654435769u + 88172645463325252u) {}
  // Two of `choices` for each number as long as they last, so that a fuzzer chooses; they must outlive this object.
  explicit Random(std::span<const uint8_t> choices) : Random(choices.size()) { choices_ = choices; }
  uint64_t Next();
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(Next() % n); }
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[Below(static_cast<uint32_t>(list.size()))];
  }

 private:
  uint64_t state_;
  std::span<const uint8_t> choices_;
};

// A snapshot that mostly validates, over few attributes and few values, so that leaves are often true.
model::Snapshot RandomModel(Random& random);

// A model whose every index and enum may be wrong.
model::Snapshot WildModel(Random& random);

class RandomContext {
 public:
  explicit RandomContext(Random& random);
  RandomContext(const RandomContext&) = delete;
  const std::vector<Attribute>& attributes() const { return attributes_; }

 private:
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
  std::vector<Attribute> attributes_;
};

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_RANDOM_MODEL_H_
