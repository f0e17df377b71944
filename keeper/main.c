/*
 * The keeper: parent of everything, never restarted, knows how and never what. This file: the start, and the loop of the main thread, which
 * never touches a log file and never waits for anything but events; an idle keeper makes no system call at all.
 */
#include "keeper.h"
#include "children.h"
#include "daemon.h"
#include "host.h"
#include "link.h"
#include "streams.h"
#include "upgrade.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

struct keeper K;

enum { EVENTS_MAX = 64, PROGRAM_WORDS_MAX = 16 };

static bool watch_at(uint64_t data, int fd, uint32_t events, bool known) {
  struct epoll_event e = {.events = events, .data.u64 = data};
  return sys_epoll_ctl(K.epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) == 0;
}

bool watch(enum watched what, uint32_t number, int fd, uint32_t events, bool known) {
  bool once = what >= WATCH_STREAM;
  return watch_at((uint64_t)what << 32 | number, fd, events | (once ? (uint32_t)EPOLLONESHOT : 0), known);
}

void unwatch(int fd) { (void)epoll_ctl(K.epoll, EPOLL_CTL_DEL, fd, NULL); }

static void take_signals(void) {
  struct signalfd_siginfo info[16];
  ssize_t n = sys_read(K.signals, info, sizeof info);
  bool reap = false;
  for (ssize_t i = 0; i < n / (ssize_t)sizeof info[0]; i++) {
    if (info[i].ssi_signo == SIGCHLD) reap = true;
    else keeper_signalled((int)info[i].ssi_signo);
  }
  if (reap) children_reap();
}

static void handle(const struct epoll_event *e) {
  uint32_t number = (uint32_t)e->data.u64;
  struct stream *stream;
  struct child *child;
  struct node *sink;
  switch ((enum watched)(e->data.u64 >> 32)) {
    case WATCH_SIGNALS: take_signals(); break;
    case WATCH_RESULTS: workers_collect(&K.workers); break;
    case WATCH_DAEMON: link_ready(e->events); break;
    case WATCH_PIDFD: daemon_reaped(-1); break;
    case WATCH_STREAM:
      if ((stream = stream_get(number))) stream_happens(stream, e->events & EPOLLIN ? READABLE : HANGUP);
      break;
    case WATCH_STDIN:
      if ((child = child_get(number))) stdin_ready(child);
      break;
    case WATCH_NOTIFY:
      if ((child = child_get(number))) channel_take_messages(child);
      break;
    case WATCH_READY:
      if ((child = child_get(number))) channel_take_readiness(child);
      break;
    case WATCH_SINK:
      if ((sink = map_get(&all_sinks, number))) sink_happens(owner_of(sink, struct sink, node), WRITABLE);
      break;
  }
}

/* Waits until something happens or the next deadline. Older kernels know milliseconds only: then rather late than early. */
static int wait_for(struct epoll_event *events) {
  static bool coarse;
  uint64_t next = timers_next(&K.timers), now = next == UINT64_MAX ? 0 : now_mono(), left = next > now ? next - now : 0;
  if (next == UINT64_MAX) return epoll_wait(K.epoll, events, EVENTS_MAX, -1);
  if (!coarse) {
    struct timespec t = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    int n = (int)syscall(SYS_epoll_pwait2, K.epoll, events, EVENTS_MAX, &t, NULL, 0);
    if (n >= 0 || errno == EINTR) return n;
    coarse = true;
  }
  uint64_t ms = (left + MS - 1) / MS;
  return epoll_wait(K.epoll, events, EVENTS_MAX, ms < INT32_MAX ? (int)ms : INT32_MAX);
}

static _Noreturn void loop(void) {
  struct epoll_event events[EVENTS_MAX];
  for (;;) {
    if (host.daemonize.wanted && K.workers.inflight == 0) host_fork();
    upgrade_go();
    link_flush();
    if (K.reports.failed) daemon_lost(); /* the next daemon is told everything anew */
    if (K.ending != RUNNING) end_go();
    int n = wait_for(events);
    for (int i = 0; i < n; i++) handle(&events[i]);
    uint64_t now = now_mono();
    while (timers_ring(&K.timers, now)) {}
  }
}

/* 0, 1 and 2 exist, whatever follows does not leak into children, and no disposition is inherited but SIGPIPE's, which only the keeper ignores. */
static bool init_process(void) {
  int fd;
  while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd < 3) {}
  if (fd >= 3) close(fd);
  for (int i = 0; i < 64; i++) host.inherited |= (uint64_t)(fcntl(i, F_GETFD) >= 0) << i;
  if (!getenv(RESUME_VARIABLE)) host_close_on_exec(); /* else that may have to be done by the one before */
  sigset_t taken, all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  sigemptyset(&taken);
  static const int wanted[] = {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    signal(wanted[i], SIG_DFL);
    sigaddset(&taken, wanted[i]);
  }
  signal(SIGPIPE, SIG_IGN);
  K.null = sys_open("/dev/null", O_RDWR | O_CLOEXEC, 0);
  K.signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  K.epoll = epoll_create1(EPOLL_CLOEXEC);
  (void)prctl(PR_SET_NAME, "supervisord", 0, 0, 0);
  return K.null >= 0 && K.signals >= 0 && K.epoll >= 0;
}

static bool init_table(void) {
  reserve_init();
  /* Six signals may be waiting to be reported; the timers of the daemon, the reserve, an upgrade and the end. */
  return sinks_init() && reports_promise(&K.reports, 6) && timers_join(&K.timers, 4);
}

static char *whole_path(char *path) {
  char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0), *whole = cwd ? sys_alloc(strlen(cwd) + strlen(path) + 2) : NULL;
  if (whole) sprintf(whole, "%s/%s", cwd, path);
  free(cwd);
  return whole ? whole : path;
}

/*
 * The daemon's words. bin/supervisord leaves us the user's words, so that our command line is what was typed, and writes the daemon's into the environment;
 * without those they follow our own name.
 */
static char **program_words(char **argv) {
  static char *words[PROGRAM_WORDS_MAX + 1];
  char name[32];
  int n = 0;
  while (n < PROGRAM_WORDS_MAX && sprintf(name, "HOLDFAST_PROGRAM_%d", n) > 0 && (words[n] = getenv(name))) n++;
  return n > 0 || !argv[0] ? words : argv + 1;
}

/* What whoever wants to replace a keeper asks the next one. */
static int print_formats(void) {
  char line[256];
  int n = snprintf(line, sizeof line, "holdfast-keeper %s %s protocol 1-%d table 1-%d\n", KEEPER_VERSION, KEEPER_BUILD, PROTOCOL_VERSION, TABLE_VERSION);
  return write(1, line, (size_t)n) == n ? 0 : 1;
}

/* With nothing under way, or, where another keeper was before, with all that it left. */
static bool begin(const char *resumed) {
  if (!resumed) host_init();
  bool begun = init_process() && init_table() && workers_init(&K.workers, &K.timers) && watch(WATCH_SIGNALS, 0, K.signals, EPOLLIN, false) &&
               watch(WATCH_RESULTS, 0, K.workers.event, EPOLLIN | (uint32_t)EPOLLET, false);
  if (resumed) resume(resumed, begun);
  return begun;
}

int main(int argc, char **argv) {
  const char *resumed = getenv(RESUME_VARIABLE);
  own_words = argv;
  the_daemon.argv = resumed ? NULL : program_words(argv);
  bool plain = the_daemon.argv == argv + 1;
  if (plain && argc == 2 && strcmp(argv[1], "--formats") == 0) return print_formats();
  if (plain && argc == 3 && strcmp(argv[1], "--check") == 0) return init_table() && resume_check(argv[2]) ? 0 : 1;
  if (!resumed && (!the_daemon.argv[0] || the_daemon.argv[0][0] == '-')) {
    static const char usage[] = "usage: holdfast-keeper PROGRAM [ARGUMENT...] (PROGRAM is the path of the daemon that is to be kept)\n";
    (void)!write(2, usage, sizeof usage - 1);
    return 2;
  }
#ifdef __GLIBC__
  (void)mallopt(M_ARENA_MAX, 1); /* else each worker would have an arena of its own */
#endif
  if (!resumed) the_daemon.program = whole_path(the_daemon.argv[0]);
  if (!begin(resumed)) {
    static const char sorry[] = "supervisord: no memory, no descriptors or no threads to begin with\n";
    (void)!write(2, sorry, sizeof sorry - 1);
    return 1;
  }
  daemon_start();
  loop();
}
