// What the system tells of memory. Everything here is a hint: where nothing is told, there is no bound.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tessera_kernels.h"

#ifdef __linux__

// The number behind a name in a file of lines "name number", or the first number where the name is NULL; -1 for none.
static long long number_in(const char *path, const char *name) {
  FILE *file = fopen(path, "re");
  if (!file) return -1;
  char line[512];
  long long found = -1;
  while (found < 0 && fgets(line, sizeof line, file)) {
    size_t length = name ? strlen(name) : 0;
    if (name && strncmp(line, name, length) != 0) continue;
    char *end;
    long long value = strtoll(line + length, &end, 10);
    if (end != line + length) found = value;
    if (!name) break;
  }
  fclose(file);
  return found;
}

// What a control group leaves, of one folder; LLONG_MAX where it has no bound. What is cached of files can be given back.
static long long left_in(const char *folder, const char *most, const char *used) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, most);
  long long limit = number_in(path, NULL);
  if (limit < 0 || limit > LLONG_MAX / 2) return LLONG_MAX;
  snprintf(path, sizeof path, "%s/%s", folder, used);
  long long taken = number_in(path, NULL);
  if (taken < 0) return LLONG_MAX;
  snprintf(path, sizeof path, "%s/memory.stat", folder);
  long long first = number_in(path, "inactive_file "), second = number_in(path, "active_file ");
  taken -= (first > 0 ? first : 0) + (second > 0 ? second : 0);
  return limit > taken ? limit - (taken > 0 ? taken : 0) : 0;
}

static long long left_in_groups(void) {
  long long least = LLONG_MAX;
  FILE *file = fopen("/proc/self/cgroup", "re");
  if (!file) return least;
  char line[900];
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *first = strchr(line, ':');
    char *path = first ? strchr(first + 1, ':') : NULL;
    if (!path) continue;
    *path++ = 0;
    int unified = first[1] == 0;
    if (!unified && strcmp(first + 1, "memory") != 0) continue;
    // The group and those that hold it.
    while (1) {
      char folder[1000];
      snprintf(folder, sizeof folder, "/sys/fs/cgroup%s%s", unified ? "" : "/memory", strcmp(path, "/") ? path : "");
      long long left = unified ? left_in(folder, "memory.max", "memory.current")
                               : left_in(folder, "memory.limit_in_bytes", "memory.usage_in_bytes");
      if (left < least) least = left;
      char *slash = strrchr(path, '/');
      if (!slash || path[0] == 0 || strcmp(path, "/") == 0) break;
      *slash = 0;
    }
  }
  fclose(file);
  return least;
}

// Pages of /proc/self/statm: all, resident, shared with files.
static int pages(long long *all, long long *resident, long long *shared) {
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file) return 0;
  int count = fscanf(file, "%lld %lld %lld", all, resident, shared);
  fclose(file);
  return count == 3;
}

long long tessera_free_memory(void) {
  long long least = LLONG_MAX;
  long long available = number_in("/proc/meminfo", "MemAvailable:");
  if (available >= 0) {
    long long swap = number_in("/proc/meminfo", "SwapFree:");
    least = 1024 * (available + (swap > 0 ? swap : 0));
  }
  long long left = left_in_groups();
  if (left < least) least = left;
  struct rlimit room;
  long long all, resident, shared;
  if (getrlimit(RLIMIT_AS, &room) == 0 && room.rlim_cur != RLIM_INFINITY && pages(&all, &resident, &shared)) {
    long long taken = all * sysconf(_SC_PAGESIZE);
    left = (long long)room.rlim_cur > taken ? (long long)room.rlim_cur - taken : 0;
    if (left < least) least = left;
  }
  // What a process writes to, beside files and stacks.
  long long data = number_in("/proc/self/status", "VmData:");
  if (getrlimit(RLIMIT_DATA, &room) == 0 && room.rlim_cur != RLIM_INFINITY && data >= 0) {
    left = (long long)room.rlim_cur > 1024 * data ? (long long)room.rlim_cur - 1024 * data : 0;
    if (left < least) least = left;
  }
  return least;
}

int tessera_room_for_threads(int count) {
  struct rlimit room, stack;
  if (getrlimit(RLIMIT_AS, &room) != 0 || room.rlim_cur == RLIM_INFINITY) return 1;
  long long all, resident, shared;
  if (!pages(&all, &resident, &shared)) return 1;
  // A stack, its guard, and what a thread allocates first.
  long long each = 8 << 20;
  if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY) each = (long long)stack.rlim_cur;
  return all * sysconf(_SC_PAGESIZE) + count * (each + (4 << 20)) <= (long long)room.rlim_cur;
}

long long tessera_used_memory(void) {
  long long all, resident, shared;
  if (!pages(&all, &resident, &shared)) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

static long long status_bytes(const char *name) {
  long long found = number_in("/proc/self/status", name);
  return found < 0 ? -1 : 1024 * found;
}

long long tessera_watch_peak(void) {
  FILE *file = fopen("/proc/self/clear_refs", "we");
  if (!file) return -1;
  int ended = fputs("5", file);
  // What was written is sent when the file is closed.
  if (fclose(file) != 0 || ended < 0) return -1;
  return status_bytes("VmRSS:");
}

long long tessera_peak_memory(void) { return status_bytes("VmHWM:"); }

#else

long long tessera_watch_peak(void) { return -1; }

long long tessera_peak_memory(void) { return -1; }

long long tessera_free_memory(void) { return LLONG_MAX; }

long long tessera_used_memory(void) { return 0; }

int tessera_room_for_threads(int count) {
  (void)count;
  return 1;
}

#endif
