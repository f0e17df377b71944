/*
 * Children: spawning, signals, exits. Only this thread reaps, so only here is it certain that a pid still is the child: every signal goes through here.
 * Reports about a child come in this order: spawned, eof of its streams as far as they have ended, exited.
 */
#include "children.h"
#include "link.h"
#include "spawn.h"
#include "daemon.h"
#include "host.h"
#include "sockets.h"
#include "streams.h"
#include "upgrade.h"

enum { DRAIN_MS = 500 };

struct map all_children = MAP_EMPTY(all_children);
struct map child_pids = MAP_EMPTY(child_pids);

struct child *child_get(uint32_t number) {
  struct node *n = map_get(&all_children, number);
  return n ? owner_of(n, struct child, node) : NULL;
}

static void child_free(struct child *c) {
  stdin_end(c);
  channel_close(c);
  free(c->cgroup);
  timer_cancel(&K.timers, &c->timer);
  timers_leave(&K.timers, 1);
  map_drop(&all_children, &c->node);
  free(c->label);
  free(c);
}

void child_acknowledged(uint32_t number) {
  struct child *c = child_get(number);
  if (c && c->state == CHILD_ENDED) child_free(c);
}

static void report_failed(uint32_t child, int step, int error, pid_t pid) {
  report(DURABLE, REPORT_SPAWN_FAILED, F4(child), F1(step), F4(error), F4(pid), F8(now_mono()), F8(now_wall()));
}

static void signal_now(struct child *c, int signal, bool group) {
  if (c->pid <= 0 || c->reaped || sys_kill(group ? -c->pid : c->pid, signal) == 0 || errno == ESRCH) return;
  report(VOLATILE, REPORT_SIGNAL_FAILED, F4(c->node.key), F4(signal), F4(errno));
}

void child_signal(uint32_t number, int signal, bool group) {
  struct child *c = child_get(number);
  if (!c || c->reaped) return;
  if (c->spawning && signal > 0 && signal <= 64) c->signals[group] |= 1ull << (signal - 1);
  else signal_now(c, signal, group);
}

/* Signals that came while the child was being spawned. */
static void send_signals(struct child *c) {
  for (int signal = 1; signal <= 64; signal++) {
    for (int group = 0; group < 2; group++) {
      if (c->signals[group] >> (signal - 1) & 1) signal_now(c, signal, group);
    }
  }
}

static void report_exited(struct child *c) {
  timer_cancel(&K.timers, &c->timer);
  c->state = CHILD_ENDED;
  const struct rusage *u = &c->usage;
  report(DURABLE, REPORT_EXITED, F4(c->node.key), F4(c->pid), F4(c->wait_status), F8(c->ended_mono), F8(c->ended_wall),
         F8((uint64_t)u->ru_utime.tv_sec * 1000000 + (uint64_t)u->ru_utime.tv_usec),
         F8((uint64_t)u->ru_stime.tv_sec * 1000000 + (uint64_t)u->ru_stime.tv_usec), F8(u->ru_maxrss));
}

void child_drained(uint32_t number) {
  struct child *c = child_get(number);
  if (!c || !c->reaped || c->spawning || c->state != CHILD_RUNNING) return;
  for (int i = 0; i < 2; i++) {
    struct stream *s = stream_get(c->streams[i]);
    if (s && s->draining) return;
  }
  report_exited(c);
}

/* Once it is reaped and no spawn is under way: its streams are emptied, then its end is reported. */
static void ended(struct child *c) {
  timer_set(&K.timers, &c->timer, now_mono() + DRAIN_MS * MS);
  struct stream *streams[] = {stream_get(c->streams[0]), stream_get(c->streams[1])};
  /* Both are marked before the first is looked at: else the end would be reported after the first. */
  for (int i = 0; i < 2; i++) {
    if (streams[i] && streams[i]->state != ENDED) streams[i]->draining = true;
  }
  for (int i = 0; i < 2; i++) {
    if (streams[i]) stream_happens(streams[i], DRAIN);
  }
  child_drained((uint32_t)c->node.key);
}

void child_reaped(struct child *c, int status, const struct rusage *usage) {
  c->reaped = true;
  c->wait_status = status;
  c->usage = *usage;
  c->ended_mono = now_mono();
  c->ended_wall = now_wall();
  stdin_end(c);
  if (c->by_pid.key > 0) map_drop(&child_pids, &c->by_pid);
  if (c->spawning) return;
  if (c->step > 0) {
    channel_close(c);
    c->state = CHILD_ENDED;
    report_failed((uint32_t)c->node.key, c->step, c->error, c->pid);
    reports_release(&K.reports, 1);
  } else {
    channel_listen(c);
    ended(c);
  }
  if (K.ending == WILLING) wills_go();
}

static void spawn_failed_early(struct child *c, struct spawn_request *r) {
  c->state = CHILD_ENDED;
  channel_close(c);
  for (int i = 0; i < 2; i++) {
    struct stream *s = stream_get(c->streams[i]);
    if (s) stream_free(s);
    c->streams[i] = 0;
    if (r->open[i]) sink_happens(r->open[i], FAILED);
  }
  reports_release(&K.reports, 1);
  report_failed((uint32_t)c->node.key, r->step, r->error, 0);
}

/* Gives the child its ends of the pipes; when it failed before exec, nothing is read from them. */
static void begin_pipes(struct child *c, const struct spawn_request *r) {
  c->stdin_fd = r->ours[0];
  for (int i = 0; i < 2; i++) {
    struct stream *s = stream_get(c->streams[i]);
    if (!s) continue;
    s->fd = r->ours[i + 1];
    s->pipe_bytes = r->pipe_bytes[i + 1];
    stream_happens(s, c->step > 0 ? FORGET : BEGUN);
  }
}

static void spawned(struct job *job) {
  struct spawn_request *r = owner_of(job, struct spawn_request, job);
  struct child *c = child_get(r->child);
  spawn_done(r);
  c->spawning = NULL;
  c->pid = r->pid;
  c->mono = r->mono;
  c->wall = r->wall;
  c->step = r->step;
  c->error = r->error;
  if (r->pid == 0) {
    spawn_failed_early(c, r);
  } else {
    c->state = CHILD_RUNNING;
    if (!r->reaped) map_put(&child_pids, &c->by_pid, (uint64_t)c->pid);
    if (c->step == 0) report(DURABLE, REPORT_SPAWNED, F4(r->child), F4(c->pid), F8(c->mono), F8(c->wall));
    for (int i = 0; i < 2; i++) {
      if (r->open[i]) sink_happens(r->open[i], OPENED);
    }
    begin_pipes(c, r);
    if (c->step == 0 && !r->reaped) channel_listen(c);
    stdin_begin(c);
    if (r->reaped) child_reaped(c, r->wait_status, &r->usage);
    else if (K.leave_none) signal_now(c, SIGKILL, true);
    else send_signals(c);
  }
  spawn_request_free(r);
}

/* Copies a text behind the request. */
static char *place(char **room, struct span text) {
  char *at = *room;
  if (text.length > 0) memcpy(at, text.at, text.length);
  *room += text.length + 1;
  return at;
}

static char **place_list(char ***pointers, char **room, struct list texts) {
  char **first = *pointers;
  for (uint32_t i = 0; i < texts.count; i++) *(*pointers)++ = place(room, text_next(&texts));
  (*pointers)++;
  return first;
}

static struct spawn_request *request_of(const struct spawn *s, const struct attributes *with) {
  static const char procs[] = "/cgroup.procs";
  /* A text takes no more room with its NUL than it took with its length in the frame. */
  size_t texts = (size_t)(s->environment.items.end - s->label.at) + sizeof procs;
  size_t numbers = s->groups.count * sizeof(gid_t) + ((size_t)s->limits.count + with->rlimits.count) * sizeof(struct limit);
  struct spawn_request *r = spawn_request_new((size_t)s->argv.count + s->environment.count + 2, numbers + texts);
  if (!r) return NULL;
  char **pointers = (char **)(r + 1);
  r->limits = (struct limit *)(pointers + s->argv.count + s->environment.count + 2);
  r->rlimits = r->limits + s->limits.count;
  r->groups = (gid_t *)(r->rlimits + with->rlimits.count);
  char *room = (char *)(r->groups + s->groups.count);
  struct list groups = s->groups, limits = s->limits, rlimits = with->rlimits;
  for (; r->group_count < groups.count; r->group_count++) r->groups[r->group_count] = group_next(&groups);
  for (; r->limit_count < limits.count; r->limit_count++) r->limits[r->limit_count] = limit_next(&limits);
  for (; r->rlimit_count < rlimits.count; r->rlimit_count++) r->rlimits[r->rlimit_count] = rlimit_next(&rlimits);
  r->with = *with;
  sprintf(r->oom, "%d", with->oom);
  r->child = s->child;
  r->path = place(&room, s->path);
  r->argv = place_list(&pointers, &room, s->argv);
  r->environment = place_list(&pointers, &room, s->environment);
  if (s->chdir) r->directory = place(&room, s->directory);
  /* The last one, since it is made longer. */
  if (with->cgroup.length > 0) strcpy((r->procs = place(&room, with->cgroup)) + with->cgroup.length, procs);
  r->umask = s->umask;
  r->user = s->user;
  r->uid = s->uid;
  r->gid = s->gid;
  r->job.run = spawn_work;
  r->job.done = spawned;
  return r;
}

/* 0, or the step that failed; then errno. What was made stays in the request, the child and the table. */
static int prepare(const struct spawn *s, struct spawn_request *r, struct child *c) {
  const struct stream_spec *specs[] = {&s->out, &s->err};
  struct sock *socket = s->stdin_socket > 0 ? socket_get(s->stdin_socket) : NULL;
  errno = EBADF;
  r->fd_count = 3;
  r->piped[0] = s->stdin_socket == 0;
  for (int i = 0; i < 3; i++) r->fds[i] = -1;
  if (s->stdin_socket > 0 && (!socket || (r->fds[0] = sys_fcntl(socket->fd, F_DUPFD_CLOEXEC, 3)) < 0)) return STEP_PIPES;
  if (s->out.stream == 0 && (r->fds[1] = sys_fcntl(K.null, F_DUPFD_CLOEXEC, 3)) < 0) return STEP_PIPES;
  for (int i = 0; i < 2; i++) {
    if (specs[i]->stream == 0) continue;
    errno = EBADF;
    if (!specs[i]->open && specs[i]->sink > 0 && !sink_get(specs[i]->sink)) return STEP_LOG_STDOUT + i;
    errno = ENOMEM;
    if (specs[i]->open && !(r->open[i] = sink_new(specs[i]->sink, &specs[i]->spec))) return STEP_LOG_STDOUT + i;
    if (!stream_new(specs[i], s->child)) return STEP_PIPES;
    c->streams[i] = specs[i]->stream;
    r->piped[i + 1] = true;
  }
  errno = ENOMEM;
  if (r->with.cgroup.length > 0 && !(c->cgroup = span_copy(r->with.cgroup))) return STEP_ATTRIBUTE;
  if (r->with.subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return STEP_ATTRIBUTE;
  return channel_open(c, r);
}

/* After its exit: it has waited long enough for its streams. Before: its last will's patience is over. */
static void ring(struct timer *timer) {
  struct child *c = owner_of(timer, struct child, timer);
  if (!c->reaped) {
    will_hurry(c);
    return;
  }
  for (int i = 0; i < 2; i++) {
    struct stream *s = stream_get(c->streams[i]);
    if (s) s->draining = false;
  }
  child_drained((uint32_t)c->node.key);
}

struct child *child_new(const struct spawn *s) {
  struct child *c = sys_alloc(sizeof *c);
  if (!c) return NULL;
  c->label = span_copy(s->label);
  bool promised = c->label && reports_promise(&K.reports, 2);
  if (!promised || !timers_join(&K.timers, 1)) {
    if (promised) reports_release(&K.reports, 2);
    free(c->label);
    free(c);
    return NULL;
  }
  *c = (struct child){.label = c->label, .will = s->will, .stdin_fd = -1, .input_last = &c->input, .timer = {.ring = ring}};
  map_put(&all_children, &c->node, s->child);
  return c;
}

static bool numbers_used(const struct spawn *s) {
  const struct stream_spec *specs[] = {&s->out, &s->err};
  for (int i = 0; i < 2; i++) {
    if (specs[i]->stream == 0) continue;
    if (stream_get(specs[i]->stream) || (specs[i]->open && map_get(&all_sinks, specs[i]->sink))) return true;
  }
  return child_get(s->child) || (s->out.open && s->err.open && s->out.sink == s->err.sink);
}

void child_spawn(const struct spawn *s, uint64_t batch) {
  if (numbers_used(s)) {
    refuse(batch, REFUSED_EFFECT, "spawn: a number is used already");
    return;
  }
  bool room = all_children.count < CHILDREN_MAX && K.ending == RUNNING;
  struct attributes with;
  int wrong = spawn_attributes(s, &with);
  struct spawn_request *r = room ? request_of(s, &with) : NULL;
  struct child *c = r ? child_new(s) : NULL;
  if (!c) {
    spawn_request_free(r);
    report_failed(s->child, STEP_FORK, room ? ENOMEM : EAGAIN, 0);
    return;
  }
  host.spawned = true;
  c->spawning = r;
  r->step = wrong ? STEP_ATTRIBUTE : prepare(s, r, c);
  if (r->step > 0) {
    r->error = wrong ? wrong : errno;
    for (int i = 0; i < 2; i++) {
      if (r->fds[i] >= 0) sys_close(r->fds[i]);
    }
    if (r->ready >= 0) sys_close(r->ready);
    c->spawning = NULL;
    spawn_failed_early(c, r);
    spawn_request_free(r);
    return;
  }
  spawn_submit(r);
}

void child_go_on(struct child *c) {
  if (c->channel) channel_listen(c);
  if (!c->reaped) stdin_ready(c);
  else if (c->state == CHILD_RUNNING) ended(c);
}

void child_forget(uint32_t number) {
  struct child *c = child_get(number);
  if (c && !c->reaped) return;
  MAP_EACH(stream, s, &all_streams) {
    if (s->child == number && s->state != ENDED) stream_happens(s, FORGET);
  }
}

static bool is_stopped(pid_t pid) {
  siginfo_t info = {.si_pid = 0};
  return waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

void children_pause(bool stop) {
  MAP_EACH(child, c, &all_children) {
    bool fit = c->pid > 0 && !c->reaped && (stop ? !c->paused && !is_stopped(c->pid) : c->paused);
    c->paused = false;
    if (fit && sys_kill(-c->pid, stop ? SIGSTOP : SIGCONT) == 0) c->paused = stop;
  }
}

static bool was_just_spawned(pid_t pid, int status, const struct rusage *usage) {
  for (struct spawn_request *r = spawn_requests; r; r = r->next) {
    if (__atomic_load_n(&r->pid, __ATOMIC_ACQUIRE) != pid) continue;
    r->reaped = true;
    r->wait_status = status;
    r->usage = *usage;
    return true;
  }
  return false;
}

void children_reap(void) {
  int status;
  struct rusage usage;
  for (pid_t pid; (pid = sys_wait(&status, &usage)) > 0;) {
    struct node *n = map_get(&child_pids, (uint64_t)pid);
    if (pid == the_daemon.pid && !the_daemon.adopted) daemon_reaped(status);
    else if (n) child_reaped(owner_of(n, struct child, by_pid), status, &usage);
    else if (upgrade_reaped(pid, status) || was_just_spawned(pid, status, &usage)) continue;
    else if (K.reports.volatile_bytes < UNSENT_MAX) report(VOLATILE, REPORT_ORPHAN, F4(pid), F4(status));
  }
}
