// Random numbers from a seed: the same everywhere, which the distributions of std do not promise.
#ifndef EXPT_TESTS_ORACLE_RANDOM_H_
#define EXPT_TESTS_ORACLE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace expt::oracle {

// xorshift.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2654435769u + 88172645463325252u) {}
  // Two of `choices` for each number as long as they last, so that a fuzzer chooses; they must outlive this object.
  explicit Random(std::span<const uint8_t> choices) : Random(choices.size()) { choices_ = choices; }

  uint64_t Next() {
    if (choices_.size() >= 2) {
      const uint64_t choice = choices_[0] | uint64_t{choices_[1]} << 8;
      choices_ = choices_.subspan(2);
      return choice;
    }
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1du >> 11;
  }
  uint32_t Below(size_t n) { return static_cast<uint32_t>(Next() % n); }
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[Below(list.size())];
  }

 private:
  uint64_t state_;
  std::span<const uint8_t> choices_;
};

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_RANDOM_H_
