/* Preloaded into leakscan and the git it starts: makes calls on files below FAULT_UNDER fail as FAULT says.

FAULT is "CALL WHAT FIRST EVERY": CALL read, write or open; WHAT an errno, or "short" for one byte at a time; it
happens to call number FIRST of a process and to every EVERY-th after it (0: to no other). FAULT_CLOCK: the system's
clock jumps by that many seconds, back and forth at each look. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static char call[16], what[16], under[4096];
static long first, every, jump;
static atomic_long seen, looks;

__attribute__((constructor)) static void start(void) {
    const char *fault = getenv("FAULT"), *folder = getenv("FAULT_UNDER"), *clock = getenv("FAULT_CLOCK");
    if (fault && folder && strlen(folder) < sizeof under &&
        sscanf(fault, "%15s %15s %ld %ld", call, what, &first, &every) == 4)
        strcpy(under, folder);
    jump = clock ? atol(clock) : 0;
}

static int is_below(const char *path) { return *under && strncmp(path, under, strlen(under)) == 0; }

static int happens(const char *name, const char *path) {
    if (strcmp(name, call) || !is_below(path)) return 0;
    long number = atomic_fetch_add(&seen, 1);
    return number == first || (every && number > first && (number - first) % every == 0);
}

static int happens_to(const char *name, int fd) {
    char link[64], path[4096];
    if (strcmp(name, call)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return happens(name, path);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define ON_DESCRIPTOR(name, kind, parameters, arguments, length)              \
    ssize_t name parameters {                                                 \
        REAL(name);                                                           \
        if (happens_to(kind, fd)) {                                           \
            if (strcmp(what, "short")) return errno = atoi(what), -1;         \
            if (length > 1) length = 1;                                       \
        }                                                                     \
        return real arguments;                                                \
    }
ON_DESCRIPTOR(read, "read", (int fd, void *to, size_t size), (fd, to, size), size)
ON_DESCRIPTOR(pread, "read", (int fd, void *to, size_t size, off_t at), (fd, to, size, at), size)
ON_DESCRIPTOR(pread64, "read", (int fd, void *to, size_t size, off64_t at), (fd, to, size, at), size)
ON_DESCRIPTOR(write, "write", (int fd, const void *from, size_t size), (fd, from, size), size)

#define OPENING(name, before, arguments, absolute)                            \
    int name(before const char *path, int flags, ...) {                       \
        REAL(name);                                                           \
        va_list rest;                                                         \
        va_start(rest, flags);                                                \
        mode_t mode = va_arg(rest, mode_t);                                   \
        va_end(rest);                                                         \
        if (absolute && happens("open", path)) return errno = atoi(what), -1; \
        return real arguments;                                                \
    }
#define AT int folder,
OPENING(open, , (path, flags, mode), 1)
OPENING(open64, , (path, flags, mode), 1)
OPENING(openat, AT, (folder, path, flags, mode), *path == '/')
OPENING(openat64, AT, (folder, path, flags, mode), *path == '/')

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int code = real(clock, now);
    if (jump && clock == CLOCK_REALTIME) now->tv_sec += atomic_fetch_add(&looks, 1) % 2 ? jump : -jump;
    return code;
}
