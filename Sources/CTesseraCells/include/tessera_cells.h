#ifndef TESSERA_CELLS_H
#define TESSERA_CELLS_H

#include <stdint.h>

// Corners of the polytope { x : normal_i . x <= offset_i } around the origin, which must lie strictly inside:
// every offset is positive. By duality, from the convex hull of the points normal_i / offset_i.
//
// halfspaces: count rows of normal (dimension numbers) and offset. On success returns 0; *corners then holds
// *corner_count rows of `dimension` numbers, and *incidence for each halfspace ceil(*corner_count / 64) words, whose bit
// c says whether it meets corner c. Both are to be released with free(). *simple says whether no more than `dimension` bounds
// meet in any corner: elsewhere Qhull may have taken several corners for one, and names some of the bounds that meet there.
// Returns Qhull's exit code otherwise.
//
// moved: whether the bounds are moved by some 1e-12 of their size at random (always alike) until no more than `dimension` of them
// meet in a corner. Then none is taken for another, and *simple is 0, since the corners are no longer exact.
int tessera_polytope_corners(int dimension, int count, const double *halfspaces, int moved, double **corners,
                             int *corner_count, uint64_t **incidence, int *simple);

// Volume of the polytope of such corners and incidence. Returns 0 on success, an exit code where memory is lacking.
int tessera_polytope_volume(int dimension, int count, const double *corners, int corner_count,
                            const uint64_t *incidence, double *volume);

#endif
