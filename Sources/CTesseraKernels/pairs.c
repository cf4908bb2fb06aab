// What an estimate asks of compared pairs: exponentials, logarithms and sums over rows of a sparse graph.
//
// Every width does the same operations in the same order, eight numbers side by side, and no product is fused with a sum: the
// same bytes with 512, 256 and 128 bits, here and on other processors.
#pragma STDC FP_CONTRACT OFF
// Vectors wider than the machine's go through functions that are always inlined: no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

#include "tessera_kernels.h"

typedef double eights __attribute__((vector_size(64), aligned(8)));
typedef uint64_t words __attribute__((vector_size(64), aligned(8)));
typedef int64_t longs __attribute__((vector_size(64), aligned(8)));

// A hash of a key, a seed and a number: the same as `NoisePropagation.signs`.
static inline uint64_t sign_bits(uint64_t key, uint64_t seed, uint64_t batch) {
  uint64_t hash = (key ^ (seed * 0xD2B74407B1CE6E93)) * 0x9E3779B97F4A7C15;
  hash = (hash ^ (hash >> 32)) + batch * 0xD1B54A32D192ED03;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
  return hash ^ (hash >> 31);
}

#if defined(__x86_64__)
#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#include "pairs_body.h"

#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#include "pairs_body.h"
#endif

#define NAME(x) plain_##x
#define TARGET
#include "pairs_body.h"

double tessera_pair_terms(const tessera_graph *graph, const double *rates, const double *rewards, double lambda,
                          long first, long last, double *residuals, double *curvature, double *diagonal) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: return avx512_pair_terms(graph, rates, rewards, lambda, first, last, residuals, curvature, diagonal);
    case 256: return avx2_pair_terms(graph, rates, rewards, lambda, first, last, residuals, curvature, diagonal);
#endif
    default: return plain_pair_terms(graph, rates, rewards, lambda, first, last, residuals, curvature, diagonal);
  }
}

double tessera_hessian_product(const tessera_graph *graph, const double *curvature, const double *diagonal,
                               const double *x, long first, long last, double *product) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: return avx512_hessian_product(graph, curvature, diagonal, x, first, last, product);
    case 256: return avx2_hessian_product(graph, curvature, diagonal, x, first, last, product);
#endif
    default: return plain_hessian_product(graph, curvature, diagonal, x, first, last, product);
  }
}

void tessera_hessian_products(const tessera_graph *graph, const double *curvature, const double *diagonal,
                              const double *x, long first, long last, double *product, double *sums) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_hessian_products(graph, curvature, diagonal, x, first, last, product, sums); return;
    case 256: avx2_hessian_products(graph, curvature, diagonal, x, first, last, product, sums); return;
#endif
    default: plain_hessian_products(graph, curvature, diagonal, x, first, last, product, sums);
  }
}

void tessera_losses(const double *rewards, const int32_t *a, const int32_t *b, const double *outcomes,
                    const double *mass, long count, double *losses) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_losses(rewards, a, b, outcomes, mass, count, losses); return;
    case 256: avx2_losses(rewards, a, b, outcomes, mass, count, losses); return;
#endif
    default: plain_losses(rewards, a, b, outcomes, mass, count, losses);
  }
}

void tessera_noise(const tessera_graph *graph, const double *variances, uint64_t seed, uint64_t batch, long first,
                   long last, double *noise) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_noise(graph, variances, seed, batch, first, last, noise); return;
    case 256: avx2_noise(graph, variances, seed, batch, first, last, noise); return;
#endif
    default: plain_noise(graph, variances, seed, batch, first, last, noise);
  }
}

void tessera_pair_spread(const tessera_graph *graph, const tessera_pair_outcomes *outcomes, long first, long last,
                         double sums[2]) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_pair_noise(graph, outcomes, 0, 0, first, last, 0, sums); return;
    case 256: avx2_pair_noise(graph, outcomes, 0, 0, first, last, 0, sums); return;
#endif
    default: plain_pair_noise(graph, outcomes, 0, 0, first, last, 0, sums);
  }
}

void tessera_pair_variances(const tessera_graph *graph, const tessera_pair_outcomes *outcomes, double phi, double pooled,
                            long first, long last, double *variances) {
  switch (tessera_vector_bits()) {
#if defined(__x86_64__)
    case 512: avx512_pair_noise(graph, outcomes, phi, pooled, first, last, variances, 0); return;
    case 256: avx2_pair_noise(graph, outcomes, phi, pooled, first, last, variances, 0); return;
#endif
    default: plain_pair_noise(graph, outcomes, phi, pooled, first, last, variances, 0);
  }
}
