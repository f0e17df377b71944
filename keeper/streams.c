/*
 * Streams: the read ends of the children's pipes. Each is busy with one thing at a time; when it is IDLE, stream_go() decides what comes next. Plain streams
 * are drained by workers into regular files and by the main thread into anything else; asked streams hand one block at a time to the daemon.
 */
#include "streams.h"
#include "children.h"

/* ANSWERED_MAX: blocks of a stream that may wait in its sink, with their verdict, while it reads on: a listener's next answer does not wait for the disk. */
enum { RETRY_MS = 10, REST_MIN_NS = 250000, ANSWERED_MAX = 8 };

struct map all_streams = MAP_EMPTY(all_streams);
static unsigned blocks;
static struct stream *block_queue, **block_queue_last = &block_queue;

static void ring(struct timer *timer);

struct stream *stream_get(uint32_t number) {
  struct node *n = number > 0 ? map_get(&all_streams, number) : NULL;
  return n ? owner_of(n, struct stream, node) : NULL;
}

struct stream *stream_new(const struct stream_spec *spec, uint32_t child) {
  struct stream *s = sys_alloc(sizeof *s);
  bool timed = s && timers_join(&K.timers, 1);
  if (!timed || !reports_promise(&K.reports, 1)) {
    if (timed) timers_leave(&K.timers, 1);
    free(s);
    return NULL;
  }
  s->child = child;
  s->sink = spec->sink;
  s->mode = spec->mode;
  s->fd = -1;
  s->op.kind = OP_MOVE;
  s->op.stream = s;
  s->timer.ring = ring;
  map_put(&all_streams, &s->node, spec->stream);
  return s;
}

void stream_free(struct stream *s) {
  if (!s->eof_reported) reports_release(&K.reports, 1);
  timer_cancel(&K.timers, &s->timer);
  timers_leave(&K.timers, 1);
  map_drop(&all_streams, &s->node);
  free(s);
}

void stream_acknowledged(uint32_t number) {
  struct stream *s = stream_get(number);
  if (s) stream_free(s);
}

static void pause_for(struct stream *s, uint64_t ns) {
  s->doing = PAUSING;
  timer_set(&K.timers, &s->timer, now_mono() + ns);
}

/* What the pipe shows without reading: data, its end, or nothing for now. */
static void look(struct stream *s) {
  struct pollfd p = {s->fd, POLLIN, 0};
  int n = sys_poll(&p, 1);
  if (n < 0 || p.revents & POLLIN) s->ready = true;
  else if (n > 0) s->ended = true;
}

static void ring(struct timer *timer) {
  struct stream *s = owner_of(timer, struct stream, timer);
  s->doing = IDLE;
  look(s);
  stream_go(s);
}

static void end(struct stream *s) {
  if (s->fd >= 0) {
    if (s->watched) unwatch(s->fd);
    sys_close(s->fd);
  }
  s->fd = -1;
  s->draining = false;
  if (s->eof_reported) return;
  s->eof_reported = true;
  report(DURABLE, REPORT_EOF, F4(s->node.key), F4(s->child));
  child_drained(s->child);
}

static void arm(struct stream *s) {
  if (watch(WATCH_STREAM, (uint32_t)s->node.key, s->fd, EPOLLIN, s->watched)) s->watched = true;
  else pause_for(s, RETRY_MS * MS);
}

/* What a read says that brought nothing: the end, or nothing there. */
static bool is_end(ssize_t n) { return n == 0 || (errno != EAGAIN && errno != EINTR); }

static void ask(struct stream *s) {
  if (blocks >= BLOCKS_MAX) {
    s->doing = WAITING;
    s->next_waiting = NULL;
    *block_queue_last = s;
    block_queue_last = &s->next_waiting;
    return;
  }
  struct report *block = block_new();
  if (!block) {
    pause_for(s, RETRY_MS * MS);
    return;
  }
  ssize_t n = sys_read(s->fd, block_data(block), BLOCK_BYTES);
  if (n <= 0) {
    if (is_end(n)) s->ended = true;
    block_discard(block);
    stream_go(s);
    return;
  }
  blocks++;
  s->doing = ASKING;
  s->block = block;
  reports_add_block(&K.reports, block, (uint32_t)s->node.key, ++s->block_number, (uint32_t)n);
}

void block_released(void) {
  blocks--;
  while (blocks < BLOCKS_MAX && block_queue) {
    struct stream *s = block_queue;
    block_queue = s->next_waiting;
    if (!block_queue) block_queue_last = &block_queue;
    stream_idle(s, true);
  }
}

/* From the pipe into the memory of a write, by the main thread: for sinks that are no regular files. */
static void pump(struct stream *s, struct sink *sink) {
  struct op *op = op_new(OP_WRITE, BLOCK_BYTES);
  if (!op) {
    pause_for(s, RETRY_MS * MS);
    return;
  }
  ssize_t n = sys_read(s->fd, op_data(op), BLOCK_BYTES);
  if (n <= 0) {
    if (is_end(n)) s->ended = true;
    free(op);
    stream_go(s);
    return;
  }
  op->length = s->result.got = (size_t)n;
  op->stream = s;
  s->doing = WRITING;
  sink_add(sink, op);
}

static void drop_done(struct job *job) { stream_moved(owner_of(job, struct stream, job)); }

static void move(struct stream *s) {
  struct sink *sink = sink_get(s->sink);
  if (sink && sink_is_nonregular(sink) && !sink->busy) {
    pump(s, sink);
    return;
  }
  s->doing = MOVING;
  if (sink) {
    sink_add(sink, &s->op);
    return;
  }
  s->job.run = stream_drop;
  s->job.done = drop_done;
  workers_submit(&K.workers, &s->job);
}

void stream_go(struct stream *s) {
  if (s->doing != IDLE || (s->fd < 0 && !s->ended)) return;
  if (s->draining && !s->ended && !s->ready) {
    look(s);
    if (!s->ended && !s->ready && s->writing == 0) {
      s->draining = false;
      child_drained(s->child);
    }
  }
  if (s->ended) {
    if (s->writing == 0) end(s);
  } else if (!s->ready) {
    if (K.ending < FLUSHING) arm(s);
  } else {
    s->ready = false;
    if (s->mode == MODE_ASKED) ask(s);
    else move(s);
  }
}

void stream_ready(struct stream *s, uint32_t events) {
  if (events & EPOLLIN) s->ready = true;
  else s->ended = true;
  stream_go(s);
}

void stream_idle(struct stream *s, bool ready) {
  s->doing = IDLE;
  s->ready = ready;
  stream_go(s);
}

static bool may_read_on(const struct stream *s) { return s->writing < ANSWERED_MAX && s->writing_bytes < BLOCK_BYTES; }

void stream_written(struct stream *s, size_t bytes) {
  s->writing--;
  s->writing_bytes -= bytes;
  if (s->doing == HELD && may_read_on(s)) stream_idle(s, true);
  else if (s->ended || s->draining) stream_go(s);
}

/*
 * A writer of short lines would wake the keeper for each. So after a read that emptied the pipe the stream rests, that more can gather; as long as is good
 * for this writer: shorter when the pipe was half full after the last rest, longer when it was nearly empty, and not at all for one that writes so rarely
 * that nothing would gather.
 */
static uint64_t rest_ns(struct stream *s) {
  uint64_t now = now_mono(), since = now - s->emptied_mono, most = (s->pipe_bytes >= 512 << 10 ? 4 : 1) * MS;
  size_t got = s->got;
  s->emptied_mono = now;
  s->got = 0;
  if (s->draining || s->ended || since > 2 * most) return 0;
  if (got >= s->pipe_bytes / 2) s->rest_ns = s->rest_ns > REST_MIN_NS ? s->rest_ns / 2 : 0;
  else if (got < s->pipe_bytes / 8) s->rest_ns = s->rest_ns < REST_MIN_NS ? REST_MIN_NS : s->rest_ns * 2;
  if (s->rest_ns > most) s->rest_ns = most;
  return s->rest_ns;
}

/* Never goes on at once, but through epoll: so a flood has no end, but the turn of others has. */
void stream_pumped(struct stream *s) {
  s->got += s->result.got;
  uint64_t rest = rest_ns(s);
  if (rest > 0) pause_for(s, rest);
  else stream_idle(s, false);
}

void stream_moved(struct stream *s) {
  s->doing = IDLE;
  if (s->result.ended) s->ended = true;
  s->ready = !s->result.empty;
  s->got += s->result.got;
  uint64_t rest = s->result.empty && s->got > 0 ? rest_ns(s) : 0;
  if (rest > 0) pause_for(s, rest);
  else stream_go(s);
}

static void stop_resting(struct stream *s) {
  if (s->doing != PAUSING) return;
  timer_cancel(&K.timers, &s->timer);
  s->doing = IDLE;
}

void stream_drain(struct stream *s) {
  if (s->eof_reported) return;
  s->draining = true;
  s->ready = false;
  stop_resting(s);
  stream_go(s);
}

void stream_forget(struct stream *s) {
  struct sink *sink = sink_get(s->sink);
  s->ended = true;
  stop_resting(s);
  if (s->doing == MOVING && sink && sink_withdraw(sink, &s->op)) s->doing = IDLE;
  if (s->doing == WAITING) {
    struct stream **at = &block_queue;
    while (*at != s) at = &(*at)->next_waiting;
    *at = s->next_waiting;
    if (!*at) block_queue_last = at;
    s->doing = IDLE;
  }
  stream_go(s);
}

void stream_change(const struct effect *e) {
  struct stream *s = stream_get(e->number);
  if (!s || (e->sink > 0 && !sink_get(e->sink))) return;
  struct sink *old = sink_get(s->sink);
  bool waited = s->doing == MOVING && old && sink_withdraw(old, &s->op);
  s->mode = e->kind;
  s->sink = e->sink;
  if (waited) stream_idle(s, true);
}

void stream_verdict(const struct effect *e) {
  struct stream *s = stream_get(e->number);
  if (!s || s->doing != ASKING || s->block_number != e->block || !reports_take_block(&K.reports, s->block)) return;
  struct report *block = s->block;
  bool replaced = e->kind == VERDICT_REPLACE;
  uint32_t length = replaced ? e->bytes.length : block->length - BLOCK_HEADER;
  struct sink *sink = e->kind == VERDICT_DROP || length == 0 ? NULL : sink_get(s->sink);
  struct op *op = sink ? op_new(OP_WRITE, replaced ? length : 0) : NULL;
  s->block = NULL;
  if (!op) {
    if (sink) sink_lost(sink, ENOMEM, length);
    block_discard(block);
    block_released();
    stream_idle(s, true);
    return;
  }
  if (replaced) memcpy(op_data(op), e->bytes.at, length);
  else op->bytes = block_data(block);
  op->length = length;
  op->block = block;
  op->stream = s;
  s->doing = HELD;
  s->writing++;
  s->writing_bytes += length;
  sink_add(sink, op);
  if (s->doing == HELD && may_read_on(s)) stream_idle(s, true);
}
