#include "src/client/evaluation_counts.h"

namespace expt::client {

EvaluationCounts::EvaluationCounts(size_t cells) : mask_(cells - 1), cells_(std::make_unique<Cell[]>(cells)) {}

}  // namespace expt::client
