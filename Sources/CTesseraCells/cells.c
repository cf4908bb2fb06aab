// Qhull keeps its facets in linked lists behind C macros and leaves errors by longjmp: both stay in this file.

#include "tessera_cells.h"

#include <libqhull_r/qhull_ra.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static void release(qhT *qh) {
  int current, total;
  qh_freeqhull(qh, !qh_ALL);
  qh_memfreeshort(qh, &current, &total);
}

// The convex hull of points; qh must be released with release().
//
// Facets that rounding cannot tell apart are merged; Qx makes that feasible in higher dimensions. Where merging
// fails, the points are moved by some 1e-12 of their size until the hull is simple (QJ).
static int hull(qhT *qh, int dimension, int count, double *points, FILE *quiet) {
  const char *attempts[] = {dimension >= 5 ? "qhull Qx" : "qhull", "qhull QJ"};
  int code = 0;
  for (int attempt = 0; attempt < 2; attempt++) {
    char options[32];
    strcpy(options, attempts[attempt]);
    if (attempt) release(qh);
    qh_zero(qh, quiet);
    code = qh_new_qhull(qh, dimension, count, points, False, options, quiet, quiet);
    if (!code) break;
  }
  return code;
}

int tessera_polytope_corners(int dimension, int count, const double *halfspaces, double **corners,
                             int *corner_count) {
  *corners = NULL;
  *corner_count = 0;
  FILE *quiet = fopen("/dev/null", "w");
  double *dual = malloc(sizeof(double) * (size_t)count * (size_t)dimension);
  qhT *qh = malloc(sizeof(qhT));
  int code = qh_ERRmem;
  if (quiet && dual && qh) {
    for (int i = 0; i < count; i++) {
      const double *row = halfspaces + (size_t)i * (size_t)(dimension + 1);
      for (int k = 0; k < dimension; k++) dual[i * dimension + k] = row[k] / row[dimension];
    }
    code = hull(qh, dimension, count, dual, quiet);
    if (!code) {
      facetT *facet;
      int facets = 0;
      FORALLfacets { facets++; }
      *corners = malloc(sizeof(double) * (size_t)(facets > 0 ? facets : 1) * (size_t)dimension);
      if (!*corners) {
        code = qh_ERRmem;
      } else {
        // A facet n . y + offset = 0 around the origin (offset < 0) is dual to the corner -n / offset.
        FORALLfacets {
          if (facet->offset >= 0) {
            code = qh_ERRprec;
            break;
          }
          for (int k = 0; k < dimension; k++)
            (*corners)[*corner_count * dimension + k] = -facet->normal[k] / facet->offset;
          (*corner_count)++;
        }
      }
    }
    release(qh);
  }
  if (code) {
    free(*corners);
    *corners = NULL;
  }
  free(dual);
  free(qh);
  if (quiet) fclose(quiet);
  return code;
}

int tessera_hull_volume(int dimension, int count, const double *points, double *volume) {
  *volume = 0;
  FILE *quiet = fopen("/dev/null", "w");
  double *copy = malloc(sizeof(double) * (size_t)count * (size_t)dimension);
  qhT *qh = malloc(sizeof(qhT));
  int code = qh_ERRmem;
  if (quiet && copy && qh) {
    memcpy(copy, points, sizeof(double) * (size_t)count * (size_t)dimension);
    code = hull(qh, dimension, count, copy, quiet);
    if (!code) {
      // Qhull's errors jump to qh->errexit; without a place to land they would end the program.
      qh->NOerrexit = False;
      code = setjmp(qh->errexit);
      if (!code) {
        qh_getarea(qh, qh->facet_list);
        *volume = qh->totvol;
      }
      qh->NOerrexit = True;
    }
    release(qh);
  }
  free(copy);
  free(qh);
  if (quiet) fclose(quiet);
  return code;
}
