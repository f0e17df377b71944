/*
 * The keeper is replaced, as the one that is there does it: docs/keeper-protocol.md, "Upgrade in place". It is frozen twice, each time until no job is under
 * way and for as long as it takes to write a table: first for the new keeper to try it in a process of its own; then, when the daemon has ended, to go.
 * Whatever fails before the exec leaves all as it was.
 */
#include "upgrade.h"
#include "children.h"
#include "daemon.h"
#include "host.h"

enum { CHECK_MS = 5000, PARTING_MS = 1000, SAID_MAX = 1024 };

static struct upgrade {
  enum { NONE, ASKED, CHECKING, DISMISSING, LEAVING } phase;
  uint32_t token, wait_ms;
  char *keeper, **words;      /* what is to run, and as what daemon */
  bool written;               /* a table was */
  int table, next, back, said[2]; /* descriptors: table, new keeper, own program, what the new one says */
  char **environment;         /* of the new keeper while it checks */
  char table_name[16];
  struct job job;
  pid_t pid;
  bool reaped;
  int error, status;
  struct timer timer;
} u = {.table = -1, .next = -1, .back = -1, .said = {-1, -1}};

void upgrade_report(uint32_t token, enum upgrade_step step, int error, const char *text, bool written) {
  size_t length = strlen(text) < TABLE_WHY ? strlen(text) : TABLE_WHY;
  report(DURABLE, REPORT_UPGRADE, F4(token), F1(step), F4(error), FB(text, length), F2(written ? TABLE_VERSION : 0));
}

static void close_it(int *fd) {
  if (*fd >= 0) sys_close(*fd);
  *fd = -1;
}

static void forget(void) {
  timer_cancel(&K.timers, &u.timer);
  close_it(&u.table), close_it(&u.next), close_it(&u.back), close_it(&u.said[0]), close_it(&u.said[1]);
  for (char **w = u.words; w && *w; w++) free(*w);
  free(u.words), free(u.keeper), free(u.environment);
  u = (struct upgrade){.table = -1, .next = -1, .back = -1, .said = {-1, -1}};
}

/* Nothing has changed; a daemon that has ended for the upgrade has a successor of its own kind. */
static void fail(enum upgrade_step step, int error, const char *text) {
  bool leaving = u.phase == LEAVING;
  upgrade_report(u.token, step, error, text, u.written);
  forget();
  if (leaving) daemon_start();
}

static bool copy(const struct effect *e) {
  struct list words = e->words;
  u.keeper = span_copy(e->text);
  u.words = sys_alloc((words.count + 1) * sizeof *u.words);
  bool whole = u.keeper && u.words;
  for (uint32_t i = 0; whole && i < words.count; i++) whole = (u.words[i] = span_copy(text_next(&words))) != NULL;
  return whole;
}

void upgrade_ask(const struct effect *e) {
  bool early = !the_daemon.lives.ready || K.ending != RUNNING || host.daemonize.wanted;
  if (!reports_promise(&K.reports, 1)) {
    K.reports.failed = true;
    return;
  }
  if (u.phase != NONE || early) {
    int error = u.phase != NONE ? EALREADY : EBUSY;
    upgrade_report(e->token, UPGRADE_REFUSED, error, strerror(error), false);
    return;
  }
  u.token = e->token;
  u.wait_ms = e->number;
  if (!copy(e)) fail(UPGRADE_REFUSED, ENOMEM, "no memory");
  else if (u.keeper[0] != '/' || u.words[0][0] != '/') fail(UPGRADE_REFUSED, EINVAL, "the keeper and the daemon are named by whole paths");
  else u.phase = ASKED;
}

/* Freezes and writes; false: it has failed, and all is as it was. */
static bool leave_table(void) {
  char why[TABLE_WHY];
  int error = 0;
  close_it(&u.table);
  enum upgrade_step step = table_save(u.token, u.words, u.wait_ms, &u.table, &error, why);
  u.written = u.written || step != UPGRADE_FREEZE;
  if (step == UPGRADE_DONE) return true;
  table_thaw();
  fail(step, error, why);
  return false;
}

/* The child until its exec; as in spawn.c it may only make raw system calls. */
__attribute__((no_sanitize("address", "undefined", "thread"))) static int check_main(void *nothing) {
  char *words[] = {(char *)(uintptr_t)"holdfast-keeper", (char *)(uintptr_t)"--check", u.table_name, NULL};
  (void)nothing;
  bool good = RAW("dup2", SYS_dup3, K.null, 0, 0) >= 0 && RAW("dup2", SYS_dup3, u.said[1], 1, 0) >= 0 && RAW("dup2", SYS_dup3, u.said[1], 2, 0) >= 0 &&
              RAW("fcntl", SYS_fcntl, u.table, F_SETFD, 0) >= 0;
  if (good) (void)sys_execveat(u.next, words, u.environment);
  u.error = errno;
  for (;;) (void)syscall(SYS_exit_group, 127);
  return 0;
}

static void check_work(struct job *job, struct worker *worker) {
  (void)job;
  u.next = sys_open(u.keeper, O_PATH | O_CLOEXEC, 0);
  if (u.next >= 0) u.back = sys_open("/proc/self/exe", O_PATH | O_CLOEXEC, 0);
  int pid = u.back < 0 ? -1 : sys_clone(check_main, worker->stack + sizeof worker->stack, NULL, &u.pid);
  if (pid < 0) u.error = errno;
  else __atomic_store_n(&u.pid, pid, __ATOMIC_RELEASE);
}

static void cannot_run(const char *what) {
  char text[TABLE_WHY];
  snprintf(text, sizeof text, "%.400s: %s", what, strerror(u.error));
  fail(UPGRADE_CHECK, u.error, text);
}

/* The last line of what the new keeper has said, or how it ended. */
static void explain_refusal(void) {
  char said[SAID_MAX], text[TABLE_WHY];
  ssize_t n = sys_read(u.said[0], said, sizeof said - 1);
  while (n > 0 && said[n - 1] == '\n') n--;
  said[n > 0 ? n : 0] = 0;
  char *line = strrchr(said, '\n'), *last = line ? line + 1 : said;
  int ended = WIFSIGNALED(u.status) ? WTERMSIG(u.status) : WEXITSTATUS(u.status);
  bool late = ended == SIGKILL && WIFSIGNALED(u.status);
  snprintf(text, sizeof text, "%.400s%s%s", last, *last ? "; " : "", late ? "it took too long" : WIFSIGNALED(u.status) ? strsignal(ended) : "it refuses");
  fail(UPGRADE_CHECK, late ? ETIMEDOUT : 0, text);
}

/* The daemon is told to end; it is given a second, and again, until it has. */
static void part(struct timer *timer) {
  (void)timer;
  daemon_kill();
  timer_set(&K.timers, &u.timer, now_mono() + PARTING_MS * MS);
}

static void checked(void) {
  if (!WIFEXITED(u.status) || WEXITSTATUS(u.status) != 0) {
    if (u.error) cannot_run(u.keeper);
    else explain_refusal();
    return;
  }
  u.phase = DISMISSING;
  u.timer.ring = part;
  timer_set(&K.timers, &u.timer, now_mono() + PARTING_MS * MS);
  the_daemon.lives.announced = true;
  report(VOLATILE, REPORT_UPGRADING, F4(u.token));
  if (the_daemon.pid > 0 || the_daemon.spawning) return;
  timer_cancel(&K.timers, &the_daemon.timer); /* of its successor */
  u.phase = LEAVING;
}

static void lose_patience(struct timer *timer) {
  (void)timer;
  if (!u.reaped) (void)sys_kill(u.pid, SIGKILL);
}

static void check_begun(struct job *job) {
  (void)job;
  close_it(&u.said[1]);
  if (u.pid <= 0) {
    cannot_run(u.next < 0 ? u.keeper : u.back < 0 ? "/proc/self/exe" : "the new keeper");
    return;
  }
  u.timer.ring = lose_patience;
  if (u.reaped) checked();
  else timer_set(&K.timers, &u.timer, now_mono() + CHECK_MS * MS);
}

bool upgrade_reaped(pid_t pid, int status) {
  if (u.phase != CHECKING || __atomic_load_n(&u.pid, __ATOMIC_ACQUIRE) != pid) return false;
  u.reaped = true;
  u.status = status;
  if (u.said[1] < 0) checked(); /* else the job is not collected yet */
  return true;
}

static void begin_check(void) {
  if (!leave_table()) return;
  table_thaw();
  u.environment = environment_with("HOLDFAST_PROGRAM_", NULL);
  bool good = u.environment && sys_pipe(u.said) == 0 && sys_fcntl(u.said[0], F_SETFL, O_NONBLOCK) == 0;
  if (!good) {
    fail(UPGRADE_TABLE, errno, "no memory or no descriptors");
    return;
  }
  snprintf(u.table_name, sizeof u.table_name, "%d", u.table);
  u.phase = CHECKING;
  u.job = (struct job){.lane = 2 * LANES - 1, .run = check_work, .done = check_begun};
  workers_submit(&K.workers, &u.job);
}

bool upgrade_daemon_ended(void) {
  if (u.phase != DISMISSING) return false;
  timer_cancel(&K.timers, &u.timer);
  u.phase = LEAVING;
  return true;
}

/* Returns only when it has failed. */
static void leave(void) {
  char why[TABLE_WHY];
  if (!leave_table()) return;
  int error = 0;
  enum upgrade_step step = hand_over(u.table, u.next, u.back, &error, why);
  table_thaw();
  fail(step, error, why);
}

void upgrade_go(void) {
  if (u.phase == NONE) return;
  if (K.ending != RUNNING && u.phase != CHECKING) forget();
  else if (u.phase == ASKED) begin_check();
  else if (u.phase == LEAVING) leave();
}
