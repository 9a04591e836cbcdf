// Preloaded into a program under test: follows what it does to the files of one folder.
//
//   EXPT_DISK_FOLDER   the folder, absolute and without links
//   EXPT_DISK_LOG      file to which each operation is appended, for disk.py to work out what a power cut leaves
//   EXPT_DISK_KILL_AT  the program is killed (SIGKILL) right before its n-th operation, counted from 1
//
// Operations are: write, truncate, create, rename, unlink, mkdir, rmdir, and beginning and end of fsync or fdatasync.
// Each is carried out for real and then logged, one after the other. An operation that was carried out and not logged,
// because the program died in between, counts as never done: nobody can have been told of it.
//
// Record: u32 size of what follows | u8 operation | u64 inode or token | u64 number | u32 size of path | path | rest
// (little-endian). Ways to change a file that are not followed end the program, so that nothing goes unnoticed;
// SQLite's shared memory (-shm), which is made anew after a crash, is let through.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum Operation {
  kWrite = 1,      // inode, offset, rest = bytes
  kTruncate = 2,   // inode, size
  kCreate = 3,     // inode, mode, path
  kRename = 4,     // path, rest = new path
  kUnlink = 5,     // path
  kMakeFolder = 6, // inode, mode, path
  kRemoveFolder = 7,
  kSyncBegin = 8,  // token, inode
  kSyncEnd = 9,    // token
};

#define MAX_FILES 65536

struct File {
  uint64_t inode;  // 0: not followed
  char is_shared_memory;
};

static struct File files[MAX_FILES];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char folder[4096];
static size_t folder_size;
static int log_file = -1;
static uint64_t kill_at;
static uint64_t operations;
static uint64_t next_token = 1;

static ssize_t (*real_write)(int, const void*, size_t);
static ssize_t (*real_writev)(int, const struct iovec*, int);
static ssize_t (*real_pwrite)(int, const void*, size_t, off_t);
static int (*real_open)(const char*, int, ...);
static int (*real_openat)(int, const char*, int, ...);
static int (*real_close)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_truncate)(const char*, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char*, const char*);
static int (*real_unlink)(const char*);
static int (*real_unlinkat)(int, const char*, int);
static int (*real_remove)(const char*);
static int (*real_mkdir)(const char*, mode_t);
static int (*real_rmdir)(const char*);
static FILE* (*real_fopen)(const char*, const char*);
static void* (*real_mmap)(void*, size_t, int, int, int, off_t);

static void Start(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_open = dlsym(RTLD_NEXT, "open");
  real_openat = dlsym(RTLD_NEXT, "openat");
  real_close = dlsym(RTLD_NEXT, "close");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
  real_truncate = dlsym(RTLD_NEXT, "truncate");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
  real_remove = dlsym(RTLD_NEXT, "remove");
  real_mkdir = dlsym(RTLD_NEXT, "mkdir");
  real_rmdir = dlsym(RTLD_NEXT, "rmdir");
  real_fopen = dlsym(RTLD_NEXT, "fopen");
  real_mmap = dlsym(RTLD_NEXT, "mmap");
  const char* named = getenv("EXPT_DISK_FOLDER");
  if (named == NULL) return;
  folder_size = strlen(named);
  if (folder_size >= sizeof folder) abort();
  memcpy(folder, named, folder_size + 1);
  if (getenv("EXPT_DISK_KILL_AT") != NULL) kill_at = strtoull(getenv("EXPT_DISK_KILL_AT"), NULL, 10);
  if (getenv("EXPT_DISK_LOG") != NULL) {
    log_file = real_open(getenv("EXPT_DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
  }
}

__attribute__((constructor)) static void Prepare(void) { pthread_once(&once, Start); }

static void NotFollowed(const char* what) {
  dprintf(2, "power_cut: %s changes a file of the folder and is not followed\n", what);
  abort();
}

// ---- names ----

// Whether `path`, relative to `at`, lies in the folder; then `out` is its absolute form.
static int InFolder(int at, const char* path, char out[4096]) {
  if (folder_size == 0 || path == NULL) return 0;
  size_t size = 0;
  if (path[0] != '/') {
    if (at == AT_FDCWD) {
      if (getcwd(out, 4096) == NULL) return 0;
      size = strlen(out);
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", at);
      const ssize_t got = readlink(link, out, 4095);
      if (got < 0) return 0;
      size = (size_t)got;
    }
  }
  for (const char* part = path; *part != 0;) {
    const char* end = part;
    while (*end != 0 && *end != '/') ++end;
    const size_t length = (size_t)(end - part);
    if (length > 0 && !(length == 1 && part[0] == '.')) {
      if (size + length + 2 > 4096) return 0;
      out[size++] = '/';
      memcpy(out + size, part, length);
      size += length;
    }
    part = *end == 0 ? end : end + 1;
  }
  out[size] = 0;
  return size >= folder_size && memcmp(out, folder, folder_size) == 0 &&
         (out[folder_size] == 0 || out[folder_size] == '/');
}

static struct File* Followed(int descriptor) {
  if (descriptor < 0 || descriptor >= MAX_FILES || files[descriptor].inode == 0) return NULL;
  return files[descriptor].is_shared_memory ? NULL : &files[descriptor];
}

// ---- counting and logging; the mutex is held ----

static void Count(void) {
  if (++operations == kill_at) {
    kill(getpid(), SIGKILL);
    pause();
  }
}

static void Put(char** at, const void* bytes, size_t size) {
  memcpy(*at, bytes, size);
  *at += size;
}

static void Log(enum Operation operation, uint64_t id, uint64_t number, const char* path, const void* rest,
                size_t rest_size) {
  if (log_file < 0) return;
  char head[4 + 1 + 8 + 8 + 4 + 4096];
  const uint32_t path_size = path == NULL ? 0 : (uint32_t)strlen(path);
  const uint32_t size = 1 + 8 + 8 + 4 + path_size + (uint32_t)rest_size;
  const uint8_t kind = (uint8_t)operation;
  char* at = head;
  Put(&at, &size, 4);
  Put(&at, &kind, 1);
  Put(&at, &id, 8);
  Put(&at, &number, 8);
  Put(&at, &path_size, 4);
  if (path_size > 0) Put(&at, path, path_size);
  const struct iovec parts[2] = {{head, (size_t)(at - head)}, {(void*)rest, rest_size}};
  if (real_writev(log_file, parts, rest_size > 0 ? 2 : 1) != (ssize_t)(size + 4)) {
    dprintf(2, "power_cut: cannot write its log\n");
    abort();
  }
}

// ---- data ----

static ssize_t FollowWrite(struct File* file, int descriptor, const void* bytes, size_t size, off_t offset) {
  pthread_mutex_lock(&mutex);
  Count();
  const ssize_t done =
      offset < 0 ? real_write(descriptor, bytes, size) : real_pwrite(descriptor, bytes, size, offset);
  const int error = errno;
  if (done > 0) {
    const off_t begin = offset < 0 ? lseek(descriptor, 0, SEEK_CUR) - done : offset;
    Log(kWrite, file->inode, (uint64_t)begin, NULL, bytes, (size_t)done);
  }
  pthread_mutex_unlock(&mutex);
  errno = error;
  return done;
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  pthread_once(&once, Start);
  struct File* file = Followed(descriptor);
  return file == NULL ? real_write(descriptor, bytes, size) : FollowWrite(file, descriptor, bytes, size, -1);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  pthread_once(&once, Start);
  struct File* file = Followed(descriptor);
  return file == NULL ? real_pwrite(descriptor, bytes, size, offset)
                      : FollowWrite(file, descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off_t offset) __attribute__((alias("pwrite")));

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  pthread_once(&once, Start);
  struct File* file = Followed(descriptor);
  if (file == NULL) return real_writev(descriptor, parts, count);
  ssize_t sum = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t done = FollowWrite(file, descriptor, parts[i].iov_base, parts[i].iov_len, -1);
    if (done < 0) return sum > 0 ? sum : done;
    sum += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return sum;
}

int ftruncate(int descriptor, off_t size) {
  pthread_once(&once, Start);
  struct File* file = Followed(descriptor);
  if (file == NULL) return real_ftruncate(descriptor, size);
  pthread_mutex_lock(&mutex);
  Count();
  const int result = real_ftruncate(descriptor, size);
  if (result == 0) Log(kTruncate, file->inode, (uint64_t)size, NULL, NULL, 0);
  pthread_mutex_unlock(&mutex);
  return result;
}
int ftruncate64(int descriptor, off_t size) __attribute__((alias("ftruncate")));

// Others go on while the disk works: only what was written before the beginning is durable at the end.
static int FollowSync(int descriptor, int (*real)(int)) {
  struct File* file = Followed(descriptor);
  if (file == NULL) return real(descriptor);
  pthread_mutex_lock(&mutex);
  Count();
  const uint64_t token = next_token++;
  Log(kSyncBegin, token, file->inode, NULL, NULL, 0);
  pthread_mutex_unlock(&mutex);
  const int result = real(descriptor);
  if (result != 0) return result;
  pthread_mutex_lock(&mutex);
  Count();
  Log(kSyncEnd, token, 0, NULL, NULL, 0);
  pthread_mutex_unlock(&mutex);
  return result;
}

int fsync(int descriptor) {
  pthread_once(&once, Start);
  return FollowSync(descriptor, real_fsync);
}

int fdatasync(int descriptor) {
  pthread_once(&once, Start);
  return FollowSync(descriptor, real_fdatasync);
}

// ---- names of files ----

static int FollowOpen(int at, const char* path, int flags, mode_t mode) {
  char name[4096];
  pthread_once(&once, Start);
  if (!InFolder(at, path, name)) return real_openat(at, path, flags, mode);
  struct stat info;
  pthread_mutex_lock(&mutex);
  const int was_there = stat(name, &info) == 0;
  const int changes = ((flags & O_CREAT) != 0 && !was_there) || ((flags & O_TRUNC) != 0 && was_there && info.st_size > 0);
  if (changes) Count();
  const int descriptor = real_openat(at, path, flags, mode);
  const int error = errno;
  if (descriptor >= 0 && fstat(descriptor, &info) == 0) {
    if (descriptor >= MAX_FILES) NotFollowed("a descriptor of a high number");
    const size_t size = strlen(name);
    files[descriptor].inode = info.st_ino;
    files[descriptor].is_shared_memory = size > 4 && memcmp(name + size - 4, "-shm", 4) == 0;
    if (changes && !was_there) Log(kCreate, info.st_ino, info.st_mode, name, NULL, 0);
    if (changes && was_there) Log(kTruncate, info.st_ino, 0, NULL, NULL, 0);
  }
  pthread_mutex_unlock(&mutex);
  errno = error;
  return descriptor;
}

static mode_t ModeOf(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return FollowOpen(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

int openat(int at, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return FollowOpen(at, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) __attribute__((alias("openat")));

// What open() becomes when it is compiled with checks.
int __open_2(const char* path, int flags) { return FollowOpen(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return FollowOpen(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char* path, int flags) { return FollowOpen(at, path, flags, 0); }
int __openat64_2(int at, const char* path, int flags) { return FollowOpen(at, path, flags, 0); }

int close(int descriptor) {
  pthread_once(&once, Start);
  if (descriptor >= 0 && descriptor < MAX_FILES) files[descriptor].inode = 0;
  return real_close(descriptor);
}

int rename(const char* from, const char* to) {
  char old_name[4096];
  char new_name[4096];
  pthread_once(&once, Start);
  const int is_from = InFolder(AT_FDCWD, from, old_name);
  const int is_to = InFolder(AT_FDCWD, to, new_name);
  if (!is_from && !is_to) return real_rename(from, to);
  if (!is_from || !is_to) NotFollowed("rename across the folder's border");
  pthread_mutex_lock(&mutex);
  Count();
  const int result = real_rename(from, to);
  const int error = errno;
  if (result == 0) Log(kRename, 0, 0, old_name, new_name, strlen(new_name));
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

enum Removal { kAsUnlink, kAsRemove, kAsRemoveFolder };

static int FollowRemoval(int at, const char* path, int flags, enum Removal how) {
  char name[4096];
  pthread_once(&once, Start);
  struct stat info;
  const int is_followed = InFolder(at, path, name) && lstat(name, &info) == 0;
  pthread_mutex_lock(&mutex);
  if (is_followed) Count();
  int result = -1;
  if (at != AT_FDCWD || flags != 0) {
    result = real_unlinkat(at, path, flags);
  } else {
    result = how == kAsUnlink ? real_unlink(path) : how == kAsRemove ? real_remove(path) : real_rmdir(path);
  }
  const int error = errno;
  if (is_followed && result == 0) Log(S_ISDIR(info.st_mode) ? kRemoveFolder : kUnlink, 0, 0, name, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

int unlink(const char* path) { return FollowRemoval(AT_FDCWD, path, 0, kAsUnlink); }
int unlinkat(int at, const char* path, int flags) { return FollowRemoval(at, path, flags, kAsUnlink); }
int remove(const char* path) { return FollowRemoval(AT_FDCWD, path, 0, kAsRemove); }
int rmdir(const char* path) { return FollowRemoval(AT_FDCWD, path, 0, kAsRemoveFolder); }

int mkdir(const char* path, mode_t mode) {
  char name[4096];
  pthread_once(&once, Start);
  struct stat info;
  if (!InFolder(AT_FDCWD, path, name) || stat(name, &info) == 0) return real_mkdir(path, mode);
  pthread_mutex_lock(&mutex);
  Count();
  const int result = real_mkdir(path, mode);
  const int error = errno;
  if (result == 0 && stat(name, &info) == 0) Log(kMakeFolder, info.st_ino, info.st_mode, name, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

// ---- what is not followed ----

static void RefusePath(const char* path, const char* what) {
  char name[4096];
  pthread_once(&once, Start);
  if (InFolder(AT_FDCWD, path, name)) NotFollowed(what);
}

static void RefuseFile(int descriptor, const char* what) {
  pthread_once(&once, Start);
  if (Followed(descriptor) != NULL) NotFollowed(what);
}

int truncate(const char* path, off_t size) {
  RefusePath(path, "truncate");
  return real_truncate(path, size);
}
int truncate64(const char* path, off_t size) __attribute__((alias("truncate")));

FILE* fopen(const char* path, const char* mode) {
  if (strpbrk(mode, "wa+") != NULL) RefusePath(path, "fopen");
  pthread_once(&once, Start);
  return real_fopen(path, mode);
}
FILE* fopen64(const char* path, const char* mode) __attribute__((alias("fopen")));

void* mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0) RefuseFile(descriptor, "mmap");
  pthread_once(&once, Start);
  return real_mmap(address, size, protection, flags, descriptor, offset);
}
void* mmap64(void* address, size_t size, int protection, int flags, int descriptor, off_t offset)
    __attribute__((alias("mmap")));

#define REFUSED(name, type, parameters, call, descriptor)                \
  type name parameters {                                                 \
    RefuseFile(descriptor, #name);                                       \
    type(*real) parameters = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
    return real call;                                                    \
  }
REFUSED(fallocate, int, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size), fd)
REFUSED(fallocate64, int, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size), fd)
REFUSED(posix_fallocate, int, (int fd, off_t at, off_t size), (fd, at, size), fd)
REFUSED(posix_fallocate64, int, (int fd, off_t at, off_t size), (fd, at, size), fd)
REFUSED(pwritev, ssize_t, (int fd, const struct iovec* parts, int count, off_t at), (fd, parts, count, at), fd)
REFUSED(pwritev64, ssize_t, (int fd, const struct iovec* parts, int count, off_t at), (fd, parts, count, at), fd)
REFUSED(sendfile, ssize_t, (int fd, int in, off_t* at, size_t size), (fd, in, at, size), fd)
REFUSED(sendfile64, ssize_t, (int fd, int in, off_t* at, size_t size), (fd, in, at, size), fd)
REFUSED(copy_file_range, ssize_t, (int in, off_t* from, int fd, off_t* at, size_t size, unsigned flags),
        (in, from, fd, at, size, flags), fd)

int renameat(int at, const char* from, int to_at, const char* to) {
  RefusePath(from, "renameat");
  RefusePath(to, "renameat");
  int (*real)(int, const char*, int, const char*) =
      (int (*)(int, const char*, int, const char*))dlsym(RTLD_NEXT, "renameat");
  return real(at, from, to_at, to);
}

int link(const char* from, const char* to) {
  RefusePath(to, "link");
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "link");
  return real(from, to);
}
