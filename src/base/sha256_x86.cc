#include "src/base/sha256_x86.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace expt::base {
namespace {

bool AskForShaInstructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return false;
  constexpr unsigned kSha = 1u << 29;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kSha) != 0;
}

__m128i ReadWords(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
void WriteWords(void* to, __m128i words) { _mm_storeu_si128(static_cast<__m128i*>(to), words); }

}  // namespace

bool HasShaInstructions() {
  static const bool has_them = AskForShaInstructions();
  return has_them;
}

// The instructions want the words as (a, b, e, f) and (c, d, g, h), the first of them in the upper lane.
__attribute__((target("sha,ssse3,sse4.1"))) void TakeBlocksBySha(uint32_t* words, const char* blocks, size_t count,
                                                                const uint32_t* rounds) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i badc = _mm_shuffle_epi32(ReadWords(words), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(ReadWords(words + 4), 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
  for (; count != 0; --count, blocks += 64) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w[4];  // sixteen words of the schedule
    for (int i = 0; i < 4; ++i) w[i] = _mm_shuffle_epi8(ReadWords(blocks + 16 * i), big_endian);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {  // four rounds each
      const __m128i added = _mm_add_epi32(w[i % 4], ReadWords(rounds + 4 * i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
      const __m128i& last = w[(i + 3) % 4];
      const __m128i early = _mm_add_epi32(_mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]),
                                          _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
      w[i % 4] = _mm_sha256msg2_epu32(early, last);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  WriteWords(words, _mm_blend_epi16(feba, dchg, 0xf0));
  WriteWords(words + 4, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace expt::base

#endif
