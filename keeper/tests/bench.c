/*
 * What capturing costs the keeper in CPU, against `cat > file` with the same writer: `bench run KEEPER`. As a daemon it spawns `bench write ...` and reads
 * the CPU time of the keeper's threads before and after.
 */
#include "daemon.h"

#include <dirent.h>

static uint64_t cpu_ns(pid_t pid) {
  char path[320];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  uint64_t sum = 0;
  for (struct dirent *e; tasks && (e = readdir(tasks));) {
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, e->d_name);
    sum += strtoull(slurp(path), NULL, 10);
  }
  if (tasks) closedir(tasks);
  return sum;
}

/* SIZE-byte writes to stdout, TOTAL bytes, RATE writes a second (0: as fast as may be). */
static int writer(uint64_t size, uint64_t total, uint64_t rate) {
  static char buffer[1 << 16];
  memset(buffer, '.', sizeof buffer);
  buffer[size - 1] = '\n';
  uint64_t next = now_mono();
  for (uint64_t left = total; left >= size;) {
    ssize_t n = write(1, buffer, size);
    if (n < 0) return 1;
    left -= (uint64_t)n;
    if (rate == 0) continue;
    next += 1000000000u / rate;
    struct timespec t = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
  }
  return 0;
}

static void tell(const char *what, uint64_t bytes, uint64_t cpu, uint64_t wall) {
  double mib = (double)bytes / (1 << 20), seconds = (double)cpu / 1e9;
  fprintf(stderr, "  %-8s %8.0f MiB per CPU second  %8.1f MiB/s  %7.3f CPU s\n", what, mib / seconds, mib / ((double)wall / 1e9), seconds);
}

static void as_daemon(const char *self, char **args) {
  say_hello();
  uint64_t total = strtoull(args[1], NULL, 10);
  struct spawning s = {.child = 1, .path = self, .argv = {"bench", "write", args[0], args[1], args[2]}, .environment = {"A=b"}, .umask = -1};
  const char *sink = getenv("BENCH_SINK");
  s.out = (struct streaming){2, MODE_PLAIN, 2, sink ? sink : in_dir("log"), SINK_TRUNCATE, 0};
  if (strcmp(s.out.open, "none") == 0) s.out = (struct streaming){2, MODE_PLAIN, 0, NULL, 0, 0};
  uint64_t cpu = cpu_ns(getppid()), begin = now_mono();
  spawn_now(&s);
  while (!comes(REPORT_EXITED, 60000)) {}
  tell("keeper", total, cpu_ns(getppid()) - cpu, now_mono() - begin);
  struct out o = {0};
  put(&o, 0, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_EXIT, &o);
  batch_send(b);
  while (next_message(5000).bytes) {}
  _exit(0);
}

static void with_cat(const char *self, const char *const *c) {
  int fds[2];
  if (pipe(fds) < 0) _exit(1);
  uint64_t begin = now_mono();
  pid_t w = fork();
  if (w == 0) {
    dup2(fds[1], 1);
    close(fds[0]);
    execl(self, self, "write", c[1], c[2], c[3], NULL);
  }
  pid_t r = fork();
  if (r == 0) {
    dup2(fds[0], 0);
    close(fds[1]);
    dup2(open(in_dir("log"), O_WRONLY | O_CREAT | O_TRUNC, 0644), 1);
    execlp("cat", "cat", NULL);
  }
  close(fds[0]);
  close(fds[1]);
  struct rusage u;
  wait4(r, NULL, 0, &u);
  waitpid(w, NULL, 0);
  uint64_t us = (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
  tell("cat", strtoull(c[2], NULL, 10), us * 1000, now_mono() - begin);
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[1], "write") == 0) return writer(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
  if (argc == 5 && strcmp(argv[1], "daemon") == 0) as_daemon(argv[0], argv + 2);
  if (argc < 3) return 2;
  char dir[] = "/dev/shm/keeper-bench-XXXXXX"; /* in memory: a disk has its own ideas of CPU time */
  if (!mkdtemp(dir)) return 1;
  setenv("KEEPER_TEST_DIR", dir, 1);
  static const char *const cases[][4] = {
    {"64 KiB writes", "65536", "1073741824", "0"}, {"4 KiB writes", "4096", "536870912", "0"}, {"100-byte lines, full speed", "100", "100000000", "0"},
    {"100-byte lines, 10000 a second", "100", "4000000", "10000"}, {"100-byte lines, 100 a second", "100", "20000", "100"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (argc > 3 && (unsigned)atoi(argv[3]) != i) continue;
    fprintf(stderr, "%s\n", cases[i][0]);
    with_cat(argv[0], cases[i]);
    pid_t pid = fork();
    if (pid == 0) execl(argv[2], argv[2], argv[0], "daemon", cases[i][1], cases[i][2], cases[i][3], NULL);
    waitpid(pid, NULL, 0);
  }
  unlink(in_dir("log"));
  rmdir(dir);
  return 0;
}
