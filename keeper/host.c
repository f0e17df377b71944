/* What the daemon may change about the keeper's own process: its user, its limits, and that it becomes a daemon in the old sense of the word. */
#include "host.h"
#include "link.h"
#include "daemon.h"
#include "keeper.h"

struct host host;

static const resource_number resources[] = {RLIMIT_NOFILE, RLIMIT_NPROC};

/* Without the keeper all ends, so it is the last to be killed where memory is short. Nothing changes where that may not be said. */
static void outlive(void) {
  static const char ahead[] = "-900";
  int fd = open(OOM_SCORE, O_RDWR | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read(fd, host.oom, sizeof host.oom - 1) : -1;
  if (n <= 0 || atoi(host.oom) <= atoi(ahead) || write(fd, ahead, sizeof ahead - 1) < 0) host.oom[0] = 0;
  if (fd >= 0) close(fd);
}

/* The keeper itself may have as many descriptors as the system allows; what it starts gets what it inherited. */
void host_init(void) {
  /* Programs that take every processor must not keep their supervisor from reacting; they themselves get the priority that it inherited. */
  host.nice = getpriority(PRIO_PROCESS, 0);
  (void)setpriority(PRIO_PROCESS, 0, host.nice - NICE_AHEAD);
  outlive();
  for (int i = 0; i < 2; i++) (void)sys_getrlimit(resources[i], &host.limits[i]);
  struct rlimit most = {host.limits[0].rlim_max, host.limits[0].rlim_max};
  (void)sys_setrlimit(RLIMIT_NOFILE, &most);
}

void host_close_on_exec(void) {
  if (syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) == 0) return;
  for (int i = 3; i < 65536; i++) (void)fcntl(i, F_SETFD, FD_CLOEXEC);
}

void host_limit(const struct limit *l) {
  struct rlimit wanted = {l->soft, l->hard}, *present = &host.limits[l->resource];
  bool only_asked = l->soft == 0 && l->hard == 0;
  int error = !only_asked && l->soft > l->hard ? EINVAL : 0;
  if (!only_asked && error == 0) {
    struct rlimit own = {l->resource == 0 ? l->hard : l->soft, l->hard};
    if (sys_setrlimit(resources[l->resource], &own) < 0) error = errno;
    else *present = wanted;
  }
  report(VOLATILE, REPORT_LIMITED, F1(l->resource), F4(error), F8(present->rlim_cur), F8(present->rlim_max));
}

void host_become(const struct effect *e) {
  struct list groups = e->groups;
  gid_t *ids = sys_alloc((groups.count + 1) * sizeof *ids);
  int step = STEP_SETGROUPS, error = ENOMEM;
  if (ids) {
    for (uint32_t i = 0; i < groups.count; i++) ids[i] = group_next(&groups);
    error = 0;
    if (sys_setgroups(groups.count, ids) < 0) error = errno;
    else if (step = STEP_SETGID, sys_setresgid(e->gid) < 0) error = errno;
    else if (step = STEP_SETUID, sys_setresuid(e->uid) < 0) error = errno;
    /* Else /dev/stdout would belong to root, and the keeper could not open it any more. */
    else (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  }
  free(ids);
  report(VOLATILE, REPORT_BECAME, F1(error ? step : 0), F4(error));
}

void host_daemonize(const struct effect *e, uint64_t batch) {
  if (host.spawned || host.daemonized || host.daemonize.wanted) {
    refuse(batch, REFUSED_EFFECT, "daemonize: only once, before any spawn");
    return;
  }
  free(host.daemonize.directory);
  host.daemonize.directory = e->kind ? span_copy(e->text) : NULL;
  host.daemonize.umask = e->value;
  host.daemonize.wanted = true;
}

/*
 * In the new process: all that distinguishes it from a foreground one. The old directory is kept when the wanted one cannot be entered; the daemon, which has
 * the same rights, finds that too and echoes it.
 */
static void after_fork(void) {
  if (host.daemonize.directory && chdir(host.daemonize.directory) < 0) {}
  (void)setsid();
  for (int i = 0; i < 3; i++) (void)sys_dup2(K.null, i);
  if (host.daemonize.umask >= 0) umask((mode_t)host.daemonize.umask & 0777);
  /* A signalfd is watched for the process that added it. */
  unwatch(K.signals);
  (void)watch(WATCH_SIGNALS, 0, K.signals, EPOLLIN, false);
  host.daemonized = true;
  report(VOLATILE, REPORT_DAEMONIZED, F4(getpid()));
}

/*
 * Without threads, since fork would not copy them. The daemon stays a child of the process that ends here, so from now on its end shows as the end of its
 * socket, and on its pidfd, which also makes sure that a signal cannot hit a stranger.
 */
void host_fork(void) {
  host.daemonize.wanted = false;
  reserve_drop_tasks();
  workers_stop(&K.workers);
  the_daemon.pidfd = (int)syscall(SYS_pidfd_open, the_daemon.pid, 0);
  pid_t pid = sys_fault("fork") ? -1 : fork();
  if (pid > 0) _exit(0);
  if (pid < 0) {
    refuse(0, REFUSED_EFFECT, "daemonize: the fork failed");
    if (the_daemon.pidfd >= 0) sys_close(the_daemon.pidfd);
    the_daemon.pidfd = -1;
    return;
  }
  the_daemon.adopted = true;
  if (the_daemon.pidfd >= 0) (void)watch(WATCH_PIDFD, 0, the_daemon.pidfd, EPOLLIN, false);
  after_fork();
}
