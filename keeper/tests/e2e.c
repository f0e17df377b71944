/* End to end: each scenario is a daemon of a real keeper. `e2e run KEEPER [NAME]` runs them, each in its own folder; `e2e scenario NAME` is what the keeper runs. */
#include "daemon.h"

static void finish(void) {
  struct out o = {0};
  put(&o, 0, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_EXIT, &o);
  batch_send(b);
  while (next_message(5000).bytes) {}
  _exit(0);
}

static int32_t await_spawned(uint32_t child) {
  struct message m = await(REPORT_SPAWNED);
  CHECK_EQ(read_u32(&m.r), child);
  int32_t pid = read_i32(&m.r);
  CHECK(pid > 0);
  ack(m.number);
  return pid;
}

static int await_exited(uint32_t child) {
  struct message m = await(REPORT_EXITED);
  CHECK_EQ(read_u32(&m.r), child);
  (void)read_i32(&m.r);
  int status = read_i32(&m.r);
  ack(m.number);
  return status;
}

/* A program's life: spawned, its output in its file, its end of file, its exit status. */
static void life(void) {
  struct greeting g = say_hello();
  CHECK_EQ(g.version, 1);
  CHECK_EQ(g.free_sockets, 10);
  CHECK_EQ(g.pid, getppid());
  CHECK_EQ(g.children + g.states + g.sinks + g.streams, 0);
  struct spawning s = shell(1, "echo hello; echo oops >&2; exit 3", in_dir("log"));
  spawn_now(&s);
  await_spawned(1);
  struct message m = await(REPORT_EOF);
  CHECK_EQ(read_u32(&m.r), 2);
  CHECK_EQ(await_exited(1), 3 << 8);
  CHECK(strcmp(slurp(in_dir("log")), "hello\noops\n") == 0);
  finish();
}

static const struct { const char *name; void (*run)(void); int code; } scenarios[] = {
  {"life", life, 0},
};

static int run_one(const char *keeper, const char *self, unsigned i) {
  char dir[] = "/tmp/keeper-e2e-XXXXXX";
  if (!mkdtemp(dir)) return 1;
  setenv("KEEPER_TEST_DIR", dir, 1);
  pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    execl(keeper, keeper, self, "scenario", scenarios[i].name, NULL);
    _exit(126);
  }
  int status;
  waitpid(pid, &status, 0);
  bool good = WIFEXITED(status) && WEXITSTATUS(status) == scenarios[i].code;
  printf("%s %s", good ? "ok    " : "FAILED", scenarios[i].name);
  if (!good) printf(" (%s %d)", WIFEXITED(status) ? "exit code" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  printf("\n");
  fflush(stdout);
  char remove[64];
  snprintf(remove, sizeof remove, "rm -rf %s", dir);
  return system(remove) != 0 || !good;
}

int main(int argc, char **argv) {
  unsigned count = sizeof scenarios / sizeof scenarios[0];
  int failed = 0;
  if (argc < 3) return 2;
  for (unsigned i = 0; i < count; i++) {
    bool named = argc < 4 || strcmp(argv[3], scenarios[i].name) == 0;
    if (strcmp(argv[1], "scenario") == 0 && strcmp(argv[2], scenarios[i].name) == 0) scenarios[i].run();
    if (strcmp(argv[1], "run") == 0 && named) failed += run_one(argv[2], argv[0], i);
  }
  return failed > 0;
}
