#ifndef TESSERA_CELLS_H
#define TESSERA_CELLS_H

// Corners of the polytope { x : normal_i . x <= offset_i } around the origin, which must lie strictly inside:
// every offset is positive. By duality, from the convex hull of the points normal_i / offset_i.
//
// halfspaces: count rows of normal (dimension numbers) and offset. On success returns 0, and *corners holds
// *corner_count rows of `dimension` numbers, to be released with free(). Returns Qhull's exit code otherwise.
int tessera_polytope_corners(int dimension, int count, const double *halfspaces, double **corners,
                             int *corner_count);

// Volume of the convex hull of points. Returns 0 on success, Qhull's exit code otherwise.
int tessera_hull_volume(int dimension, int count, const double *points, double *volume);

#endif
