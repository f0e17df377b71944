/* See daemon.h. */
#include "daemon.h"

enum { FD = 3 };

static void room(struct out *o, size_t n) {
  if (o->n + n <= o->room) return;
  o->room = (o->n + n) * 2;
  o->at = realloc(o->at, o->room);
}

void put(struct out *o, uint64_t value, unsigned size) {
  room(o, size);
  for (unsigned i = 0; i < size; i++) o->at[o->n++] = (uint8_t)(value >> (8 * i));
}

void put_bytes(struct out *o, const void *bytes, size_t n) {
  put(o, n, 4);
  room(o, n);
  if (n > 0) memcpy(o->at + o->n, bytes, n);
  o->n += n;
}

void put_text(struct out *o, const char *text) { put_bytes(o, text, strlen(text)); }

struct making *batch_new(void) {
  static uint64_t last;
  struct making *b = calloc(1, sizeof *b);
  b->number = ++last;
  return b;
}

void batch_ack(struct making *b, uint64_t number) {
  put(&b->acks, number, 8);
  b->ack_count++;
}

void batch_put(struct making *b, const char *key, const void *value, size_t n) {
  put_text(&b->states, key);
  put(&b->states, 0, 1);
  put_bytes(&b->states, value, n);
  b->state_count++;
}

void batch_delete(struct making *b, const char *key) {
  put_text(&b->states, key);
  put(&b->states, 1, 1);
  put_bytes(&b->states, NULL, 0);
  b->state_count++;
}

void batch_effect(struct making *b, uint16_t tag, struct out *body) {
  put(&b->effects, tag, 2);
  put_bytes(&b->effects, body->at, body->n);
  b->effect_count++;
  free(body->at);
  *body = (struct out){0};
}

static void append(struct out *to, struct out *from) {
  room(to, from->n);
  if (from->n > 0) memcpy(to->at + to->n, from->at, from->n);
  to->n += from->n;
  free(from->at);
}

struct out batch_frame(struct making *b) {
  struct out frame = {0};
  put(&frame, 0, 4);
  put(&frame, FRAME_BATCH, 2);
  put(&frame, b->number, 8);
  put(&frame, b->ack_count, 4);
  append(&frame, &b->acks);
  put(&frame, b->state_count, 4);
  append(&frame, &b->states);
  put(&frame, b->effect_count, 4);
  append(&frame, &b->effects);
  for (unsigned i = 0; i < 4; i++) frame.at[i] = (uint8_t)((frame.n - 4) >> (8 * i));
  free(b);
  return frame;
}

void send_raw(const void *bytes, size_t n) {
  for (const uint8_t *at = bytes; n > 0;) {
    ssize_t w = write(FD, at, n);
    if (w < 0) check_failed(__FILE__, __LINE__, "the keeper has closed the connection");
    at += w;
    n -= (size_t)w;
  }
}

void batch_send(struct making *b) {
  struct out frame = batch_frame(b);
  send_raw(frame.at, frame.n);
  free(frame.at);
}

static bool read_all(void *to, size_t n, int ms) {
  for (uint8_t *at = to; n > 0;) {
    struct pollfd p = {FD, POLLIN, 0};
    if (poll(&p, 1, ms) <= 0) return false;
    ssize_t r = read(FD, at, n);
    if (r <= 0) return false;
    at += r;
    n -= (size_t)r;
  }
  return true;
}

static struct message read_message(int ms) {
  struct message m = {0};
  uint8_t head[4];
  if (!read_all(head, 4, ms)) return m;
  struct reader h = {head, head + 4, false};
  uint32_t length = read_u32(&h);
  m.bytes = malloc(length);
  if (!read_all(m.bytes, length, WAIT_MS)) check_failed(__FILE__, __LINE__, "half a frame");
  m.r = (struct reader){m.bytes, m.bytes + length, false};
  m.tag = read_u16(&m.r);
  if (m.tag >= REPORT_SPAWNED) m.number = read_u64(&m.r);
  return m;
}

static struct message waiting[65536];
static unsigned waiting_count;

static struct message take_waiting(unsigned i) {
  struct message m = waiting[i];
  memmove(&waiting[i], &waiting[i + 1], (--waiting_count - i) * sizeof m);
  return m;
}

struct message next_message(int ms) { return waiting_count > 0 ? take_waiting(0) : read_message(ms); }

bool comes(uint16_t tag, int ms) {
  for (unsigned i = 0; i < waiting_count; i++) {
    if (waiting[i].tag == tag) return true;
  }
  for (struct message m; (m = read_message(ms)).bytes;) {
    CHECK(waiting_count < 65536);
    waiting[waiting_count++] = m;
    if (m.tag == tag) return true;
  }
  return false;
}

struct message await(uint16_t tag) {
  if (!comes(tag, WAIT_MS)) {
    fprintf(stderr, "no frame %u came; waiting:", tag);
    for (unsigned i = 0; i < waiting_count; i++) fprintf(stderr, " %u", waiting[i].tag);
    fprintf(stderr, "\n");
    _exit(98);
  }
  for (unsigned i = 0; i < waiting_count; i++) {
    if (waiting[i].tag == tag) return take_waiting(i);
  }
  abort();
}

void ack(uint64_t number) {
  struct making *b = batch_new();
  batch_ack(b, number);
  batch_send(b);
}

struct greeting say_hello(void) {
  struct out hello = {0};
  put(&hello, 6, 4);
  put(&hello, FRAME_HELLO, 2);
  put(&hello, 1, 2);
  put(&hello, PROTOCOL_VERSION, 2);
  send_raw(hello.at, hello.n);
  free(hello.at);
  struct message m = await(FRAME_WELCOME);
  struct greeting g = {.version = read_u16(&m.r)};
  g.pid = read_i32(&m.r);
  g.quick = read_u32(&m.r);
  g.ready = read_bool(&m.r);
  g.daemonized = read_bool(&m.r);
  (void)read_u64(&m.r);
  g.free_sockets = read_u32(&m.r);
  CHECK(read_whole(&m.r));
  CHECK(comes(FRAME_WELCOME_END, WAIT_MS));
  uint32_t *counts[] = {&g.children, &g.sockets, &g.states, &g.sinks, &g.streams};
  for (unsigned i = 0; i < waiting_count; i++) {
    if (waiting[i].tag >= FRAME_CHILD && waiting[i].tag <= FRAME_STREAM) ++*counts[waiting[i].tag - FRAME_CHILD];
  }
  (void)await(FRAME_WELCOME_END);
  return g;
}

struct spawning shell(uint32_t child, const char *script, const char *log) {
  struct spawning s = {.child = child, .path = "/bin/sh", .argv = {"sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}, .umask = -1};
  s.out.stream = child * 2;
  s.out.sink = log ? child * 2 : 0;
  s.out.open = log;
  s.will.signal = SIGTERM;
  s.will.wait_ms = 1000;
  return s;
}

static void put_texts(struct out *o, const char *const *texts) {
  uint32_t n = 0;
  while (n < 16 && texts[n]) n++;
  put(o, n, 4);
  for (uint32_t i = 0; i < n; i++) put_text(o, texts[i]);
}

static void put_spec(struct out *o, const char *path, uint8_t flags, uint64_t limit) {
  put_text(o, path);
  put(o, flags, 1);
  put(o, 0644, 4);
  put(o, limit, 8);
}

void batch_spawn(struct making *b, const struct spawning *s) {
  struct out o = {0};
  put(&o, s->child, 4);
  put_text(&o, "group:process");
  put_text(&o, s->path);
  put_texts(&o, s->argv);
  put_texts(&o, s->environment);
  put(&o, s->directory != NULL, 1);
  put_text(&o, s->directory ? s->directory : "");
  put(&o, (uint32_t)s->umask, 4);
  put(&o, s->user, 1);
  put(&o, s->uid, 4);
  put(&o, s->gid, 4);
  put(&o, s->group_count, 4);
  for (uint32_t i = 0; i < s->group_count; i++) put(&o, s->groups[i], 4);
  put(&o, s->limit_count, 4);
  for (uint32_t i = 0; i < s->limit_count; i++) {
    put(&o, s->limits[i].resource, 1);
    put(&o, s->limits[i].soft, 8);
    put(&o, s->limits[i].hard, 8);
  }
  put(&o, s->stdin_socket, 4);
  for (int i = 0; i < 2; i++) {
    const struct streaming *stream = i == 0 ? &s->out : &s->err;
    put(&o, stream->stream, 4);
    put(&o, stream->mode, 1);
    put(&o, stream->sink, 4);
    put(&o, stream->open != NULL, 1);
    if (stream->open) put_spec(&o, stream->open, stream->flags, stream->limit);
  }
  put(&o, (uint32_t)s->will.signal, 4);
  put(&o, s->will.wait_ms, 4);
  put(&o, s->will.signal_group, 1);
  put(&o, s->will.kill_group, 1);
  put(&o, (uint32_t)s->will.rank, 4);
  if (s->with) put(&o, s->attribute_count, 4);
  for (size_t i = 0; s->with && i < s->attributes.n; i++) put(&o, s->attributes.at[i], 1);
  batch_effect(b, s->with ? EFFECT_SPAWN_WITH : EFFECT_SPAWN, &o);
}

void spawn_attribute(struct spawning *s, uint16_t kind, struct out *value) {
  s->with = true;
  s->attribute_count++;
  put(&s->attributes, kind, 2);
  put(&s->attributes, value->n, 4);
  for (size_t i = 0; i < value->n; i++) put(&s->attributes, value->at[i], 1);
  value->n = 0;
}

void spawn_now(const struct spawning *s) {
  struct making *b = batch_new();
  batch_spawn(b, s);
  batch_send(b);
}

static void alone(uint16_t tag, struct out *o) {
  struct making *b = batch_new();
  batch_effect(b, tag, o);
  batch_send(b);
}

void effect_signal(uint32_t child, int signal, bool group) {
  struct out o = {0};
  put(&o, child, 4);
  put(&o, (uint32_t)signal, 4);
  put(&o, group, 1);
  alone(EFFECT_SIGNAL, &o);
}

void effect_number(uint16_t tag, uint32_t number) {
  struct out o = {0};
  put(&o, number, 4);
  alone(tag, &o);
}

void effect_empty(uint16_t tag) { alone(tag, &(struct out){0}); }

void effect_sink(uint16_t tag, uint32_t sink, const char *path, uint8_t flags, uint64_t limit) {
  struct out o = {0};
  put(&o, sink, 4);
  put_spec(&o, path, flags, limit);
  alone(tag, &o);
}

void effect_append(uint32_t sink, const void *bytes, size_t n) {
  struct out o = {0};
  put(&o, sink, 4);
  put_bytes(&o, bytes, n);
  alone(EFFECT_APPEND, &o);
}

void effect_written(uint32_t token, uint32_t sink) {
  struct out o = {0};
  put(&o, token, 4);
  put(&o, sink, 4);
  alone(EFFECT_WRITTEN, &o);
}

void effect_stream(uint32_t stream, uint8_t mode, uint32_t sink) {
  struct out o = {0};
  put(&o, stream, 4);
  put(&o, mode, 1);
  put(&o, sink, 4);
  alone(EFFECT_STREAM, &o);
}

void effect_verdict(uint32_t stream, uint64_t block, uint8_t kind, const void *bytes, size_t n) {
  struct out o = {0};
  put(&o, stream, 4);
  put(&o, block, 8);
  put(&o, kind, 1);
  put_bytes(&o, bytes, n);
  alone(EFFECT_VERDICT, &o);
}

void effect_stdin(uint32_t child, const void *bytes, size_t n) {
  struct out o = {0};
  put(&o, child, 4);
  put_bytes(&o, bytes, n);
  alone(EFFECT_STDIN, &o);
}

void effect_listen(uint32_t socket, uint8_t family, bool serve, const char *address, uint16_t port, int32_t mode, uint8_t stale) {
  struct out o = {0};
  put(&o, socket, 4);
  put(&o, family, 1);
  put(&o, serve, 1);
  put_text(&o, address);
  put(&o, port, 2);
  put(&o, (uint32_t)mode, 4);
  put(&o, (uint32_t)-1, 4);
  put(&o, (uint32_t)-1, 4);
  put(&o, 64, 4);
  put(&o, stale, 1);
  alone(EFFECT_LISTEN, &o);
}

const char *slurp(const char *path) {
  static char text[1 << 16];
  int fd = open(path, O_RDONLY);
  ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  text[n > 0 ? n : 0] = 0;
  if (fd >= 0) close(fd);
  return text;
}

const char *in_dir(const char *name) {
  static char paths[16][512];
  static unsigned next;
  char *path = paths[next++ % 16];
  snprintf(path, sizeof paths[0], "%s/%s", getenv("KEEPER_TEST_DIR"), name);
  return path;
}

void await_text(const char *name, const char *text) {
  uint64_t end = now_mono() + WAIT_MS * MS;
  while (strncmp(slurp(in_dir(name)), text, strlen(text)) != 0) {
    CHECK(now_mono() < end);
    usleep(10000);
  }
}

bool is_pending(pid_t pid, int signal) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  const char *line = strstr(slurp(path), "ShdPnd:");
  return line && strtoull(line + strlen("ShdPnd:"), NULL, 16) & 1ull << (signal - 1);
}

static pid_t waited_for;

static void give_up(int signal) {
  (void)signal;
  kill(waited_for, SIGKILL);
}

int wait_or_kill(pid_t pid, int ms) {
  int status;
  waited_for = pid;
  signal(SIGALRM, give_up);
  alarm((unsigned)ms / 1000);
  waitpid(pid, &status, 0);
  alarm(0);
  return status;
}
