// Uses of the public headers that must not compile, one per macro.
#include <string>
#include <utility>

#include "expt/context.h"
#include "expt/evaluate.h"
#include "src/model/snapshot.h"

namespace expt {

void Mistakes(const Snapshot& snapshot, const Context& context) {
  Decision decision = Evaluate(snapshot, "flag", context, {});
  (void)decision.ValueOr(false);

#ifdef MISTAKE_OWNING_FALLBACK  // a std::string would be built for each call and its view would dangle
  (void)decision.ValueOr(std::string("x"));
#endif

#ifdef MISTAKE_CHARACTER_VALUE  // 'x' is neither text nor a number
  ValueView character('x');
#endif

#ifdef MISTAKE_POINTER_VALUE  // a pointer is not a boolean
  int number = 0;
  ValueView pointer(&number);
#endif

#ifdef MISTAKE_HANDLE_ASSIGNMENT  // a handle is one flag's for good
  FlagHandle a("a");
  FlagHandle b("b");
  a = b;
#endif

#ifdef MISTAKE_CHANGING_A_CONTEXT
  context.entries()[0].value = ValueView(1);
#endif

#ifdef MISTAKE_COPYING_A_MODEL  // its strings view its own text
  model::Snapshot model;
  model::Snapshot copy = model;
#endif

#ifdef MISTAKE_CONTEXT_FROM_TEXT  // is it a targeting key or an attribute? say so
  Context implicit = "user-42";
#endif
}

}  // namespace expt
