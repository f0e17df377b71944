/*
 * Spawning, in a worker: sinks, pipes, then clone with shared memory (as vfork) and exec. The worker sleeps until the exec; nothing else does. The child may
 * use raw system calls only, writes nothing but `step` and `error`, and runs on a stack of its own.
 */
#include "birth.h"
#include "host.h"

struct birth *births;

struct birth *birth_new(size_t pointers, size_t bytes) {
  struct birth *b = sys_alloc(sizeof *b + pointers * sizeof(char *) + bytes);
  if (!b) return NULL;
  b->umask = -1;
  memcpy(b->born, host.limits, sizeof b->born);
  for (int i = 0; i < 3; i++) b->ours[i] = -1;
  return b;
}

/* What hangs is the folder of its log, or of the executable. */
static unsigned lane(const struct birth *b) {
  const struct sink *log = b->open[0] ? b->open[0] : b->open[1];
  const char *path = log ? log->target.path : b->path, *end = strrchr(path, '/');
  uint64_t hash = 0;
  while (path < end) hash = hash * 31 + (uint8_t)*path++;
  return LANES + lane_of(hash);
}

void birth_submit(struct birth *b) {
  b->next = births;
  births = b;
  b->job.lane = lane(b);
  workers_submit(&K.workers, &b->job);
}

void birth_done(struct birth *b) {
  struct birth **at = &births;
  while (*at != b) at = &(*at)->next;
  *at = b->next;
}

static bool step(struct birth *b, int at, long result) {
  if (result >= 0) return true;
  b->step = at;
  b->error = errno;
  return false;
}

static bool open_sinks(struct birth *b) {
  for (int i = 0; i < 2; i++) {
    int error = b->open[i] ? file_open(&b->open[i]->file, &b->open[i]->target) : 0;
    if (error == 0) continue;
    b->step = STEP_LOG_STDOUT + i;
    b->error = error;
    return false;
  }
  return true;
}

/* A pipe that belongs to the program's user, so that it can open /dev/stdout again, and that is as large as may be. */
static bool make_pipe(struct birth *b, int at) {
  int ends[2], ours = at == 0 ? 1 : 0;
  if (sys_pipe(ends) < 0) return false;
  b->ours[at] = ends[ours];
  b->fds[at] = ends[1 - ours];
  if (b->user) (void)sys_fchown(ends[0], b->uid, b->gid);
  if (at > 0 && geteuid() == 0) (void)sys_fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
  int size = sys_fcntl(ends[0], F_GETPIPE_SZ, 0);
  b->pipe_bytes[at] = size > 0 ? (size_t)size : 0;
  return sys_fcntl(ends[ours], F_SETFL, O_NONBLOCK | (at == 0 ? O_WRONLY : 0)) == 0;
}

static bool make_pipes(struct birth *b) {
  for (int i = 0; i < 3; i++) {
    if (b->piped[i] && !make_pipe(b, i)) return step(b, STEP_PIPES, -1);
  }
  return true;
}

static bool set_limits(const struct birth *b) {
  static const int resources[] = {RLIMIT_NOFILE, RLIMIT_NPROC};
  for (int i = 0; i < 2; i++) {
    uint64_t limit[2] = {b->born[i].rlim_cur, b->born[i].rlim_max};
    for (size_t j = 0; j < b->limit_count; j++) {
      if (b->limits[j].resource == i) limit[0] = b->limits[j].soft, limit[1] = b->limits[j].hard;
    }
    if (RAW("setrlimit", SYS_prlimit64, 0, resources[i], limit, NULL) < 0) return false;
  }
  return true;
}

static bool is_source(const struct birth *b, int fd) {
  for (int i = 0; i < b->fd_count; i++) {
    if (b->fds[i] == fd) return true;
  }
  return false;
}

/*
 * Sources that are in the way of a target move up first; so no source is its own target, and dup3 clears every close-on-exec flag. They take the place of
 * whatever is there but no source (this table is the child's own), so that it works when the keeper has not one descriptor left.
 */
static bool set_descriptors(const struct birth *b) {
  int from[FDS_MAX], place = b->fd_count;
  for (int i = 0; i < b->fd_count; i++) {
    from[i] = b->fds[i];
    if (from[i] >= b->fd_count) continue;
    while (is_source(b, place)) place++;
    if (RAW("dup2", SYS_dup3, from[i], place, O_CLOEXEC) < 0) return false;
    from[i] = place++;
  }
  for (int i = 0; i < b->fd_count; i++) {
    if (RAW("dup2", SYS_dup3, from[i], i, 0) < 0) return false;
  }
  return true;
}

/* The kernel's struct sigaction, all zero: the default, no flags, no mask. Signal 32 and 33 are the C library's in the keeper, but not in the child. */
static void default_signals(void) {
  static const uint64_t none[8];
  for (int i = 1; i <= 64; i++) (void)syscall(SYS_rt_sigaction, i, none, NULL, 8);
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, 8);
}

/* What the keeper was born with. A descriptor has to be free for it: epoll's is nothing that a child needs. */
static void restore_oom_score(void) {
  if (!host.oom[0]) return;
  (void)syscall(SYS_close, K.epoll);
  long fd = syscall(SYS_openat, AT_FDCWD, OOM_SCORE, O_WRONLY | O_CLOEXEC, 0);
  (void)syscall(SYS_write, fd, host.oom, strlen(host.oom));
  (void)syscall(SYS_close, fd);
}

static bool become(struct birth *b) {
  return step(b, STEP_SETGROUPS, RAW("setgroups", SYS_setgroups, b->group_count, b->groups)) &&
         step(b, STEP_SETGID, RAW("setresgid", SYS_setresgid, b->gid, b->gid, b->gid)) &&
         step(b, STEP_SETUID, RAW("setresuid", SYS_setresuid, b->uid, b->uid, b->uid));
}

__attribute__((no_sanitize("address", "undefined", "thread"))) static int child_main(void *birth) {
  struct birth *b = birth;
  restore_oom_score();
  if (step(b, STEP_SETPGID, RAW("setpgid", SYS_setpgid, 0, 0)) && step(b, STEP_DESCRIPTORS, set_descriptors(b) ? 0 : -1) &&
      step(b, STEP_RLIMIT, set_limits(b) ? 0 : -1) && (!b->user || become(b)) &&
      (!b->directory || step(b, STEP_CHDIR, RAW("chdir", SYS_chdir, b->directory)))) {
    if (b->umask >= 0) (void)syscall(SYS_umask, b->umask);
    if (b->child != 0) (void)syscall(SYS_setpriority, PRIO_PROCESS, 0, host.nice);
    default_signals();
    (void)step(b, STEP_EXEC, RAW("exec", SYS_execve, b->path, b->argv, b->environment));
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

void birth_work(struct job *job, struct worker *worker) {
  struct birth *b = owner_of(job, struct birth, job);
  bool begun = open_sinks(b) && make_pipes(b);
  /* Two descriptors for one pipe, when stderr goes where stdout goes. */
  if (b->child > 0 && b->fds[2] < 0) b->fds[2] = b->fds[1];
  b->mono = now_mono();
  b->wall = now_wall();
  if (begun) {
    int pid = sys_clone(child_main, worker->stack + sizeof worker->stack, b, &b->pid);
    /* A task of the reserve that has ended counts for a moment still. */
    for (int tries = 0; pid < 0 && errno == EAGAIN && b->child == 0 && tries < 20; tries++) {
      (void)poll(NULL, 0, 1);
      pid = sys_clone(child_main, worker->stack + sizeof worker->stack, b, &b->pid);
    }
    if (step(b, STEP_FORK, pid)) __atomic_store_n(&b->pid, pid, __ATOMIC_RELEASE); /* the kernel has said so already, but for emulators that share no memory */
  }
  if (b->child == 0) return;
  if (b->fds[2] == b->fds[1]) b->fds[2] = -1;
  close_all(b->fds);
  if (b->pid > 0) return;
  close_all(b->ours);
  for (int i = 0; i < 2; i++) {
    if (!b->open[i] || b->open[i]->file.fd < 0) continue;
    sys_close(b->open[i]->file.fd);
    b->open[i]->file.fd = -1;
  }
}
