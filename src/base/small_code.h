// Set where code has to be small rather than fast at load: the WASM modules. Shortcuts that change no answer are left
// out there, and functions that native code takes in line (EXPT_HOT) or keeps out of it (EXPT_OUTLINE) are as the
// compiler finds best for size.
#ifndef EXPT_SRC_BASE_SMALL_CODE_H_
#define EXPT_SRC_BASE_SMALL_CODE_H_

namespace expt::base {

#if defined(EXPT_SMALL_CODE)
inline constexpr bool kSmallCode = true;
#define EXPT_HOT inline
#define EXPT_OUTLINE
#else
inline constexpr bool kSmallCode = false;
#define EXPT_HOT [[gnu::always_inline]] inline
#define EXPT_OUTLINE [[gnu::noinline]]
#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SMALL_CODE_H_
