/*
 * Spawning, in a worker: sinks, pipes, then clone with shared memory (as vfork) and exec. The worker sleeps until the exec; nothing else does. The child may
 * use raw system calls only, writes nothing but `step` and `error`, and runs on a stack of its own.
 */
#include "spawn.h"
#include "host.h"

struct spawn_request *spawn_requests;

struct spawn_request *spawn_request_new(size_t pointers, size_t bytes) {
  size_t size = sizeof(struct spawn_request) + pointers * sizeof(char *) + bytes;
  struct spawn_request *r = sys_pages(size);
  if (!r) return NULL;
  r->size = size;
  r->umask = r->ready = -1;
  memcpy(r->inherited, host.limits, sizeof r->inherited);
  for (int i = 0; i < 3; i++) r->ours[i] = -1;
  return r;
}

void spawn_request_free(struct spawn_request *r) {
  if (r) munmap(r, r->size);
}

/* What hangs is the folder of its log, or of the executable. */
static unsigned lane(const struct spawn_request *r) {
  const struct sink *log = r->open[0] ? r->open[0] : r->open[1];
  const char *path = log ? log->target.path : r->path, *end = strrchr(path, '/');
  uint64_t hash = 0;
  while (path < end) hash = hash * 31 + (uint8_t)*path++;
  return LANES + lane_of(hash);
}

void spawn_submit(struct spawn_request *r) {
  r->next = spawn_requests;
  spawn_requests = r;
  r->job.lane = lane(r);
  workers_submit(&K.workers, &r->job);
}

void spawn_done(struct spawn_request *r) {
  struct spawn_request **at = &spawn_requests;
  while (*at != r) at = &(*at)->next;
  *at = r->next;
}

static bool step(struct spawn_request *r, int at, long result) {
  if (result >= 0) return true;
  r->step = at;
  r->error = errno;
  return false;
}

static bool open_sinks(struct spawn_request *r) {
  for (int i = 0; i < 2; i++) {
    int error = r->open[i] ? file_open(&r->open[i]->file, &r->open[i]->target) : 0;
    if (error == 0) continue;
    r->step = STEP_LOG_STDOUT + i;
    r->error = error;
    return false;
  }
  return true;
}

/* A pipe that belongs to the program's user, so that it can open /dev/stdout again, and that is as large as may be. */
static bool make_pipe(struct spawn_request *r, int at) {
  int ends[2], ours = at == 0 ? 1 : 0;
  if (sys_pipe(ends) < 0) return false;
  r->ours[at] = ends[ours];
  r->fds[at] = ends[1 - ours];
  if (r->user) (void)sys_fchown(ends[0], r->uid, r->gid);
  if (at > 0 && geteuid() == 0) (void)sys_fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
  int size = sys_fcntl(ends[0], F_GETPIPE_SZ, 0);
  r->pipe_bytes[at] = size > 0 ? (size_t)size : 0;
  return sys_fcntl(ends[ours], F_SETFL, O_NONBLOCK | (at == 0 ? O_WRONLY : 0)) == 0;
}

static bool make_pipes(struct spawn_request *r) {
  for (int i = 0; i < 3; i++) {
    if (r->piped[i] && !make_pipe(r, i)) return step(r, STEP_PIPES, -1);
  }
  return true;
}

static bool set_limits(struct spawn_request *r) {
  static const int resources[] = {RLIMIT_NOFILE, RLIMIT_NPROC};
  for (int i = 0; i < 2; i++) {
    uint64_t limit[2] = {r->inherited[i].rlim_cur, r->inherited[i].rlim_max};
    for (size_t j = 0; j < r->limit_count; j++) {
      if (r->limits[j].resource == i) limit[0] = r->limits[j].soft, limit[1] = r->limits[j].hard;
    }
    if (!step(r, STEP_RLIMIT, RAW("setrlimit", SYS_prlimit64, 0, resources[i], limit, NULL))) return false;
  }
  for (size_t i = 0; i < r->rlimit_count; i++) {
    uint64_t limit[2] = {r->rlimits[i].soft, r->rlimits[i].hard};
    int resource = r->rlimits[i].resource;
    if (!step(r, STEP_RLIMIT_FIRST + resource, RAW("setrlimit", SYS_prlimit64, 0, resource, limit, NULL))) return false;
  }
  return true;
}

static bool is_source(const struct spawn_request *r, int fd) {
  for (int i = 0; i < r->fd_count; i++) {
    if (r->fds[i] == fd) return true;
  }
  return fd == r->ready;
}

/*
 * Sources that are in the way of a target move up first; so no source is its own target, and dup3 clears every close-on-exec flag. They take the place of
 * whatever is there but no source (this table is the child's own), so that it works when the keeper has not one descriptor left.
 */
static bool set_descriptors(const struct spawn_request *r) {
  int from[FDS_MAX], place = r->fd_count;
  for (int i = 0; i < r->fd_count; i++) {
    from[i] = r->fds[i];
    if (from[i] >= r->fd_count) continue;
    while (is_source(r, place)) place++;
    if (RAW("dup2", SYS_dup3, from[i], place, O_CLOEXEC) < 0) return false;
    from[i] = place++;
  }
  for (int i = 0; i < r->fd_count; i++) {
    if (RAW("dup2", SYS_dup3, from[i], i, 0) < 0) return false;
  }
  if (r->ready < 0) return true;
  if (r->ready == r->with.ready) return RAW("fcntl", SYS_fcntl, r->ready, F_SETFD, 0) >= 0;
  return RAW("dup2", SYS_dup3, r->ready, r->with.ready, 0) >= 0;
}

/* The kernel's struct sigaction, all zero: the default, no flags, no mask. Signal 32 and 33 are the C library's in the keeper, but not in the child. */
static void default_signals(void) {
  static const uint64_t none[8];
  for (int i = 1; i <= 64; i++) (void)syscall(SYS_rt_sigaction, i, none, NULL, 8);
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, 8);
}

/* A descriptor has to be free for it: epoll's is nothing that a child needs. Below 0: errno. */
static long write_file(const char *path, const char *text, size_t length) {
  (void)syscall(SYS_close, K.epoll);
  long fd = RAW("open", SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  long written = fd < 0 ? -1 : RAW("write", SYS_write, fd, text, length);
  int error = errno;
  if (fd >= 0) (void)syscall(SYS_close, fd);
  errno = error;
  return written;
}

/* What the program is to have, or what the keeper inherited. */
static bool set_oom_score(struct spawn_request *r) {
  if (r->with.has_oom) return step(r, STEP_OOM, write_file(OOM_SCORE, r->oom, strlen(r->oom)));
  if (host.oom[0]) (void)write_file(OOM_SCORE, host.oom, strlen(host.oom));
  return true;
}

static bool set_nice(struct spawn_request *r) {
  if (r->child == 0) return true;
  if (r->with.has_nice) return step(r, STEP_SCHEDULING, RAW("setpriority", SYS_setpriority, PRIO_PROCESS, 0, r->with.nice));
  (void)syscall(SYS_setpriority, PRIO_PROCESS, 0, host.nice);
  return true;
}

static bool set_session(struct spawn_request *r) {
  if (r->with.session) return step(r, STEP_SESSION, RAW("setsid", SYS_setsid, 0));
  return step(r, STEP_SETPGID, RAW("setpgid", SYS_setpgid, 0, 0));
}

static bool become(struct spawn_request *r) {
  return step(r, STEP_SETGROUPS, RAW("setgroups", SYS_setgroups, r->group_count, r->groups)) &&
         step(r, STEP_SETGID, RAW("setresgid", SYS_setresgid, r->gid, r->gid, r->gid)) &&
         step(r, STEP_SETUID, RAW("setresuid", SYS_setresuid, r->uid, r->uid, r->uid));
}

__attribute__((no_sanitize("address", "undefined", "thread"))) static int child_main(void *request) {
  struct spawn_request *r = request;
  /* What is written to files comes before the descriptors, since it takes one; what needs rights comes before the user. */
  if (set_session(r) && (!r->procs || step(r, STEP_CGROUP, write_file(r->procs, "0", 1))) && set_oom_score(r) &&
      step(r, STEP_DESCRIPTORS, set_descriptors(r) ? 0 : -1) && set_nice(r) && set_limits(r) && (!r->user || become(r)) &&
      (!r->with.no_new_privs || step(r, STEP_NO_NEW_PRIVS, RAW("prctl", SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))) &&
      (!r->directory || step(r, STEP_CHDIR, RAW("chdir", SYS_chdir, r->directory)))) {
    if (r->umask >= 0) (void)syscall(SYS_umask, r->umask);
    default_signals();
    (void)step(r, STEP_EXEC, RAW("exec", SYS_execve, r->path, r->argv, r->environment));
  }
  for (;;) (void)syscall(SYS_exit_group, 127);
  return 0;
}

static void close_all(int *fds) {
  for (int i = 0; i < 3; i++) {
    if (fds[i] >= 0) sys_close(fds[i]);
    fds[i] = -1;
  }
}

void spawn_work(struct job *job, struct worker *worker) {
  struct spawn_request *r = owner_of(job, struct spawn_request, job);
  bool begun = open_sinks(r) && make_pipes(r);
  /* Two descriptors for one pipe, when stderr goes where stdout goes. */
  if (r->child > 0 && r->fds[2] < 0) r->fds[2] = r->fds[1];
  r->mono = now_mono();
  r->wall = now_wall();
  if (begun) {
    int pid = sys_clone(child_main, worker->stack + sizeof worker->stack, r, &r->pid);
    /* A task of the reserve that has ended counts for a moment still. */
    for (int tries = 0; pid < 0 && errno == EAGAIN && r->child == 0 && tries < 20; tries++) {
      (void)poll(NULL, 0, 1);
      pid = sys_clone(child_main, worker->stack + sizeof worker->stack, r, &r->pid);
    }
    if (step(r, STEP_FORK, pid)) __atomic_store_n(&r->pid, pid, __ATOMIC_RELEASE); /* the kernel has said so already, but for emulators that share no memory */
  }
  if (r->child == 0) return;
  if (r->fds[2] == r->fds[1]) r->fds[2] = -1;
  close_all(r->fds);
  if (r->ready >= 0) sys_close(r->ready);
  if (r->pid > 0) return;
  close_all(r->ours);
  for (int i = 0; i < 2; i++) {
    if (!r->open[i] || r->open[i]->file.fd < 0) continue;
    sys_close(r->open[i]->file.fd);
    r->open[i]->file.fd = -1;
  }
}
