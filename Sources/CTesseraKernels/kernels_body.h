// The kernels for one vector width. Included once for each width with
//   LANES   floats in a vector
//   NAME(x) the name of a function for this width
//   TARGET  the attribute that allows its instructions
//
// Reflections: a chunk of LANES alternatives has one vector for each block. The fast Walsh-Hadamard transform of these vectors
// gives the signed sums of all reflections at once with additions between whole vectors, no shuffles. All loops
// over blocks are unrolled, so that the vectors stay in registers.

typedef float NAME(floats) __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t NAME(ints) __attribute__((vector_size(LANES * 4), aligned(4)));

typedef double NAME(doubles) __attribute__((vector_size(LANES * 4), aligned(8)));
typedef float NAME(half_floats) __attribute__((vector_size(LANES * 2), aligned(4)));

#define V NAME(floats)
#define I NAME(ints)
// Half as many numbers: in double precision, and as the floats they come from.
#define W NAME(doubles)
#define H NAME(half_floats)

// best = min(best, score); where = position at the places that changed.
#define KEEP_SMALLER(score, position, best, where)                                                              \
  do {                                                                                                          \
    V score_ = (score);                                                                                         \
    V *best_ = (V *)(best);                                                                                     \
    I *where_ = (I *)(where);                                                                                   \
    I smaller_ = score_ < *best_;                                                                               \
    *best_ = (V)(((I)score_ & smaller_) | ((I)*best_ & ~smaller_));                                             \
    *where_ = ((position)&smaller_) | (*where_ & ~smaller_);                                                    \
  } while (0)

#define DEFINE_REFLECTIONS(B)                                                                                   \
  TARGET static void NAME(reflections_##B)(const float *products, long stride, const float *half_norms,         \
                                           long width, int32_t first, float *best, int32_t *where) {            \
    for (long i = 0; i < width; i += LANES) {                                                                   \
      V sum[B];                                                                                                 \
      _Pragma("clang loop unroll(full)") for (int b = 0; b < B; b++) sum[b] =                                   \
          *(const V *)(products + b * stride + i);                                                              \
      _Pragma("clang loop unroll(full)") for (int length = 1; length < B; length *= 2) {                        \
        _Pragma("clang loop unroll(full)") for (int pair = 0; pair < B / 2; pair++) {                           \
          int low = (pair / length) * 2 * length + pair % length;                                               \
          V x = sum[low], y = sum[low + length];                                                                \
          sum[low] = x + y;                                                                                     \
          sum[low + length] = x - y;                                                                            \
        }                                                                                                       \
      }                                                                                                         \
      V norm = *(const V *)(half_norms + i);                                                                    \
      I position = (I){0} + (first + (int32_t)(i / TESSERA_CHUNK * TESSERA_CHUNK));                             \
      float *row = best + i % TESSERA_CHUNK;                                                                    \
      int32_t *place = where + i % TESSERA_CHUNK;                                                               \
      _Pragma("clang loop unroll(full)") for (int b = 0; b < B; b++) {                                          \
        KEEP_SMALLER(norm - sum[b], position, row + 2 * b * TESSERA_CHUNK, place + 2 * b * TESSERA_CHUNK);      \
        KEEP_SMALLER(norm + sum[b], position, row + (2 * b + 1) * TESSERA_CHUNK,                                \
                     place + (2 * b + 1) * TESSERA_CHUNK);                                                      \
      }                                                                                                         \
    }                                                                                                           \
  }

DEFINE_REFLECTIONS(1)
DEFINE_REFLECTIONS(2)
DEFINE_REFLECTIONS(4)
DEFINE_REFLECTIONS(8)

TARGET static void NAME(reflections)(const float *products, long stride, const float *half_norms, long width,
                                     int blocks, int32_t first, float *best, int32_t *where) {
  switch (blocks) {
    case 1: NAME(reflections_1)(products, stride, half_norms, width, first, best, where); break;
    case 2: NAME(reflections_2)(products, stride, half_norms, width, first, best, where); break;
    case 4: NAME(reflections_4)(products, stride, half_norms, width, first, best, where); break;
    default: NAME(reflections_8)(products, stride, half_norms, width, first, best, where); break;
  }
}

// Nearly all panels have no place: one branch for each.
TARGET static long NAME(within)(const float *norms, const float *products, const float *crossed, long width, float own,
                                float error, float rounding, float limit, int32_t *places, float *bounds) {
  const I magnitude = (I){0} + 0x7fffffff;
  const V most = (V){0} + __builtin_inff();
  long found = 0;
  for (long start = 0; start < width; start += TESSERA_PANEL) {
    V least[TESSERA_PANEL / LANES];
    I any = {0};
    _Pragma("clang loop unroll(full)") for (int part = 0; part < TESSERA_PANEL / LANES; part++) {
      long i = start + part * LANES;
      V norm = *(const V *)(norms + i);
      V sum = norm + own;
      V bound = sum - *(const V *)(products + i);
      if (crossed) bound -= (V)(*(const I *)(crossed + i) & magnitude);
      bound -= sum * error + ((V)((I)norm & magnitude) + own) * rounding;
      least[part] = bound;
      any |= (bound <= limit) & (norm < most);
    }
    if (__builtin_reduce_or(any) == 0) continue;
#if LANES == 16
    // Places that were found are no more than those that were looked at: a whole vector fits behind them.
    for (int part = 0; part < TESSERA_PANEL / LANES; part++) {
      const __mmask16 near = _mm512_movepi32_mask((__m512i)((least[part] <= limit) &
                                                            (*(const V *)(norms + start + part * LANES) < most)));
      const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      const __m512i place = _mm512_add_epi32(order, _mm512_set1_epi32((int)start + part * LANES));
      _mm512_storeu_si512(places + found, _mm512_maskz_compress_epi32(near, place));
      _mm512_storeu_ps(bounds + found, _mm512_maskz_compress_ps(near, (__m512)least[part]));
      found += __builtin_popcount(near);
    }
#else
    const float *bound = (const float *)least;
    for (int place = 0; place < TESSERA_PANEL; place++) {
      if (!(bound[place] <= limit) || norms[start + place] == __builtin_inff()) continue;
      places[found] = (int32_t)(start + place);
      bounds[found++] = bound[place];
    }
#endif
  }
  return found;
}

TARGET static void NAME(nearest)(const float *products, const float *half_norms, long width, int32_t first,
                                 float *best, int32_t *where) {
  for (long part = 0; part < TESSERA_CHUNK; part += LANES) {
    V top = *(V *)(best + part);
    I place = *(I *)(where + part);
    for (long i = part; i < width; i += TESSERA_CHUNK) {
      V score = *(const V *)(half_norms + i) - *(const V *)(products + i);
      KEEP_SMALLER(score, (I){0} + (first + (int32_t)(i - part)), &top, &place);
    }
    *(V *)(best + part) = top;
    *(I *)(where + part) = place;
  }
}

// Lanes are samples, so that the two points of a pair are two rows: no gathers.
TARGET static void NAME(nearest_pairs)(const float *x, const float *y, long stride, const float *half_norms,
                                       long alternatives, const int32_t *pairs, long pair_count, int32_t *where) {
  for (long part = 0; part < TESSERA_PANEL; part += LANES) {
    V top = (V){0} + __builtin_inff();
    I place = (I){0} + (int32_t)pair_count;
    for (long i = 0; i < alternatives; i++) {
      V score = 2 * half_norms[i] - (*(const V *)(x + i * stride + part) + *(const V *)(y + i * stride + part));
      KEEP_SMALLER(score, (I){0} + (int32_t)(pair_count + i), &top, &place);
    }
    for (long p = 0; p < pair_count; p++) {
      long a = pairs[2 * p], b = pairs[2 * p + 1];
      V straight = *(const V *)(x + a * stride + part) + *(const V *)(y + b * stride + part);
      V crossed = *(const V *)(x + b * stride + part) + *(const V *)(y + a * stride + part);
      I larger = straight > crossed;
      V sum = (V)(((I)straight & larger) | ((I)crossed & ~larger));
      KEEP_SMALLER(half_norms[a] + half_norms[b] - sum, (I){0} + (int32_t)p, &top, &place);
    }
    *(I *)(where + part) = place;
  }
}

// Sixteen sums side by side, whatever the width of a vector: all widths add up in the same order, and no sum waits for itself.
// SCALAR: what the rows hold, half a vector of them at a time.
#define DEFINE_SQUARES(SCALAR, PART)                                                                            \
  TARGET static void NAME(squares_##SCALAR)(const SCALAR *own, const SCALAR *rows, const int32_t *which,        \
                                            long count, int width, double scale, double *squares) {             \
    enum { LENGTH = LANES / 2, PARTS = 16 / LENGTH };                                                           \
    for (long i = 0; i < count; i++) {                                                                          \
      const SCALAR *row = rows + (which ? which[i] : i) * (long)width;                                          \
      W sums[PARTS] = {{0}};                                                                                    \
      int k = 0;                                                                                                \
      for (; k + 16 <= width; k += 16) {                                                                        \
        _Pragma("clang loop unroll(full)") for (int part = 0; part < PARTS; part++) {                           \
          W x = scale * (__builtin_convertvector(*(const PART *)(own + k + part * LENGTH), W) -                 \
                         __builtin_convertvector(*(const PART *)(row + k + part * LENGTH), W));                 \
          sums[part] += x * x;                                                                                  \
        }                                                                                                       \
      }                                                                                                         \
      double sum = 0;                                                                                           \
      _Pragma("clang loop unroll(full)") for (int part = 0; part < PARTS / 2; part++) {                         \
        W both = sums[part] + sums[part + PARTS / 2];                                                           \
        _Pragma("clang loop unroll(full)") for (int lane = 0; lane < LENGTH; lane++) sum += both[lane];         \
      }                                                                                                         \
      for (; k < width; k++) {                                                                                  \
        double x = scale * ((double)own[k] - (double)row[k]);                                                   \
        sum += x * x;                                                                                           \
      }                                                                                                         \
      squares[i] = sum;                                                                                         \
    }                                                                                                           \
  }

DEFINE_SQUARES(float, H)
DEFINE_SQUARES(double, W)

// ROWS points against two vectors of alternatives: the accumulators stay in registers. ELEMENT(r, k) is coordinate k
// of point r of those that FROM names.
#define DEFINE_PRODUCTS(KIND, ROWS)                                                                             \
  TARGET static void NAME(KIND##_##ROWS)(SOURCE_##KIND offsets, long first, long row_stride, long inner_stride, \
                                         int width, const float *panel, float *products, long point_stride) {   \
    (void)first;                                                                                                \
    (void)row_stride;                                                                                           \
    (void)inner_stride;                                                                                         \
    for (int part = 0; part < TESSERA_PANEL; part += 2 * LANES) {                                               \
      V low[ROWS], high[ROWS];                                                                                  \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                                       \
        low[r] = START_##KIND(products + r * point_stride + part);                                              \
        high[r] = START_##KIND(products + r * point_stride + part + LANES);                                     \
      }                                                                                                         \
      for (int k = 0; k < width; k++) {                                                                         \
        V x = *(const V *)(panel + k * TESSERA_PANEL + part);                                                   \
        V y = *(const V *)(panel + k * TESSERA_PANEL + part + LANES);                                           \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                                     \
          float u = ELEMENT_##KIND(r, k);                                                                       \
          low[r] += u * x;                                                                                      \
          high[r] += u * y;                                                                                     \
        }                                                                                                       \
      }                                                                                                         \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) {                                       \
        *(V *)(products + r * point_stride + part) = low[r];                                                    \
        *(V *)(products + r * point_stride + part + LANES) = high[r];                                           \
      }                                                                                                         \
    }                                                                                                           \
  }                                                                                                             \

// All points against all panels, in groups of rows that fill the registers: eight for the 32 of AVX-512, four for the
// 16 of AVX2 and SSE.
#define DEFINE_ALL_PRODUCTS(KIND)                                                                               \
  DEFINE_PRODUCTS(KIND, 1)                                                                                      \
  DEFINE_PRODUCTS(KIND, 4)                                                                                      \
  DEFINE_PRODUCTS(KIND, 8)                                                                                      \
  TARGET static void NAME(KIND)(SOURCE_##KIND offsets, long row_stride, long inner_stride, int points, int width, \
                                const float *panels, long panel_count, float *products, long point_stride) {    \
    for (long p = 0; p < panel_count; p++) {                                                                    \
      const float *panel = panels + p * width * TESSERA_PANEL;                                                  \
      float *column = products + p * TESSERA_PANEL;                                                             \
      int r = 0;                                                                                                \
      if (LANES == 16)                                                                                          \
        for (; r + 8 <= points; r += 8)                                                                         \
          NAME(KIND##_8)(FROM_##KIND(r), row_stride, inner_stride, width, panel, column + r * point_stride,     \
                         point_stride);                                                                         \
      for (; r + 4 <= points; r += 4)                                                                           \
        NAME(KIND##_4)(FROM_##KIND(r), row_stride, inner_stride, width, panel, column + r * point_stride,       \
                       point_stride);                                                                           \
      for (; r < points; r++)                                                                                   \
        NAME(KIND##_1)(FROM_##KIND(r), row_stride, inner_stride, width, panel, column + r * point_stride,       \
                       point_stride);                                                                           \
    }                                                                                                           \
  }

// Rows of numbers, whose products are stored; and three whose products are added to what is there: any other
// arrangement, such as the transpose of rows; rows that each lie at a place of their own; and the columns of such rows.
#define SOURCE_products const float *
#define SOURCE_added const float *
#define SOURCE_rows const float *const *
#define SOURCE_columns const float *const *
#define FROM_products(r) offsets + r * row_stride, 0
#define FROM_added(r) offsets + r * row_stride, 0
#define FROM_rows(r) offsets + r, 0
#define FROM_columns(r) offsets, r
#define ELEMENT_products(r, k) offsets[r * width + k]
#define ELEMENT_added(r, k) offsets[r * row_stride + k * inner_stride]
#define ELEMENT_rows(r, k) offsets[r][k]
#define ELEMENT_columns(r, k) offsets[k][first + r]
#define START_products(place) ((V){0})
#define START_added(place) (*(const V *)(place))
#define START_rows START_added
#define START_columns START_added

DEFINE_ALL_PRODUCTS(products)
DEFINE_ALL_PRODUCTS(added)
DEFINE_ALL_PRODUCTS(rows)
DEFINE_ALL_PRODUCTS(columns)

#undef SOURCE_products
#undef SOURCE_added
#undef SOURCE_rows
#undef SOURCE_columns
#undef FROM_products
#undef FROM_added
#undef FROM_rows
#undef FROM_columns
#undef ELEMENT_products
#undef ELEMENT_added
#undef ELEMENT_rows
#undef ELEMENT_columns
#undef START_products
#undef START_added
#undef START_rows
#undef START_columns
#undef DEFINE_ALL_PRODUCTS
#undef KEEP_SMALLER
#undef DEFINE_PRODUCTS
#undef DEFINE_REFLECTIONS
#undef DEFINE_SQUARES
#undef V
#undef I
#undef W
#undef H
#undef LANES
#undef NAME
#undef TARGET
