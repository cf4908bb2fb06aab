#ifndef TESSERA_KERNELS_H
#define TESSERA_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "tessera_rows.h"

// Alternatives are handled in chunks of this many; arrays of alternatives are padded to a multiple of it.
#define TESSERA_CHUNK 16

// Contexts are packed for products in panels of this many alternatives: for each block of coordinates, for each
// panel, for each coordinate of the block, TESSERA_PANEL numbers side by side.
#define TESSERA_PANEL 32

// products[point * point_stride + i] = sum_k offsets[point * width + k] * c_ik, for `points` points and the
// alternatives of `panels` panels that stand one behind the other.
//
// Written here because the thin products of this method (some tens of coordinates a block) are where the time
// goes, and because the BLAS of a stable distribution may not know a processor newer than itself: OpenBLAS 0.3.21
// runs its SSE3 kernel on Intel's 2023 servers.
void tessera_products(const float *offsets, int points, int width, const float *panels, long panel_count,
                      float *products, long point_stride);

// The same for rows in any arrangement, added to what `products` holds: element (r, k) is
// rows[r * row_stride + k * inner_stride]. With row_stride 1 the rows are the columns of a matrix: the product with a
// transpose.
void tessera_add_products(const float *rows, long row_stride, long inner_stride, int count, int inner,
                              const float *panels, long panel_count, float *products, long product_stride);

// The same for rows that each lie at a place of their own, without a copy: rows[r][k].
void tessera_add_row_products(const float *const *rows, int count, int inner, const float *panels, long panel_count,
                              float *products, long product_stride);

// And for the columns of such rows, the product with their transpose: element (r, k) is rows[k][r], for `count` columns
// of `inner` rows.
void tessera_add_column_products(const float *const *rows, int count, int inner, const float *panels, long panel_count,
                                 float *products, long product_stride);

// Nearest alternative of the reflections of one random point, over a tile of alternatives.
//
// For reflection p with signs s (row p of the Hadamard matrix of order `blocks`), the score of alternative i is
// half_norms[i] - sum_b s_b products[b * stride + i] for +s and half_norms[i] + the same sum for -s. The smallest
// score so far stands in `best`, the chunk where it was found in `where`, separately for each of the
// TESSERA_CHUNK places inside a chunk: 2 * blocks rows (+ and - in turn) of TESSERA_CHUNK numbers.
//
// blocks: 1, 2, 4 or 8; for more there is tessera_many_reflections. width: a multiple of TESSERA_CHUNK. half_norms of padding are +infinity.
// first: number of the tile's first alternative.
void tessera_reflections(const float *products, long stride, const float *half_norms, long width, int blocks,
                         int32_t first, float *best, int32_t *where);

// Blocks that stand side by side in the rows of tessera_many_reflections, alternatives that its products are made for at once,
// and the most blocks it takes.
#define TESSERA_SLICE 16
#define TESSERA_ROWS 4
#define TESSERA_MOST_BLOCKS 64

// Nearest alternative of the reflections of `count` points, in 16, 32 or 64 blocks of `width` coordinates, from the products on.
//
// A row, of a point or an alternative, has blocks * width numbers: coordinate k of block b at
// (b / TESSERA_SLICE * width + k) * TESSERA_SLICE + b % TESSERA_SLICE. best and where have 2 * blocks numbers a point: for each
// reflection the smallest score so far, half_norms[i] less the signed sum of products, and the number of its alternative, `first`
// for row 0; then the same for the negatives. Of equal scores the first stays. The sums are those of tessera_products and
// tessera_reflections to the last bit.
//
// alternatives: a multiple of TESSERA_ROWS; half_norms of padding are +infinity. Fastest where rows begin at multiples of 64
// bytes.
void tessera_many_reflections(const float *points, long count, const float *rows, const float *half_norms,
                              long alternatives, int blocks, int width, int32_t first, float *best, int32_t *where);

// Nearest alternative of a point alone, from its products, as tessera_reflections: one row of best and where.
void tessera_nearest(const float *products, const float *half_norms, long width, int32_t first, float *best,
                     int32_t *where);

// Nearest pair of TESSERA_PANEL samples, each of two points x and y.
//
// x[i * stride + s] and y[i * stride + s] are the products of alternative i with the points of sample s. The score of
// alternative i with itself is 2 half_norms[i] - x_i - y_i; that of pair p of a = pairs[2 p] and b = pairs[2 p + 1] is
// half_norms[a] + half_norms[b] - max(x_a + y_b, x_b + y_a). where[s] is the place of the smallest: p, or
// pair_count + i. Of equal ones an alternative with itself comes first, then the earlier.
void tessera_nearest_pairs(const float *x, const float *y, long stride, const float *half_norms, long alternatives,
                           const int32_t *pairs, long pair_count, int32_t *where);

// Places of a tile where a lower bound of half a squared distance is at most `limit`, in order, with the bound.
//
// With n = own + norms[i], the bound is n - products[i] - |crossed[i]| - error n - rounding (own + |norms[i]|); without the
// third term where `crossed` is NULL. Infinite norms, as padding has, give no place, whatever the limit is. Returns how many
// there are; `places` and `bounds` have room for `width` numbers, a multiple of TESSERA_PANEL.
long tessera_within(const float *norms, const float *products, const float *crossed, long width, float own, float error,
                    float rounding, float limit, int32_t *places, float *bounds);

// A row as bytes: row = scale * bytes + what is left. `rest` is at least the length of what is left, `length` at least that of the
// row and of its bytes; `sum` is that of the bytes.
typedef struct {
  float scale, rest, length;
  int32_t sum;
} tessera_byte_row;

// Whether tessera_byte_bounds is fast on this machine: its vectors multiply bytes (AVX-512 VNNI).
bool tessera_has_byte_bounds(void);

// Writes a row as bytes, with zeros up to a multiple of four. What is left counts the rounding of the coordinates to single
// precision.
tessera_byte_row tessera_to_bytes(const float *row, int width, int8_t *bytes);

// Arranges up to TESSERA_PANEL rows of bytes: four coordinates of each row side by side, then the next four; zeros for rows that
// are not there. A byte is stored as byte + 128. Rows and panel are as wide as the next multiple of four.
void tessera_panel_of_bytes(const int8_t *rows, int count, int width, uint8_t *panel);

// products[q * stride + i] = scale_q scale_i <bytes_q, bytes_i> + rest_q length_i + length_q rest_i: at least the product of query
// q and row i, but for some 2^-20 of their lengths. Below 2^17 coordinates, so that no sum overflows.
void tessera_byte_bounds(const int8_t *queries, const tessera_byte_row *of, int count, int width, const uint8_t *panels,
                         const float *scales, const float *rests, const float *lengths, long panel_count,
                         float *products, long stride);

// Squared distances of one row from others, in double precision from the differences:
// squares[i] = sum_k (scale (own[k] - row[k]))^2, where row is number which[i] of `rows`, or number i where `which` is
// NULL. The order of the sum is the same for (a, b) and (b, a), so both give the same bytes.
void tessera_squares_float(const float *own, const float *rows, const int32_t *which, long count, int width,
                           double scale, double *squares);
void tessera_squares_double(const double *own, const double *rows, const int32_t *which, long count, int width,
                            double scale, double *squares);

// A sparse graph of compared pairs: the opponents of row i are the entries row_starts[i] to row_starts[i + 1], ascending.
typedef struct {
  const long *row_starts;
  const int32_t *opponents;
  const double *mass;      // a_ij of each entry
  const double *weights;   // w_i
  const double *coverage;  // c_i
  const bool *is_active;   // rows that are not are left out
  // Numbers of opponents are asked for so many entries ahead: they come from memory where there are many. 0: they are in a cache.
  long ahead;
} tessera_graph;

// Value, residuals and curvature of a regularised Bradley-Terry objective in the rows `first` to `last`: see `Objective`.
// rewards: NULL for zeros, which take no exponentials. Returns the rows' part of F; residuals, curvature and diagonal get R_i,
// a_ij s'(r_i - r_j) and the Hessian's diagonal divided by w_i. The same bytes for every width.
double tessera_pair_terms(const tessera_graph *graph, const double *rates, const double *rewards, double lambda,
                          long first, long last, double *residuals, double *curvature, double *diagonal);

// product = H x in the rows `first` to `last`; returns their part of x . product. The second is of eight vectors side by side,
// with a sum for each. The same bytes for every width.
double tessera_hessian_product(const tessera_graph *graph, const double *curvature, const double *diagonal,
                               const double *x, long first, long last, double *product);
void tessera_hessian_products(const tessera_graph *graph, const double *curvature, const double *diagonal,
                              const double *x, long first, long last, double *product, double *sums);

// Eight draws of noise for each of the rows `first` to `last`, side by side: noise of row i = sum over its entries with mass of
// a_ij times the root of the entry's variance, under signs fixed by the two alternatives, the seed and the number of the batch,
// and opposite in the two rows of a pair. The same bytes for every width.
void tessera_noise(const tessera_graph *graph, const double *variances, uint64_t seed, uint64_t batch, long first,
                   long last, double *noise);

// What `PairNoise` knows of compared pairs, for each entry or alternative.
typedef struct {
  const double *rates;     // p of an entry
  const double *counts;    // n of an entry, positive
  const double *within;    // W of an entry, E y^2 - p^2; NULL for p (1 - p), as of wins and losses
  const double *leverage;  // h of an entry; NULL for what the diagonal says: a_ij d (inverse_i + w_i share_j), 0.999 at most
  const double *inverse;   // 1 / the Hessian's diagonal over w_i; 0 where there is none
  const double *share;     // the same over w_i once more; 0 where there is no weight
  const double *rewards;   // of the less regularised fit
} tessera_pair_outcomes;

// Sums over the pairs in the rows `first` to `last`, each in the row of its smaller number: R, and D d (see `PairNoise`).
void tessera_pair_spread(const tessera_graph *graph, const tessera_pair_outcomes *outcomes, long first, long last,
                         double sums[2]);

// variances = (R + pooled phi d) / ((D + pooled) n) of each entry of these rows. Both give the same bytes for every width.
void tessera_pair_variances(const tessera_graph *graph, const tessera_pair_outcomes *outcomes, double phi, double pooled,
                            long first, long last, double *variances);

// losses[k] = mass[k] times the log loss of outcomes[k] (the share of a[k]) under the difference of the rewards of a[k] and
// b[k]. The same bytes for every width.
void tessera_losses(const double *rewards, const int32_t *a, const int32_t *b, const double *outcomes,
                    const double *mass, long count, double *losses);

// Bits of the widest vectors the kernels use on this machine: 512, 256 or 128; no more than the environment's
// TESSERA_VECTOR_BITS, which is looked at once. 512 and 256 give the same bytes; with 128 products are rounded before
// they are added.
int tessera_vector_bits(void);

/* Cores that the system lets this process use, at least 1. */
int tessera_available_cores(void);

// Ends the threads that an OpenBLAS with threads starts as it is loaded: each looks for work for some 30 ms, on a core that
// others could use. Does nothing beside another BLAS.
void tessera_end_blas_threads(void);

/* Bytes that this process could still get: of the machine, its control groups and its address space; the largest number
   where the system tells none. */
long long tessera_free_memory(void);

// Whether there is address space for the stacks of so many more threads: 0 or 1. Below a microsecond where it has no bound.
int tessera_room_for_threads(int count);

/* Bytes of this process that are in memory, without what is mapped from files; 0 where the system does not tell. */
long long tessera_used_memory(void);

/* Begins to look for the most memory of this process anew; returns the bytes in use now, files that are mapped among them, or -1
   where the system does not tell. */
long long tessera_watch_peak(void);

/* The most since then; -1 where the system does not tell. */
long long tessera_peak_memory(void);

#endif
