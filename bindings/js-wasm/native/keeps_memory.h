// Set for the module of pages, by EXPT_KEEPS_MEMORY: what a snapshot is read with and read into stays in the instance
// until that goes away as a whole, so vectors, texts and what has them need no destructors and are moved as bytes. That
// is 7 kB less code. A page reads each snapshot once, in an instance of its own.
//
// So whatever happens again and again in one instance takes no memory: a decision, a description, a context (which is
// freed). An overlay takes a byte per flag, whenever the flags that are switched off change, and assignments stay until
// the next snapshot. Growing gives the old block back everywhere. expt_explain.wasm frees everything: servers explain for
// long.
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_KEEPS_MEMORY_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_KEEPS_MEMORY_H_

namespace expt::wasm {

#if defined(EXPT_KEEPS_MEMORY)
inline constexpr bool kKeepsMemory = true;
#else
inline constexpr bool kKeepsMemory = false;
#endif

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_KEEPS_MEMORY_H_
