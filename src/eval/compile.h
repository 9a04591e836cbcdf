// Model -> ruleset.
#ifndef EXPT_SRC_EVAL_COMPILE_H_
#define EXPT_SRC_EVAL_COMPILE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "src/eval/ruleset.h"
#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::eval {

// Most leaves that a whole ruleset may have.
inline constexpr size_t kMaxLeaves = 4'000'000;

struct Compiled {
  Ruleset ruleset;
  // Flags that only compiling shows to be broken, by a regular expression: scope kFlag.
  std::vector<model::Issue> issues;
};

// `snapshot` must have no issue of scope kSnapshot; `is_broken` marks the flags that have one of scope kFlag, and
// `findings` are Validate()'s. Of a broken flag only key, type and, where they decode, its off variant are kept. The
// ruleset views nothing of `snapshot`.
//
// Nothing when the result would have more than kMaxLeaves.
std::optional<Compiled> Compile(const model::Snapshot& snapshot, const std::vector<bool>& is_broken,
                                const model::Findings& findings);

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_COMPILE_H_
