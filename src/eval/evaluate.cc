#include "src/eval/evaluate.h"

#include "src/base/number.h"

namespace expt::eval {

bool IsExactDouble(int64_t value) { return base::Compare(value, static_cast<double>(value)) == 0; }

void Decide(const Ruleset& ruleset, const Question& question, const Context& context, Decision& decision) {
  SilentVisitor visitor;
  Decide(ruleset, question, context, visitor, decision);
}

void Decide(const Ruleset& ruleset, const Question& question, std::span<const Context::Entry> entries,
            Decision& decision) {
  SilentVisitor visitor;
  Decide(ruleset, question, true, entries, visitor, decision);
}

}  // namespace expt::eval
