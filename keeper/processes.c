/* Signals to processes that are no child of the keeper, or not known to be one: by pid and start, so that nobody else is hit who has the pid by now. */
#include "children.h"
#include "daemon.h"

/* When a process was started, in clock ticks since boot: the 22nd word of its line, 20 words behind the name in brackets. 0: it is not there. */
static uint64_t start_of(pid_t pid) {
  char path[32], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
  ssize_t n = fd >= 0 ? sys_read(fd, text, sizeof text - 1) : -1;
  if (fd >= 0) sys_close(fd);
  text[n > 0 ? n : 0] = 0;
  char *at = strrchr(text, ')');
  for (int i = 0; at && i < 20; i++) at = strchr(at + 1, ' ');
  return at ? strtoull(at, NULL, 10) : 0;
}

void process_signal(pid_t pid, uint64_t start, int signal) {
  if (pid <= 0 || start == 0 || pid == getpid() || pid == the_daemon.pid) return;
  int fd = (int)RAW("pidfd_open", SYS_pidfd_open, pid, 0);
  bool known = fd >= 0 || errno != ENOSYS; /* where pidfds are not known the moment between the look and the signal is all that is left to chance */
  if ((fd >= 0 || !known) && start_of(pid) == start) (void)(known ? RAW("kill", SYS_pidfd_send_signal, fd, signal, NULL, 0) : sys_kill(pid, signal));
  if (fd >= 0) sys_close(fd);
}
