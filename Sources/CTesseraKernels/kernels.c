// One set of kernels for each vector width, chosen when the program runs: the binary stays portable.

#include "tessera_kernels.h"

#include <stdatomic.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#include "kernels_body.h"

#define LANES 8
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#include "kernels_body.h"
#endif

#define LANES 4
#define NAME(x) plain_##x
#define TARGET
#include "kernels_body.h"

static int widest(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return 512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 256;
#endif
  return 128;
}

int tessera_vector_bits(void) {
  // 0 until it was looked at; two threads that look at once find the same.
  static atomic_int known;
  int bits = atomic_load_explicit(&known, memory_order_relaxed);
  if (bits == 0) {
    const char *asked = getenv("TESSERA_VECTOR_BITS");
    long limit = asked ? strtol(asked, NULL, 10) : 0;
    bits = widest();
    if (limit >= 128 && limit < bits) bits = limit >= 256 ? 256 : 128;
    atomic_store_explicit(&known, bits, memory_order_relaxed);
  }
  return bits;
}

void tessera_reflections(const float *products, long stride, const float *half_norms, long width, int blocks,
                         int32_t first, float *best, int32_t *where) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_reflections(products, stride, half_norms, width, blocks, first, best, where); return;
    case 256: avx2_reflections(products, stride, half_norms, width, blocks, first, best, where); return;
#endif
    default: plain_reflections(products, stride, half_norms, width, blocks, first, best, where);
  }
}

void tessera_nearest(const float *products, const float *half_norms, long width, int32_t first, float *best,
                     int32_t *where) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_nearest(products, half_norms, width, first, best, where); return;
    case 256: avx2_nearest(products, half_norms, width, first, best, where); return;
#endif
    default: plain_nearest(products, half_norms, width, first, best, where);
  }
}

void tessera_nearest_pairs(const float *x, const float *y, long stride, const float *half_norms, long alternatives,
                           const int32_t *pairs, long pair_count, int32_t *where) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_nearest_pairs(x, y, stride, half_norms, alternatives, pairs, pair_count, where); return;
    case 256: avx2_nearest_pairs(x, y, stride, half_norms, alternatives, pairs, pair_count, where); return;
#endif
    default: plain_nearest_pairs(x, y, stride, half_norms, alternatives, pairs, pair_count, where);
  }
}

long tessera_within(const float *norms, const float *products, const float *crossed, long width, float own, float error,
                    float rounding, float limit, int32_t *places, float *bounds) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: return avx512_within(norms, products, crossed, width, own, error, rounding, limit, places, bounds);
    case 256: return avx2_within(norms, products, crossed, width, own, error, rounding, limit, places, bounds);
#endif
    default: return plain_within(norms, products, crossed, width, own, error, rounding, limit, places, bounds);
  }
}

void tessera_squares_float(const float *own, const float *rows, const int32_t *which, long count, int width,
                           double scale, double *squares) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_squares_float(own, rows, which, count, width, scale, squares); return;
    case 256: avx2_squares_float(own, rows, which, count, width, scale, squares); return;
#endif
    default: plain_squares_float(own, rows, which, count, width, scale, squares);
  }
}

void tessera_squares_double(const double *own, const double *rows, const int32_t *which, long count, int width,
                            double scale, double *squares) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_squares_double(own, rows, which, count, width, scale, squares); return;
    case 256: avx2_squares_double(own, rows, which, count, width, scale, squares); return;
#endif
    default: plain_squares_double(own, rows, which, count, width, scale, squares);
  }
}

void tessera_products(const float *offsets, int points, int width, const float *panels, long panel_count,
                      float *products, long point_stride) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_products(offsets, width, 1, points, width, panels, panel_count, products, point_stride); return;
    case 256: avx2_products(offsets, width, 1, points, width, panels, panel_count, products, point_stride); return;
#endif
    default: plain_products(offsets, width, 1, points, width, panels, panel_count, products, point_stride);
  }
}

void tessera_add_products(const float *rows, long row_stride, long inner_stride, int count, int inner,
                              const float *panels, long panel_count, float *products, long product_stride) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512:
      avx512_added(rows, row_stride, inner_stride, count, inner, panels, panel_count, products, product_stride);
      return;
    case 256:
      avx2_added(rows, row_stride, inner_stride, count, inner, panels, panel_count, products, product_stride);
      return;
#endif
    default: plain_added(rows, row_stride, inner_stride, count, inner, panels, panel_count, products, product_stride);
  }
}

void tessera_add_row_products(const float *const *rows, int count, int inner, const float *panels, long panel_count,
                              float *products, long product_stride) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_rows(rows, 0, 0, count, inner, panels, panel_count, products, product_stride); return;
    case 256: avx2_rows(rows, 0, 0, count, inner, panels, panel_count, products, product_stride); return;
#endif
    default: plain_rows(rows, 0, 0, count, inner, panels, panel_count, products, product_stride);
  }
}

void tessera_add_column_products(const float *const *rows, int count, int inner, const float *panels, long panel_count,
                              float *products, long product_stride) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_columns(rows, 0, 0, count, inner, panels, panel_count, products, product_stride); return;
    case 256: avx2_columns(rows, 0, 0, count, inner, panels, panel_count, products, product_stride); return;
#endif
    default: plain_columns(rows, 0, 0, count, inner, panels, panel_count, products, product_stride);
  }
}
