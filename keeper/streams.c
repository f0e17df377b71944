/*
 * Streams: the read ends of the children's pipes. Each is busy with one thing at a time; the table below says what comes next. Plain streams
 * are drained by workers into regular files and by the main thread into anything else; asked streams hand one block at a time to the daemon.
 */
#include "streams.h"
#include "children.h"

/* ANSWERED_MAX: blocks of a stream that may wait in its sink, with their verdict, while it reads on: a listener's next answer does not wait for the disk. */
enum { RETRY_MS = 10, REST_MIN_NS = 250000, ANSWERED_MAX = 8 };

struct map all_streams = MAP_EMPTY(all_streams);
static unsigned blocks;
static struct stream *block_queue, **block_queue_last = &block_queue;

static void drop_done(struct job *job) { stream_happens(owner_of(job, struct stream, job), MOVED); }
static void ring(struct timer *timer) { stream_happens(owner_of(timer, struct stream, timer), TIME); }

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
  *s = (struct stream){.job = {.run = stream_drop, .done = drop_done}, .op = {.kind = OP_MOVE, .stream = s}, .timer = {.ring = ring},
                       .child = child, .sink = spec->sink, .mode = spec->mode, .fd = -1};
  map_put(&all_streams, &s->node, spec->stream);
  return s;
}

void stream_free(struct stream *s) {
  if (s->state != ENDED) reports_release(&K.reports, 1);
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
  s->state = RESTING;
  timer_set(&K.timers, &s->timer, now_mono() + ns);
}

/* Whether there may be something to read. */
static bool look(struct stream *s) {
  struct pollfd p = {s->fd, POLLIN, 0};
  int n = sys_poll(&p, 1);
  if (n < 0 || p.revents & POLLIN) return true;
  if (n > 0) s->ended = true;
  return false;
}

static void end(struct stream *s) {
  if (s->fd >= 0) {
    if (s->watched) unwatch(s->fd);
    sys_close(s->fd);
  }
  s->fd = -1;
  s->draining = false;
  s->state = ENDED;
  report(DURABLE, REPORT_EOF, F4(s->node.key), F4(s->child));
  child_drained(s->child);
}

static void arm(struct stream *s) {
  s->state = IDLE;
  if (watch(WATCH_STREAM, (uint32_t)s->node.key, s->fd, EPOLLIN, s->watched)) s->watched = true;
  else pause_for(s, RETRY_MS * MS);
}

/* What a read says that brought nothing: the end, or nothing there. */
static bool is_end(ssize_t n) { return n == 0 || (errno != EAGAIN && errno != EINTR); }

static void go_on(struct stream *s, bool readable);

static void ask(struct stream *s) {
  if (blocks >= BLOCKS_MAX) {
    s->state = QUEUED;
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
    go_on(s, false);
    return;
  }
  blocks++;
  s->state = ASKING;
  s->block = block;
  reports_add_block(&K.reports, block, (uint32_t)s->node.key, ++s->block_number, (uint32_t)n);
}

void block_released(void) {
  blocks--;
  while (blocks < BLOCKS_MAX && block_queue) {
    struct stream *s = block_queue;
    block_queue = s->next_waiting;
    if (!block_queue) block_queue_last = &block_queue;
    stream_happens(s, TURN);
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
    go_on(s, false);
    return;
  }
  op->length = s->result.got = (size_t)n;
  op->stream = s;
  s->state = WRITING;
  sink_add(sink, op);
}

static void move(struct stream *s) {
  struct sink *sink = sink_get(s->sink);
  if (sink && sink_is_direct(sink)) {
    pump(s, sink);
    return;
  }
  s->state = MOVING;
  if (sink) sink_add(sink, &s->op);
  else workers_submit(&K.workers, &s->job);
}

/* What it was busy with is over; `readable`: there may be something to read. */
static void go_on(struct stream *s, bool readable) {
  if (s->draining && !s->ended && !readable) {
    readable = look(s);
    if (!s->ended && !readable && s->writing == 0) {
      s->draining = false;
      child_drained(s->child);
    }
  }
  if (s->ended && s->writing == 0) end(s);
  else if (s->ended) s->state = CLOSING;
  else if ((!readable || K.frozen) && K.ending < FLUSHING) arm(s);
  else if (!readable) s->state = IDLE;
  else if (s->mode == MODE_ASKED) ask(s);
  else move(s);
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

/* Steps: what an event leads to. */
static void wait_on(struct stream *s) { go_on(s, false); }
static void read_on(struct stream *s) { go_on(s, true); }
static void note_end(struct stream *s) { s->ended = true; }
static void note_drain(struct stream *s) { s->draining = true; }
static void nothing(struct stream *s) { (void)s; }

static void close_it(struct stream *s) {
  timer_cancel(&K.timers, &s->timer);
  s->ended = true;
  go_on(s, false);
}

static void drain(struct stream *s) {
  timer_cancel(&K.timers, &s->timer);
  s->draining = true;
  go_on(s, false);
}

static void rested(struct stream *s) { go_on(s, look(s)); }

/* Never goes on at once, but through epoll: so a flood has no end, but the turn of others has. */
static void wrote(struct stream *s) {
  s->got += s->result.got;
  uint64_t rest = rest_ns(s);
  if (rest > 0) pause_for(s, rest);
  else go_on(s, false);
}

static void moved(struct stream *s) {
  if (s->result.ended) s->ended = true;
  s->got += s->result.got;
  uint64_t rest = s->result.empty && s->got > 0 ? rest_ns(s) : 0;
  if (rest > 0) pause_for(s, rest);
  else go_on(s, !s->result.empty);
}

static void take_back(struct stream *s) {
  struct sink *sink = sink_get(s->sink);
  s->ended = true;
  if (sink && sink_withdraw(sink, &s->op)) go_on(s, false);
}

static void leave_queue(struct stream *s) {
  struct stream **at = &block_queue;
  while (*at != s) at = &(*at)->next_waiting;
  *at = s->next_waiting;
  if (!*at) block_queue_last = at;
  close_it(s);
}

static void catch_up(struct stream *s) {
  if (s->writing < ANSWERED_MAX && s->writing_bytes < BLOCK_BYTES) go_on(s, true);
}

static void one_less(struct stream *s) {
  if (s->ended || s->draining) go_on(s, false);
}

/* Cannot be: tests abort here, a keeper in use passes over it. */
static void never(struct stream *s) { (void)s, IMPOSSIBLE(); }

/* While it is busy, the pipe's end is noted for later; what epoll still says about a pipe that is done with says nothing. */
static void (*const table[STREAM_STATES][STREAM_EVENTS])(struct stream *) = {
  /*           BEGUN    READABLE  HANGUP    TIME    MOVED  RETURNED  WROTE  TURN     WRITTEN   DRAIN       FORGET */
  [NEW]     = {wait_on, nothing,  nothing,  never,  never, never,    never, never,   never,    note_drain, close_it},
  [IDLE]    = {never,   read_on,  close_it, never,  never, never,    never, never,   one_less, drain,      close_it},
  [MOVING]  = {never,   nothing,  note_end, never,  moved, read_on,  never, never,   nothing,  note_drain, take_back},
  [RESTING] = {never,   nothing,  note_end, rested, never, never,    never, never,   nothing,  drain,      close_it},
  [QUEUED]  = {never,   nothing,  note_end, never,  never, never,    never, read_on, nothing,  note_drain, leave_queue},
  [ASKING]  = {never,   nothing,  note_end, never,  never, never,    never, never,   nothing,  note_drain, note_end},
  [BEHIND]  = {never,   nothing,  note_end, never,  never, never,    never, never,   catch_up, note_drain, note_end},
  [WRITING] = {never,   nothing,  note_end, never,  never, never,    wrote, never,   nothing,  note_drain, note_end},
  [CLOSING] = {never,   nothing,  nothing,  never,  never, never,    never, never,   one_less, note_drain, nothing},
  [ENDED]   = {never,   nothing,  nothing,  never,  never, never,    never, never,   never,    nothing,    nothing},
};

void stream_happens(struct stream *s, enum stream_event event) { table[s->state][event](s); }

void stream_written(struct stream *s, size_t bytes) {
  s->writing--;
  s->writing_bytes -= bytes;
  stream_happens(s, WRITTEN);
}

bool stream_waits(struct stream *s, struct op *op) {
  op->stream = s;
  if (s->state == ENDED) return false;
  if (!op->block) {
    bool idle = s->state == IDLE;
    s->state = op->kind == OP_MOVE ? MOVING : WRITING;
    return idle;
  }
  blocks++;
  s->writing++;
  s->writing_bytes += op->length;
  if (s->state == IDLE && (s->writing >= ANSWERED_MAX || s->writing_bytes >= BLOCK_BYTES)) s->state = BEHIND;
  return true;
}

bool stream_asked(struct stream *s, uint64_t block, struct report *report) {
  if (!s || s->state != IDLE) return false;
  blocks++;
  s->state = ASKING;
  s->block = report;
  s->block_number = block;
  return true;
}

void stream_go_on(struct stream *s) {
  if (s->state == IDLE && !s->watched) go_on(s, false);
}

/* The daemon may say the next two at any time. */
void stream_change(const struct effect *e) {
  struct stream *s = stream_get(e->number);
  if (!s || (e->sink > 0 && !sink_get(e->sink))) return;
  struct sink *old = sink_get(s->sink);
  bool waited = s->state == MOVING && old && sink_withdraw(old, &s->op);
  s->mode = e->kind;
  s->sink = e->sink;
  if (waited) go_on(s, true);
}

void stream_verdict(const struct effect *e) {
  struct stream *s = stream_get(e->number);
  if (!s || s->state != ASKING || s->block_number != e->block || !reports_take_block(&K.reports, s->block)) return;
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
    go_on(s, true);
    return;
  }
  if (replaced) memcpy(op_data(op), e->bytes.at, length);
  else op->bytes = block_data(block);
  op->length = length;
  op->block = block;
  op->stream = s;
  s->state = BEHIND;
  s->writing++;
  s->writing_bytes += length;
  sink_add(sink, op);
  if (s->state == BEHIND) catch_up(s);
}
