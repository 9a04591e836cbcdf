// Random snapshots, contexts and sticky assignments from a seed.
#ifndef EXPT_TESTS_ORACLE_RANDOM_MODEL_H_
#define EXPT_TESTS_ORACLE_RANDOM_MODEL_H_

#include <deque>
#include <string>
#include <vector>

#include "expt/context.h"
#include "src/model/snapshot.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/random.h"

namespace expt::oracle {

// A snapshot that mostly validates and uses the whole language.
model::Snapshot RandomModel(Random& random);

// A model whose every index and enum may be wrong.
model::Snapshot WildModel(Random& random);

// Assignments to the experiments, units and variants that random models and contexts have.
OracleSticky RandomSticky(Random& random);

class RandomContext {
 public:
  explicit RandomContext(Random& random);
  RandomContext(const RandomContext&) = delete;
  const std::vector<Attribute>& attributes() const { return attributes_; }

 private:
  ValueView Text(std::string text) { return ValueView(texts_.emplace_back(std::move(text))); }
  ValueView Usual(std::string_view name);
  ValueView Anything();
  ValueView List();

  Random& random_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
  std::vector<Attribute> attributes_;
};

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_RANDOM_MODEL_H_
