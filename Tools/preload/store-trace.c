/*
 * Stands between a program and the C library (LD_PRELOAD): records what the program does to the files
 * below one directory, and lets single calls fail.
 *
 *   STORE_TRACE_ROOT     the directory, absolute
 *   STORE_TRACE_FILE     where the record goes; without it nothing is recorded
 *   STORE_TRACE_MARKS    a file elsewhere: what is written to it is recorded as marks
 *   STORE_TRACE_SWALLOW  syncs that are neither made nor recorded, as in a program that lacks them:
 *                        any of fdatasync, dsync (the O_DSYNC of an open), fsync (of files), fsyncdir
 *   STORE_TRACE_KILL     the number of the call at which the process is killed
 *
 * The calls of all threads come one after another, so that the record has the order of their ends.
 * An operation of the record, integers big-endian:
 *
 *   u8 kind, u8 flags, u64 offset or size, u32 length, path, u32 length, bytes or second path
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, MAKE_DIRECTORY, WRITE, TRUNCATE, SYNC, RENAME, LINK, REMOVE, MARK };
enum fault { NONE, FAIL_IO, FAIL_SPACE, SHORT_WRITE, APPLIED, KILL };
enum { SYNCHRONOUS = 1, MOST_FILES = 1024 };

static struct file {
    char *path; /* below the root; "" is the root itself; NULL: not watched */
    int synchronous, directory, marks;
} files[MOST_FILES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *marks, *swallowed = "";
static int trace = -1;
static long calls, fault_at;
static enum fault fault_kind;
static const char *faulted = "";

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

/* For the program itself: lets the call of this number, counted from now, fail; 0 for none. */
void store_trace_arm(long call, int kind) {
    pthread_mutex_lock(&lock);
    calls = 0;
    fault_at = call;
    fault_kind = kind;
    faulted = "";
    pthread_mutex_unlock(&lock);
}

/* What the call was that failed; empty before it came. */
const char *store_trace_faulted(void) {
    return faulted;
}

/* Calls since then. */
long store_trace_calls(void) {
    return calls;
}

__attribute__((constructor)) static void start(void) {
    root = getenv("STORE_TRACE_ROOT");
    marks = getenv("STORE_TRACE_MARKS");
    if (getenv("STORE_TRACE_SWALLOW")) swallowed = getenv("STORE_TRACE_SWALLOW");
    if (getenv("STORE_TRACE_KILL")) {
        fault_at = atol(getenv("STORE_TRACE_KILL"));
        fault_kind = KILL;
    }
    const char *path = getenv("STORE_TRACE_FILE");
    if (!path) return;
    trace = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (trace < 0) abort();
}

/* Whether a word is among those of STORE_TRACE_SWALLOW. */
static int swallows(const char *word) {
    size_t length = strlen(word);
    for (const char *at = swallowed; (at = strstr(at, word)); at += length) {
        if ((at == swallowed || at[-1] == ',') && (at[length] == 0 || at[length] == ','))
            return 1;
    }
    return 0;
}

/* The path below the root; NULL where it is not. */
static const char *below(const char *path) {
    if (!root || !path) return NULL;
    size_t length = strlen(root);
    if (strncmp(path, root, length)) return NULL;
    if (!path[length]) return "";
    return path[length] == '/' ? path + length + 1 : NULL;
}

static struct file *watched(int fd) {
    return fd >= 0 && fd < MOST_FILES && files[fd].path ? &files[fd] : NULL;
}

static uint8_t *put(uint8_t *at, uint64_t value, int bytes) {
    while (bytes-- > 0) *at++ = (uint8_t)(value >> (8 * bytes));
    return at;
}

static void note(enum kind kind, int flags, uint64_t number, const char *path, const void *data,
                 size_t size) {
    if (trace < 0) return;
    size_t length = strlen(path);
    uint8_t head[14], middle[4];
    put(put(put(put(head, kind, 1), flags, 1), number, 8), length, 4);
    put(middle, size, 4);
    struct iovec parts[4] = {
        {head, sizeof head}, {(void *)path, length}, {middle, sizeof middle}, {(void *)data, size}};
    if (REAL(writev)(trace, parts, 4) != (ssize_t)(sizeof head + length + sizeof middle + size))
        abort();
}

/* Counts a call; the fault that it is to have. */
static enum fault count(const char *what) {
    calls++;
    if (!fault_at || calls != fault_at) return NONE;
    faulted = what;
    return fault_kind;
}

static int failed(enum fault fault) {
    errno = fault == FAIL_SPACE ? ENOSPC : EIO;
    return -1;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* A call that is made or not; `made` is its expression, of a type that can be -1. */
#define CALL(result, what, made)                   \
    do {                                           \
        enum fault fault = count(what);            \
        if (fault == KILL) die();                  \
        if (fault == FAIL_IO || fault == FAIL_SPACE) { \
            result = failed(fault);                \
            break;                                 \
        }                                          \
        result = made;                             \
        if (fault == APPLIED && result >= 0) applied = 1; \
    } while (0)

/* Files */

static int open_file(const char *path, int flags, mode_t mode) {
    const char *name = below(path);
    int is_marks = marks && path && !strcmp(path, marks);
    if (!name && !is_marks) return REAL(open)(path, flags, mode);
    pthread_mutex_lock(&lock);
    if (swallows("dsync")) flags &= ~O_DSYNC;
    struct stat status;
    int is_new = (flags & O_CREAT) && stat(path, &status);
    int fd = -1, applied = 0;
    if (is_marks) fd = REAL(open)(path, flags, mode);
    else CALL(fd, "open", REAL(open)(path, flags, mode));
    if (fd >= MOST_FILES) abort();
    if (fd >= 0) {
        if (!is_marks && is_new) note(CREATE, 0, 0, name, "", 0);
        else if (!is_marks && (flags & O_TRUNC)) note(TRUNCATE, 0, 0, name, "", 0);
        if (applied) {
            REAL(close)(fd);
            fd = failed(APPLIED);
        } else {
            fstat(fd, &status);
            files[fd] = (struct file){strdup(is_marks ? "" : name), !!(flags & O_DSYNC),
                                      S_ISDIR(status.st_mode), is_marks};
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open_file(path, flags, mode);
}

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (watched(fd)) {
        free(files[fd].path);
        files[fd].path = NULL;
    }
    int result = REAL(close)(fd);
    pthread_mutex_unlock(&lock);
    return result;
}

/* Writing */

static ssize_t write_at(int fd, const void *data, size_t size, off_t offset) {
    struct file *file = &files[fd];
    enum fault fault = count("write");
    if (fault == FAIL_IO || fault == FAIL_SPACE) return failed(fault);
    size_t part = fault == SHORT_WRITE || fault == KILL ? size / 2 : size;
    ssize_t result = REAL(pwrite)(fd, data, part, offset);
    if (result > 0) note(WRITE, file->synchronous ? SYNCHRONOUS : 0, offset, file->path, data, result);
    if (fault == KILL) die();
    return fault == APPLIED && result >= 0 ? failed(fault) : result;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    pthread_mutex_lock(&lock);
    ssize_t result = watched(fd) && !files[fd].marks ? write_at(fd, data, size, offset)
                                                     : REAL(pwrite)(fd, data, size, offset);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset) {
    return pwrite(fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size) {
    if (!watched(fd)) return REAL(write)(fd, data, size);
    pthread_mutex_lock(&lock);
    ssize_t result;
    if (files[fd].marks) {
        result = REAL(write)(fd, data, size);
        if (result > 0) note(MARK, 0, 0, "", data, result);
    } else {
        off_t offset = lseek(fd, 0, SEEK_CUR);
        result = write_at(fd, data, size, offset);
        if (result > 0) lseek(fd, offset + result, SEEK_SET);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static ssize_t gathered(int fd, const struct iovec *parts, int number, off_t offset) {
    size_t size = 0;
    for (int part = 0; part < number; part++) size += parts[part].iov_len;
    uint8_t *all = malloc(size ? size : 1), *at = all;
    if (!all) abort();
    for (int part = 0; part < number; part++) {
        memcpy(at, parts[part].iov_base, parts[part].iov_len);
        at += parts[part].iov_len;
    }
    ssize_t result = write_at(fd, all, size, offset);
    free(all);
    return result;
}

ssize_t writev(int fd, const struct iovec *parts, int number) {
    if (!watched(fd) || files[fd].marks) return REAL(writev)(fd, parts, number);
    pthread_mutex_lock(&lock);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t result = gathered(fd, parts, number, offset);
    if (result > 0) lseek(fd, offset + result, SEEK_SET);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwritev(int fd, const struct iovec *parts, int number, off_t offset) {
    if (!watched(fd) || files[fd].marks) return REAL(pwritev)(fd, parts, number, offset);
    pthread_mutex_lock(&lock);
    ssize_t result = gathered(fd, parts, number, offset);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int number, off_t offset) {
    return pwritev(fd, parts, number, offset);
}

/* A call on a file that is recorded when it was made. */
static int on_file(int fd, int (*real)(int), const char *word) {
    struct file *file = watched(fd);
    if (!file || file->marks) return real(fd);
    if (swallows(word)) return 0;
    pthread_mutex_lock(&lock);
    int result, applied = 0;
    CALL(result, "sync", real(fd));
    if (result == 0) note(SYNC, 0, 0, file->path, "", 0);
    if (applied) result = failed(APPLIED);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd) {
    struct file *file = watched(fd);
    return on_file(fd, REAL(fsync), file && file->directory ? "fsyncdir" : "fsync");
}

int fdatasync(int fd) {
    return on_file(fd, REAL(fdatasync), "fdatasync");
}

/* A map of a watched file that is written back would not be seen: none may be. */
int msync(void *address, size_t length, int flags) {
    if (root) abort();
    return REAL(msync)(address, length, flags);
}

int ftruncate(int fd, off_t size) {
    struct file *file = watched(fd);
    if (!file) return REAL(ftruncate)(fd, size);
    pthread_mutex_lock(&lock);
    int result, applied = 0;
    CALL(result, "truncate", REAL(ftruncate)(fd, size));
    if (result == 0) note(TRUNCATE, 0, size, file->path, "", 0);
    if (applied) result = failed(APPLIED);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int fd, off_t size) {
    return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t offset, off_t size) {
    if (watched(fd)) abort();
    return REAL(posix_fallocate)(fd, offset, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size) {
    if (watched(fd)) abort();
    return REAL(fallocate)(fd, mode, offset, size);
}

/* Names */

#define NAMED(path, made, kind, second)                              \
    do {                                                             \
        pthread_mutex_lock(&lock);                                   \
        const char *other = second;                                  \
        int applied = 0;                                             \
        CALL(result, "name", made);                                          \
        if (result == 0) note(kind, 0, 0, below(path), other, strlen(other)); \
        if (applied) result = failed(APPLIED);                       \
        pthread_mutex_unlock(&lock);                                 \
    } while (0)

int rename(const char *old, const char *new) {
    if (!below(old) || !below(new)) return REAL(rename)(old, new);
    int result;
    NAMED(old, REAL(rename)(old, new), RENAME, below(new));
    return result;
}

int link(const char *old, const char *new) {
    if (!below(old) || !below(new)) return REAL(link)(old, new);
    int result;
    NAMED(old, REAL(link)(old, new), LINK, below(new));
    return result;
}

int unlink(const char *path) {
    if (!below(path)) return REAL(unlink)(path);
    int result;
    NAMED(path, REAL(unlink)(path), REMOVE, "");
    return result;
}

int rmdir(const char *path) {
    if (!below(path)) return REAL(rmdir)(path);
    int result;
    NAMED(path, REAL(rmdir)(path), REMOVE, "");
    return result;
}

int mkdir(const char *path, mode_t mode) {
    if (!below(path)) return REAL(mkdir)(path, mode);
    int result;
    NAMED(path, REAL(mkdir)(path, mode), MAKE_DIRECTORY, "");
    return result;
}

/* The C library makes the directory without calling mkdir. */
char *mkdtemp(char *template) {
    if (!below(template)) return REAL(mkdtemp)(template);
    int result;
    NAMED(template, REAL(mkdtemp)(template) ? 0 : -1, MAKE_DIRECTORY, "");
    return result == 0 ? template : NULL;
}
