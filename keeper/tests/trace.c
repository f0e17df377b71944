/*
 * Random histories of sinks and streams on a kernel of the test's own (the Makefile gives its calls other names): all that they call, report and leave waiting
 * becomes one hash, which must be the recorded one. Sinks did the same before they became a table. Who changes on purpose what they do records the new one;
 * `trace SEED` prints one history, to be compared with that of the code before.
 */
#include "check.h"

#include "../host.h"
#include "../streams.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SEEDS = 100, STEPS = 1500, FDS = 4096, PIPE = 2048, PATHS = 6, SPAWNS = 4, JOBS = 4096 };

static const uint64_t RECORDED = 0x49eaa13cbfbddb83;

struct keeper K;
struct host host;
static const char *const paths[PATHS] = {"r0", "r1", "r2", "p0", "p1", "s0"};
static const mode_t types[PATHS] = {S_IFREG, S_IFREG, S_IFREG, S_IFIFO, S_IFIFO, S_IFSOCK};
static uint64_t sizes[PATHS], now;
static int path_of[FDS], next_fd, next_pipe;
static uint32_t next_sink, next_stream, seed;
static struct { struct job *job; bool ran; } jobs[JOBS];
static unsigned job_count;
static struct { struct sink *sink; struct stream *stream; } spawns[SPAWNS];
static struct worker worker;
static bool loud;
static uint64_t hash = 14695981039346656037u;

static uint32_t rnd(uint32_t n) {
  seed = seed * 1103515245 + 12345;
  return (seed >> 8) % n;
}

static void note(const char *what, uint64_t a, uint64_t b) {
  char text[128];
  snprintf(text, sizeof text, "%s %llu %llu\n", what, (unsigned long long)a, (unsigned long long)b);
  for (const char *c = text; *c; c++) hash = (hash ^ (uint8_t)*c) * 1099511628211u;
  if (loud) fputs(text, stdout);
}

static ssize_t fails(int error) { return errno = error, -1; }

/* The kernel. */
bool sys_fault(const char *call) { return strcmp(call, "alloc") == 0 && rnd(60) == 0 && fails(ENOMEM); }
int clock_gettime(clockid_t clock, struct timespec *t) {
  (void)clock;
  *t = (struct timespec){(time_t)(now / 1000000000u), (long)(now % 1000000000u)};
  return 0;
}
int open(const char *path, int flags, ...) {
  int p = 0;
  while (p < PATHS && strcmp(path, paths[p]) != 0) p++;
  note("open", (uint64_t)p, (flags & O_TRUNC) != 0);
  if (p == PATHS || rnd(10) == 0) return (int)fails(ENOENT);
  if (flags & O_TRUNC || rnd(2)) sizes[p] = 0;
  path_of[next_fd] = p;
  return next_fd++;
}
int close(int fd) { return note("close", (uint64_t)fd, 0), 0; }
int fstat(int fd, struct stat *st) {
  int p = path_of[fd];
  *st = (struct stat){.st_mode = types[p], .st_size = (off_t)sizes[p], .st_dev = (dev_t)p, .st_ino = (ino_t)fd};
  return 0;
}
ssize_t write(int fd, const void *from, size_t n) {
  const uint8_t *bytes = from;
  ssize_t done = rnd(4) == 0 && n > 1 ? (ssize_t)(n / 2) : (ssize_t)n;
  note("write", (uint64_t)fd, n << 8 | (n > 0 ? bytes[0] ^ bytes[n - 1] : 0));
  if (rnd(12) == 0) return fails(rnd(2) ? ENOSPC : EINTR);
  if (types[path_of[fd]] != S_IFREG && rnd(3) == 0) return fails(EAGAIN);
  sizes[path_of[fd]] += (uint64_t)done;
  return done;
}
ssize_t send(int fd, const void *from, size_t n, int flags) { return note("send", n, flags != 0), write(fd, from, n); }
ssize_t read(int fd, void *to, size_t n) {
  size_t length = rnd(3) == 0 ? n : 1 + rnd(200);
  note("read", (uint64_t)fd, n);
  if (rnd(3) == 0) return fails(rnd(5) ? EAGAIN : EINTR);
  if (rnd(30) == 0) return 0;
  memset(to, (int)rnd(256), length);
  return (ssize_t)length;
}
int poll(struct pollfd *p, nfds_t n, int ms) {
  note("poll", n, (uint64_t)ms);
  p->revents = rnd(2) ? POLLIN : rnd(8) == 0 ? POLLHUP : 0;
  return p->revents != 0;
}

/* The rest of the keeper. */
bool watch(enum watched what, uint32_t number, int fd, uint32_t events, bool known) {
  note(known ? "again" : "watch", (uint64_t)what << 32 | number, (uint64_t)fd << 32 | events);
  return rnd(50) != 0 || fails(ENOMEM) == 0;
}
void unwatch(int fd) { note("unwatch", (uint64_t)fd, 0); }
void refuse(uint64_t batch, enum refusal code, const char *text) { note(text, batch, code); }
void child_drained(uint32_t number) { note("drained", number, 0); }
void workers_submit(struct workers *w, struct job *job) {
  note("submit", job->lane, w->inflight);
  CHECK(job_count < JOBS);
  jobs[job_count].ran = false;
  jobs[job_count++].job = job;
}

static struct span words(const char *text) { return (struct span){(const uint8_t *)text, (uint32_t)strlen(text)}; }
static struct sink_spec some_target(void) {
  struct sink_spec spec = {.path = words(rnd(20) ? paths[rnd(PATHS)] : "none"), .mode = 0644};
  spec.flags = rnd(2) ? SINK_TRUNCATE : 0;
  if (rnd(2)) spec.limit = 1 + rnd(3000);
  return spec;
}

static void work(void) {
  unsigned i = job_count > 0 ? rnd(job_count) : 0;
  if (job_count == 0) return;
  struct job *job = jobs[i].job;
  if (!jobs[i].ran) job->run(job, &worker);
  if (!jobs[i].ran && (jobs[i].ran = rnd(2))) return;
  jobs[i] = jobs[--job_count];
  job->done(job);
}

static void spawn(void) {
  unsigned i = rnd(SPAWNS);
  if (!spawns[i].stream) {
    struct sink_spec spec = some_target();
    struct sink *sink = rnd(2) ? sink_new(++next_sink, &spec) : NULL;
    struct stream_spec s = {.stream = ++next_stream, .sink = sink ? next_sink : rnd(next_sink + 1), .open = sink, .spec = spec};
    s.mode = (uint8_t)rnd(2);
    spawns[i].sink = sink;
    spawns[i].stream = stream_new(&s, next_stream);
    if (!spawns[i].stream && sink) sink_happens(sink, FAILED);
    return;
  }
  struct sink *sink = spawns[i].sink;
  struct stream *stream = spawns[i].stream;
  spawns[i].stream = NULL;
  bool good = !sink || file_open(&sink->file, &sink->target) == 0;
  if (!good) stream_free(stream);
  if (sink) sink_happens(sink, good ? OPENED : FAILED);
  if (!good) return;
  stream->fd = PIPE + next_pipe++;
  stream->pipe_bytes = 1024;
  stream_happens(stream, rnd(20) ? BEGUN : FORGET);
}

static void report_all(void) {
  struct iovec v[64];
  struct acknowledged a;
  for (int n; K.reports.connected && K.reports.unsent && (n = reports_gather(&K.reports, v, 64)) > 0;) {
    size_t bytes = 0;
    for (int i = 0; i < n; i++) {
      const uint8_t *frame = v[i].iov_base;
      uint64_t sum = 0;
      for (size_t k = 0; k < v[i].iov_len; k++) sum = sum * 31 + frame[k];
      note("report", v[i].iov_len, sum);
      bytes += v[i].iov_len;
    }
    reports_written(&K.reports, bytes);
  }
  for (unsigned i = rnd(4); i > 0; i--) {
    if (!reports_acknowledge(&K.reports, rnd((uint32_t)K.reports.last_number + 1), &a)) continue;
    note("acknowledged", a.tag, a.first);
    if (a.tag == REPORT_EOF) stream_acknowledged(a.first);
    else sink_acknowledged(a.first, a.tag);
  }
}

static void limits(void) {
  MAP_EACH(sink, s, &all_sinks) sink_happens(s, LIMITS);
}

static void event(void) {
  static uint8_t bytes[5000];
  struct effect e = {.number = 1 + rnd(next_sink + 1)};
  e.spec = some_target();
  e.sink = rnd(next_sink + 1);
  e.kind = (uint8_t)rnd(2);
  struct node *sink = map_get(&all_sinks, e.number);
  struct stream *stream = stream_get(1 + rnd(next_stream + 1));
  struct span some = {bytes, rnd(8) ? rnd(400) : rnd(sizeof bytes)};
  memset(bytes, (int)rnd(256), sizeof bytes);
  bool live = stream && stream->fd >= 0 && stream->watched;
  switch (rnd(20)) {
    case 0: e.number = rnd(8) ? ++next_sink : e.number; sink_open(&e, 1); break;
    case 1: sink_reopen(&e, 1); break;
    case 2: if (rnd(3) == 0) sink_close(e.number); break;
    case 3: case 4: sink_append(e.number, some); break;
    case 5: sink_echo(e.number, rnd(1000)); break;
    case 6: sink_datagram(words("path"), some); break;
    case 7: case 8: spawn(); break;
    case 9: case 10: case 11: work(); break;
    case 12: if (live) stream_happens(stream, rnd(30) ? READABLE : HANGUP); break;
    case 13:
      if (sink) sink_happens(owner_of(sink, struct sink, node), WRITABLE);
      break;
    case 14:
      if (rnd(4) == 0) K.reports.connected ? reports_disconnected(&K.reports) : (void)(K.reports.connected = true);
      limits();
      break;
    case 15:
      if (stream) stream_change(&(struct effect){.number = (uint32_t)stream->node.key, .sink = e.sink, .kind = e.kind});
      break;
    case 16: case 17:
      if (!stream || stream->state != ASKING) break;
      e.kind = (uint8_t)rnd(3);
      stream_verdict(&(struct effect){.number = (uint32_t)stream->node.key, .block = stream->block_number, .kind = e.kind, .bytes = some});
      break;
    case 18:
      if (stream && stream->fd >= 0 && rnd(20) == 0) stream->draining = true, stream_happens(stream, DRAIN);
      break;
    default: report_all(); break;
  }
  now += rnd(3) * MS;
  while (timers_ring(&K.timers, now)) {}
}

/* What can be seen of the sinks. */
static void look(void) {
  MAP_EACH(sink, s, &all_sinks) {
    note("sink", s->node.key << 8 | (unsigned)(s->watched | s->at_limit << 1 | s->failing << 2 | (s->first != NULL) << 3), s->shown.size);
    note("lost", s->lost_all, s->waiting);
  }
  note("streams", all_streams.count, sinks_quiet());
}

static void history(void) {
  K.reports.connected = true;
  while (!sinks_init()) {}
  for (int i = 0; i < STEPS; i++) {
    if (i == STEPS * 3 / 4) K.ending = WILLING;
    if (i == STEPS * 7 / 8) {
      K.ending = FLUSHING;
      MAP_EACH(stream, s, &all_streams) stream_happens(s, DRAIN);
      limits();
    }
    event();
    if (i % 10 == 0) look();
  }
}

/* Sockets are real: their numbers must not depend on what the one who started this had open. */
static void inherit_nothing(void) {
  for (int fd = 0; fd >= 0 && fd < 3;) fd = openat(AT_FDCWD, "/dev/null", O_RDWR);
  for (int i = 3; i < FDS; i++) (void)syscall(SYS_close, i);
}

int main(int argc, char **argv) {
  loud = argc > 1;
  inherit_nothing();
  uint64_t *all = mmap(NULL, sizeof hash, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(all != MAP_FAILED);
  for (uint32_t i = 0; i < SEEDS; i++) {
    if (loud && i != (uint32_t)atoi(argv[1])) continue;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
      seed = i;
      worker.buffer = malloc(READ_MAX);
      history();
      *all = *all * 31 + hash;
      fflush(stdout);
      _exit(0);
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
  }
  if (!loud && *all != RECORDED) fprintf(stderr, "trace: %#llx is not what was recorded\n", (unsigned long long)*all);
  if (!loud && *all == RECORDED) printf("ok     trace: sinks and streams do what they did\n");
  return !loud && *all != RECORDED;
}
