/*
 * The connection to the daemon: frames in, reports out. Nothing is read while the daemon does not read what it caused, so neither side can fill the other's
 * memory. What is written is gathered over one turn of the loop.
 */
#include "keeper.h"

enum { ROOM_MIN = 64 << 10, GATHER = 32 };

/* Watches what is wanted now; only tells the kernel when that changed. */
static void rewatch(void) {
  struct daemon *d = &K.daemon;
  bool out = d->blocked, in = K.reports.loose < UNSENT_MAX;
  if (d->socket < 0 || (out == d->watching_out && in == d->watching_in)) return;
  d->watching_out = out;
  d->watching_in = in;
  struct epoll_event e = {.events = (in ? EPOLLIN : 0u) | (out ? EPOLLOUT : 0u), .data.u64 = (uint64_t)WATCH_DAEMON << 32};
  if (sys_epoll_ctl(K.epoll, EPOLL_CTL_MOD, d->socket, &e) < 0) K.reports.failed = true;
}

/* Whoever was refused is not listened to any more. */
static bool take_frames(void) {
  struct daemon *d = &K.daemon;
  size_t at = 0;
  bool good = true;
  while (good && d->have - at >= 4) {
    struct reader r = {d->input + at, d->input + d->have, false};
    uint32_t length = read_u32(&r);
    good = length >= 2 && length <= FRAME_MAX;
    if (!good || d->have - at - 4 < length) break;
    if (!d->refused) frame_received((struct span){r.at, length});
    at += 4 + (size_t)length;
  }
  d->have -= at;
  if (at > 0 && d->have > 0) memmove(d->input, d->input + at, d->have);
  return good;
}

/* Room for the frame that has begun, and no more than the usual when nothing large has. */
static bool make_room(void) {
  struct daemon *d = &K.daemon;
  size_t want = ROOM_MIN;
  if (d->have >= 4) {
    struct reader r = {d->input, d->input + 4, false};
    size_t frame = (size_t)read_u32(&r) + 4;
    if (frame > FRAME_MAX + 4) return false;
    if (frame > want) want = frame;
  }
  if (want == d->room || d->have > want) return true;
  uint8_t *input = sys_realloc(d->input, want);
  if (!input) return want < d->room;
  d->input = input;
  d->room = want;
  return true;
}

/* One read and what it completes. False: the connection is at its end. */
static bool read_some(bool *more) {
  struct daemon *d = &K.daemon;
  if (!make_room()) return false;
  ssize_t n = sys_read(d->socket, d->input + d->have, d->room - d->have);
  *more = n > 0;
  if (n == 0) return false;
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  d->have += (size_t)n;
  return take_frames();
}

void link_ready(uint32_t events) {
  bool more;
  if (K.daemon.socket < 0) return;
  if (events & EPOLLOUT) K.daemon.blocked = false;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !read_some(&more)) daemon_lost();
}

void link_close(void) {
  struct daemon *d = &K.daemon;
  bool more = true;
  if (d->socket < 0) return;
  while (more && read_some(&more)) {}
  unwatch(d->socket);
  sys_close(d->socket);
  free(d->input);
  free(d->greeting);
  d->input = d->greeting = NULL;
  d->socket = -1;
  reserve_descriptors();
  d->have = d->room = d->greeting_length = d->greeting_sent = 0;
  d->greeted = d->refused = d->blocked = d->watching_out = false;
  reports_disconnected(&K.reports);
  sinks_kick();
}

void link_flush(void) {
  struct daemon *d = &K.daemon;
  while (d->socket >= 0 && !d->blocked && (d->greeting || (d->greeted && K.reports.unsent))) {
    struct iovec v[GATHER];
    int n = 0;
    size_t greeting = d->greeting_length - d->greeting_sent;
    if (greeting > 0) v[n++] = (struct iovec){d->greeting + d->greeting_sent, greeting};
    if (d->greeted) n += reports_gather(&K.reports, v + n, GATHER - n);
    ssize_t written = n > 0 ? sys_writev(d->socket, v, n) : 0;
    if (written <= 0) {
      d->blocked = written < 0 && errno == EAGAIN;
      if (written < 0 && errno != EAGAIN && errno != EINTR) K.reports.failed = true;
      break;
    }
    size_t of_greeting = (size_t)written < greeting ? (size_t)written : greeting;
    d->greeting_sent += of_greeting;
    if (d->greeting && d->greeting_sent == d->greeting_length) {
      free(d->greeting);
      d->greeting = NULL;
      d->greeting_length = d->greeting_sent = 0;
    }
    reports_written(&K.reports, (size_t)written - of_greeting);
  }
  rewatch();
}

/* A frame of the greeting; the first pass (no memory yet) only counts. */
static void greet(uint8_t **to, size_t *size, uint16_t tag, const struct field *fields, size_t n) {
  size_t length = frame_size(fields, n);
  *size += length;
  if (!*to) return;
  frame_write(*to, tag, fields, n);
  *to += length;
}
#define GREET(tag, ...) greet(&to, &size, tag, FIELDS(__VA_ARGS__))

static size_t greet_sockets(uint8_t *to) {
  size_t size = 0;
  for (unsigned i = 0; i < K.unbound_count; i++) {
    GREET(FRAME_SOCKET, F4(0), F1(K.unbound[i].family), F1(0), F1(1), F4(K.unbound[i].descriptor), FB("", 0), F2(0));
  }
  for (struct node *n = map_next(&K.sockets, NULL); n; n = map_next(&K.sockets, n)) {
    struct sock *s = owner_of(n, struct sock, node);
    GREET(FRAME_SOCKET, F4(n->key), F1(s->family), F1(!s->busy), F1(s->serve), F4(s->descriptor), FB(s->address, strlen(s->address)), F2(s->port));
  }
  return size;
}

static size_t greet_all(uint8_t *to) {
  const struct lives *l = &K.lives;
  size_t size = 0;
  GREET(FRAME_WELCOME, F2(PROTOCOL_VERSION), F4(getpid()), F4(l->quick_deaths), F1(l->ever_ready), F1(K.daemonized), F8(now_mono()), F4(K.unbound_count));
  if (l->deaths > 0) GREET(FRAME_DEATHS, F4(l->deaths), F4(l->status));
  for (struct node *n = map_next(&K.children, NULL); n; n = map_next(&K.children, n)) {
    struct child *c = owner_of(n, struct child, node);
    GREET(FRAME_CHILD, F4(n->key), FB(c->label, strlen(c->label)), F4(c->pid), F1(c->state), F8(c->mono), F8(c->wall));
  }
  size_t sockets = greet_sockets(to);
  size += sockets;
  if (to) to += sockets;
  for (struct node *n = map_next(&K.store.map, NULL); n; n = map_next(&K.store.map, n)) {
    struct state *s = owner_of(n, struct state, node);
    GREET(FRAME_STORED, FB(s->bytes, s->key_length), FB(s->bytes + s->key_length, s->value_length));
  }
  for (struct node *n = map_next(&K.sinks, NULL); n; n = map_next(&K.sinks, n)) {
    struct sink *s = owner_of(n, struct sink, node);
    if (s->closing) continue;
    GREET(FRAME_SINK, F4(n->key), FB(s->target.path, strlen(s->target.path)), F8(s->shown.size), F8(s->target.limit), F1(s->shown.kind == FILE_REGULAR));
  }
  for (struct node *n = map_next(&K.streams, NULL); n; n = map_next(&K.streams, n)) {
    struct stream *s = owner_of(n, struct stream, node);
    GREET(FRAME_STREAM, F4(n->key), F4(s->child), F1(s->mode), F4(s->sink), F1(!s->told));
  }
  greet(&to, &size, FRAME_WELCOME_END, NULL, 0);
  return size;
}

void link_greet(void) {
  struct daemon *d = &K.daemon;
  size_t size = greet_all(NULL);
  d->greeting = sys_realloc(NULL, size);
  if (!d->greeting) {
    K.reports.failed = true;
    return;
  }
  greet_all(d->greeting);
  d->greeting_length = size;
  d->greeted = K.reports.connected = true;
  K.reports.failed = false;
  sinks_kick();
}

void link_refuse(enum refusal code, const char *text) {
  struct daemon *d = &K.daemon;
  size_t size = 0;
  uint8_t *to = NULL;
  d->refused = true;
  for (int pass = 0; pass < 2; pass++) {
    GREET(REPORT_REFUSED, F8(0), F8(0), F1(code), FB(text, strlen(text)));
    if (pass == 0) d->greeting = to = sys_realloc(NULL, size);
    if (pass == 0) d->greeting_length = to ? size : 0;
  }
}
