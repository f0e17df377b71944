/*
 * Takes up what another keeper left: see table.h. Everything is made in memory first, without any call on a descriptor, so that `--check` can do the same in
 * another process and that the old keeper can be executed again; only then it goes on. Nothing in the table is believed.
 */
#include "upgrade.h"
#include "children.h"
#include "daemon.h"
#include "host.h"
#include "link.h"
#include "sockets.h"
#include "streams.h"

uint32_t restored_token;

static bool restore_keeper(const struct keeper_record *r) {
  struct lives *l = &the_daemon.lives;
  if (r->oom.length >= sizeof host.oom) return false;
  host.inherited = r->inherited;
  host.limits[0] = (struct rlimit){r->nofile_soft, r->nofile_hard};
  host.limits[1] = (struct rlimit){r->nproc_soft, r->nproc_hard};
  host.nice = r->nice;
  if (r->oom.length > 0) memcpy(host.oom, r->oom.at, r->oom.length);
  host.daemonized = r->daemonized;
  host.spawned = true;
  *l = (struct lives){.ever_ready = true, .quick_deaths = r->quick_deaths, .unready = r->unready, .deaths = r->deaths, .status = r->status, .terms = r->terms};
  restored_token = r->token;
  return true;
}

static bool restore_word(const struct word_record *r) {
  char ***words = r->former ? &the_daemon.former : &the_daemon.argv;
  size_t n = 0;
  while (*words && (*words)[n]) n++;
  char **more = sys_realloc(*words, (n + 2) * sizeof *more);
  if (!more) return false;
  *words = more;
  more[n + 1] = NULL;
  return (more[n] = span_copy(r->text)) != NULL;
}

static bool restore_child(const struct child_record *r) {
  struct spawn s = {.child = r->child, .label = r->label, .will = {r->signal, r->wait_ms, r->signal_group, r->kill_group, r->rank}};
  bool ended = r->state == CHILD_ENDED, born = r->state == CHILD_RUNNING && r->pid > 0;
  if (r->child == 0 || child_get(r->child) || !(ended || born)) return false;
  struct child *c = child_new(&s);
  if (!c) return false;
  c->pid = r->pid;
  c->state = r->state;
  c->reaped = r->reaped;
  c->step = (int)r->step;
  c->error = (int)r->error;
  c->wait_status = r->status;
  c->mono = r->mono, c->wall = r->wall, c->ended_mono = r->ended_mono, c->ended_wall = r->ended_wall;
  c->usage.ru_utime = (struct timeval){(time_t)(r->user_us / 1000000), (suseconds_t)(r->user_us % 1000000)};
  c->usage.ru_stime = (struct timeval){(time_t)(r->system_us / 1000000), (suseconds_t)(r->system_us % 1000000)};
  c->usage.ru_maxrss = (long)r->maxrss;
  c->streams[0] = r->out, c->streams[1] = r->err;
  c->stdin_fd = r->input;
  c->stdin_closing = r->input_closing;
  /* What has been reported of it already: its birth, and its end. */
  reports_release(&K.reports, ended ? 2 : c->step == 0 ? 1 : 0);
  if (born && !c->reaped) map_put(&child_pids, &c->by_pid, (uint64_t)c->pid);
  if (r->cgroup.length > 0 && !(c->cgroup = span_copy(r->cgroup))) return false;
  return channel_restore(c, r->notify, r->ready);
}

static bool restore_input(const struct input_record *r) {
  struct child *c = child_get(r->child);
  return c && stdin_add(c, r->bytes);
}

static bool restore_sink(const struct sink_record *r) {
  struct sink_spec spec = {r->path, r->flags, r->mode, r->limit};
  if (r->sink == 0 || map_get(&all_sinks, r->sink) || r->kind > FILE_SOCKET || r->flags > (SINK_TRUNCATE | SINK_REGULAR_ONLY)) return false;
  struct sink *s = sink_new(r->sink, &spec);
  if (!s) return false;
  s->state = BLOCKED;
  s->file = s->shown = (struct file){r->fd, (enum file_kind)r->kind, r->size, r->device, r->inode};
  s->at_limit = r->at_limit;
  s->failing = r->failing;
  s->lost_all = r->lost_all;
  s->lost_burst = r->lost_burst;
  return true;
}

static bool restore_stream(const struct stream_record *r) {
  struct stream_spec spec = {.stream = r->stream, .mode = r->mode, .sink = r->sink};
  if (r->stream == 0 || stream_get(r->stream) || r->mode > MODE_ASKED || (r->open && r->fd < 0)) return false;
  struct stream *s = stream_new(&spec, r->child);
  if (!s) return false;
  s->state = r->open ? IDLE : ENDED;
  s->fd = r->open ? r->fd : -1;
  s->ended = r->ended;
  s->pipe_bytes = (size_t)r->pipe_bytes;
  s->block_number = r->block_number;
  if (!r->open) reports_release(&K.reports, 1);
  return true;
}

/* The bytes of a write: with a block's, whoever counts blocks is told when it is done. */
static bool fill_write(struct op *op, const struct op_record *r) {
  uint8_t *to = op_data(op);
  if (r->block) {
    if (!(op->block = large_new(BLOCK_HEADER + (size_t)r->bytes.length))) return false;
    op->bytes = to = op->block->large + BLOCK_HEADER;
  }
  op->length = r->bytes.length;
  if (op->length > 0) memcpy(to, r->bytes.at, op->length);
  return true;
}

static bool restore_op(const struct op_record *r) {
  struct sink *s = sink_get(r->sink);
  struct stream *stream = stream_get(r->stream);
  bool writes = r->kind == OP_WRITE, opens = r->kind == OP_OPEN || r->kind == OP_REOPEN, moves = r->kind == OP_MOVE;
  if (!s || (r->stream > 0) != (stream != NULL) || (stream && !writes && !moves) || (r->block && !(writes && stream))) return false;
  if (r->kind == OP_CLOSE) return sink_close(r->sink), true;
  if (moves && stream && stream_waits(stream, &stream->op)) return sink_add(s, &stream->op), true;
  struct op *op = writes || opens ? op_new((enum op_kind)r->kind, writes && !r->block ? r->bytes.length : 0) : NULL;
  if (!op || (writes && !fill_write(op, r)) || (stream && !stream_waits(stream, op))) return false;
  op->target = (struct target){r->kind == OP_REOPEN ? span_copy(r->path) : NULL, r->flags, r->mode, r->limit};
  if (r->kind == OP_REOPEN && !op->target.path) return false;
  op->append = r->append && writes;
  if (op->append) s->waiting += op->length;
  sink_add(s, op);
  return true;
}

static bool restore_socket(const struct socket_record *r) {
  if (r->socket == 0 || socket_get(r->socket) || r->family > FAMILY_INET6 || r->fd < 0 || all_sockets.count >= SOCKETS_MAX) return false;
  struct sock *s = sys_alloc(sizeof *s);
  if (!s) return false;
  *s = (struct sock){.fd = r->fd, .descriptor = -1, .family = r->family, .serve = r->serve, .bound = true, .listening = true, .mode = -1, .uid = -1,
                     .gid = -1, .port = r->port, .address = span_copy(r->address)};
  map_put(&all_sockets, &s->node, r->socket);
  return s->address != NULL;
}

static bool restore_stored(const struct stored_record *r) {
  struct changes changes = {&stored_states, NULL};
  if (r->key.length > KEY_MAX) return false;
  return store_change(&changes, r->key, false, r->value) && store_keep(&changes, STORE_MAX);
}

/* It stays in the book, and whatever it is about knows that. */
static bool restore_report(uint16_t tag, struct span body) {
  const struct report *b = reports_restore(&K.reports, tag, body);
  struct reader r = {body.at, body.at + body.length, false};
  uint64_t number = read_u64(&r);
  uint32_t about = read_u32(&r);
  if (!b) return false;
  switch (tag) {
    case REPORT_BLOCK: return stream_asked(stream_get(about), read_u64(&r), (struct report *)(uintptr_t)b);
    case REPORT_NOTIFIED: return channel_reported(about, b);
    case REPORT_SIGNAL: return signal_reported(about, number);
    case REPORT_LIMIT:
    case REPORT_IO_ERROR:
    case REPORT_IO_RESUMED: return sink_reported(about, tag, number);
    default: return true;
  }
}

static bool restore_record(const struct record *r) {
  switch (r->tag) {
    case RECORD_KEEPER: return restore_keeper(&r->keeper);
    case RECORD_WORD: return restore_word(&r->word);
    case RECORD_STORED: return restore_stored(&r->stored);
    case RECORD_CHILD: return restore_child(&r->child);
    case RECORD_INPUT: return restore_input(&r->input);
    case RECORD_SINK: return restore_sink(&r->sink);
    case RECORD_STREAM: return restore_stream(&r->stream);
    case RECORD_OP: return restore_op(&r->op);
    case RECORD_SOCKET: return restore_socket(&r->socket);
    default: return restore_report(r->tag, r->body);
  }
}

static bool take(void *with, const struct record *r, char *why) {
  uint64_t *last_report = with;
  errno = 0;
  if (r->tag == RECORD_KEEPER) *last_report = r->keeper.last_report;
  if (restore_record(r)) return true;
  snprintf(why, TABLE_WHY, "record %u of the table %s", r->tag, errno == ENOMEM ? "finds no memory" : "cannot be");
  return false;
}

bool restore_all(struct table_bytes table, char *why) {
  uint64_t last_report = 0;
  K.frozen = true;
  if (!table_read(table, take, &last_report, why)) return false;
  if (last_report > K.reports.last_number) K.reports.last_number = last_report;
  bool whole = the_daemon.argv && the_daemon.argv[0][0] == '/' && (!the_daemon.former || the_daemon.former[0][0] == '/');
  if (!whole) snprintf(why, TABLE_WHY, "the table has no daemon");
  return whole;
}

void restore_go_on(void) {
  K.frozen = false;
  MAP_EACH(child, c, &all_children) child_go_on(c);
  MAP_EACH(stream, s, &all_streams) stream_go_on(s);
  sinks_go_on();
  children_reap();
}

/* The flag itself shows which were listed before. */
static bool set_inherited(void *why, int fd, mode_t type) {
  struct stat st;
  bool good = sys_fcntl(fd, F_GETFD, 0) == FD_CLOEXEC && sys_fstat(fd, &st) == 0 && (type == 0 || (st.st_mode & S_IFMT) == type) &&
              sys_fcntl(fd, F_SETFD, 0) == 0;
  if (!good) snprintf(why, TABLE_WHY, "descriptor %d of the table is not open, listed twice, or no %s", fd, type == S_IFIFO ? "pipe" : "socket");
  return good;
}

static bool inherit(void *with, const struct record *r, char *why) {
  (void)with;
  for (int fd = 3; r->tag == RECORD_KEEPER && fd < 64; fd++) {
    if (r->keeper.inherited >> fd & 1 && !set_inherited(why, fd, 0)) return false;
  }
  return record_descriptors(r, set_inherited, why);
}

bool table_inherit(struct table_bytes table, char *why) { return table_read(table, inherit, NULL, why); }
