// Set where code has to be small rather than fast at load: the WASM modules. Shortcuts that change no answer are left
// out there.
#ifndef EXPT_SRC_BASE_SMALL_CODE_H_
#define EXPT_SRC_BASE_SMALL_CODE_H_

namespace expt::base {

#if defined(EXPT_SMALL_CODE)
inline constexpr bool kSmallCode = true;
#else
inline constexpr bool kSmallCode = false;
#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SMALL_CODE_H_
