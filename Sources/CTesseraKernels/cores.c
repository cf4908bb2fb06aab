#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tessera_kernels.h"

#include <sched.h>
#include <unistd.h>

int tessera_available_cores(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    int count = CPU_COUNT(&set);
    if (count > 0) return count;
  }
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}
