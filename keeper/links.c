/*
 * Opens what a path names, also in a folder that others may write in. A link that root or this user made is followed wherever it leads. A link of
 * somebody else leads only to what that user could write himself: his own files, /dev/null, our standard output; the kernel's protected_symlinks does
 * less, and not everywhere. Each link is read through a descriptor of it, so that none can be swapped after the look.
 */
#include "sinks.h"

#include <limits.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

enum { LINKS_MAX = 40 /* as the kernel's */, PROC_MAGIC = 0x9fa0 };

struct way {
  char at[PATH_MAX];
  bool foreign; /* somebody else's link has been followed */
  uid_t maker;  /* whose */
};

/* Whether the one whose link was followed could write this without us. */
static bool may_be_lent(int fd, uid_t maker) {
  struct stat st;
  if (sys_fstat(fd, &st) < 0) return false;
  return st.st_uid == maker || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

/* Puts what the link says in the place of its path. 1: go on there; 0: a descriptor under /proc, which only the kernel can follow; -1: errno. */
static int next_step(struct way *way, int link) {
  struct stat st;
  struct statfs fs;
  char to[PATH_MAX];
  if (sys_fstat(link, &st) < 0 || fstatfs(link, &fs) < 0) return -1;
  if (fs.f_type == PROC_MAGIC) {
    errno = ELOOP;
    return way->foreign && strcmp(way->at, "/proc/self/fd/1") != 0 && strcmp(way->at, "/proc/self/fd/2") != 0 ? -1 : 0;
  }
  ssize_t length = readlinkat(link, "", to, sizeof to);
  if (length < 0) return -1;
  if (st.st_uid != 0 && st.st_uid != geteuid()) {
    errno = ELOOP;
    if (way->foreign && way->maker != st.st_uid) return -1;
    way->foreign = true;
    way->maker = st.st_uid;
  }
  char *slash = strrchr(way->at, '/');
  char *from = slash && to[0] != '/' ? slash + 1 : way->at;
  errno = ENAMETOOLONG;
  if ((size_t)length >= sizeof way->at - (size_t)(from - way->at)) return -1;
  memcpy(from, to, (size_t)length);
  from[length] = 0;
  return 1;
}

int open_following(const char *path, int flags, mode_t mode) {
  struct way way = {.foreign = false};
  if (flags & O_NOFOLLOW) return sys_open(path, flags, mode);
  errno = ENAMETOOLONG;
  if ((size_t)snprintf(way.at, sizeof way.at, "%s", path) >= sizeof way.at) return -1;
  for (int links = 0; links <= LINKS_MAX; links++) {
    int fd = sys_open(way.at, O_NOFOLLOW | (way.foreign ? flags & ~(O_CREAT | O_TRUNC) : flags), mode);
    if (fd >= 0 && way.foreign && !may_be_lent(fd, way.maker)) {
      sys_close(fd);
      errno = ELOOP;
      return -1;
    }
    if (fd >= 0 || errno != ELOOP) return fd;
    int link = sys_open(way.at, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (link < 0) return -1;
    int step = next_step(&way, link), error = errno;
    sys_close(link);
    errno = error;
    if (step <= 0) return step < 0 ? -1 : sys_open(way.at, flags, mode);
  }
  errno = ELOOP;
  return -1;
}
