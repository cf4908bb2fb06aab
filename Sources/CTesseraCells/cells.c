// Qhull keeps its facets in linked lists behind C macros and leaves errors by longjmp: both stay in this file.

#include "tessera_cells.h"

#include <libqhull_r/qhull_ra.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void release(qhT *qh) {
  int current, total;
  qh_freeqhull(qh, !qh_ALL);
  qh_memfreeshort(qh, &current, &total);
}

// The convex hull of points; qh must be released with release().
//
// Facets that rounding cannot tell apart are merged; Qx makes that feasible in higher dimensions. Where merging fails, or
// *moved asks for it, the points are moved by some 1e-12 of their size until the hull is simple (QJ), and *moved says so.
static int hull(qhT *qh, int dimension, int count, double *points, FILE *quiet, int *moved) {
  const char *attempts[] = {dimension >= 5 ? "qhull Qx" : "qhull", "qhull QJ"};
  const int first = *moved ? 1 : 0;
  int code = 0;
  for (int attempt = first; attempt < 2; attempt++) {
    char options[32];
    strcpy(options, attempts[attempt]);
    if (attempt > first) release(qh);
    *moved = attempt;
    qh_zero(qh, quiet);
    code = qh_new_qhull(qh, dimension, count, points, False, options, quiet, quiet);
    if (!code) break;
  }
  return code;
}

int tessera_polytope_corners(int dimension, int count, const double *halfspaces, int moved, double **corners,
                             int *corner_count, uint64_t **incidence, int *simple) {
  *simple = 0;
  *corners = NULL;
  *incidence = NULL;
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
    code = hull(qh, dimension, count, dual, quiet, &moved);
    if (!code) {
      facetT *facet;
      int facets = 0;
      FORALLfacets { facets++; }
      const size_t words = ((size_t)facets + 63) / 64;
      *corners = malloc(sizeof(double) * (size_t)(facets > 0 ? facets : 1) * (size_t)dimension);
      *incidence = calloc(words * (size_t)count + 1, sizeof(uint64_t));
      if (!*corners || !*incidence) {
        code = qh_ERRmem;
      } else {
        // A facet n . y + offset = 0 around the origin (offset < 0) is dual to the corner -n / offset, and its vertices
        // to the halfspaces that meet there.
        *simple = !moved;
        FORALLfacets {
          if (!facet->simplicial) *simple = 0;
          if (facet->offset >= 0) {
            code = qh_ERRprec;
            break;
          }
          for (int k = 0; k < dimension; k++)
            (*corners)[*corner_count * dimension + k] = -facet->normal[k] / facet->offset;
          vertexT *vertex, **vertexp;
          FOREACHvertex_(facet->vertices) {
            int side = qh_pointid(qh, vertex->point);
            if (side >= 0 && side < count)
              (*incidence)[(size_t)side * words + (size_t)(*corner_count / 64)] |= 1ull << (*corner_count % 64);
          }
          (*corner_count)++;
        }
      }
    }
    release(qh);
  }
  if (code) {
    free(*corners);
    free(*incidence);
    *corners = NULL;
    *incidence = NULL;
  }
  free(dual);
  free(qh);
  if (quiet) fclose(quiet);
  return code;
}

// Cones over faces (Cohen and Hickey, 1979): a face is the union of the simplices that its first corner spans with
// those of its own faces that do not hold it. All volumes are positive, so nothing cancels; and only corners enter that
// lie on the polytope, so where corners nearly coincide the error is that of their places.
typedef struct {
  int dimension;
  size_t words;
  const double *corners;
  const uint64_t *incidence;
  // For each level: the sides that can bound a face there, the faces found, and a unit vector.
  int **sides;
  uint64_t **faces;
  double *basis;
} cones;

static int first_corner(const uint64_t *face, size_t words) {
  for (size_t w = 0; w < words; w++)
    if (face[w]) return (int)(64 * w) + __builtin_ctzll(face[w]);
  return -1;
}

// Distance of a corner from the flat that corner `from` spans with the first `known` unit vectors; the direction of the
// distance is the next unit vector.
static double height(const cones *c, int corner, int from, int known) {
  const int d = c->dimension;
  double *next = c->basis + (size_t)known * (size_t)d;
  for (int k = 0; k < d; k++) next[k] = c->corners[corner * d + k] - c->corners[from * d + k];
  // Twice, or a short distance keeps some of what it should be orthogonal to.
  for (int again = 0; again < 2; again++)
    for (int b = 0; b < known; b++) {
      const double *unit = c->basis + (size_t)b * (size_t)d;
      double dot = 0;
      for (int k = 0; k < d; k++) dot += unit[k] * next[k];
      for (int k = 0; k < d; k++) next[k] -= dot * unit[k];
    }
  double square = 0;
  for (int k = 0; k < d; k++) square += next[k] * next[k];
  double length = sqrt(square);
  if (length > 0)
    for (int k = 0; k < d; k++) next[k] /= length;
  return length;
}

// `level`! times the volume of a face of that dimension, times the heights of the corners before, whose first is `root`
// (-1 where there is none yet).
static double cone(const cones *c, int level, const uint64_t *face, const int *sides, int side_count, int root,
                   int known, double heights) {
  const size_t words = c->words;
  int corner = first_corner(face, words);
  if (corner < 0) return 0;
  if (root < 0) {
    root = corner;
  } else {
    heights *= height(c, corner, root, known);
    known++;
    if (!(heights > 0)) return 0;
  }
  if (level == 0) return heights;
  int *mine = c->sides[level];
  uint64_t *found = c->faces[level];
  int bounding = 0;
  for (int s = 0; s < side_count; s++) {
    const uint64_t *all = c->incidence + (size_t)sides[s] * words;
    uint64_t *part = found + (size_t)bounding * words;
    int corners = 0, whole = 1;
    for (size_t w = 0; w < words; w++) {
      part[w] = face[w] & all[w];
      corners += __builtin_popcountll(part[w]);
      if (part[w] != face[w]) whole = 0;
    }
    // A face of dimension level - 1 has at least so many corners. A side through all of this face bounds none of it, and
    // two sides that meet it in the same corners bound it once.
    if (whole || corners < level) continue;
    int again = 0;
    for (int before = 0; before < bounding && !again; before++)
      again = !memcmp(found + (size_t)before * words, part, words * sizeof(uint64_t));
    if (again) continue;
    mine[bounding++] = sides[s];
  }
  double sum = 0;
  for (int s = 0; s < bounding; s++) {
    const uint64_t *part = found + (size_t)s * words;
    if (part[corner / 64] >> (corner % 64) & 1) continue;
    sum += cone(c, level - 1, part, mine, bounding, root, known, heights);
  }
  return sum;
}

int tessera_polytope_volume(int dimension, int count, const double *corners, int corner_count,
                            const uint64_t *incidence, double *volume) {
  *volume = 0;
  const size_t words = ((size_t)corner_count + 63) / 64;
  const size_t levels = (size_t)dimension + 1;
  cones c = {dimension, words, corners, incidence, calloc(levels, sizeof(int *)), calloc(levels, sizeof(uint64_t *)),
             calloc(levels * (size_t)dimension, sizeof(double))};
  uint64_t *face = calloc(words + 1, sizeof(uint64_t));
  int *sides = malloc(sizeof(int) * (size_t)(count + 1));
  int code = c.sides && c.faces && c.basis && face && sides ? 0 : qh_ERRmem;
  for (size_t level = 0; level < levels && !code; level++) {
    c.sides[level] = malloc(sizeof(int) * (size_t)(count + 1));
    c.faces[level] = malloc(sizeof(uint64_t) * words * (size_t)(count + 1) + 1);
    if (!c.sides[level] || !c.faces[level]) code = qh_ERRmem;
  }
  if (!code) {
    for (int i = 0; i < corner_count; i++) face[i / 64] |= 1ull << (i % 64);
    for (int s = 0; s < count; s++) sides[s] = s;
    *volume = cone(&c, dimension, face, sides, count, -1, 0, 1);
    for (int k = 2; k <= dimension; k++) *volume /= k;
  }
  for (size_t level = 0; level < levels; level++) {
    if (c.sides) free(c.sides[level]);
    if (c.faces) free(c.faces[level]);
  }
  free(c.sides);
  free(c.faces);
  free(c.basis);
  free(face);
  free(sides);
  return code;
}
