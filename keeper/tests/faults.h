/* What the faulty keeper and its daemon share: which system call is to fail next. A file that both map, so that it also reaches between clone and exec. */
#ifndef FAULTS_H
#define FAULTS_H
#include "../sys.h"

#include <sys/mman.h>

struct faults {
  int countdown;              /* the call that makes it 0 fails; 0: none does */
  int fired;
  char call[16];              /* which one it was */
  uint32_t operation, nth;    /* where the daemon's loop is; it may die and go on as its successor */
  int keeper_fds;             /* open at rest */
  uint32_t loops;
};

static inline struct faults *faults_map(void) {
  const char *path = getenv("KEEPER_FAULTS");
  int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (fd < 0 || ftruncate(fd, sizeof(struct faults)) < 0) return NULL;
  void *at = mmap(NULL, sizeof(struct faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return at == MAP_FAILED ? NULL : at;
}

#endif
