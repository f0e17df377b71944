/*
 * End to end: each scenario is a daemon of a real keeper. `e2e run KEEPER [NAME]` runs them, each in its own folder; `e2e scenario NAME` is what the
 * keeper runs.
 */
#include "scenario.h"

/* A program's life: spawned, its output in its file, its end of file, its exit status. */
static void life(void) {
  struct greeting g = say_hello();
  CHECK_EQ(g.version, PROTOCOL_VERSION);
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

/* The daemon dies between its batches: children, exits, states, sinks and streams are there for the next one, and nothing is told twice once acknowledged. */
static void successor(void) {
  struct greeting g = say_hello();
  if (!g.ready) {
    effect_empty(EFFECT_READY);
    struct spawning a = shell(1, "echo one; exit 4", in_dir("a")), b = shell(2, "echo two; read line; echo $line; exec sleep 60", in_dir("b"));
    struct making *m = batch_new();
    batch_put(m, "process:a", "spawning", 8);
    batch_put(m, "gone", "x", 1);
    batch_spawn(m, &a);
    batch_spawn(m, &b);
    batch_send(m);
    CHECK(comes(REPORT_EXITED, WAIT_MS));
    m = batch_new();
    batch_delete(m, "gone");
    batch_put(m, "process:b", "run", 3);
    batch_send(m);
    kill(getpid(), SIGKILL);
  }
  CHECK_EQ(g.quick, 0);
  CHECK_EQ(g.children, 2);
  CHECK_EQ(g.states, 2);
  CHECK_EQ(g.sinks, 2);
  CHECK_EQ(g.streams, 2);
  for (int i = 0; i < 2; i++) {
    struct message m = await(FRAME_STORED);
    struct span key = read_span(&m.r), value = read_span(&m.r);
    CHECK((key.length == 9 && memcmp(value.at, "spawning", 8) == 0) || memcmp(value.at, "run", 3) == 0);
  }
  CHECK_EQ(await_exited(1), 4 << 8);
  struct message first = await(REPORT_SPAWNED), second = await(REPORT_SPAWNED), eof = await(REPORT_EOF);
  ack(first.number);
  ack(second.number);
  ack(eof.number);
  await_text("b", "two\n");
  effect_stdin(2, "three\n", 6);
  effect_signal(2, SIGTERM, false);
  CHECK_EQ(await_exited(2), SIGTERM);
  CHECK(strcmp(slurp(in_dir("a")), "one\n") == 0);
  CHECK(!comes(REPORT_SPAWNED, 0));
  finish();
}

/* Asked: a block at a time; as it is, dropped, other bytes; the next is not read before the verdict. */
static void asked(void) {
  say_hello();
  struct spawning s = shell(1, "echo a; read x; echo b; read x; echo c; read x; echo d", in_dir("log"));
  s.out.mode = MODE_ASKED;
  spawn_now(&s);
  await_spawned(1);
  const char *expected[] = {"a\n", "b\n", "c\n"};
  for (int i = 0; i < 3; i++) {
    struct message m = await(REPORT_BLOCK);
    CHECK_EQ(read_u32(&m.r), 2);
    uint64_t block = read_u64(&m.r);
    struct span bytes = read_span(&m.r);
    CHECK(bytes.length == 2 && memcmp(bytes.at, expected[i], 2) == 0);
    effect_stdin(1, "\n", 1);
    CHECK(!comes(REPORT_BLOCK, 50));
    if (i == 2) effect_stream(2, MODE_PLAIN, 2);
    effect_verdict(2, block, (uint8_t)i, "changed\n", i == 2 ? 8 : 0);
  }
  CHECK_EQ(await_exited(1), 0);
  CHECK(strcmp(slurp(in_dir("log")), "a\nchanged\nd\n") == 0);
  effect_verdict(2, 77, VERDICT_DROP, NULL, 0);
  CHECK(!comes(REPORT_REFUSED, 20));
  finish();
}

/* A block that had no answer goes to the next daemon. */
static void asked_again(void) {
  struct greeting g = say_hello();
  if (!g.ready) {
    effect_empty(EFFECT_READY);
    struct spawning s = shell(1, "echo a", in_dir("log"));
    s.out.mode = MODE_ASKED;
    spawn_now(&s);
    CHECK(comes(REPORT_BLOCK, WAIT_MS));
    kill(getpid(), SIGKILL);
  }
  struct message m = await(REPORT_BLOCK);
  CHECK_EQ(read_u32(&m.r), 2);
  effect_verdict(2, read_u64(&m.r), VERDICT_AS_IS, NULL, 0);
  await(REPORT_EXITED);
  CHECK(strcmp(slurp(in_dir("log")), "a\n") == 0);
  finish();
}

/* Rotation: at the limit the stream is held until the sink is reopened; no byte is lost, each is in one of the two files. */
static void rotation(void) {
  say_hello();
  struct spawning s = shell(1, "i=0; while [ $i -lt 40000 ]; do echo $i; i=$((i+1)); done", in_dir("log"));
  s.out.limit = 40000;
  spawn_now(&s);
  int rotations = 0;
  for (uint64_t end = now_mono() + WAIT_MS * MS; comes(REPORT_LIMIT, 20) || !comes(REPORT_EOF, 20);) {
    CHECK(now_mono() < end);
    if (!comes(REPORT_LIMIT, 0)) continue;
    struct message m = await(REPORT_LIMIT);
    CHECK_EQ(read_u32(&m.r), 2);
    CHECK(read_u64(&m.r) >= 40000);
    struct stat st;
    CHECK(stat(in_dir("log"), &st) == 0);
    CHECK_EQ(read_u64(&m.r), st.st_dev);
    CHECK_EQ(read_u64(&m.r), st.st_ino);
    char to[32];
    snprintf(to, sizeof to, "log.%d", ++rotations);
    CHECK(rename(in_dir("log"), in_dir(to)) == 0);
    struct out o = {0};
    put(&o, 2, 4);
    put_text(&o, in_dir("log"));
    put(&o, SINK_REGULAR_ONLY, 1);
    put(&o, 0644, 4);
    put(&o, 40000, 8);
    struct making *b = batch_new();
    batch_ack(b, m.number);
    batch_effect(b, EFFECT_SINK_REOPEN, &o);
    batch_send(b);
    await(REPORT_SINK_OPENED);
  }
  CHECK_EQ(await_exited(1), 0);
  CHECK(rotations >= 2);
  char command[1024];
  snprintf(command, sizeof command, "cd %s && cat $(ls log.* | sort -t. -k2n) log | cmp - /dev/fd/9 9<<END\n$(seq 0 39999)\nEND", getenv("KEEPER_TEST_DIR"));
  CHECK(system(command) == 0);
  finish();
}

/* What the child is born with: descriptors, signals, group, umask, directory, user, limits, an environment that is complete. */
static void birth(void) {
  say_hello();
  struct spawning s = shell(1,
    "ls /proc/self/fd | tr '\\n' ' '; echo; grep -E 'Sig(Blk|Ign)|Groups|Uid|Gid' /proc/self/status; umask; pwd; ulimit -n; "
    "env | sort; ps -o pgid= -p $$ | tr -d ' '; echo $$; echo again >/dev/stdout",
    in_dir("log"));
  s.umask = 027;
  s.directory = "/usr";
  s.user = true;
  s.uid = 12345;
  s.gid = 23456;
  s.groups[0] = 23456;
  s.groups[1] = 3;
  s.groups[2] = 77;
  s.group_count = 3;
  s.limit_count = 1;
  s.limits[0].soft = s.limits[0].hard = 123;
  spawn_now(&s);
  int32_t pid = await_spawned(1);
  CHECK_EQ(await_exited(1), 0);
  char expected[1024];
  snprintf(expected, sizeof expected,
    "0 1 2 3 \nUid:\t12345\t12345\t12345\t12345\nGid:\t23456\t23456\t23456\t23456\nGroups:\t3 77 23456 \n"
    "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0027\n/usr\n123\nPATH=/usr/bin:/bin\nPWD=/usr\n%d\n%d\nagain\n", pid, pid);
  const char *log = slurp(in_dir("log"));
  if (strcmp(log, expected) != 0) fprintf(stderr, "%s---\n%s", log, expected);
  CHECK(strcmp(log, expected) == 0);
  finish();
}

static void expect_failure(struct spawning s, int step, int error) {
  spawn_now(&s);
  struct message m = await(REPORT_SPAWN_FAILED);
  CHECK_EQ(read_u32(&m.r), s.child);
  CHECK_EQ(read_u8(&m.r), step);
  CHECK_EQ(read_i32(&m.r), error);
  CHECK_EQ(read_i32(&m.r) > 0, step > STEP_FORK);
  CHECK_EQ(comes(REPORT_EOF, 0), step > STEP_FORK);
  if (step > STEP_FORK) ack(await(REPORT_EOF).number);
  ack(m.number);
}

static void failures(void) {
  say_hello();
  uint32_t n = 1;
  struct spawning s = shell(n++, "true", in_dir("log"));
  s.path = "/nonexistent";
  expect_failure(s, STEP_EXEC, ENOENT);
  s = shell(n++, "true", in_dir("log"));
  s.path = "/etc/passwd";
  expect_failure(s, STEP_EXEC, EACCES);
  s = shell(n++, "true", in_dir("log"));
  s.directory = "/nonexistent";
  expect_failure(s, STEP_CHDIR, ENOENT);
  expect_failure(shell(n++, "true", "/nonexistent/log"), STEP_LOG_STDOUT, ENOENT);
  s = shell(n++, "true", in_dir("log"));
  s.err.stream = 1000;
  s.err.sink = 1000;
  s.err.open = "/proc/nothing";
  expect_failure(s, STEP_LOG_STDERR, ENOENT);
  s = shell(n++, "true", in_dir("log"));
  s.limit_count = 1;
  s.limits[0].soft = 10;
  s.limits[0].hard = 5;
  expect_failure(s, STEP_RLIMIT, EINVAL);
  s = shell(n++, "true", NULL);
  s.stdin_socket = 99;
  expect_failure(s, STEP_PIPES, EBADF);
  CHECK(symlink("/etc/passwd", in_dir("link")) == 0);
  s = shell(n++, "true", in_dir("link"));
  s.out.flags = SINK_REGULAR_ONLY;
  expect_failure(s, STEP_LOG_STDOUT, ELOOP);
  CHECK(mkfifo(in_dir("fifo"), 0600) == 0);
  s = shell(n++, "true", in_dir("fifo"));
  s.out.flags = SINK_REGULAR_ONLY;
  expect_failure(s, STEP_LOG_STDOUT, EINVAL);
  finish();
}

static int unix_client(const char *path) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return connect(fd, (const void *)&to, sizeof to) == 0 ? fd : (close(fd), -errno);
}

static void expect_listened(uint32_t number, int step, int error, int *descriptor, uint16_t *port) {
  struct message m = await(REPORT_LISTENED);
  CHECK_EQ(read_u32(&m.r), number);
  CHECK_EQ(read_u8(&m.r), step);
  CHECK_EQ(read_i32(&m.r), error);
  int fd = read_i32(&m.r);
  if (descriptor) *descriptor = fd;
  fd = read_u16(&m.r);
  if (port) *port = (uint16_t)fd;
}

/* Sockets: served by the daemon through a descriptor it was born with, also by its successor; stale files; FastCGI. */
static void sockets(void) {
  struct greeting g = say_hello();
  const char *path = in_dir("sock");
  int fd;
  if (!g.ready) {
    effect_empty(EFFECT_READY);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    CHECK(bind(other, (const void *)&at, sizeof at) == 0 && listen(other, 1) == 0);
    effect_listen(1, FAMILY_UNIX, true, path, 0, 0700, STALE_TRY_CONNECT);
    expect_listened(1, LISTEN_IN_USE, EADDRINUSE, NULL, NULL);
    close(other);
    effect_listen(2, FAMILY_UNIX, true, path, 0, 0700, STALE_ERROR);
    expect_listened(2, LISTEN_IN_USE, EEXIST, NULL, NULL);
    effect_listen(3, FAMILY_UNIX, true, path, 0, 0700, STALE_TRY_CONNECT);
    expect_listened(3, LISTEN_DONE, 0, &fd, NULL);
    CHECK(fd >= 4);
    struct stat st;
    CHECK(stat(path, &st) == 0);
    CHECK_EQ(st.st_mode, S_IFSOCK | 0700);
    int client = unix_client(path);
    CHECK(client >= 0);
    CHECK(accept(fd, NULL, NULL) >= 0);
    CHECK(symlink("nowhere", in_dir("file")) == 0);
    effect_listen(4, FAMILY_UNIX, false, in_dir("file"), 0, -1, STALE_REPLACE);
    expect_listened(4, LISTEN_IN_USE, EEXIST, NULL, NULL);
    effect_listen(5, FAMILY_UNIX, false, in_dir("no/where"), 0, -1, STALE_REPLACE);
    expect_listened(5, LISTEN_BIND, ENOENT, NULL, NULL);
    uint16_t port;
    effect_listen(6, FAMILY_INET, true, "127.0.0.1", 0, -1, 0);
    expect_listened(6, LISTEN_DONE, 0, &fd, &port);
    CHECK(port > 0 && fd >= 4);
    effect_listen(7, FAMILY_INET, true, "127.0.0.1", port, -1, 0);
    expect_listened(7, LISTEN_IN_USE, EADDRINUSE, NULL, NULL);
    effect_listen(8, FAMILY_INET, true, "localhost", port, -1, 0);
    expect_listened(8, LISTEN_BIND, EINVAL, NULL, NULL);
    client = unix_client(path);
    CHECK(client >= 0);
    kill(getpid(), SIGKILL);
  }
  CHECK_EQ(g.sockets, 10); /* the two that listen are two of them */
  for (int i = 0; i < 10; i++) {
    struct message m = await(FRAME_SOCKET);
    uint32_t number = read_u32(&m.r);
    (void)read_u8(&m.r);
    CHECK_EQ(read_u8(&m.r), number > 0);
    (void)read_u8(&m.r);
    int descriptor = read_i32(&m.r);
    CHECK(descriptor >= 4 && fcntl(descriptor, F_GETFD) >= 0);
    if (number == 3) fd = descriptor;
  }
  CHECK(accept(fd, NULL, NULL) >= 0); /* the predecessor's own last connection */
  int client = unix_client(path);
  CHECK(client >= 0 && accept(fd, NULL, NULL) >= 0);
  struct out o = {0};
  put(&o, 3, 4);
  put(&o, 1, 1);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_UNLISTEN, &o);
  batch_send(b);
  effect_listen(9, FAMILY_UNIX, false, in_dir("fcgi"), 0, -1, 0);
  expect_listened(9, LISTEN_DONE, 0, &fd, NULL);
  CHECK_EQ(fd, -1);
  CHECK(access(path, F_OK) != 0);
  struct spawning s = shell(1, "readlink /proc/self/fd/0 | cut -c1-6", in_dir("log"));
  s.stdin_socket = 9;
  spawn_now(&s);
  await_spawned(1);
  CHECK_EQ(await_exited(1), 0);
  CHECK(strcmp(slurp(in_dir("log")), "socket\n") == 0);
  effect_stdin(1, "x", 1);
  struct message m = await(REPORT_STDIN_FAILED);
  CHECK_EQ(read_u32(&m.r), 1);
  CHECK_EQ(read_i32(&m.r), EPIPE);
  finish();
}

/* Output that descendants still hold open: the exit is told all the same, the stream lives on, forget-child ends it. */
static void lingering(void) {
  say_hello();
  struct spawning s = shell(1, "(sleep 0.2; echo late; exec sleep 30) & echo early", in_dir("log"));
  spawn_now(&s);
  await_spawned(1);
  CHECK_EQ(await_exited(1), 0);
  await_text("log", "early\nlate\n");
  CHECK(!comes(REPORT_EOF, 100));
  effect_number(EFFECT_FORGET_CHILD, 1);
  await(REPORT_EOF);
  finish();
}

/* Malformed and unknown things, and a store that is full. */
static void refusals(void) {
  say_hello();
  struct out o = {0};
  put(&o, 1, 4);
  struct making *b = batch_new();
  batch_put(b, "never", "x", 1);
  batch_effect(b, EFFECT_SIGNAL, &o); /* too short */
  batch_send(b);
  struct message m = await(REPORT_REFUSED);
  CHECK_EQ(read_u64(&m.r), 1);
  CHECK_EQ(read_u8(&m.r), REFUSED_MALFORMED);
  b = batch_new();
  batch_put(b, "kept", "x", 1);
  put(&o, 7, 2);
  batch_effect(b, 999, &o);
  batch_effect(b, 998, &o);
  batch_send(b);
  m = await(REPORT_UNKNOWN);
  CHECK_EQ(read_u64(&m.r), 2);
  CHECK_EQ(read_u16(&m.r), 999);
  m = await(REPORT_UNKNOWN);
  CHECK_EQ(read_u64(&m.r), 2);
  CHECK_EQ(read_u16(&m.r), 998);
  send_raw("\x02\x00\x00\x00\x63\x00", 6);
  m = await(REPORT_UNKNOWN);
  CHECK_EQ(read_u64(&m.r), 0);
  CHECK_EQ(read_u16(&m.r), 0x63);
  static char big[3 << 20];
  char key[16];
  for (int i = 0; i < 21; i++) {
    b = batch_new();
    snprintf(key, sizeof key, "key%d", i);
    batch_put(b, key, big, sizeof big);
    batch_send(b);
  }
  b = batch_new();
  batch_delete(b, "kept");
  batch_put(b, "key21", big, sizeof big);
  batch_send(b);
  m = await(REPORT_REFUSED);
  CHECK_EQ(read_u64(&m.r), 24);
  CHECK_EQ(read_u8(&m.r), REFUSED_STORE_FULL);
  finish();
}

/* Before ready, the daemon's own exit code is the keeper's. */
static void early_end(void) {
  say_hello();
  struct spawning s = shell(1, "exec sleep 60", NULL);
  spawn_now(&s);
  int32_t pid = await_spawned(1);
  FILE *f = fopen(in_dir("pid"), "w");
  fprintf(f, "%d", pid);
  fclose(f);
  _exit(2);
}

static bool child_is_gone(void) { return kill(atoi(slurp(in_dir("pid"))), 0) < 0; }

static void early_signal(void) { kill(getpid(), SIGSEGV); }

/* Signals to the keeper. A second TERM while no daemon is there carries out the last wills, by rank. */
static void wills(void) {
  struct greeting g = say_hello();
  if (g.ready) _exit(1);
  struct spawning a = shell(1, "trap 'echo first >> order; exit' USR1; echo up; while :; do sleep 0.05; done", in_dir("a"));
  struct spawning b = shell(2, "trap '' TERM; echo up; while :; do sleep 0.05; done", in_dir("b"));
  struct spawning c = shell(3, "trap 'echo last >> order; exit' TERM; echo up; while :; do sleep 0.05; done", in_dir("c"));
  a.will.signal = SIGUSR1;
  a.will.wait_ms = c.will.wait_ms = WAIT_MS;
  a.will.rank = 9;
  b.will.rank = 5;
  b.will.wait_ms = 200;
  c.will.rank = -1;
  a.directory = b.directory = c.directory = getenv("KEEPER_TEST_DIR");
  spawn_now(&a);
  spawn_now(&b);
  spawn_now(&c);
  for (int i = 0; i < 3; i++) await(REPORT_SPAWNED);
  for (int i = 0; i < 3; i++) await_text((const char *[]){"a", "b", "c"}[i], "up\n");
  kill(getppid(), SIGHUP);
  struct message m = await(REPORT_SIGNAL);
  CHECK_EQ(read_i32(&m.r), SIGHUP);
  effect_empty(EFFECT_READY);
  pid_t keeper = getppid(), daemon = getpid();
  if (fork() > 0) _exit(1);
  close(3);
  while (kill(daemon, 0) == 0) usleep(10000);
  kill(keeper, SIGTERM);
  while (is_pending(keeper, SIGTERM)) usleep(10000);
  kill(keeper, SIGTERM);
  _exit(0);
}

/* Daemonizing: another process goes on, its parent is done, the connection lives; then the daemon's successor is its child again. */
static void daemonize(void) {
  struct greeting g = say_hello();
  if (!g.ready) {
    struct out o = {0};
    put(&o, 1, 1);
    put_text(&o, getenv("KEEPER_TEST_DIR")); /* make runs this with a relative path: the successor must be found from there */
    put(&o, 027, 4);
    struct making *b = batch_new();
    batch_effect(b, EFFECT_DAEMONIZE, &o);
    batch_send(b);
    struct message m = await(REPORT_DAEMONIZED);
    int32_t pid = read_i32(&m.r);
    CHECK(pid != getppid() && pid != g.pid);
    effect_empty(EFFECT_READY);
    spawn_now(&(struct spawning){.child = 5, .path = "/bin/sh", .argv = {"sh", "-c", "pwd >here; umask >>here; readlink /proc/$PPID/fd/1 >>here"},
                                 .environment = {"PATH=/bin:/usr/bin"}, .umask = -1});
    CHECK_EQ(await_exited(5), 0);
    kill(getpid(), SIGKILL);
  }
  CHECK(g.daemonized);
  CHECK_EQ(g.pid, getppid());
  const char *here = slurp(in_dir("here"));
  CHECK(strncmp(here, getenv("KEEPER_TEST_DIR"), 20) == 0 && strstr(here, "\n0027\n/dev/null\n"));
  FILE *f = fopen(in_dir("done"), "w");
  fclose(f);
  finish();
}

/* The keeper that went to the background is waited for. */
static bool went_on(void) {
  for (int i = 0; i < WAIT_MS / 10 && access(in_dir("done"), F_OK) != 0; i++) usleep(10000);
  return access(in_dir("done"), F_OK) == 0;
}

/* By rank, and the one that ignores its signal was killed in between. */
static bool in_order(void) { return strcmp(slurp(in_dir("order")), "first\nlast\n") == 0; }

static void freeze(bool on) {
  char command[600];
  snprintf(command, sizeof command, "fsfreeze -%c %s/disk", on ? 'f' : 'u', getenv("KEEPER_TEST_DIR"));
  CHECK(system(command) == 0);
}

/* A frozen disk holds up the streams that go there, and nothing else: others are spawned, written, signalled and reaped. Needs root and a loop device. */
static void frozen(void) {
  say_hello();
  char command[1024];
  snprintf(command, sizeof command, "cd %s && mkdir disk && dd if=/dev/zero of=image bs=1M count=16 2>/dev/null && "
           "mkfs.ext4 -q image && mount -o loop image disk 2>/dev/null", getenv("KEEPER_TEST_DIR"));
  if (system(command) != 0) {
    fprintf(stderr, "frozen: no loop device here, nothing was tried\n");
    finish();
  }
  struct spawning s = shell(1, "read x; echo 1; echo 2; exec sleep 30", in_dir("disk/log"));
  spawn_now(&s);
  await_spawned(1);
  freeze(true);
  effect_stdin(1, "\n", 1);
  usleep(50000);
  for (uint32_t i = 2; i < 8; i++) {
    s = shell(i, "echo free", in_dir("log"));
    spawn_now(&s);
    await_spawned(i);
    CHECK_EQ(await_exited(i), 0);
  }
  effect_signal(1, SIGKILL, false);
  CHECK_EQ(await_exited(1), SIGKILL); /* after the half second that its streams are waited for */
  CHECK_EQ(slurp(in_dir("disk/log"))[0], 0);
  freeze(false);
  await_text("disk/log", "1\n2\n");
  snprintf(command, sizeof command, "%s/disk", getenv("KEEPER_TEST_DIR"));
  for (int i = 0; i < 100; i++) {
    effect_number(EFFECT_SINK_CLOSE, 2);
    usleep(20000);
    snprintf(command, sizeof command, "umount %s/disk 2>/dev/null", getenv("KEEPER_TEST_DIR"));
    if (system(command) == 0) break;
  }
  CHECK(strncmp(slurp(in_dir("log")), "free\nfree\n", 10) == 0);
  finish();
}

static const struct { const char *name; void (*run)(void); int code; bool (*after)(void); } scenarios[] = {
  {"life", life, 0, NULL},           {"successor", successor, 0, NULL}, {"asked", asked, 0, NULL},         {"asked_again", asked_again, 0, NULL},
  {"rotation", rotation, 0, NULL},   {"birth", birth, 0, NULL},         {"failures", failures, 0, NULL},   {"sockets", sockets, 0, NULL},
  {"lingering", lingering, 0, NULL}, {"refusals", refusals, 0, NULL},   {"frozen", frozen, 0, NULL},       {"wills", wills, 0, in_order},
  {"early_end", early_end, 2, child_is_gone}, {"early_signal", early_signal, 128 + SIGSEGV, NULL},         {"daemonize", daemonize, 0, went_on},
  {"upgrade", upgrade, 0, NULL},     {"upgrade_fails", upgrade_fails, 0, NULL},                       {"upgrade_returns", upgrade_returns, 0, NULL},
  {"upgrade_forbidden", upgrade_forbidden, 0, NULL},     {"upgrade_allowed", upgrade_allowed, 0, NULL}, {"upgrade_pid1", upgrade, 0, NULL},
};

static int run_one(const char *keeper, const char *self, unsigned i) {
  char dir[] = "/tmp/keeper-e2e-XXXXXX";
  if (!mkdtemp(dir)) return 1;
  setenv("KEEPER_TEST_DIR", dir, 1);
  upgrade_name(scenarios[i].name, self);
  pid_t pid = fork();
  if (pid == 0) {
    upgrade_prepare(scenarios[i].name, keeper, self);
    execl(keeper, keeper, self, "scenario", scenarios[i].name, NULL);
    _exit(126);
  }
  int status = wait_or_kill(pid, 2 * WAIT_MS);
  bool good = WIFEXITED(status) && WEXITSTATUS(status) == scenarios[i].code && (!scenarios[i].after || scenarios[i].after());
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
