// The seven calls of BLAS and LAPACK that the library makes, handed on to an OpenBLAS that is opened when it is first
// needed: PyPI's scipy-openblas32, whose names begin with scipy_. So the wheel carries none of its own.
//
// tessera_blas_open comes before any other call: the Python package sees to it.

#include <dlfcn.h>
#include <stddef.h>

typedef void (*routine)(void);

static routine set_threads, dgemm, dsymm, dtrsm, dpotrf, dpotrs, dsyevd;

static int find(void *library, routine *into, const char *name) {
  // POSIX promises that a pointer from dlsym can be called.
  *(void **)into = dlsym(library, name);
  return *into != NULL;
}

void openblas_set_num_threads(int threads) { ((void (*)(int))set_threads)(threads); }

/// 0 where the library has all seven; 1 where it cannot be opened; 2 where one is missing.
int tessera_blas_open(const char *path) {
  if (dsyevd) return 0;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return 1;
  int whole = find(library, &set_threads, "scipy_openblas_set_num_threads") & find(library, &dgemm, "scipy_cblas_dgemm") & find(library, &dsymm, "scipy_cblas_dsymm")
    & find(library, &dtrsm, "scipy_cblas_dtrsm") & find(library, &dpotrf, "scipy_dpotrf_")
    & find(library, &dpotrs, "scipy_dpotrs_") & find(library, &dsyevd, "scipy_dsyevd_");
  if (!whole) return 2;
  // The library shares work among cores itself: threads within a call would only wait for one another, and sum in other orders.
  openblas_set_num_threads(1);
  return 0;
}

void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
                 int ldb, double beta, double *c, int ldc) {
  ((void (*)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int))dgemm)(
    order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cblas_dsymm(int order, int side, int uplo, int m, int n, double alpha, const double *a, int lda, const double *b,
                 int ldb, double beta, double *c, int ldc) {
  ((void (*)(int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int))dsymm)(
    order, side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cblas_dtrsm(int order, int side, int uplo, int transposed, int diagonal, int m, int n, double alpha, const double *a,
                 int lda, double *b, int ldb) {
  ((void (*)(int, int, int, int, int, int, int, double, const double *, int, double *, int))dtrsm)(
    order, side, uplo, transposed, diagonal, m, n, alpha, a, lda, b, ldb);
}

// Fortran passes the length of a text behind the other arguments.

void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info) {
  ((void (*)(const char *, const int *, double *, const int *, int *, size_t))dpotrf)(uplo, n, a, lda, info, 1);
}

void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda, double *b, const int *ldb,
             int *info) {
  ((void (*)(const char *, const int *, const int *, const double *, const int *, double *, const int *, int *,
             size_t))dpotrs)(uplo, n, nrhs, a, lda, b, ldb, info, 1);
}

void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info) {
  ((void (*)(const char *, const char *, const int *, double *, const int *, double *, double *, const int *, int *,
             const int *, int *, size_t, size_t))dsyevd)(jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info, 1, 1);
}
