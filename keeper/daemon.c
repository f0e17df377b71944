/* The daemon's life as a process, and the keeper's own end. What to do next is decided in lives.c; here it is done. */
#include "birth.h"

enum { PARTING_MS = 1000, FLUSH_MS = 2000, RETRY_MS = 1000 };

static void ended(int status);

static void fail(const char *what, const char *name, int error) {
  char text[512];
  snprintf(text, sizeof text, "%s %s: %s", what, name, strerror(error));
  limits_explain(text);
}

/* Node.js has nothing to say, or a page of addresses. */
static void explain_end(int signal) {
  char text[128];
  snprintf(text, sizeof text, "Node.js was ended by signal %d (%s) before it was ready", signal, strsignal(signal));
  limits_explain(text);
}

/* The exec has happened, or failed: then the child has ended or will, and is reaped as such. */
static void born(struct job *job) {
  struct birth *b = owner_of(job, struct birth, job);
  struct daemon *d = &K.daemon;
  sys_close(b->fds[3]);
  reserve_descriptors();
  birth_done(b);
  d->birth = NULL;
  d->pid = b->pid;
  if (b->step > 0 && !K.lives.ever_ready) fail("cannot run", b->path, b->error);
  else if (b->step == 0) d->begun = true;
  bool reaped = b->reaped;
  int status = b->wait_status;
  pid_t pid = b->pid;
  free(b);
  if (pid == 0) ended(127 << 8);
  else if (reaped) daemon_reaped(status);
  else if (K.ending != RUNNING) daemon_kill();
}

static char **environment(char **room) {
  static char threads[32];
  char **first = room;
  for (char **e = environ; *e; e++) {
    if (strncmp(*e, "HOLDFAST_KEEPER_FD=", 19) != 0 && strncmp(*e, "HOLDFAST_THREADS=", 17) != 0) *room++ = *e;
  }
  snprintf(threads, sizeof threads, "HOLDFAST_THREADS=%u", K.reserve.pool);
  *room++ = threads;
  *room++ = (char *)(uintptr_t)"HOLDFAST_KEEPER_FD=3";
  return first;
}

static struct birth *prepare(int socket) {
  size_t n = 0;
  while (environ[n]) n++;
  struct birth *b = birth_new(n + 3, 0);
  if (!b) return NULL;
  b->path = K.program;
  b->argv = K.argv;
  b->environment = environment((char **)(b + 1));
  for (int i = 0; i < 3; i++) b->fds[i] = i;
  b->fds[3] = socket;
  b->fd_count = sockets_for_daemon(b->fds, 4);
  b->job.run = birth_work;
  b->job.done = born;
  return b;
}

static void start_now(struct timer *timer) {
  (void)timer;
  if (K.ending == RUNNING) daemon_start();
}

static void start_after(uint64_t ns) {
  K.daemon.timer.ring = start_now;
  timer_set(&K.timers, &K.daemon.timer, now_mono() + ns);
}

void daemon_start(void) {
  struct daemon *d = &K.daemon;
  int ends[2] = {-1, -1};
  struct birth *b = NULL;
  d->adopted = d->begun = false;
  reserve_give();
  if (sys_socketpair(ends) == 0 && sys_fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK) == 0) b = prepare(ends[1]);
  d->socket = ends[0];
  d->watching_in = true;
  if (!b || !watch(WATCH_DAEMON, 0, d->socket, EPOLLIN, false)) {
    /* No descriptors or no memory: programs live on, and it is tried again. */
    for (int i = 0; i < 2; i++) {
      if (ends[i] >= 0) sys_close(ends[i]);
    }
    free(b);
    d->socket = -1;
    reserve_descriptors();
    if (!K.lives.ever_ready) fail("cannot start", K.argv[0], errno);
    if (!K.lives.ever_ready) _exit(1);
    start_after(RETRY_MS * MS);
    return;
  }
  d->birth = b;
  birth_submit(b);
}

void daemon_ready(void) {
  lives_ready(&K.lives, now_mono());
  reserve_resume();
  reserve_tasks();
}

void daemon_restart_announced(void) { K.lives.announced = true; }

void daemon_kill(void) {
  struct daemon *d = &K.daemon;
  timer_cancel(&K.timers, &d->timer);
  if (d->adopted && d->pidfd >= 0) (void)syscall(SYS_pidfd_send_signal, d->pidfd, SIGKILL, NULL, 0);
  else if (!d->adopted && d->pid > 0) (void)sys_kill(d->pid, SIGKILL);
}

static void ended(int status) {
  struct daemon *d = &K.daemon;
  timer_cancel(&K.timers, &d->timer);
  d->pid = 0;
  link_close();
  if (d->pidfd >= 0) sys_close(d->pidfd);
  d->pidfd = -1;
  if (K.ending != RUNNING) return;
  if (K.lives.ever_ready) reserve_tasks();
  reserve_resume();
  struct life_after after = lives_ended(&K.lives, status, now_mono());
  if (after.end) {
    if (d->begun && status >= 0 && WIFSIGNALED(status)) explain_end(WTERMSIG(status));
    K.leave_none = true;
    children_kill();
    keeper_end(after.code);
  } else if (after.wait_ns > 0) {
    start_after(after.wait_ns);
  } else {
    daemon_start();
  }
}

void daemon_reaped(int status) { ended(status); }

static void lose_patience(struct timer *timer) {
  (void)timer;
  daemon_kill();
}

void daemon_lost(void) {
  struct daemon *d = &K.daemon;
  if (d->socket < 0) return;
  link_close();
  if (d->adopted && d->pidfd < 0) {
    ended(-1);
    return;
  }
  /* Its end follows, as a rule at once; a daemon that lives on without a connection is of no use. */
  d->timer.ring = lose_patience;
  timer_set(&K.timers, &d->timer, now_mono() + PARTING_MS * MS);
}

void keeper_signalled(int signal) {
  bool end = signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
  if (K.signal_report[signal] == 0) K.signal_report[signal] = report(KEPT, REPORT_SIGNAL, F4(signal));
  if (end && lives_term(&K.lives)) wills_begin();
}

static void out_of_time(struct timer *timer) {
  (void)timer;
  K.out_of_time = true;
}

void keeper_end(int code) {
  if (K.ending >= FLUSHING) return;
  K.ending = FLUSHING;
  K.exit_code = code & 0xff;
  K.end.ring = out_of_time;
  timer_set(&K.timers, &K.end, now_mono() + FLUSH_MS * MS);
  for (struct node *n = map_next(&K.streams, NULL), *next; n; n = next) {
    next = map_next(&K.streams, n);
    stream_settle(owner_of(n, struct stream, node));
  }
  sinks_kick();
}

static bool streams_settled(void) {
  for (struct node *n = map_next(&K.streams, NULL); n; n = map_next(&K.streams, n)) {
    const struct stream *s = owner_of(n, struct stream, node);
    if (s->settling && s->doing != ASKING && s->doing != WAITING) return false;
  }
  return true;
}

void end_go(void) {
  if (K.ending == FLUSHING) {
    bool quiet = K.workers.inflight == 0 && sinks_quiet() && streams_settled() && !(K.leave_none && children_live());
    if (!quiet && !K.out_of_time) return;
    K.ending = PARTING;
    K.out_of_time = false;
    daemon_lost();
    timer_set(&K.timers, &K.end, now_mono() + (PARTING_MS + 100) * MS);
  }
  if (K.ending == PARTING && ((K.daemon.pid == 0 && !K.daemon.birth) || K.out_of_time)) _exit(K.exit_code);
}
