#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tessera_kernels.h"

#include <dlfcn.h>
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

void tessera_end_blas_threads(void) {
  // What OpenBLAS calls itself before a fork: its threads end, and begin again with the first call that has work for several.
  void (*end)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "blas_thread_shutdown_");
  if (end) end();
}
