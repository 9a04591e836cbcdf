// Definitions as JSON, the way people write them, and as models and contexts, the way the engine takes them.
#ifndef EXPT_TESTS_VECTORS_DEFINITIONS_H_
#define EXPT_TESTS_VECTORS_DEFINITIONS_H_

#include <cstddef>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "expt/context.h"
#include "src/model/snapshot.h"

namespace expt::vectors {

// `snapshot` is described in tests/vectors/README.md. Throws std::exception when it is malformed.
model::Snapshot ModelOf(const nlohmann::json& snapshot);

// The most often that a context repeats a text or a list.
inline constexpr size_t kMostTimes = 100'000;

// Attributes with the bytes that they view.
class Attributes {
 public:
  // An object, or a list of [name, value] where order or doubling matters.
  explicit Attributes(const nlohmann::json& context);
  Attributes(const Attributes&) = delete;

  const std::vector<Attribute>& list() const { return list_; }
  expt::Context context() const { return expt::Context(std::span<const Attribute>(list_)); }

 private:
  ValueView ValueOf(const nlohmann::json& value);
  ValueView Repeated(const nlohmann::json& what, size_t times);
  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
  std::vector<Attribute> list_;
};

}  // namespace expt::vectors

#endif  // EXPT_TESTS_VECTORS_DEFINITIONS_H_
