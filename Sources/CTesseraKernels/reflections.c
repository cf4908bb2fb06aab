// Reflections in many blocks: one set of kernels for each vector width, as in kernels.c.

#include "tessera_kernels.h"

#if defined(__x86_64__)
#define LANES 16
#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#include "reflections_body.h"

#define LANES 8
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#include "reflections_body.h"
#endif

#define LANES 4
#define NAME(x) plain_##x
#define TARGET
#include "reflections_body.h"

void tessera_many_reflections(const float *points, long count, const float *rows, const float *half_norms,
                              long alternatives, int blocks, int width, int32_t first, float *best, int32_t *where) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512:
      avx512_many_reflections(points, count, rows, half_norms, alternatives, blocks, width, first, best, where);
      return;
    case 256:
      avx2_many_reflections(points, count, rows, half_norms, alternatives, blocks, width, first, best, where);
      return;
#endif
    default: plain_many_reflections(points, count, rows, half_norms, alternatives, blocks, width, first, best, where);
  }
}
