// Random conditions over the whole language.
#ifndef EXPT_TESTS_ORACLE_RANDOM_CONDITION_H_
#define EXPT_TESTS_ORACLE_RANDOM_CONDITION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "src/model/builder.h"
#include "tests/oracle/random.h"

namespace expt::oracle {

class RandomCondition {
 public:
  // `variants` is the number of variants of each flag. Both must live longer.
  RandomCondition(Random& random, model::Builder& builder, const std::vector<uint32_t>& variants)
      : random_(random), b_(builder), variants_(variants) {}

  // A tree that refers to the first `segments` segments and the first `flags` flags only.
  model::Index Make(uint32_t depth, uint32_t segments, uint32_t flags);

  // One that is nearly always a defect.
  model::Index Defective();

  // One to three variant rows of the flag.
  std::vector<model::Index> Variants(uint32_t flag);

  // Gives the model what was gathered over all conditions.
  void Finish() { b_.snapshot().hash_pool = b_.Copy(hashes_); }

 private:
  model::Index Leaf(uint32_t segments, uint32_t flags);
  model::Index AnyScalar(uint8_t properties);
  model::Index Text(uint8_t properties);
  model::Index Number(uint8_t properties);
  model::Index Time(uint8_t properties);
  model::Index Version(uint8_t properties);
  model::Index List(uint8_t properties);
  model::Index Place(uint8_t properties);
  model::Index Hashed(uint8_t properties);

  model::Index Attribute() { return b_.Attribute(random_.Pick(Any())); }
  model::Index Mostly(const char* name) { return random_.OneIn(8) ? Attribute() : b_.Attribute(name); }
  static const std::vector<std::string>& Any();
  model::Index Strings(uint32_t size, const std::vector<std::string>& from);
  model::Index Numbers(uint32_t size, bool is_ascending);

  Random& random_;
  model::Builder& b_;
  const std::vector<uint32_t>& variants_;
  std::string hashes_;
};

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_RANDOM_CONDITION_H_
