/* Linked with the keeper's sources built with -DSYS_FAULTS: lets the nth call fail that is asked for. */
#include "faults.h"

static struct faults *f;

__attribute__((constructor)) static void begin(void) { f = faults_map(); }

static int errno_of(const char *call) {
  static const struct { const char *call; int error; } errors[] = {
    {"open", EMFILE}, {"pipe", EMFILE}, {"fcntl", EMFILE}, {"dup2", EMFILE}, {"socket", EMFILE}, {"socketpair", EMFILE}, {"write", ENOSPC},
    {"read", EIO},    {"clone", EAGAIN}, {"writev", ENOBUFS}, {"epoll_ctl", ENOSPC}, {"kill", EPERM}, {"setresuid", EAGAIN}, {"fork", EAGAIN},
  };
  for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
    if (strcmp(call, errors[i].call) == 0) return errors[i].error;
  }
  return ENOMEM;
}

bool sys_fault(const char *call);
bool sys_fault(const char *call) {
  if (!f || __atomic_load_n(&f->countdown, __ATOMIC_RELAXED) <= 0 || __atomic_sub_fetch(&f->countdown, 1, __ATOMIC_RELAXED) != 0) return false;
  strncpy(f->call, call, sizeof f->call - 1);
  __atomic_store_n(&f->fired, 1, __ATOMIC_RELEASE);
  errno = errno_of(call);
  return true;
}
