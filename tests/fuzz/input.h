// What every fuzz target here shares: taking the input apart, and saying what is wrong.
#ifndef EXPT_TESTS_FUZZ_INPUT_H_
#define EXPT_TESTS_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// The entry that libFuzzer calls; without it replay.cc does.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace expt::fuzz {

// Ends the program as a finding.
[[noreturn]] inline void Found(std::string_view what, std::string_view detail = {}) {
  std::fprintf(stderr, "FOUND: %.*s %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

// A claim that holds for every input.
inline void Expect(bool is_true, std::string_view claim, std::string_view detail = {}) {
  if (!is_true) Found(claim, detail);
}

// Takes bytes from the front; what is beyond the end reads as zero and empty.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  int64_t Integer() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= uint64_t{Byte()} << (8 * i);
    return static_cast<int64_t>(value);
  }
  // Up to the next line feed, which is taken away as well.
  std::string_view Line() {
    const size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }
  std::string_view Rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace expt::fuzz

#endif  // EXPT_TESTS_FUZZ_INPUT_H_
