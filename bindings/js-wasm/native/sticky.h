// What units were given before, as evaluations of this module take it.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_STICKY_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_STICKY_H_

#include "expt/evaluate.h"

namespace expt::wasm {

// Of every evaluation until expt_sticky_use() says otherwise; null: none.
extern const StickyAssignments* g_sticky;

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_STICKY_H_
