// Products of rows of bytes: a bound on those of the rows that they stand for, at a quarter of the multiplications.

#include "tessera_kernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,fma")))
#endif

bool tessera_has_byte_bounds(void) {
#if defined(__x86_64__)
  return tessera_vector_bits() >= 512 && __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

tessera_byte_row tessera_to_bytes(const float *row, int width, int8_t *bytes) {
  float largest = 0;
  for (int k = 0; k < width; k++) largest = fmaxf(largest, fabsf(row[k]));
  const float scale = largest / 127;
  const double inverse = scale > 0 ? 1 / (double)scale : 0;
  double length = 0, kept = 0, rest = 0;
  int32_t sum = 0;
  for (int k = 0; k < width; k++) {
    // A scale that was rounded down by a denormal number could lead beyond the bytes.
    double byte = nearbyint(row[k] * inverse);
    byte = byte > 127 ? 127 : byte < -127 ? -127 : byte;
    const double value = byte * scale, left = row[k] - value;
    bytes[k] = (int8_t)byte;
    sum += (int32_t)byte;
    length += (double)row[k] * row[k];
    kept += value * value;
    rest += left * left;
  }
  for (int k = width; k % 4 != 0; k++) bytes[k] = 0;
  length = sqrt(length > kept ? length : kept);
  // Coordinates were rounded to single precision before, and these numbers are now: upwards.
  const double up = 1 + 0x1p-20;
  return (tessera_byte_row){
      .scale = scale,
      .rest = (float)((sqrt(rest) + length * 0x1p-23) * up),
      .length = (float)(length * up),
      .sum = sum,
  };
}

void tessera_panel_of_bytes(const int8_t *rows, int count, int width, uint8_t *panel) {
  const int padded = (width + 3) / 4 * 4;
  memset(panel, 128, (size_t)padded * TESSERA_PANEL);
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < padded; k++) {
      panel[(k / 4 * TESSERA_PANEL + i) * 4 + k % 4] = (uint8_t)(rows[i * padded + k] + 128);
    }
  }
}

#if defined(__x86_64__)

// ROWS queries against the 32 rows of a panel, which are two vectors: the sums stay in registers.
#define DEFINE_BOUNDS(ROWS)                                                                                     \
  TARGET static void bounds_##ROWS(const int8_t *queries, const tessera_byte_row *of, int padded,               \
                                   const uint8_t *panel, const float *scales, const float *rests,               \
                                   const float *lengths, float *products, long stride) {                        \
    __m512i low[ROWS], high[ROWS];                                                                              \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                                         \
      /* Bytes of the panel are higher by 128. */                                                               \
      low[r] = high[r] = _mm512_set1_epi32(-128 * of[r].sum);                                                   \
    }                                                                                                           \
    for (int k = 0; k < padded; k += 4) {                                                                       \
      const __m512i x = _mm512_loadu_si512(panel + k * TESSERA_PANEL);                                          \
      const __m512i y = _mm512_loadu_si512(panel + k * TESSERA_PANEL + 64);                                     \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                                       \
        int32_t four;                                                                                           \
        memcpy(&four, queries + r * padded + k, 4);                                                             \
        const __m512i query = _mm512_set1_epi32(four);                                                          \
        low[r] = _mm512_dpbusd_epi32(low[r], x, query);                                                         \
        high[r] = _mm512_dpbusd_epi32(high[r], y, query);                                                       \
      }                                                                                                         \
    }                                                                                                           \
    for (int part = 0; part < 2; part++) {                                                                      \
      const __m512 scale = _mm512_loadu_ps(scales + 16 * part), rest = _mm512_loadu_ps(rests + 16 * part);      \
      const __m512 length = _mm512_loadu_ps(lengths + 16 * part);                                               \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                                       \
        const __m512 sum = _mm512_cvtepi32_ps(part ? high[r] : low[r]);                                         \
        const __m512 left = _mm512_fmadd_ps(_mm512_set1_ps(of[r].rest), length,                                 \
                                            _mm512_mul_ps(_mm512_set1_ps(of[r].length), rest));                 \
        _mm512_storeu_ps(products + r * stride + 16 * part,                                                     \
                         _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(of[r].scale), scale), sum, left));        \
      }                                                                                                         \
    }                                                                                                           \
  }

DEFINE_BOUNDS(1)
DEFINE_BOUNDS(2)
DEFINE_BOUNDS(4)
DEFINE_BOUNDS(8)

TARGET static void vector_bounds(const int8_t *queries, const tessera_byte_row *of, int count, int padded,
                                 const uint8_t *panels, const float *scales, const float *rests, const float *lengths,
                                 long panel_count, float *products, long stride) {
  for (long p = 0; p < panel_count; p++) {
    const uint8_t *panel = panels + p * padded * TESSERA_PANEL;
    const long i = p * TESSERA_PANEL;
    int r = 0;
#define STEP(ROWS)                                                                                              \
  for (; r + ROWS <= count; r += ROWS)                                                                          \
    bounds_##ROWS(queries + (long)r * padded, of + r, padded, panel, scales + i, rests + i, lengths + i,        \
                  products + r * stride + i, stride)
    STEP(8);
    STEP(4);
    STEP(2);
    STEP(1);
#undef STEP
  }
}

#endif

void tessera_byte_bounds(const int8_t *queries, const tessera_byte_row *of, int count, int width, const uint8_t *panels,
                         const float *scales, const float *rests, const float *lengths, long panel_count,
                         float *products, long stride) {
  const int padded = (width + 3) / 4 * 4;
#if defined(__x86_64__)
  if (tessera_has_byte_bounds()) {
    vector_bounds(queries, of, count, padded, panels, scales, rests, lengths, panel_count, products, stride);
    return;
  }
#endif
  for (long i = 0; i < panel_count * TESSERA_PANEL; i++) {
    const uint8_t *panel = panels + i / TESSERA_PANEL * padded * TESSERA_PANEL;
    for (int r = 0; r < count; r++) {
      int64_t sum = -128 * (int64_t)of[r].sum;
      for (int k = 0; k < padded; k++) {
        sum += queries[(long)r * padded + k] * panel[(k / 4 * TESSERA_PANEL + i % TESSERA_PANEL) * 4 + k % 4];
      }
      products[r * stride + i] =
          of[r].scale * scales[i] * (float)sum + (of[r].rest * lengths[i] + of[r].length * rests[i]);
    }
  }
}
