/*
 * What a frame of the daemon does. A batch is a transaction: it is decoded wholly before anything happens; then its states are stored, all or none, its
 * acknowledgements are booked, and its effects are carried out in order.
 */
#include "link.h"
#include "children.h"
#include "daemon.h"
#include "host.h"
#include "sockets.h"
#include "streams.h"
#include "upgrade.h"

struct store stored_states = {.map = MAP_EMPTY(stored_states.map)};

void refuse(uint64_t batch, enum refusal code, const char *text) {
  report(VOLATILE, REPORT_REFUSED, F8(batch), F1(code), FB(text, strlen(text)));
}

static void hello(struct reader *r) {
  uint16_t min = read_u16(r), max = read_u16(r);
  if (K.reports.connected) refuse(0, REFUSED_MALFORMED, "hello was said before");
  else if (!read_whole(r)) link_refuse(REFUSED_MALFORMED, "malformed hello");
  else if (min > PROTOCOL_VERSION || max < 1 || min > max) link_refuse(REFUSED_VERSION, "this keeper speaks versions 1 and 2");
  else link_greet(max < PROTOCOL_VERSION ? max : PROTOCOL_VERSION);
}

static bool store_states(struct batch *b) {
  struct changes changes = {&stored_states, NULL};
  struct list states = b->states;
  for (uint32_t i = 0; i < states.count; i++) {
    struct state_change c = state_next(&states);
    if (store_change(&changes, c.key, c.deletes, c.value)) continue;
    store_undo(&changes);
    refuse(b->number, REFUSED_STORE_FULL, "no memory for the states");
    return false;
  }
  if (store_keep(&changes, STORE_MAX)) return true;
  refuse(b->number, REFUSED_STORE_FULL, "the store is full");
  return false;
}

static void acknowledged(uint64_t number) {
  struct acknowledged s;
  if (!reports_acknowledge(&K.reports, number, &s)) return;
  switch (s.tag) {
    case REPORT_SPAWN_FAILED:
    case REPORT_EXITED: child_acknowledged(s.first); break;
    case REPORT_NOTIFIED: channel_acknowledged(s.first, number); break;
    case REPORT_EOF: stream_acknowledged(s.first); break;
    case REPORT_LIMIT:
    case REPORT_IO_ERROR:
    case REPORT_IO_RESUMED: sink_acknowledged(s.first, s.tag); break;
    case REPORT_SIGNAL: signal_acknowledged(s.first); break;
    default: break;
  }
}

/* All states that are stored, for a daemon that is to be replaced: the next one is asked whether it can read them. */
static void recall(uint32_t token) {
  MAP_EACH(state, s, &stored_states.map) {
    report(VOLATILE, REPORT_RECALLED, FB(s->bytes, s->key_length), FB(s->bytes + s->key_length, s->value_length));
  }
  report(VOLATILE, REPORT_ECHOED, F4(token));
}

static void carry_out(const struct effect *e, uint64_t batch) {
  switch ((enum effect_tag)e->tag) {
    case EFFECT_SPAWN:
    case EFFECT_SPAWN_WITH: child_spawn(&e->spawn, batch); break;
    case EFFECT_SIGNAL_PROCESS: process_signal(e->pid, e->start, e->value); break;
    case EFFECT_SIGNAL: child_signal(e->number, e->value, e->kind); break;
    case EFFECT_SINK_OPEN: sink_open(e, batch); break;
    case EFFECT_SINK_REOPEN: sink_reopen(e, batch); break;
    case EFFECT_SINK_CLOSE: sink_close(e->number); break;
    case EFFECT_APPEND: sink_append(e->number, e->bytes); break;
    case EFFECT_STREAM: stream_change(e); break;
    case EFFECT_VERDICT: stream_verdict(e); break;
    case EFFECT_STDIN: stdin_write(e->number, e->bytes); break;
    case EFFECT_STDIN_CLOSE: stdin_close(e->number); break;
    case EFFECT_LISTEN: socket_listen(&e->listening); break;
    case EFFECT_UNLISTEN: socket_unlisten(e->number, e->kind); break;
    case EFFECT_DAEMONIZE: host_daemonize(e, batch); break;
    case EFFECT_READY: daemon_ready(); break;
    case EFFECT_RESTART_DAEMON: daemon_restart_announced(); break;
    case EFFECT_EXIT: keeper_end(e->value); break;
    case EFFECT_BECOME: host_become(e); break;
    case EFFECT_LIMIT: host_limit(&e->limit); break;
    case EFFECT_UMASK: umask((mode_t)e->value & 0777); break;
    case EFFECT_FORGET_CHILD: child_forget(e->number); break;
    case EFFECT_DATAGRAM: sink_datagram(e->text, e->bytes); break;
    case EFFECT_ECHO: report(VOLATILE, REPORT_ECHOED, F4(e->number)); break;
    case EFFECT_WRITTEN: sink_echo(e->number, e->token); break;
    case EFFECT_RECALL: recall(e->number); break;
    case EFFECT_UPGRADE: upgrade_ask(e); break;
  }
}

static void batch(struct span body) {
  struct batch b;
  if (!K.reports.connected) {
    link_refuse(REFUSED_VERSION, "hello comes first");
    return;
  }
  if (!batch_decode(body, &b)) {
    refuse(b.number, REFUSED_MALFORMED, "malformed batch");
    return;
  }
  if (!store_states(&b)) return;
  for (uint32_t i = 0; i < b.acknowledged.count; i++) acknowledged(read_u64(&b.acknowledged.items));
  for (uint32_t i = 0; i < b.effects.count; i++) {
    struct effect e;
    if (effect_next(&b.effects, &e) == DECODED) carry_out(&e, b.number);
    else report(VOLATILE, REPORT_UNKNOWN, F8(b.number), F2(e.tag));
  }
}

void frame_received(struct span frame) {
  struct reader r = {frame.at, frame.at + frame.length, false};
  uint16_t tag = read_u16(&r);
  struct span body = {r.at, frame.length - 2};
  if (tag == FRAME_HELLO) hello(&r);
  else if (tag == FRAME_BATCH) batch(body);
  else report(VOLATILE, REPORT_UNKNOWN, F8(0), F2(tag));
}
