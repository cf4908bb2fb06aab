// Peaks of a processor. Vectors are those of the kernels: one set of loops for each width, chosen when the program runs.
#include "machine.h"

#include <dlfcn.h>
#include <math.h>
#include <stdint.h>

// Keeps a value alive without storing it.
#define KEEP(x) __asm__ volatile("" : "+x"(x))
#define KEEP_WIDE(x) __asm__ volatile("" : "+v"(x))

#if defined(__x86_64__)
#define LANES 16
#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define HOLD KEEP_WIDE
#include "machine_body.h"

#define LANES 8
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define HOLD KEEP
#include "machine_body.h"
#else
#undef KEEP
#define KEEP(x) __asm__ volatile("" : "+w"(x))
#endif

#define LANES 4
#define NAME(x) plain_##x
#define TARGET
#define HOLD KEEP
#include "machine_body.h"

#if defined(__x86_64__)
#define CHOOSE(NAME, ...)                             \
  return bits >= 512   ? avx512_##NAME(__VA_ARGS__)   \
         : bits >= 256 ? avx2_##NAME(__VA_ARGS__)     \
                       : plain_##NAME(__VA_ARGS__)
#else
#define CHOOSE(NAME, ...) return plain_##NAME(__VA_ARGS__)
#endif

double machine_multiply_adds_single(int bits, long rounds) { CHOOSE(multiply_adds_single, rounds); }
double machine_multiply_adds_double(int bits, long rounds) { CHOOSE(multiply_adds_double, rounds); }
double machine_additions(int bits, long rounds) { CHOOSE(additions, rounds); }
double machine_mixed(int bits, long rounds) { CHOOSE(mixed, rounds); }
double machine_kept(int bits, long rounds) { CHOOSE(kept, rounds); }
double machine_roots(int bits, long rounds) { CHOOSE(roots, rounds); }
double machine_divisions(int bits, long rounds) { CHOOSE(divisions, rounds); }

double machine_exponentials(long rounds) {
  double x = -0.5, sum = 0;
  for (long i = 0; i < rounds; i++) {
    for (int k = 0; k < 16; k++) sum += exp(x - 0.25 * k);
    __asm__ volatile("" : "+m"(x));
  }
  volatile double kept = sum;
  (void)kept;
  return 16.0 * (double)rounds;
}

double machine_vector_exponentials(int bits, long rounds) {
#if defined(__x86_64__) && defined(__linux__)
  void *library = dlopen("libmvec.so.1", RTLD_NOW);
  if (!library) return 0;
  const char *names[] = {"_ZGVbN2v_exp", "_ZGVdN4v_exp", "_ZGVeN8v_exp"};
  int which = bits >= 512 ? 2 : bits >= 256 ? 1 : 0;
  void *function = dlsym(library, names[which]);
  if (!function) return 0;
  return which == 2   ? avx512_vector_exponentials(function, rounds)
         : which == 1 ? avx2_vector_exponentials(function, rounds)
                      : plain_vector_exponentials(function, rounds);
#else
  (void)bits;
  (void)rounds;
  return 0;
#endif
}

double machine_read(const double *a, long count) {
  // Eight sums, so that additions do not wait for one another.
  double sums[32] = {0};
  for (long i = 0; i + 32 <= count; i += 32)
    for (int k = 0; k < 32; k++) sums[k] += a[i + k];
  double sum = 0;
  for (int k = 0; k < 32; k++) sum += sums[k];
  volatile double kept = sum;
  (void)kept;
  return 8.0 * (double)(count / 32 * 32);
}

double machine_triad(double *a, const double *b, const double *c, long count) {
  for (long i = 0; i < count; i++) a[i] = b[i] + 0.5 * c[i];
  // The line of `a` is read before it is written.
  return 32.0 * (double)count;
}
