/*
 * The connection to the daemon: frames in, reports out. Nothing is read while the daemon does not read what it caused, so neither side can fill the other's
 * memory. What is written is gathered over one turn of the loop.
 */
#include "link.h"
#include "children.h"
#include "daemon.h"
#include "host.h"
#include "sockets.h"
#include "streams.h"

enum { ROOM_MIN = 64 << 10, GATHER = 32 };

/* Watches what is wanted now; only echoes the kernel when that changed. */
static void rewatch(void) {
  bool out = the_daemon.blocked, in = K.reports.volatile_bytes < UNSENT_MAX;
  if (the_daemon.socket < 0 || (out == the_daemon.watching_out && in == the_daemon.watching_in)) return;
  the_daemon.watching_out = out;
  the_daemon.watching_in = in;
  struct epoll_event e = {.events = (in ? EPOLLIN : 0u) | (out ? EPOLLOUT : 0u), .data.u64 = (uint64_t)WATCH_DAEMON << 32};
  if (sys_epoll_ctl(K.epoll, EPOLL_CTL_MOD, the_daemon.socket, &e) < 0) K.reports.failed = true;
}

/* Whoever was refused is not listened to any more. */
static bool take_frames(void) {
  size_t at = 0;
  bool good = true;
  while (good && the_daemon.have - at >= 4) {
    struct reader r = {the_daemon.input + at, the_daemon.input + the_daemon.have, false};
    uint32_t length = read_u32(&r);
    good = length >= 2 && length <= FRAME_MAX;
    if (!good || the_daemon.have - at - 4 < length) break;
    if (!the_daemon.refused) frame_received((struct span){r.at, length});
    at += 4 + (size_t)length;
  }
  the_daemon.have -= at;
  if (at > 0 && the_daemon.have > 0) memmove(the_daemon.input, the_daemon.input + at, the_daemon.have);
  return good;
}

/* Room for the frame that has begun, and no more than the usual when nothing large has. */
static bool make_room(void) {
  size_t want = ROOM_MIN;
  if (the_daemon.have >= 4) {
    struct reader r = {the_daemon.input, the_daemon.input + 4, false};
    size_t frame = (size_t)read_u32(&r) + 4;
    if (frame > FRAME_MAX + 4) return false;
    if (frame > want) want = frame;
  }
  if (want == the_daemon.room || the_daemon.have > want) return true;
  uint8_t *input = sys_realloc(the_daemon.input, want);
  if (!input) return want < the_daemon.room;
  the_daemon.input = input;
  the_daemon.room = want;
  return true;
}

/* One read and what it completes. False: the connection is at its end. */
static bool read_some(bool *more) {
  if (!make_room()) return false;
  ssize_t n = sys_read(the_daemon.socket, the_daemon.input + the_daemon.have, the_daemon.room - the_daemon.have);
  *more = n > 0;
  if (n == 0) return false;
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  the_daemon.have += (size_t)n;
  return take_frames();
}

void link_ready(uint32_t events) {
  bool more;
  if (the_daemon.socket < 0) return;
  if (events & EPOLLOUT) the_daemon.blocked = false;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !read_some(&more)) daemon_lost();
}

void link_close(void) {
  bool more = true;
  if (the_daemon.socket < 0) return;
  while (more && read_some(&more)) {}
  unwatch(the_daemon.socket);
  sys_close(the_daemon.socket);
  free(the_daemon.input);
  free(the_daemon.greeting);
  the_daemon.input = the_daemon.greeting = NULL;
  the_daemon.socket = -1;
  reserve_descriptors();
  the_daemon.have = the_daemon.room = the_daemon.greeting_length = the_daemon.greeting_sent = 0;
  the_daemon.refused = the_daemon.blocked = the_daemon.watching_out = false;
  reports_disconnected(&K.reports);
  sinks_go_on();
}

void link_flush(void) {
  while (the_daemon.socket >= 0 && !the_daemon.blocked && (the_daemon.greeting || (K.reports.connected && K.reports.unsent))) {
    struct iovec v[GATHER];
    int n = 0;
    size_t greeting = the_daemon.greeting_length - the_daemon.greeting_sent;
    if (greeting > 0) v[n++] = (struct iovec){the_daemon.greeting + the_daemon.greeting_sent, greeting};
    if (K.reports.connected) n += reports_gather(&K.reports, v + n, GATHER - n);
    ssize_t written = n > 0 ? sys_writev(the_daemon.socket, v, n) : 0;
    if (written <= 0) {
      the_daemon.blocked = written < 0 && errno == EAGAIN;
      if (written < 0 && errno != EAGAIN && errno != EINTR) K.reports.failed = true;
      break;
    }
    size_t of_greeting = (size_t)written < greeting ? (size_t)written : greeting;
    the_daemon.greeting_sent += of_greeting;
    if (the_daemon.greeting && the_daemon.greeting_sent == the_daemon.greeting_length) {
      free(the_daemon.greeting);
      the_daemon.greeting = NULL;
      the_daemon.greeting_length = the_daemon.greeting_sent = 0;
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
  for (unsigned i = 0; i < unbound_count; i++) {
    GREET(FRAME_SOCKET, F4(0), F1(unbound[i].family), F1(0), F1(1), F4(unbound[i].descriptor), FB("", 0), F2(0));
  }
  MAP_EACH(sock, s, &all_sockets) {
    GREET(FRAME_SOCKET, F4(s->node.key), F1(s->family), F1(!s->busy), F1(s->serve), F4(s->descriptor), FB(s->address, strlen(s->address)), F2(s->port));
  }
  return size;
}

static size_t greet_all(uint8_t *to, uint16_t version) {
  const struct lives *l = &the_daemon.lives;
  size_t size = 0;
  GREET(FRAME_WELCOME, F2(version), F4(getpid()), F4(l->quick_deaths), F1(l->ever_ready), F1(host.daemonized), F8(now_mono()), F4(unbound_count));
  if (l->deaths > 0) GREET(FRAME_DEATHS, F4(l->deaths), F4(l->status));
  GREET(FRAME_KEEPER, FB(KEEPER_VERSION, strlen(KEEPER_VERSION)), FB(KEEPER_BUILD, strlen(KEEPER_BUILD)), F2(TABLE_VERSION));
  MAP_EACH(child, c, &all_children) {
    GREET(FRAME_CHILD, F4(c->node.key), FB(c->label, strlen(c->label)), F4(c->pid), F1(c->state), F8(c->mono), F8(c->wall));
  }
  size_t sockets = greet_sockets(to);
  size += sockets;
  if (to) to += sockets;
  MAP_EACH(state, s, &stored_states.map) {
    GREET(FRAME_STORED, FB(s->bytes, s->key_length), FB(s->bytes + s->key_length, s->value_length));
  }
  MAP_EACH(sink, s, &all_sinks) {
    if (is_closing(s)) continue;
    GREET(FRAME_SINK, F4(s->node.key), FB(s->target.path, strlen(s->target.path)), F8(s->shown.size), F8(s->target.limit), F1(s->shown.kind == FILE_REGULAR));
  }
  MAP_EACH(stream, s, &all_streams) {
    GREET(FRAME_STREAM, F4(s->node.key), F4(s->child), F1(s->mode), F4(s->sink), F1(s->state != ENDED));
  }
  greet(&to, &size, FRAME_WELCOME_END, NULL, 0);
  return size;
}

void link_greet(uint16_t version) {
  size_t size = greet_all(NULL, version);
  if (version < 2) reports_as_in_version_1(&K.reports);
  the_daemon.greeting = sys_realloc(NULL, size);
  if (!the_daemon.greeting) {
    K.reports.failed = true;
    return;
  }
  greet_all(the_daemon.greeting, version);
  the_daemon.greeting_length = size;
  K.reports.connected = true;
  K.reports.failed = false;
  sinks_go_on();
}

void link_refuse(enum refusal code, const char *text) {
  size_t size = 0;
  uint8_t *to = NULL;
  the_daemon.refused = true;
  for (int pass = 0; pass < 2; pass++) {
    GREET(REPORT_REFUSED, F8(0), F8(0), F1(code), FB(text, strlen(text)));
    if (pass == 0) the_daemon.greeting = to = sys_realloc(NULL, size);
    if (pass == 0) the_daemon.greeting_length = to ? size : 0;
  }
}
