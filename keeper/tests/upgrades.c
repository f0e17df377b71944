/*
 * Scenarios of upgrades in place: everything that a keeper can hold is there, in every state that it can wait in; then the keeper is replaced, twice, and all
 * must be as it was. See e2e.c, which runs them.
 */
#include "scenario.h"

enum { STDIN = 300000, NUMBERS = 20000 };

static void begin_upgrade(void) {
  effect_empty(EFFECT_READY);
  note_pid("keeper", getppid());
  check_process(true);
  CHECK_EQ(mkfifo(in_dir("fifo"), 0600), 0);
  /* Plain, writing all the time. */
  struct spawning s = shell(1, "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done; exec sleep 100", in_dir("plain"));
  spawn_now(&s);
  struct message m = await(REPORT_SPAWNED);
  (void)read_u32(&m.r);
  note_pid("pid", read_i32(&m.r));
  ack(m.number);
  /* Asked: its block stays with the daemon. */
  s = shell(2, "echo asked; read x; echo $x; exit 4", in_dir("asked"));
  s.out.mode = MODE_ASKED;
  spawn_now(&s);
  /* Bytes that its stdin does not take yet. */
  s = shell(3, "while ! [ -e go ]; do sleep 0.01; done; exec wc -c", in_dir("stdin"));
  s.directory = getenv("KEEPER_TEST_DIR");
  spawn_now(&s);
  static char bytes[STDIN];
  effect_stdin(3, bytes, sizeof bytes);
  effect_number(EFFECT_STDIN_CLOSE, 3);
  /* Not acknowledged: a spawn that has failed, before and behind the fork; an exit. */
  s = shell(4, "", "/none/log");
  spawn_now(&s);
  s = shell(5, "", NULL);
  s.path = "/none/program";
  spawn_now(&s);
  s = shell(6, "exit 7", NULL);
  spawn_now(&s);
  /* A sink at its limit, with a write that waits; one whose file cannot be had; a FIFO without a reader that is full. */
  effect_sink(EFFECT_SINK_OPEN, 100, in_dir("limited"), 0, 4);
  effect_append(100, "four", 4);
  effect_written(1, 100);
  effect_append(100, "five", 4);
  effect_sink(EFFECT_SINK_OPEN, 101, "/none/file", 0, 0);
  effect_append(101, "lost", 4);
  effect_sink(EFFECT_SINK_OPEN, 102, in_dir("fifo"), 0, 0);
  for (int i = 0; i < 4; i++) effect_append(102, bytes, 60000);
  s = shell(7, "echo into the fifo; exec sleep 100", NULL);
  s.out.sink = 102;
  spawn_now(&s);
  /* Messages, and a descriptor for readiness. */
  s = shell(8, "while ! [ -e go ]; do sleep 0.01; done; echo >&5; exec sleep 100", NULL);
  s.directory = getenv("KEEPER_TEST_DIR");
  struct out value = {0};
  put(&value, 5, 1);
  spawn_attribute(&s, WITH_READY_FD, &value);
  char address[64];
  snprintf(address, sizeof address, "keeper-upgrade/%d", getppid());
  put_text(&value, address);
  spawn_attribute(&s, WITH_NOTIFY, &value);
  spawn_now(&s);
  /* The end of its output is there, but a write before it waits. */
  s = shell(9, "echo last words", NULL);
  s.out.sink = 102;
  spawn_now(&s);
  effect_listen(50, FAMILY_UNIX, true, in_dir("sock"), 0, 0600, STALE_TRY_CONNECT);
  effect_listen(51, FAMILY_INET, false, "127.0.0.1", 0, -1, 0);
  await(REPORT_LISTENED), await(REPORT_LISTENED);
  for (int i = 0; i < 2; i++) CHECK(comes(REPORT_SPAWN_FAILED, WAIT_MS)), await(REPORT_SPAWN_FAILED);
  await(REPORT_BLOCK);
  await(REPORT_LIMIT);
  kill(getppid(), SIGHUP);
  await(REPORT_SIGNAL);
  /* A client in the queue of the socket. */
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strncpy(at.sun_path, in_dir("sock"), sizeof at.sun_path - 1);
  int client = socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK_EQ(connect(client, (void *)&at, sizeof at), 0);
  CHECK_EQ(write(client, "hello", 5), 5);
  upgrade_to(1);
}

static void notify(void) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "keeper-upgrade/%d", getppid());
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  socklen_t size = (socklen_t)(sizeof at.sun_family + 1 + strlen(at.sun_path + 1));
  CHECK_EQ(sendto(fd, "READY=1", 7, 0, (void *)&at, size), 7);
  close(fd);
}

/* After the second upgrade: everything goes on from where it was. */
static void end_upgrade(void) {
  struct message m;
  int failed = 0, exits = 0, status[10] = {0};
  (void)open(in_dir("go"), O_CREAT | O_WRONLY, 0600);
  effect_sink(EFFECT_SINK_REOPEN, 100, in_dir("limited2"), 0, 0);
  notify();
  int fifo = open(in_dir("fifo"), O_RDONLY | O_NONBLOCK);
  size_t got = 0;
  char bytes[1 << 16], last[64] = "";
  bool block = false, told = false, ready = false;
  while (failed < 2 || exits < 4 || !told || !ready || got < 4 * 60000 + 14 + 11) {
    ssize_t n = read(fifo, bytes, sizeof bytes);
    if (n > 0) got += (size_t)n;
    for (ssize_t i = 0; i < n; i++) {
      size_t l = strlen(last);
      if (bytes[i] && l < sizeof last - 1) last[l] = bytes[i], last[l + 1] = 0;
    }
    m = next_message(n > 0 ? 0 : 50);
    if (!m.bytes) continue;
    if (m.tag == REPORT_SPAWN_FAILED) {
      uint32_t child = read_u32(&m.r);
      CHECK_EQ(read_u8(&m.r), child == 4 ? STEP_LOG_STDOUT : STEP_EXEC);
      failed++;
    } else if (m.tag == REPORT_BLOCK) {
      CHECK_EQ(read_u32(&m.r), 4);
      uint64_t number = read_u64(&m.r);
      struct span text = read_span(&m.r);
      if (!block) CHECK(text.length == 6 && memcmp(text.at, "asked\n", 6) == 0);
      if (!block) effect_stdin(2, "answer\n", 7);
      block = true;
      effect_verdict(4, number, VERDICT_AS_IS, NULL, 0);
      continue;
    } else if (m.tag == REPORT_EXITED) {
      uint32_t child = read_u32(&m.r);
      (void)read_i32(&m.r);
      CHECK(child < 10 && status[child] == 0);
      status[child] = read_i32(&m.r) + 1;
      exits++;
    } else if (m.tag == REPORT_NOTIFIED) {
      CHECK_EQ(read_u32(&m.r), 8);
      told = true;
    } else if (m.tag == REPORT_READY) {
      CHECK_EQ(read_u32(&m.r), 8);
      ready = true;
    } else if (m.tag == REPORT_IO_ERROR) {
      CHECK_EQ(read_u32(&m.r), 101);
    } else if (m.tag == REPORT_SIGNAL) {
      CHECK_EQ(read_i32(&m.r), SIGHUP);
    }
    if (m.number > 0) ack(m.number);
  }
  CHECK(strstr(last, "into the fifo\n") && strstr(last, "last words\n"));
  CHECK_EQ(status[2], (4 << 8) + 1);
  CHECK_EQ(status[3], 1);
  CHECK_EQ(status[6], (7 << 8) + 1);
  CHECK_EQ(status[9], 1);
  CHECK(strcmp(slurp(in_dir("asked")), "asked\nanswer\n") == 0);
  CHECK(strcmp(slurp(in_dir("stdin")), "300000\n") == 0);
  /* While no daemon is there a limit does not hold. */
  char limited[16];
  effect_written(2, 100);
  await(REPORT_ECHOED);
  snprintf(limited, sizeof limited, "%s", slurp(in_dir("limited")));
  CHECK(strcmp(limited, "fourfive") == 0 || (strcmp(limited, "four") == 0 && strcmp(slurp(in_dir("limited2")), "five") == 0));
}

/* Every number once and in order: in a file larger than slurp() takes. */
static void check_numbers(void) {
  uint64_t end = now_mono() + WAIT_MS * MS;
  for (int next = 0; next < NUMBERS; usleep(10000)) {
    char line[32];
    FILE *f = fopen(in_dir("plain"), "r");
    for (next = 0; fgets(line, sizeof line, f) && strchr(line, '\n'); next++) CHECK_EQ(atoi(line), next);
    fclose(f);
    CHECK(now_mono() < end);
  }
}

/* What the keeper has now that a first one has not: nothing. The daemon's own descriptors are the same too. */
static void check_inherited(const struct greeting *g) {
  for (int fd = 0; fd < 4 + (int)g->free_sockets + 1; fd++) CHECK(fcntl(fd, F_GETFD) >= 0);
  for (int fd = 4 + (int)g->free_sockets + 1; fd < 200; fd++) CHECK(fcntl(fd, F_GETFD) < 0);
}

void upgrade(void) {
  struct greeting g = say_hello();
  int stage = stage_of(g);
  if (stage == 0) begin_upgrade();
  CHECK_EQ(getppid(), atoi(slurp(in_dir("keeper"))));
  CHECK_EQ(g.pid, getppid());
  CHECK_EQ(g.children, 9);
  CHECK_EQ(g.quick, 0);
  CHECK(g.ready);
  CHECK_EQ(g.sockets, 2 + g.free_sockets);
  check_inherited(&g);
  check_process(false);
  await_upgrade((uint32_t)stage, UPGRADE_DONE);
  effect_empty(EFFECT_READY);
  CHECK_EQ(kill(atoi(slurp(in_dir("pid"))), 0), 0);
  if (stage == 1) upgrade_to(2);
  end_upgrade();
  check_numbers();
  int listening = 4 + (int)0;
  char hello[8] = "";
  for (; listening < 20; listening++) {
    int on = 0, client;
    socklen_t size = sizeof on;
    if (getsockopt(listening, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) < 0 || !on || (client = accept(listening, NULL, NULL)) < 0) continue;
    CHECK_EQ(read(client, hello, sizeof hello), 5);
    break;
  }
  CHECK(strcmp(hello, "hello") == 0);
  for (uint32_t child = 1; child < 10; child++) effect_signal(child, SIGKILL, true);
  finish();
}

/* Upgrades that come to nothing: who asks is told at which step, and all goes on. */
void upgrade_fails(void) {
  struct greeting g = say_hello();
  int stage = stage_of(g);
  if (stage == 0) {
    ask_for_upgrade(1, NULL, 0);
    await_upgrade(1, UPGRADE_REFUSED); /* before it was ready */
    effect_empty(EFFECT_READY);
    struct spawning s = shell(1, "echo one; read x; echo $x; exec sleep 100", in_dir("log"));
    spawn_now(&s);
    await(REPORT_SPAWNED);
    ask_for_upgrade(2, "/none/keeper", 0);
    await_upgrade(2, UPGRADE_CHECK);
    ask_for_upgrade(3, "relative", 0);
    await_upgrade(3, UPGRADE_REFUSED);
    ask_for_upgrade(4, "/etc/passwd", 0); /* not executable */
    await_upgrade(4, UPGRADE_CHECK);
    ask_for_upgrade(5, "/bin/false", 0);
    await_upgrade(5, UPGRADE_CHECK);
    /* A worker hangs in a birth. */
    CHECK_EQ(mkfifo(in_dir("cgroup.procs"), 0600), 0);
    s = shell(2, "exit 3", in_dir("log2"));
    struct out value = {0};
    put_text(&value, getenv("KEEPER_TEST_DIR"));
    spawn_attribute(&s, WITH_CGROUP, &value);
    spawn_now(&s);
    ask_for_upgrade(8, NULL, 0);
    struct message m = await_upgrade(8, UPGRADE_FREEZE);
    CHECK_EQ(read_i32(&m.r), ETIMEDOUT);
    struct span text = read_span(&m.r);
    CHECK(memmem(text.at, text.length, "/log2: ", 7));
    effect_stdin(1, "two\n", 4);
    await_text("log", "one\ntwo\n");
    CHECK(open(in_dir("cgroup.procs"), O_RDONLY | O_NONBLOCK) >= 0);
    CHECK_EQ(await_exited(2), 3 << 8);
    ask_for_upgrade(6, "/bin/true", 0); /* takes everything, and is no keeper */
    ask_for_upgrade(7, NULL, 0);
    await_upgrade(7, UPGRADE_REFUSED); /* one at a time */
    CHECK(comes(REPORT_UPGRADING, WAIT_MS));
    finish();
  }
}

/* The new keeper crashes, or cannot, where the check could not see it: the old one takes all back. Then a new daemon that never gets ready. */
void upgrade_returns(void) {
  struct greeting g = say_hello();
  int stage = stage_of(g);
  if (stage == 0) {
    effect_empty(EFFECT_READY);
    note_pid("keeper", getppid());
    check_process(true);
    struct spawning s = shell(1, "i=0; while read x; do i=$((i+1)); echo $i$x; done", in_dir("log"));
    spawn_now(&s);
    await(REPORT_SPAWNED);
    upgrade_by(getenv("KEEPER_ABORTS"), 1);
  }
  check_process(false);
  CHECK_EQ(g.children, 1);
  CHECK_EQ(g.quick, stage == 3 ? 3 : 0);
  struct message m = await_upgrade((uint32_t)stage, stage < 3 ? UPGRADE_RETURNED : UPGRADE_DONE);
  (void)read_i32(&m.r);
  struct span text = read_span(&m.r);
  if (stage == 1) CHECK(text.length > 0 && memcmp(text.at, "Abort", 5) == 0);
  if (stage == 3) await_upgrade((uint32_t)stage, UPGRADE_FORMER_DAEMON);
  effect_empty(EFFECT_READY);
  char line[] = {(char)('a' + stage), '\n', 0};
  effect_stdin(1, line, 2);
  await_text("log", stage == 1 ? "1b\n" : stage == 2 ? "1b\n2c\n" : "1b\n2c\n3d\n");
  if (stage == 1) upgrade_by(getenv("KEEPER_CANNOT"), 2);
  next_daemon = "/bin/false";
  if (stage == 2) upgrade_to(3);
  effect_number(EFFECT_STDIN_CLOSE, 1);
  CHECK_EQ(await_exited(1), 0);
  finish();
}

/* Where no memory may be had that has no name (seccomp): it is said so. */
void upgrade_forbidden(void) {
  say_hello();
  effect_empty(EFFECT_READY);
  ask_for_upgrade(1, NULL, 0);
  struct message m = await_upgrade(1, UPGRADE_TABLE);
  CHECK_EQ(read_i32(&m.r), EPERM);
  finish();
}

/* Signals while there is no daemon, so before, while and after the keeper is replaced: until one is told. */
static void signal_in_between(pid_t keeper, pid_t daemon) {
  if (fork() > 0) return;
  close(3);
  while (kill(daemon, 0) == 0) sched_yield();
  kill(keeper, SIGTERM);
  for (int i = 0; i < 2000; i++) kill(keeper, SIGUSR2), usleep(50);
  _exit(0);
}

/* Where a descriptor may not be executed, its name may. UPG-008: SIGTERM in the middle is told to the new daemon. */
void upgrade_allowed(void) {
  struct greeting g = say_hello();
  if (stage_of(g) == 0) {
    effect_empty(EFFECT_READY);
    signal_in_between(getppid(), getpid());
    upgrade_to(1);
  }
  await_upgrade(1, UPGRADE_DONE);
  for (int seen = 0; seen != 3;) {
    struct message m = await(REPORT_SIGNAL);
    int32_t signal = read_i32(&m.r);
    CHECK(signal == SIGTERM || signal == SIGUSR2);
    seen |= signal == SIGTERM ? 1 : 2;
  }
  finish();
}
