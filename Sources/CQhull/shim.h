#ifndef TESSERA_CQHULL_SHIM_H
#define TESSERA_CQHULL_SHIM_H
#include <libqhull_r/qhull_ra.h>
#endif
