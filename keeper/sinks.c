/*
 * Sinks, as the main thread sees them: a queue of ops per sink, done in order; the table below says when. What touches a regular file goes to a worker, one
 * job per sink at a time; targets that are no regular files are written here, without blocking, and wait for EPOLLOUT.
 */
#include "sinks.h"
#include "link.h"
#include "streams.h"

enum { PROMISES = 3 }; /* limit, io-error, io-resumed */

struct map all_sinks = MAP_EMPTY(all_sinks);
static struct sink *datagrams; /* without a file: keeps datagrams in order */

struct sink *sink_get(uint32_t number) {
  struct node *n = number > 0 ? map_get(&all_sinks, number) : NULL;
  struct sink *s = n ? owner_of(n, struct sink, node) : NULL;
  return s && !is_closing(s) ? s : NULL;
}

/* Not a regular file: never blocks, never seeks, knows no limit. */
static bool is_nonregular(const struct sink *s) { return s->file.kind == FILE_OTHER || s->file.kind == FILE_SOCKET; }
bool sink_is_busy(const struct sink *s) { return s->state == OPENING || s->state == BUSY || s->state == CLOSING_OPENING || s->state == CLOSING_BUSY; }
bool sink_is_direct(const struct sink *s) { return !sink_is_busy(s) && is_nonregular(s); }
/* A sink that is to be closed stays so. */
static void become(struct sink *s, enum sink_state state, enum sink_state closing) { s->state = is_closing(s) ? closing : state; }

static bool target_copy(struct target *t, const struct sink_spec *spec) {
  *t = (struct target){span_copy(spec->path), spec->flags, spec->mode, spec->limit};
  return t->path;
}

static void op_free(struct op *op) {
  free(op->target.path);
  free(op);
}

struct op *op_new(enum op_kind kind, size_t bytes) {
  struct op *op = sys_realloc(NULL, sizeof *op + bytes);
  if (!op) return NULL;
  *op = (struct op){.kind = kind, .bytes = op_data(op), .length = bytes};
  return op;
}

/* The op is done or will never be: whoever waits for it goes on. */
static void op_end(struct sink *s, struct op *op) {
  struct stream *stream = op->stream;
  bool was_block = op->block;
  size_t bytes = op->length;
  if (op == &s->close) return;
  if (op->kind == OP_MOVE) {
    stream_happens(stream, RETURNED);
    return;
  }
  if (op->kind == OP_ECHO) report(VOLATILE, REPORT_ECHOED, F4(op->token));
  if (op->append) s->waiting -= op->length;
  if (op->block) block_discard(op->block);
  op_free(op);
  if (was_block) block_released();
  if (stream && was_block) stream_written(stream, bytes);
  else if (stream) stream_happens(stream, WROTE);
}

static void sink_free(struct sink *s) {
  size_t promised = (s->limit_report ? 0u : 1u) + (s->error_report ? 0u : 1u) + (s->resumed_report ? 0u : 1u);
  map_drop(&all_sinks, &s->node);
  reports_release(&K.reports, promised);
  for (struct op *op; (op = s->first);) {
    s->first = op->next;
    op_end(s, op);
  }
  free(s->target.path);
  free(s);
}

/* With a daemon there, a sink at its limit takes nothing until it is reopened; without one, or when it is to be closed, it goes on. */
static bool limit_enforced(const struct sink *s) { return !is_closing(s) && K.reports.connected && K.ending == RUNNING; }
static bool is_held_back(const struct sink *s) { return s->at_limit && limit_enforced(s); }

static void put(struct sink *s, struct op *op) {
  op->next = NULL;
  if (op->kind == OP_REOPEN && is_held_back(s)) {
    op->next = s->first;
    s->first = op;
    if (!op->next) s->last = &op->next;
  } else {
    *s->last = op;
    s->last = &op->next;
  }
}

void sink_add(struct sink *s, struct op *op) {
  put(s, op);
  sink_happens(s, ADDED);
}

static struct op *take_first(struct sink *s) {
  struct op *op = s->first;
  s->first = op->next;
  if (!s->first) s->last = &s->first;
  return op;
}

bool sink_withdraw(struct sink *s, struct op *op) {
  struct op **at = &s->first;
  while (*at && *at != op) at = &(*at)->next;
  if (!*at) return false;
  *at = op->next;
  if (!*at) s->last = at;
  return true;
}

static void count_good(struct sink *s) {
  if (!s->failing) return;
  s->failing = false;
  if (s->resumed_report) return;
  s->resumed_report = report(DURABLE, REPORT_IO_RESUMED, F4(s->node.key), F8(s->lost_burst));
  s->lost_burst = 0;
}

void sink_lost(struct sink *s, int error, uint64_t bytes) {
  s->lost_all += bytes;
  s->lost_burst += bytes;
  if (s->failing || s == datagrams) return;
  s->failing = true;
  if (!s->error_report) s->error_report = report(DURABLE, REPORT_IO_ERROR, F4(s->node.key), F4(error), F8(s->lost_all));
}

/* One write to a target that is no regular file. False: it takes no more for now. */
static bool write_nonregular(struct sink *s, struct op *op) {
  while (op->offset < op->length) {
    const uint8_t *from = op->bytes + op->offset;
    size_t left = op->length - op->offset;
    ssize_t n = s->file.kind == FILE_SOCKET ? sys_send(s->file.fd, from, left) : sys_write(s->file.fd, from, left);
    if (n > 0) {
      op->offset += (size_t)n;
      count_good(s);
    } else if (n < 0 && errno == EAGAIN && watch(WATCH_SINK, (uint32_t)s->node.key, s->file.fd, EPOLLOUT, s->watched)) {
      s->watched = true;
      return false;
    } else if (n == 0 || errno != EINTR) {
      sink_lost(s, n == 0 ? EIO : errno, left);
      op->offset = op->length;
    }
  }
  return true;
}

/* A job does one op, or all the writes at the head of the queue. */
static void submit(struct sink *s) {
  struct op *op = s->work = take_first(s);
  if (s->watched && (op->kind == OP_CLOSE || op->kind == OP_REOPEN)) {
    unwatch(s->file.fd);
    s->watched = false;
  }
  while ((op->kind == OP_WRITE || op->kind == OP_DATAGRAM) && s->first && s->first->kind == op->kind) op = op->next = take_first(s);
  op->next = NULL;
  become(s, BUSY, CLOSING_BUSY);
  s->enforces = limit_enforced(s);
  s->job.lane = lane_of(s->file.device);
  workers_submit(&K.workers, &s->job);
}

/* Does what waits, as far as that goes. The end of an op may add the next, which may begin a job. */
static void go_on(struct sink *s) {
  if (K.frozen && s->first && s != datagrams) {
    become(s, BLOCKED, CLOSING_BLOCKED);
    return;
  }
  for (struct op *op; !sink_is_busy(s) && (op = s->first);) {
    bool moves = op->kind == OP_WRITE || op->kind == OP_MOVE;
    bool full = moves && is_held_back(s), here = op->kind == OP_ECHO || (moves && is_nonregular(s));
    if (full || (here && op->kind == OP_WRITE && !write_nonregular(s, op))) {
      become(s, full ? FULL : BLOCKED, CLOSING_BLOCKED);
      return;
    }
    if (here) op_end(s, take_first(s));
    else submit(s);
  }
  if (!sink_is_busy(s)) s->state = EMPTY;
}

static void look_at_limit(struct sink *s) {
  s->at_limit = s->file.kind == FILE_REGULAR && s->target.limit > 0 && s->file.size >= s->target.limit;
  if (!s->at_limit || is_closing(s) || s->limit_report) return;
  s->limit_report = report(DURABLE, REPORT_LIMIT, F4(s->node.key), F8(s->file.size), F8(s->file.device), F8(s->file.inode));
}

/* A new file, or the old one still when it could not be opened. */
static void opened(struct sink *s, struct op *op) {
  if (s->result.error == 0) s->at_limit = false;
  if (s->result.error == 0 && op->kind == OP_REOPEN) {
    struct target old = s->target;
    s->target = op->target;
    op->target = old;
  }
  report(VOLATILE, REPORT_SINK_OPENED, F4(s->node.key), F4(s->result.error), F8(s->file.size), F1(s->file.kind == FILE_REGULAR));
}

/* Ends the writes that were done; what a full file did not take any more goes back to the head of the queue. */
static void writes_done(struct sink *s, struct op *op) {
  struct op *left = op, *last;
  while (left && left->offset == left->length) left = left->next;
  if ((last = left)) {
    while (last->next) last = last->next;
    last->next = s->first;
    if (!s->first) s->last = &last->next;
    s->first = left;
  }
  for (struct op *next; op != left; op = next) {
    next = op->next;
    op_end(s, op);
  }
}

/* Steps: what an event leads to. */
static void done(struct sink *s) {
  struct op *op = s->work;
  enum op_kind kind = op->kind;
  s->work = NULL;
  become(s, EMPTY, CLOSING_BLOCKED); /* go_on() looks closer */
  s->shown = s->file;
  if (kind == OP_CLOSE) {
    sink_free(s);
    return;
  }
  if (kind == OP_OPEN || kind == OP_REOPEN) {
    opened(s, op);
    op_free(op);
    go_on(s);
    return;
  }
  if (s->result.lost > 0) sink_lost(s, s->result.error, s->result.lost);
  else if (s->result.good > 0) count_good(s);
  if (s->result.good > 0) look_at_limit(s);
  if (kind == OP_MOVE) stream_happens(op->stream, MOVED);
  else writes_done(s, op);
  go_on(s);
}

static void begin(struct sink *s) {
  become(s, EMPTY, CLOSING_BLOCKED);
  s->shown = s->file;
  go_on(s);
}

static void look(struct sink *s) {
  if (s->at_limit) look_at_limit(s);
  go_on(s);
}

static void close_opened(struct sink *s) { s->state = CLOSING_OPENING; }
static void close_done(struct sink *s) { s->state = CLOSING_BUSY; }
static void close_now(struct sink *s) { s->state = CLOSING_BLOCKED, go_on(s); }
static void nothing(struct sink *s) { (void)s; }
/* Cannot be: tests abort here, a keeper in use passes over it. */
static void never(struct sink *s) { (void)s, IMPOSSIBLE(); }

/* What waited in a full sink may have been withdrawn, and limits end before it is said: so whatever happens there, it looks. Epoll may be behind the times. */
static void (*const table[SINK_STATES][SINK_EVENTS])(struct sink *) = {
  /*                   ADDED    CLOSE         DONE   OPENED FAILED     WRITABLE LIMITS */
  [OPENING]         = {nothing, close_opened, never, begin, sink_free, nothing, nothing},
  [BUSY]            = {nothing, close_done,   done,  never, never,     nothing, nothing},
  [BLOCKED]         = {go_on,   close_now,    never, never, never,     go_on,   go_on},
  [EMPTY]           = {go_on,   close_now,    never, never, never,     nothing, look},
  [FULL]            = {go_on,   close_now,    never, never, never,     go_on,   look},
  [CLOSING_OPENING] = {never,   never,        never, begin, sink_free, nothing, nothing},
  [CLOSING_BUSY]    = {never,   never,        done,  never, never,     nothing, nothing},
  [CLOSING_BLOCKED] = {never,   never,        never, never, never,     go_on,   go_on},
};

void sink_happens(struct sink *s, enum sink_event event) { table[s->state][event](s); }
static void job_done(struct job *job) { sink_happens(owner_of(job, struct sink, job), DONE); }

struct sink *sink_new(uint32_t number, const struct sink_spec *spec) {
  struct sink *s = sys_alloc(sizeof *s);
  if (!s || !target_copy(&s->target, spec) || !reports_promise(&K.reports, PROMISES)) {
    if (s) free(s->target.path);
    free(s);
    return NULL;
  }
  *s = (struct sink){
    .job = {.run = sink_work, .done = job_done}, .target = s->target, .file = {.fd = -1}, .last = &s->first, .close = {.kind = OP_CLOSE}};
  if (number > 0) map_put(&all_sinks, &s->node, number);
  return s;
}

bool sinks_init(void) {
  static const struct sink_spec none = {{NULL, 0}, 0, 0, 0};
  if ((datagrams = sink_new(0, &none))) datagrams->state = EMPTY;
  return datagrams;
}

void sink_open(const struct effect *e, uint64_t batch) {
  struct sink *s = map_get(&all_sinks, e->number) ? NULL : sink_new(e->number, &e->spec);
  struct op *op = s ? op_new(OP_OPEN, 0) : NULL;
  if (op) s->state = EMPTY, sink_add(s, op);
  else if (s) sink_free(s);
  if (!op) refuse(batch, REFUSED_EFFECT, "sink-open: the number is used, or no memory");
}

void sink_reopen(const struct effect *e, uint64_t batch) {
  struct sink *s = sink_get(e->number);
  struct op *op = s ? op_new(OP_REOPEN, 0) : NULL;
  if (!s) return;
  if (op && target_copy(&op->target, &e->spec)) {
    sink_add(s, op);
    return;
  }
  free(op);
  refuse(batch, REFUSED_EFFECT, "sink-reopen: no memory");
}

void sink_close(uint32_t number) {
  struct sink *s = sink_get(number);
  if (!s) return;
  put(s, &s->close);
  sink_happens(s, CLOSE);
}

static void add_bytes(struct sink *s, enum op_kind kind, struct span path, struct span bytes) {
  if (bytes.length == 0) return;
  bool room = s->waiting + bytes.length <= APPEND_MAX;
  struct op *op = room ? op_new(kind, bytes.length) : NULL;
  if (op && kind == OP_DATAGRAM) op->target.path = span_copy(path);
  if (!op || (kind == OP_DATAGRAM && !op->target.path)) {
    sink_lost(s, room ? ENOMEM : ENOBUFS, bytes.length);
    free(op);
    return;
  }
  memcpy(op_data(op), bytes.at, bytes.length);
  op->append = true;
  s->waiting += bytes.length;
  sink_add(s, op);
}

void sink_append(uint32_t number, struct span bytes) {
  struct sink *s = sink_get(number);
  if (s) add_bytes(s, OP_WRITE, (struct span){NULL, 0}, bytes);
}

void sink_echo(uint32_t number, uint32_t token) {
  struct sink *s = sink_get(number);
  struct op *op = s ? op_new(OP_ECHO, 0) : NULL;
  if (!op) {
    report(VOLATILE, REPORT_ECHOED, F4(token));
    return;
  }
  op->token = token;
  sink_add(s, op);
}

void sink_datagram(struct span path, struct span bytes) { add_bytes(datagrams, OP_DATAGRAM, path, bytes); }

static uint64_t *report_about(struct sink *s, uint16_t tag) {
  return tag == REPORT_LIMIT ? &s->limit_report : tag == REPORT_IO_ERROR ? &s->error_report : &s->resumed_report;
}

void sink_acknowledged(uint32_t number, uint16_t tag) {
  struct node *n = map_get(&all_sinks, number);
  if (n && reports_promise(&K.reports, 1)) *report_about(owner_of(n, struct sink, node), tag) = 0;
}

bool sink_reported(uint32_t number, uint16_t tag, uint64_t report) {
  struct node *n = map_get(&all_sinks, number);
  if (!n) return true;
  uint64_t *about = report_about(owner_of(n, struct sink, node), tag);
  if (*about > 0) return false;
  *about = report;
  reports_release(&K.reports, 1);
  return true;
}

void sinks_go_on(void) {
  MAP_EACH(sink, s, &all_sinks) sink_happens(s, LIMITS);
}

bool sinks_quiet(void) {
  MAP_EACH(sink, s, &all_sinks) {
    if (s->first) return false;
  }
  return true;
}
