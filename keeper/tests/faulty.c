/*
 * Fault loops, end to end: `faulty run KEEPER`, with a keeper built with faults.c. For each operation the 1st system call of the keeper fails, then the 2nd,
 * ... until the operation meets no fault any more; all operations at once, each with a keeper of its own. Whatever fails, the outcome must be told (by a
 * report, or by the end of the connection, whose successor is told), nothing may be left open, no child unreaped, and the keeper itself must live on. Faults
 * that end the connection end this process: the next daemon goes on where this one was.
 */
#include "daemon.h"

#include <dirent.h>

#include "faults.h"

static struct faults *f;
static uint32_t base;         /* numbers of this round begin here */
static unsigned ended, listened, opened, refused, children, echoed, upgraded;

static void die_quietly(void) { kill(getpid(), SIGKILL); }

static int open_fds(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *d = opendir(path);
  int n = 0;
  while (d && readdir(d)) n++;
  if (d) closedir(d);
  return n;
}

static bool has_zombies(pid_t parent) {
  DIR *d = opendir("/proc");
  bool found = false;
  for (struct dirent *e; (e = readdir(d)) && !found;) {
    char path[300], state = 0;
    int ppid = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
    const char *stat = *e->d_name >= '0' && *e->d_name <= '9' ? slurp(path) : "", *end = strrchr(stat, ')');
    if (end && sscanf(end + 2, "%c %d", &state, &ppid) == 2) found = ppid == parent && state == 'Z';
  }
  closedir(d);
  return found;
}

static bool take(int ms) {
  struct message m = next_message(ms);
  if (!m.bytes) {
    struct pollfd p = {3, POLLIN | POLLRDHUP, 0};
    if (poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLRDHUP | POLLERR)) die_quietly();
    return false;
  }
  uint32_t stream;
  switch (m.tag) {
    case REPORT_SPAWN_FAILED:
    case REPORT_EXITED: ended++; break;
    case REPORT_LISTENED: listened++; break;
    case REPORT_SINK_OPENED: opened++; break;
    case REPORT_ECHOED: echoed++; break;
    case REPORT_REFUSED: refused++; break;
    case REPORT_UPGRADE: upgraded++; break;
    case REPORT_UPGRADING: _exit(0);
    case FRAME_CHILD:
      children++;
      effect_signal(read_u32(&m.r), SIGKILL, true); /* it may wait for what its daemon cannot send any more */
      break;
    case REPORT_BLOCK:
      stream = read_u32(&m.r);
      effect_verdict(stream, read_u64(&m.r), VERDICT_AS_IS, NULL, 0);
      break;
    default: break;
  }
  if (m.number > 0 && m.tag != REPORT_BLOCK) ack(m.number);
  free(m.bytes);
  return true;
}

static void until(const unsigned *count, unsigned wanted, const char *what) {
  uint64_t end = now_mono() + WAIT_MS * MS;
  while (*count < wanted && refused == 0) {
    (void)take(100);
    if (now_mono() < end) continue;
    fprintf(stderr, "faulty: operation %u, fault %u (%s): no %s\n", f->operation, f->nth, f->call, what);
    struct out o = {0};
    put(&o, 1, 4);
    struct making *b = batch_new();
    batch_effect(b, EFFECT_EXIT, &o);
    batch_send(b);
    pause();
  }
}

static struct spawning two_logs(const char *script) {
  struct spawning s = shell(base + 1, script, in_dir("out"));
  s.out.stream = s.out.sink = base + 2;
  s.err = s.out;
  s.err.stream = s.err.sink = base + 3;
  s.err.open = in_dir("err");
  s.user = true;
  return s;
}

static void spawns(void) {
  struct spawning s = two_logs("echo x; echo y >&2");
  spawn_now(&s);
  until(&ended, 1, "end of the spawn");
}

static void echoes(void) {
  struct out o = {0};
  put(&o, 1, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_ECHO, &o);
  batch_send(b);
  until(&echoed, 1, "echoed");
}

/* What the child would send, if there was a tool for that. */
static void notify(const char *address) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strncpy(at.sun_path + 1, address, sizeof at.sun_path - 2);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  socklen_t size = (socklen_t)(sizeof at.sun_family + 1 + strlen(address));
  for (int i = 0; i < 3; i++) (void)sendto(fd, "READY=1", 7 - (size_t)(i == 2), MSG_DONTWAIT, (void *)&at, size);
  close(fd);
}

/* All attributes that may be had without a cgroup. */
static void spawns_with(void) {
  struct spawning s = two_logs("read x; echo >&7; echo x; echo y >&2");
  struct out value = {0};
  put(&value, 1, 4), put(&value, RLIMIT_CORE, 1), put(&value, 0, 8), put(&value, 0, 8);
  spawn_attribute(&s, WITH_RLIMITS, &value);
  spawn_attribute(&s, WITH_SESSION, &value);
  put(&value, 5, 4);
  spawn_attribute(&s, WITH_NICE, &value);
  put(&value, 100, 4);
  spawn_attribute(&s, WITH_OOM_SCORE_ADJ, &value);
  spawn_attribute(&s, WITH_NO_NEW_PRIVS, &value);
  put(&value, 7, 1);
  spawn_attribute(&s, WITH_READY_FD, &value);
  char address[32];
  snprintf(address, sizeof address, "keeper-faults/%d/%u", (int)getppid(), (unsigned)base);
  put_text(&value, address);
  spawn_attribute(&s, WITH_NOTIFY, &value);
  spawn_now(&s);
  echoes();
  notify(address);
  effect_number(EFFECT_STDIN_CLOSE, base + 1);
  until(&ended, 1, "end of the spawn");
}

static void signals_a_process(void) {
  struct out o = {0};
  put(&o, (uint32_t)getpid(), 4), put(&o, 1, 8), put(&o, SIGKILL, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_SIGNAL_PROCESS, &o);
  o.n = 0;
  put(&o, 0x7fffffff, 4), put(&o, 1, 8), put(&o, SIGKILL, 4);
  batch_effect(b, EFFECT_SIGNAL_PROCESS, &o);
  batch_send(b);
  echoes();
}

static void asks(void) {
  struct spawning s = two_logs("read x; echo $x; echo y >&2");
  s.out.mode = MODE_ASKED;
  spawn_now(&s);
  effect_stdin(base + 1, "hello\n", 6);
  effect_number(EFFECT_STDIN_CLOSE, base + 1);
  until(&ended, 1, "end of the spawn");
}

static void listens(void) {
  effect_listen(base + 1, FAMILY_UNIX, true, in_dir("sock"), 0, 0600, STALE_TRY_CONNECT);
  effect_listen(base + 2, FAMILY_INET, false, "127.0.0.1", 0, -1, 0);
  until(&listened, 2, "listened");
}

static void sinks(void) {
  effect_sink(EFFECT_SINK_OPEN, base + 1, in_dir("out"), 0, 1);
  effect_append(base + 1, "x", 1);
  effect_written(1, base + 1);
  effect_sink(EFFECT_SINK_REOPEN, base + 1, in_dir("err"), SINK_TRUNCATE, 0);
  effect_append(base + 1, "x", 1);
  until(&opened, 2, "sink-opened");
  until(&echoed, 1, "echoed");
}

/* Not regular: written by the main thread. */
static void odd_sinks(void) {
  effect_sink(EFFECT_SINK_OPEN, base + 2, in_dir("fifo"), 0, 0);
  until(&opened, 1, "sink-opened");
  struct spawning s = shell(base + 1, "echo hello", NULL);
  s.out.stream = s.out.sink = base + 2;
  spawn_now(&s);
  until(&ended, 1, "end of the spawn");
}

static void restarts(void) { die_quietly(); }

/* With a program that writes, one that does not read, and a socket. Whoever the new keeper starts goes on here: see as_daemon(). */
static void upgrades(void) {
  static char bytes[100000];
  struct spawning s = two_logs("echo x; echo y >&2; exec sleep 100");
  s.err.mode = MODE_ASKED;
  spawn_now(&s);
  effect_listen(base + 1, FAMILY_UNIX, true, in_dir("sock"), 0, 0600, STALE_TRY_CONNECT);
  until(&listened, 1, "listened");
  effect_stdin(base + 1, bytes, sizeof bytes);
  char own[64], keeper[512] = "", self[512] = "";
  snprintf(own, sizeof own, "/proc/%d/exe", (int)getppid());
  struct out o = {0};
  put(&o, f->nth, 4);
  put_text(&o, readlink(own, keeper, sizeof keeper - 1) > 0 ? keeper : "");
  put(&o, 2, 4);
  put_text(&o, readlink("/proc/self/exe", self, sizeof self - 1) > 0 ? self : "");
  put_text(&o, "daemon");
  put(&o, 10000, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_UPGRADE, &o);
  batch_send(b);
  until(&upgraded, 1, "end of the upgrade");
  effect_signal(base + 1, SIGKILL, true);
  until(&ended, 1, "end of the child");
}

static void clean_up(void) {
  for (uint32_t i = 1; i < 4; i++) {
    effect_number(EFFECT_SINK_CLOSE, base + i);
    struct out o = {0};
    put(&o, base + i, 4);
    put(&o, 1, 1);
    struct making *b = batch_new();
    batch_effect(b, EFFECT_UNLISTEN, &o);
    batch_send(b);
  }
}

static void check_rest(void) {
  uint64_t end = now_mono() + WAIT_MS * MS;
  pid_t keeper = getppid();
  /* A served socket that came from the daemon's unbound ones is made up for only at its successor's birth. */
  while (open_fds(keeper) > f->keeper_fds || has_zombies(keeper)) {
    (void)take(10);
    if (now_mono() < end) continue;
    fprintf(stderr, "faulty: operation %u, fault %u (%s): %d descriptors, %d at rest\n", f->operation, f->nth, f->call, open_fds(keeper), f->keeper_fds);
    char command[64];
    snprintf(command, sizeof command, "ls -l /proc/%d/fd >&2; ps --ppid %d >&2", keeper, keeper);
    (void)!system(command);
    struct out o = {0};
    put(&o, 1, 4);
    struct making *b = batch_new();
    batch_effect(b, EFFECT_EXIT, &o);
    batch_send(b);
    pause();
  }
}

static const struct { const char *name; void (*act)(void); } operations[] = {
  {"spawn", spawns}, {"spawn with attributes", spawns_with}, {"signal a process", signals_a_process},
  {"ask", asks}, {"listen", listens}, {"sink", sinks}, {"odd sink", odd_sinks}, {"restart", restarts}, {"upgrade", upgrades},
};
#define OPERATIONS (sizeof operations / sizeof operations[0])

static void as_daemon(void) {
  f = faults_map();
  f->countdown = 0;
  (void)say_hello();
  effect_empty(EFFECT_READY);
  while (f->nth == 0 && take(100)) {} /* until its birth has been settled, and the reserve taken */
  if (f->nth == 0) f->keeper_fds = open_fds(getppid()) + 1; /* /proc/PID/fd while the worker is still closing something */
  bool again = f->nth > 0;
  for (;;) {
    base = (f->operation * 1000 + f->nth) * 10;
    if (again) { /* the predecessor's round: whoever it spawned ends, and is told */
      while (take(50)) {}
      until(&ended, children, "end of the predecessor's children");
      clean_up();
      again = false;
    } else {
      ended = listened = opened = refused = echoed = upgraded = 0;
      f->nth++;
      base += 10;
      f->fired = 0;
      __atomic_store_n(&f->countdown, (int)f->nth, __ATOMIC_RELEASE);
      operations[f->operation].act();
      clean_up();
      while (take(5)) {}
    }
    bool fired = f->fired;
    f->countdown = 0;
    check_rest();
    f->loops++;
    if (fired) continue;
    printf("ok     %s: each of %u system calls failed once\n", operations[f->operation].name, f->nth - 1);
    fflush(stdout);
    break;
  }
  struct out o = {0};
  put(&o, 0, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_EXIT, &o);
  batch_send(b);
  while (next_message(5000).bytes) {}
  _exit(0);
}

static int run_operation(const char *keeper, const char *self, unsigned operation) {
  char dir[] = "/tmp/keeper-faults-XXXXXX", path[64];
  if (!mkdtemp(dir)) return 1;
  snprintf(path, sizeof path, "%s/faults", dir);
  setenv("KEEPER_TEST_DIR", dir, 1);
  setenv("KEEPER_FAULTS", path, 1);
  if (mkfifo(in_dir("fifo"), 0600) < 0) return 1;
  struct faults *shared = faults_map();
  if (!shared) return 1;
  shared->operation = operation;
  pid_t pid = fork();
  if (pid == 0) execl(keeper, keeper, self, "daemon", NULL);
  int status = wait_or_kill(pid, 10 * WAIT_MS);
  snprintf(path, sizeof path, "rm -rf %s", dir);
  if (status != 0) fprintf(stderr, "faulty: %s: the keeper ended with %#x\n", operations[operation].name, (unsigned)status);
  return system(path) != 0 || status != 0;
}

int main(int argc, char **argv) {
  if (argc == 2) as_daemon();
  if (argc < 3) return 2;
  for (unsigned i = 0; i < OPERATIONS; i++) {
    bool named = argc < 4 || strcmp(argv[3], operations[i].name) == 0;
    if (named && fork() == 0) _exit(run_operation(argv[2], argv[0], i));
  }
  int failed = 0;
  for (int status; wait(&status) > 0;) failed |= status != 0;
  return failed;
}
