// Reflections in many blocks, for one vector width. Included once for each width as kernels_body.h is.
//
// Lanes are blocks, and after the transform reflections: the smallest scores and where they were found stay in registers while
// alternatives go by, and nothing is written but products that a first-level cache holds. The additions are those of the
// transform in kernels_body.h, in its order.

typedef float NAME(slices) __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t NAME(places) __attribute__((vector_size(LANES * 4), aligned(4)));

#define V NAME(slices)
#define I NAME(places)
#define UNROLLED _Pragma("clang loop unroll(full)")

// The lanes whose numbers differ in one bit, in each other's place.
#if LANES == 16
#define SWAPPED(x, bit)                                                                                            \
  __builtin_shufflevector(x, x, 0 ^ bit, 1 ^ bit, 2 ^ bit, 3 ^ bit, 4 ^ bit, 5 ^ bit, 6 ^ bit, 7 ^ bit, 8 ^ bit,   \
                          9 ^ bit, 10 ^ bit, 11 ^ bit, 12 ^ bit, 13 ^ bit, 14 ^ bit, 15 ^ bit)
#elif LANES == 8
#define SWAPPED(x, bit)                                                                                            \
  __builtin_shufflevector(x, x, 0 ^ bit, 1 ^ bit, 2 ^ bit, 3 ^ bit, 4 ^ bit, 5 ^ bit, 6 ^ bit, 7 ^ bit)
#else
#define SWAPPED(x, bit) __builtin_shufflevector(x, x, 0 ^ bit, 1 ^ bit, 2 ^ bit, 3 ^ bit)
#endif

// Sum in the lanes where the bit is clear, difference in the others: a product with 1 or -1 rounds nothing.
#define BUTTERFLY(bit)                                                                                             \
  UNROLLED for (int v = 0; v < VECTORS; v++) sum[v] = sum[v] * sign[bit] + SWAPPED(sum[v], (bit < LANES ? bit : 0))

// Products of four alternatives with POINTS points, whose accumulators stay in registers.
#define DEFINE_BLOCK_PRODUCTS(POINTS)                                                                              \
  TARGET static void NAME(block_products_##POINTS)(const float *points, const float *rows, int blocks, int width,  \
                                                   float *products) {                                              \
    const long length = (long)blocks * width;                                                                      \
    for (int part = 0; part < blocks; part += LANES) {                                                             \
      const long start = (long)(part / TESSERA_SLICE) * TESSERA_SLICE * width + part % TESSERA_SLICE;              \
      const float *u = points + start, *c = rows + start;                                                          \
      V sum[POINTS][TESSERA_ROWS] = {{{0}}};                                                                       \
      for (int k = 0; k < width; k++, u += TESSERA_SLICE, c += TESSERA_SLICE) {                                    \
        V row[TESSERA_ROWS];                                                                                       \
        UNROLLED for (int r = 0; r < TESSERA_ROWS; r++) row[r] = *(const V *)(c + r * length);                     \
        UNROLLED for (int p = 0; p < POINTS; p++) {                                                                \
          V point = *(const V *)(u + p * length);                                                                  \
          UNROLLED for (int r = 0; r < TESSERA_ROWS; r++) sum[p][r] += point * row[r];                             \
        }                                                                                                          \
      }                                                                                                            \
      UNROLLED for (int p = 0; p < POINTS; p++) UNROLLED for (int r = 0; r < TESSERA_ROWS; r++)                    \
          *(V *)(products + (p * TILE + r) * blocks + part) = sum[p][r];                                           \
    }                                                                                                              \
  }

// Alternatives whose products stand in the first-level cache, and points that share a row.
enum { NAME(tile) = 16, NAME(group) = LANES == 16 ? 4 : 2 };
#define TILE NAME(tile)

DEFINE_BLOCK_PRODUCTS(1)
DEFINE_BLOCK_PRODUCTS(2)
DEFINE_BLOCK_PRODUCTS(4)

#define DEFINE_LOWER(B)                                                                                            \
  TARGET static void NAME(lower_##B)(const float *products, const float *half_norms, long count, int32_t first,    \
                                     float *best, int32_t *where) {                                                \
    enum { VECTORS = B / LANES };                                                                                  \
    V sign[LANES], least[2 * VECTORS];                                                                             \
    I place[2 * VECTORS];                                                                                          \
    for (int bit = 1; bit < LANES; bit *= 2)                                                                       \
      for (int lane = 0; lane < LANES; lane++) sign[bit][lane] = lane & bit ? -1 : 1;                              \
    UNROLLED for (int v = 0; v < 2 * VECTORS; v++) {                                                               \
      least[v] = *(const V *)(best + v * LANES);                                                                   \
      place[v] = *(const I *)(where + v * LANES);                                                                  \
    }                                                                                                              \
    for (long i = 0; i < count; i++) {                                                                             \
      V sum[VECTORS];                                                                                              \
      UNROLLED for (int v = 0; v < VECTORS; v++) sum[v] = *(const V *)(products + i * B + v * LANES);              \
      BUTTERFLY(1);                                                                                                \
      BUTTERFLY(2);                                                                                                \
      if (LANES > 4) BUTTERFLY(4);                                                                                 \
      if (LANES > 8) BUTTERFLY(8);                                                                                 \
      UNROLLED for (int length = 1; length < VECTORS; length *= 2) {                                               \
        UNROLLED for (int pair = 0; pair < VECTORS / 2; pair++) {                                                  \
          int low = (pair / length) * 2 * length + pair % length;                                                  \
          V x = sum[low], y = sum[low + length];                                                                   \
          sum[low] = x + y;                                                                                        \
          sum[low + length] = x - y;                                                                               \
        }                                                                                                          \
      }                                                                                                            \
      V norm = (V){0} + half_norms[i];                                                                             \
      I position = (I){0} + (first + (int32_t)i);                                                                  \
      UNROLLED for (int v = 0; v < 2 * VECTORS; v++) {                                                             \
        V score = v < VECTORS ? norm - sum[v] : norm + sum[v - VECTORS];                                           \
        I smaller = score < least[v];                                                                              \
        least[v] = (V)(((I)score & smaller) | ((I)least[v] & ~smaller));                                           \
        place[v] = (position & smaller) | (place[v] & ~smaller);                                                   \
      }                                                                                                            \
    }                                                                                                              \
    UNROLLED for (int v = 0; v < 2 * VECTORS; v++) {                                                               \
      *(V *)(best + v * LANES) = least[v];                                                                         \
      *(I *)(where + v * LANES) = place[v];                                                                        \
    }                                                                                                              \
  }

DEFINE_LOWER(16)
DEFINE_LOWER(32)
DEFINE_LOWER(64)

TARGET static void NAME(many_reflections)(const float *points, long count, const float *rows, const float *half_norms,
                                          long alternatives, int blocks, int width, int32_t first, float *best,
                                          int32_t *where) {
  const long length = (long)blocks * width;
  _Alignas(64) float products[NAME(group) * TILE * TESSERA_MOST_BLOCKS];
  for (long start = 0; start < alternatives; start += TILE) {
    const long tile = alternatives - start < TILE ? alternatives - start : TILE;
    for (long point = 0; point < count;) {
      const int together = count - point < NAME(group) ? 1 : NAME(group);
      for (long row = 0; row < tile; row += TESSERA_ROWS) {
        const float *u = points + point * length, *c = rows + (start + row) * length;
        if (together == 4)
          NAME(block_products_4)(u, c, blocks, width, products + row * blocks);
        else if (together == 2)
          NAME(block_products_2)(u, c, blocks, width, products + row * blocks);
        else
          NAME(block_products_1)(u, c, blocks, width, products + row * blocks);
      }
      for (int p = 0; p < together; p++, point++) {
        const float *mine = products + (long)p * TILE * blocks;
        const int32_t number = first + (int32_t)start;
        if (blocks == 64)
          NAME(lower_64)(mine, half_norms + start, tile, number, best + point * 128, where + point * 128);
        else if (blocks == 32)
          NAME(lower_32)(mine, half_norms + start, tile, number, best + point * 64, where + point * 64);
        else
          NAME(lower_16)(mine, half_norms + start, tile, number, best + point * 32, where + point * 32);
      }
    }
  }
}

#undef V
#undef I
#undef UNROLLED
#undef SWAPPED
#undef BUTTERFLY
#undef DEFINE_BLOCK_PRODUCTS
#undef DEFINE_LOWER
#undef TILE
#undef LANES
#undef NAME
#undef TARGET
