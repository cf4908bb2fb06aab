#ifndef TESSERA_KERNELS_H
#define TESSERA_KERNELS_H

#include <stdint.h>

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

// Nearest alternative of the reflections of one random point, over a tile of alternatives.
//
// For reflection p with signs s (row p of the Hadamard matrix of order `blocks`), the score of alternative i is
// half_norms[i] - sum_b s_b products[b * stride + i] for +s and half_norms[i] + the same sum for -s. The smallest
// score so far stands in `best`, the chunk where it was found in `where`, separately for each of the
// TESSERA_CHUNK places inside a chunk: 2 * blocks rows (+ and - in turn) of TESSERA_CHUNK numbers.
//
// blocks: 1, 2, 4, 8, 16, 32 or 64. width: a multiple of TESSERA_CHUNK. half_norms of padding are +infinity.
// first: number of the tile's first alternative.
void tessera_reflections(const float *products, long stride, const float *half_norms, long width, int blocks,
                         int32_t first, float *best, int32_t *where);

// The same for the point alone, without reflections: one row of best and where.
void tessera_nearest(const float *products, const float *half_norms, long width, int32_t first, float *best,
                     int32_t *where);

// Bits of the widest vectors the kernels use on this machine: 512, 256 or 128.
int tessera_vector_bits(void);

#endif
