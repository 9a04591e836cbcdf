/* A disk that takes what is written and fails when it shall be kept. */
#include <errno.h>

int fsync(int fd) {
  (void)fd;
  errno = EIO;
  return -1;
}

int fdatasync(int fd) {
  (void)fd;
  errno = EIO;
  return -1;
}
