/* The daemon's life as a process, and the keeper's own end. What to do next is decided in lives.c; here it is done. */
#include "daemon.h"
#include "spawn.h"
#include "children.h"
#include "host.h"
#include "link.h"
#include "sockets.h"
#include "streams.h"
#include "upgrade.h"

/* UNREADY_MAX: new daemons in a row that end before they are ready, before the one before the upgrade is started again. */
enum { UNREADY_MAX = 3, PARTING_MS = 1000, FLUSH_MS = 2000, RETRY_MS = 1000 };

struct daemon the_daemon = {.socket = -1, .pidfd = -1};
static uint64_t signal_report[65];
static struct timer end_timer;
static bool time_is_up;
static int exit_code;

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
static void spawned(struct job *job) {
  struct spawn_request *r = owner_of(job, struct spawn_request, job);
  sys_close(r->fds[3]);
  reserve_descriptors();
  spawn_done(r);
  the_daemon.spawning = NULL;
  the_daemon.pid = r->pid;
  if (r->step > 0 && !the_daemon.lives.ever_ready) fail("cannot run", r->path, r->error);
  else if (r->step == 0) the_daemon.begun = true;
  bool reaped = r->reaped;
  int status = r->wait_status;
  pid_t pid = r->pid;
  spawn_request_free(r);
  if (pid == 0) daemon_reaped(127 << 8);
  else if (reaped) daemon_reaped(status);
  else if (K.ending != RUNNING) daemon_kill();
}

static char **environment(char **room) {
  static char threads[32];
  char **first = room;
  for (char **e = environ; *e; e++) {
    if (strncmp(*e, "HOLDFAST_KEEPER_FD=", 19) != 0 && strncmp(*e, "HOLDFAST_THREADS=", 17) != 0) *room++ = *e;
  }
  snprintf(threads, sizeof threads, "HOLDFAST_THREADS=%u", reserve_pool());
  *room++ = threads;
  *room++ = (char *)(uintptr_t)"HOLDFAST_KEEPER_FD=3";
  return first;
}

static struct spawn_request *prepare(int socket) {
  size_t n = 0;
  while (environ[n]) n++;
  struct spawn_request *r = spawn_request_new(n + 3, 0);
  if (!r) return NULL;
  r->path = the_daemon.program;
  r->argv = the_daemon.argv;
  r->environment = environment((char **)(r + 1));
  for (int i = 0; i < 3; i++) r->fds[i] = i;
  r->fds[3] = socket;
  r->fd_count = sockets_for_daemon(r->fds, 4);
  r->job.run = spawn_work;
  r->job.done = spawned;
  return r;
}

static void start_now(struct timer *timer) {
  (void)timer;
  if (K.ending == RUNNING) daemon_start();
}

static void start_after(uint64_t ns) {
  the_daemon.timer.ring = start_now;
  timer_set(&K.timers, &the_daemon.timer, now_mono() + ns);
}

void daemon_start(void) {
  int ends[2] = {-1, -1};
  struct spawn_request *r = NULL;
  the_daemon.adopted = the_daemon.begun = false;
  reserve_give();
  if (sys_socketpair(ends) == 0 && sys_fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK) == 0) r = prepare(ends[1]);
  the_daemon.socket = ends[0];
  the_daemon.watching_in = true;
  if (!r || !watch(WATCH_DAEMON, 0, the_daemon.socket, EPOLLIN, false)) {
    /* No descriptors or no memory: programs live on, and it is tried again. */
    for (int i = 0; i < 2; i++) {
      if (ends[i] >= 0) sys_close(ends[i]);
    }
    spawn_request_free(r);
    the_daemon.socket = -1;
    reserve_descriptors();
    if (!the_daemon.lives.ever_ready) fail("cannot start", the_daemon.argv[0], errno);
    if (!the_daemon.lives.ever_ready) _exit(1);
    start_after(RETRY_MS * MS);
    return;
  }
  the_daemon.spawning = r;
  spawn_submit(r);
}

static void free_words(char **words) {
  for (char **w = words; w && *w; w++) free(*w);
  free(words);
}

/* Whether all that it names by whole paths is still there. */
static bool is_there(char **words) {
  struct stat st;
  for (; *words; words++) {
    if ((*words)[0] == '/' && stat(*words, &st) < 0) return false;
  }
  return true;
}

/* The new daemon cannot be had. */
static void take_former(void) {
  char **former = the_daemon.former;
  the_daemon.former = NULL;
  if (!is_there(former) || !reports_promise(&K.reports, 1)) {
    free_words(former);
    return;
  }
  free_words(the_daemon.argv);
  the_daemon.argv = former;
  the_daemon.program = former[0];
  upgrade_report(restored_token, UPGRADE_FORMER_DAEMON, 0, "the new daemon has ended three times before it was ready: the one before is started again", false);
}

void daemon_ready(void) {
  free_words(the_daemon.former);
  the_daemon.former = NULL;
  lives_ready(&the_daemon.lives, now_mono());
  reserve_resume();
  reserve_tasks();
}

void daemon_restart_announced(void) { the_daemon.lives.announced = true; }

void daemon_kill(void) {
  timer_cancel(&K.timers, &the_daemon.timer);
  if (the_daemon.adopted && the_daemon.pidfd >= 0) (void)syscall(SYS_pidfd_send_signal, the_daemon.pidfd, SIGKILL, NULL, 0);
  else if (!the_daemon.adopted && the_daemon.pid > 0) (void)sys_kill(the_daemon.pid, SIGKILL);
}

void daemon_reaped(int status) {
  timer_cancel(&K.timers, &the_daemon.timer);
  the_daemon.pid = 0;
  link_close();
  if (the_daemon.pidfd >= 0) sys_close(the_daemon.pidfd);
  the_daemon.pidfd = -1;
  if (K.ending != RUNNING) return;
  if (the_daemon.lives.ever_ready) reserve_tasks();
  reserve_resume();
  struct life_after after = lives_ended(&the_daemon.lives, status, now_mono());
  if (upgrade_daemon_ended()) return;
  if (the_daemon.former && the_daemon.lives.unready >= UNREADY_MAX) take_former();
  if (after.end) {
    if (the_daemon.begun && status >= 0 && WIFSIGNALED(status)) explain_end(WTERMSIG(status));
    K.leave_none = true;
    children_kill();
    keeper_end(after.code);
  } else if (after.wait_ns > 0) {
    start_after(after.wait_ns);
  } else {
    daemon_start();
  }
}

static void lose_patience(struct timer *timer) { (void)timer, daemon_kill(); }

void daemon_lost(void) {
  if (the_daemon.socket < 0) return;
  link_close();
  if (the_daemon.adopted && the_daemon.pidfd < 0) {
    daemon_reaped(-1);
    return;
  }
  /* Its end follows, as a rule at once; a daemon that lives on without a connection is of no use. */
  the_daemon.timer.ring = lose_patience;
  timer_set(&K.timers, &the_daemon.timer, now_mono() + PARTING_MS * MS);
}

void keeper_signalled(int signal) {
  bool end = signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
  if (signal_report[signal] == 0) signal_report[signal] = report(DURABLE, REPORT_SIGNAL, F4(signal));
  if (end && lives_term(&the_daemon.lives)) wills_begin();
}

void signal_acknowledged(uint32_t signal) {
  signal_report[signal] = 0;
  (void)reports_promise(&K.reports, 1);
}

bool signal_reported(uint32_t signal, uint64_t report) {
  if (signal < 1 || signal > 64 || signal_report[signal] > 0) return false;
  signal_report[signal] = report;
  reports_release(&K.reports, 1);
  return true;
}

static void out_of_time(struct timer *timer) { (void)timer, time_is_up = true; }

void keeper_end(int code) {
  if (K.ending >= FLUSHING) return;
  K.ending = FLUSHING;
  exit_code = code & 0xff;
  end_timer.ring = out_of_time;
  timer_set(&K.timers, &end_timer, now_mono() + FLUSH_MS * MS);
  MAP_EACH(stream, s, &all_streams) stream_happens(s, DRAIN);
  sinks_go_on();
}

static bool streams_drained(void) {
  MAP_EACH(stream, s, &all_streams) {
    if (s->draining && s->state != ASKING && s->state != QUEUED) return false;
  }
  return true;
}

void end_go(void) {
  if (K.ending == FLUSHING) {
    bool quiet = K.workers.inflight == 0 && sinks_quiet() && streams_drained() && !(K.leave_none && children_live());
    if (!quiet && !time_is_up) return;
    K.ending = PARTING;
    time_is_up = false;
    daemon_lost();
    timer_set(&K.timers, &end_timer, now_mono() + (PARTING_MS + 100) * MS);
  }
  if (K.ending == PARTING && ((the_daemon.pid == 0 && !the_daemon.spawning) || time_is_up)) _exit(exit_code);
}
