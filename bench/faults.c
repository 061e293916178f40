/* Fail one file operation of a process tree, the n-th on paths that matter: for bench/laboratory.py, by LD_PRELOAD.

   FAULT_BOARD names a file of one struct board, which all processes of a run share: counters by operation, and which
   operation fails, how. FAULT_ROOTS names the folders that count, separated by ':'. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum operation { RENAME, LINK, UNLINK, FSYNC, MKDIR, OPEN, READ, WRITE, STAT, OPERATIONS };

#define SHORT -1

struct board {
  atomic_long seen[OPERATIONS];
  long operation, at, error; /* error 0: the process is killed; SHORT: half of the bytes */
  atomic_long struck;
};

static struct board *board;
static char roots[4][PATH_MAX];
static int root_count;

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("FAULT_BOARD"), *list = getenv("FAULT_ROOTS");
  if (!name || !list) return;
  char copy[4 * PATH_MAX];
  snprintf(copy, sizeof copy, "%s", list);
  for (char *one = strtok(copy, ":"); one && root_count < 4; one = strtok(NULL, ":"))
    snprintf(roots[root_count++], PATH_MAX, "%s", one);
  int file = open(name, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (shared != MAP_FAILED) board = shared;
}

static int counts(const char *path) {
  for (int i = 0; i < root_count; i++)
    if (path && !strncmp(path, roots[i], strlen(roots[i]))) return 1;
  return 0;
}

/* Count an operation; 1 where it has to fail, with errno set, SHORT where it has to do half of its work. */
static int strikes(enum operation one, const char *path) {
  if (!board || !counts(path)) return 0;
  long number = atomic_fetch_add(&board->seen[one], 1) + 1;
  if (board->operation != (long)one || board->at != number) return 0;
  atomic_store(&board->struck, 1);
  if (!board->error) kill(getpid(), SIGKILL);
  if (board->error == SHORT) return SHORT;
  errno = (int)board->error;
  return 1;
}

static int strikes_file(enum operation one, int file) {
  if (!board) return 0;
  char link_name[64], path[PATH_MAX];
  snprintf(link_name, sizeof link_name, "/proc/self/fd/%d", file);
  ssize_t size = readlink(link_name, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return strikes(one, path);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

#define OPENS(name)                                                       \
  int name(const char *path, int flags, ...) {                            \
    va_list more;                                                         \
    va_start(more, flags);                                                \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                         \
    if (strikes(OPEN, path)) return -1;                                   \
    return REAL(int, name, const char *, int, ...)(path, flags, mode);    \
  }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name)                                                          \
  int name(int folder, const char *path, int flags, ...) {                      \
    va_list more;                                                               \
    va_start(more, flags);                                                      \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;   \
    va_end(more);                                                               \
    if (strikes(OPEN, path)) return -1;                                         \
    return REAL(int, name, int, const char *, int, ...)(folder, path, flags, mode); \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

DIR *opendir(const char *path) {
  return strikes(OPEN, path) ? NULL : REAL(DIR *, opendir, const char *)(path);
}
int rename(const char *from, const char *to) {
  return strikes(RENAME, to) ? -1 : REAL(int, rename, const char *, const char *)(from, to);
}
int link(const char *from, const char *to) {
  return strikes(LINK, to) ? -1 : REAL(int, link, const char *, const char *)(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
  return strikes(LINK, to) ? -1 : REAL(int, linkat, int, const char *, int, const char *, int)(a, from, b, to, flags);
}
int unlink(const char *path) { return strikes(UNLINK, path) ? -1 : REAL(int, unlink, const char *)(path); }
int mkdir(const char *path, mode_t mode) {
  return strikes(MKDIR, path) ? -1 : REAL(int, mkdir, const char *, mode_t)(path, mode);
}
int fsync(int file) { return strikes_file(FSYNC, file) ? -1 : REAL(int, fsync, int)(file); }
/* What reads and writes: -1 where it fails, or as many bytes as it shall ask for. */
static ssize_t asked(enum operation one, int file, size_t size) {
  int struck = strikes_file(one, file);
  if (struck > 0) return -1;
  return (ssize_t)(struck == SHORT && size > 1 ? size / 2 : size);
}

ssize_t read(int file, void *into, size_t size) {
  ssize_t some = asked(READ, file, size);
  return some < 0 ? -1 : REAL(ssize_t, read, int, void *, size_t)(file, into, (size_t)some);
}
ssize_t pread64(int file, void *into, size_t size, off64_t at) {
  ssize_t some = asked(READ, file, size);
  return some < 0 ? -1 : REAL(ssize_t, pread64, int, void *, size_t, off64_t)(file, into, (size_t)some, at);
}
ssize_t pread(int file, void *into, size_t size, off_t at) {
  ssize_t some = asked(READ, file, size);
  return some < 0 ? -1 : REAL(ssize_t, pread, int, void *, size_t, off_t)(file, into, (size_t)some, at);
}
ssize_t write(int file, const void *from, size_t size) {
  ssize_t some = asked(WRITE, file, size);
  return some < 0 ? -1 : REAL(ssize_t, write, int, const void *, size_t)(file, from, (size_t)some);
}

/* The clock of a machine that is FAULT_CLOCK seconds off. */
static long off_by(void) {
  static long seconds, known;
  if (!known) {
    const char *told = getenv("FAULT_CLOCK");
    seconds = told ? atol(told) : 0;
    known = 1;
  }
  return seconds;
}
int clock_gettime(clockid_t clock, struct timespec *into) {
  int failed = REAL(int, clock_gettime, clockid_t, struct timespec *)(clock, into);
  if (!failed && clock == CLOCK_REALTIME) into->tv_sec += off_by();
  return failed;
}
time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *restrict into, void *restrict zone) {
  int failed = REAL(int, gettimeofday, struct timeval *, void *)(into, zone);
  if (!failed) into->tv_sec += off_by();
  return failed;
}

#define STATS(name, type)                                                     \
  int name(const char *path, struct type *into) {                             \
    return strikes(STAT, path) ? -1 : REAL(int, name, const char *, struct type *)(path, into); \
  }
STATS(stat, stat)
STATS(stat64, stat64)
STATS(lstat, stat)
STATS(lstat64, stat64)

#define STATS_AT(name, type)                                                  \
  int name(int folder, const char *path, struct type *into, int flags) {      \
    return strikes(STAT, path) ? -1                                           \
                               : REAL(int, name, int, const char *, struct type *, int)(folder, path, into, flags); \
  }
STATS_AT(fstatat, stat)
STATS_AT(fstatat64, stat64)
