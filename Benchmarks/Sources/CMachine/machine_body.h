// The loops for one vector width. Included once for each width with LANES (floats in a vector), NAME(x), TARGET and HOLD(x),
// which keeps a vector in a register.

typedef float NAME(floats) __attribute__((vector_size(LANES * 4)));
typedef int32_t NAME(ints) __attribute__((vector_size(LANES * 4)));
typedef double NAME(doubles) __attribute__((vector_size(LANES * 4)));

#define V NAME(floats)
#define I NAME(ints)
#define W NAME(doubles)

// Sums that do not wait for one another: as many as hide the latency and fit the registers.
#define SUMS (LANES == 16 ? 16 : 12)
#define EACH for (int k = 0; k < SUMS; k++)
#define UNROLLED _Pragma("clang loop unroll(full)")

#define DEFINE_LOOP(KIND, TYPE, STEP, COUNTED)                   \
  TARGET static double NAME(KIND)(long rounds) {                 \
    TYPE sum[SUMS], x = (TYPE){0} + 0.999f, y = (TYPE){0} + 0.001f; \
    UNROLLED EACH sum[k] = x + (float)k;                              \
    HOLD(x);                                                     \
    HOLD(y);                                                     \
    for (long i = 0; i < rounds; i++) {                          \
      UNROLLED EACH {                                            \
        STEP;                                                    \
      }                                                          \
      UNROLLED EACH HOLD(sum[k]);                                \
    }                                                            \
    return (COUNTED) * SUMS * (sizeof(TYPE) / sizeof(x[0])) * (double)rounds; \
  }

DEFINE_LOOP(multiply_adds_single, V, sum[k] = sum[k] * x + y, 1.0)
DEFINE_LOOP(multiply_adds_double, W, sum[k] = sum[k] * x + y, 1.0)
DEFINE_LOOP(additions, V, sum[k] = sum[k] + y, 1.0)
DEFINE_LOOP(mixed, V, if (k % 2) sum[k] = sum[k] * x + y; else sum[k] = sum[k] + y, 1.0)
DEFINE_LOOP(roots, W, sum[k] = __builtin_elementwise_sqrt(sum[k]), 1.0)
DEFINE_LOOP(divisions, W, sum[k] = x / sum[k], 1.0)

// A sum, whether it is smaller than the smallest, the smaller one, and the place of it: what a search does with a score.
TARGET static double NAME(kept)(long rounds) {
  enum { PARALLEL = LANES == 16 ? 12 : 5 };
  V best[PARALLEL], x = (V){0} + 1, y = (V){0} + 2;
  I where[PARALLEL];
  for (int k = 0; k < PARALLEL; k++) {
    best[k] = (V){0} + 3;
    where[k] = (I){0};
  }
  I place = (I){0};
  for (long i = 0; i < rounds; i++) {
    HOLD(x);
    UNROLLED for (int k = 0; k < PARALLEL; k++) {
      V score = y - x;
      I smaller = score < best[k];
      best[k] = (V)(((I)score & smaller) | ((I)best[k] & ~smaller));
      where[k] = (place & smaller) | (where[k] & ~smaller);
      HOLD(best[k]);
      HOLD(where[k]);
      HOLD(y);
    }
    place += 1;
  }
  return (double)PARALLEL * LANES * (double)rounds;
}

TARGET static double NAME(vector_exponentials)(void *function, long rounds) {
  W (*exponential)(W) = (W(*)(W))function;
  W x = (W){0} - 0.5, sum = (W){0};
  for (long i = 0; i < rounds; i++) {
    for (int k = 0; k < 8; k++) sum += exponential(x - 0.25 * k);
    HOLD(x);
  }
  HOLD(sum);
  return 8.0 * LANES / 2 * (double)rounds;
}

#undef V
#undef I
#undef W
#undef SUMS
#undef EACH
#undef UNROLLED
#undef DEFINE_LOOP
#undef LANES
#undef NAME
#undef TARGET
#undef HOLD
