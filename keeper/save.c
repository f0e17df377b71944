/*
 * What the keeper holds as records: see table.h. It is frozen for that, so that no job is under way and nothing is begun: as long as it waits for its jobs, and
 * as writing takes.
 */
#include "upgrade.h"
#include "children.h"
#include "daemon.h"
#include "host.h"
#include "link.h"
#include "sockets.h"
#include "spawn.h"
#include "streams.h"

enum { LOOK_MS = 20, SEALS = 0xf /* seal, shrink, grow, write */ };

#define PUT(t, number, member, ...) table_put((t), &(const struct record){.tag = (number), .flags = MUST_KNOW, .member = {__VA_ARGS__}})

static struct span text(const char *s) { return (struct span){(const uint8_t *)s, s ? (uint32_t)strlen(s) : 0}; }

static void save_keeper(struct table *t, uint32_t token) {
  const struct lives *l = &the_daemon.lives;
  PUT(t, RECORD_KEEPER, keeper, .inherited = host.inherited, .nofile_soft = host.limits[0].rlim_cur, .nofile_hard = host.limits[0].rlim_max,
      .nproc_soft = host.limits[1].rlim_cur, .nproc_hard = host.limits[1].rlim_max, .nice = host.nice, .oom = text(host.oom),
      .daemonized = host.daemonized, .last_report = K.reports.last_number, .quick_deaths = l->quick_deaths, .unready = l->unready,
      .deaths = l->deaths, .status = l->status, .terms = l->terms, .token = token);
}

static void save_words(struct table *t, const char *program, char **words, bool former) {
  for (char **w = words; *w; w++) PUT(t, RECORD_WORD, word, .former = former, .text = text(w == words ? program : *w));
}

static void save_child(struct table *t, const struct child *c) {
  const struct rusage *u = &c->usage;
  int notify, ready;
  channel_descriptors(c, &notify, &ready);
  PUT(t, RECORD_CHILD, child, .child = (uint32_t)c->node.key, .label = text(c->label), .pid = c->pid, .state = c->state, .mono = c->mono,
      .wall = c->wall, .reaped = c->reaped, .step = (uint32_t)c->step, .error = (uint32_t)c->error, .status = c->wait_status,
      .ended_mono = c->ended_mono, .ended_wall = c->ended_wall,
      .user_us = (uint64_t)u->ru_utime.tv_sec * 1000000 + (uint64_t)u->ru_utime.tv_usec,
      .system_us = (uint64_t)u->ru_stime.tv_sec * 1000000 + (uint64_t)u->ru_stime.tv_usec, .maxrss = (uint64_t)u->ru_maxrss,
      .out = c->streams[0], .err = c->streams[1], .input = c->stdin_fd, .input_closing = c->stdin_closing,
      .signal = c->will.signal, .wait_ms = c->will.wait_ms, .signal_group = c->will.signal_group, .kill_group = c->will.kill_group,
      .rank = c->will.rank, .cgroup = text(c->cgroup), .notify = notify, .ready = ready);
  for (const struct input *i = c->input; i; i = i->next) {
    PUT(t, RECORD_INPUT, input, .child = (uint32_t)c->node.key, .bytes = {i->bytes + i->offset, (uint32_t)(i->length - i->offset)});
  }
}

static void save_sink(struct table *t, const struct sink *s) {
  PUT(t, RECORD_SINK, sink, .sink = (uint32_t)s->node.key, .path = text(s->target.path), .size = s->file.size, .limit = s->target.limit,
      .regular = s->file.kind == FILE_REGULAR, .kind = (uint8_t)s->file.kind, .flags = s->target.flags, .mode = s->target.mode,
      .device = s->file.device, .inode = s->file.inode, .fd = s->file.fd, .at_limit = s->at_limit, .failing = s->failing,
      .lost_all = s->lost_all, .lost_burst = s->lost_burst);
}

/* Who waits for an echo has gone. Of a write that was begun only the rest is left. */
static void save_op(struct table *t, uint32_t sink, const struct op *op) {
  if (op->kind == OP_ECHO) return;
  PUT(t, RECORD_OP, op, .sink = sink, .kind = (uint8_t)op->kind, .stream = op->stream ? (uint32_t)op->stream->node.key : 0, .block = op->block != NULL,
      .append = op->append, .path = text(op->target.path), .flags = op->target.flags, .mode = op->target.mode, .limit = op->target.limit,
      .bytes = {op->bytes ? op->bytes + op->offset : NULL, (uint32_t)(op->length - op->offset)});
}

static void save_stream(struct table *t, const struct stream *s) {
  PUT(t, RECORD_STREAM, stream, .stream = (uint32_t)s->node.key, .child = s->child, .mode = s->mode, .sink = s->sink, .open = s->state != ENDED,
      .fd = s->fd, .ended = s->ended, .pipe_bytes = s->pipe_bytes, .block_number = s->block_number);
}

static void save_report(struct table *t, const struct report *b) {
  const uint8_t *frame = b->large ? b->large : b->small;
  uint16_t tag = (uint16_t)(frame[4] | frame[5] << 8);
  table_put(t, &(const struct record){.tag = tag, .flags = MUST_KNOW, .body = {frame + 6, b->length - 6}});
}

/* In an order in which each record is about something that came before it. */
static void save_all(struct table *t, uint32_t token, char **words) {
  save_keeper(t, token);
  save_words(t, words[0], words, false);
  save_words(t, the_daemon.program, the_daemon.argv, true);
  MAP_EACH(state, s, &stored_states.map) {
    PUT(t, RECORD_STORED, stored, .key = {s->bytes, s->key_length}, .value = {s->bytes + s->key_length, s->value_length});
  }
  MAP_EACH(child, c, &all_children) save_child(t, c);
  MAP_EACH(sink, s, &all_sinks) save_sink(t, s);
  MAP_EACH(stream, s, &all_streams) save_stream(t, s);
  MAP_EACH(sink, s, &all_sinks) {
    for (const struct op *op = s->first; op; op = op->next) save_op(t, (uint32_t)s->node.key, op);
  }
  MAP_EACH(sock, s, &all_sockets) {
    PUT(t, RECORD_SOCKET, socket, .socket = (uint32_t)s->node.key, .family = s->family, .state = 1, .serve = s->serve, .descriptor = -1,
        .address = text(s->address), .port = s->port, .fd = s->fd);
  }
  for (const struct report *b = K.reports.first; b; b = b->next) {
    if (b->number > 0) save_report(t, b);
  }
}

/* No job is under way any more. False: one hangs. */
static bool freeze(uint32_t wait_ms) {
  uint64_t end = now_mono() + wait_ms * MS, seen;
  K.frozen = true;
  while (K.workers.inflight > 0 && now_mono() < end) {
    struct pollfd p = {K.workers.event, POLLIN, 0};
    (void)poll(&p, 1, LOOK_MS);
    (void)!read(K.workers.event, &seen, sizeof seen);
    workers_collect(&K.workers);
    while (timers_ring(&K.timers, now_mono())) {} /* more workers, where all are busy */
  }
  return K.workers.inflight == 0;
}

void table_thaw(void) {
  K.frozen = false;
  sinks_go_on();
}

static const char *what_hangs(void) {
  const char *path = spawn_requests ? spawn_requests->path : "a socket or a stream";
  MAP_EACH(sink, s, &all_sinks) {
    if (sink_is_busy(s)) path = s->target.path;
  }
  return path;
}

enum upgrade_step table_save(uint32_t token, char **words, uint32_t wait_ms, int *fd, int *error, char *why) {
  struct table t;
  *error = ETIMEDOUT;
  if (!freeze(wait_ms)) {
    snprintf(why, TABLE_WHY, "%s: a worker has hung there for %u ms", what_hangs(), wait_ms);
    return UPGRADE_FREEZE;
  }
  *fd = sys_memfd("holdfast-table");
  *error = *fd < 0 ? errno : 0;
  if (*fd >= 0) {
    table_begin(&t, *fd);
    save_all(&t, token, words);
    *error = table_end(&t);
  }
  if (*error == 0 && sys_fcntl(*fd, F_ADD_SEALS, SEALS) < 0) *error = errno;
  snprintf(why, TABLE_WHY, "the table cannot be written: %s", strerror(*error));
  return *error ? UPGRADE_TABLE : UPGRADE_DONE;
}
