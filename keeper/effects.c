/* See effects.h. Reading past the end or a value out of range makes the reader bad; whoever decodes asks once, at the end. */
#include "effects.h"

struct span text_next(struct list *texts) { return read_text(&texts->items); }
uint32_t group_next(struct list *groups) { return read_u32(&groups->items); }

static struct limit read_limit(struct reader *r, uint8_t last) {
  struct limit l = {.resource = read_choice(r, last)};
  l.soft = read_u64(r);
  l.hard = read_u64(r);
  return l;
}

struct limit limit_next(struct list *limits) { return read_limit(&limits->items, 1); }
struct limit rlimit_next(struct list *rlimits) { return read_limit(&rlimits->items, RESOURCE_MAX); }

struct state_change state_next(struct list *states) {
  struct state_change c = {.key = read_span(&states->items)};
  c.deletes = read_bool(&states->items);
  c.value = read_span(&states->items);
  if (c.key.length > KEY_MAX || (c.deletes && c.value.length > 0)) states->items.bad = true;
  return c;
}

/* Begins a list: the count is read, the items are read by `skip` once now, and again by whoever uses them. */
static struct list read_list(struct reader *r, void (*skip)(struct list *)) {
  struct list list = {.count = read_u32(r)};
  list.items = *r;
  for (uint32_t i = 0; i < list.count && !list.items.bad; i++) skip(&list);
  struct reader after = list.items;
  list.items = *r;
  *r = after;
  return list;
}

static void skip_text(struct list *l) { (void)text_next(l); }
static void skip_group(struct list *l) { (void)group_next(l); }
static void skip_limit(struct list *l) { (void)limit_next(l); }
static void skip_rlimit(struct list *l) { (void)rlimit_next(l); }
static void skip_attribute(struct list *l) { (void)read_u16(&l->items), (void)read_span(&l->items); }
static void skip_number(struct list *l) { (void)read_u64(&l->items); }
static void skip_state(struct list *l) { (void)state_next(l); }

static struct sink_spec read_spec(struct reader *r) {
  struct sink_spec s = {.path = read_text(r)};
  s.flags = read_choice(r, SINK_TRUNCATE | SINK_REGULAR_ONLY);
  s.mode = read_u32(r);
  s.limit = read_u64(r);
  return s;
}

static struct stream_spec read_stream(struct reader *r) {
  struct stream_spec s = {.stream = read_u32(r)};
  s.mode = read_choice(r, MODE_ASKED);
  s.sink = read_u32(r);
  s.open = read_bool(r);
  if (s.open) s.spec = read_spec(r);
  if (s.open && s.sink == 0) r->bad = true;
  return s;
}

static void read_groups(struct reader *r, struct list *groups) {
  *groups = read_list(r, skip_group);
  if (groups->count > GROUPS_MAX) r->bad = true;
}

static void read_spawn(struct reader *r, struct spawn *s) {
  s->child = read_u32(r);
  s->label = read_text(r);
  s->path = read_text(r);
  s->argv = read_list(r, skip_text);
  s->environment = read_list(r, skip_text);
  s->chdir = read_bool(r);
  s->directory = s->chdir ? read_text(r) : read_span(r);
  s->umask = read_i32(r);
  s->user = read_bool(r);
  s->uid = read_u32(r);
  s->gid = read_u32(r);
  read_groups(r, &s->groups);
  s->limits = read_list(r, skip_limit);
  s->stdin_socket = read_u32(r);
  s->out = read_stream(r);
  s->err = read_stream(r);
  s->will.signal = read_i32(r);
  s->will.wait_ms = read_u32(r);
  s->will.signal_group = read_bool(r);
  s->will.kill_group = read_bool(r);
  s->will.rank = read_i32(r);
  bool twice = s->out.stream > 0 && s->out.stream == s->err.stream;
  if (s->child == 0 || s->argv.count == 0 || twice) r->bad = true;
}

static int32_t read_within(struct reader *r, int32_t least, int32_t most) {
  int32_t value = read_i32(r);
  if (value < least || value > most) r->bad = true;
  return value;
}

static struct span read_some_text(struct reader *r) {
  struct span text = read_text(r);
  if (text.length == 0) r->bad = true;
  return text;
}

/* False: this version does not know the kind. */
static bool read_attribute(struct reader *r, uint16_t kind, struct attributes *a) {
  switch (kind) {
    case WITH_RLIMITS: a->rlimits = read_list(r, skip_rlimit); return true;
    case WITH_SESSION: a->session = true; return true;
    case WITH_NICE: a->has_nice = true, a->nice = read_within(r, -20, 19); return true;
    case WITH_OOM_SCORE_ADJ: a->has_oom = true, a->oom = read_within(r, -1000, 1000); return true;
    case WITH_NO_NEW_PRIVS: a->no_new_privs = true; return true;
    case WITH_CGROUP: a->cgroup = read_some_text(r); return true;
    case WITH_READY_FD:
      a->ready = read_u8(r);
      if (a->ready < 3) r->bad = true;
      return true;
    case WITH_NOTIFY: a->notify = read_some_text(r); return true;
    case WITH_SUBREAPER: a->subreaper = true; return true;
    default: return false;
  }
}

int spawn_attributes(const struct spawn *s, struct attributes *a) {
  struct list with = s->with;
  memset(a, 0, sizeof *a);
  for (uint32_t i = 0; i < with.count; i++) {
    uint16_t kind = read_u16(&with.items);
    struct span value = read_span(&with.items);
    struct reader r = {value.at, value.at + value.length, false};
    int wrong = !read_attribute(&r, kind, a) ? ENOTSUP : !read_whole(&r) ? EINVAL : 0;
    if (wrong == 0) continue;
    memset(a, 0, sizeof *a);
    return wrong;
  }
  return 0;
}

static void read_listening(struct reader *r, struct listening *l) {
  l->socket = read_u32(r);
  l->family = read_choice(r, FAMILY_INET6);
  l->serve = read_bool(r);
  l->address = read_text(r);
  l->port = read_u16(r);
  l->mode = read_i32(r);
  l->uid = read_i32(r);
  l->gid = read_i32(r);
  l->backlog = read_i32(r);
  l->stale = read_choice(r, STALE_REPLACE);
  if (l->socket == 0) r->bad = true;
}

static void read_verdict(struct reader *r, struct effect *e) {
  e->number = read_u32(r);
  e->block = read_u64(r);
  e->kind = read_choice(r, VERDICT_REPLACE);
  e->bytes = read_span(r);
  if (e->kind != VERDICT_REPLACE && e->bytes.length > 0) r->bad = true;
}

/* False: this version does not know the tag. */
static bool read_body(struct reader *r, struct effect *e) {
  switch (e->tag) {
    case EFFECT_SPAWN:
    case EFFECT_SPAWN_WITH:
      read_spawn(r, &e->spawn);
      if (e->tag == EFFECT_SPAWN_WITH) e->spawn.with = read_list(r, skip_attribute);
      return true;
    case EFFECT_SIGNAL_PROCESS: e->pid = read_i32(r), e->start = read_u64(r), e->value = read_i32(r); return true;
    case EFFECT_SIGNAL: e->number = read_u32(r), e->value = read_i32(r), e->kind = read_choice(r, 1); return true;
    case EFFECT_SINK_OPEN:
    case EFFECT_SINK_REOPEN:
      e->number = read_u32(r), e->spec = read_spec(r);
      if (e->number == 0) r->bad = true;
      return true;
    case EFFECT_SINK_CLOSE:
    case EFFECT_FORGET_CHILD:
    case EFFECT_STDIN_CLOSE:
    case EFFECT_RECALL:
    case EFFECT_ECHO: e->number = read_u32(r); return true;
    case EFFECT_APPEND:
    case EFFECT_STDIN: e->number = read_u32(r), e->bytes = read_span(r); return true;
    case EFFECT_STREAM: e->number = read_u32(r), e->kind = read_choice(r, MODE_ASKED), e->sink = read_u32(r); return true;
    case EFFECT_VERDICT: read_verdict(r, e); return true;
    case EFFECT_LISTEN: read_listening(r, &e->listening); return true;
    case EFFECT_UNLISTEN: e->number = read_u32(r), e->kind = read_bool(r); return true;
    case EFFECT_DAEMONIZE: e->kind = read_bool(r), e->text = e->kind ? read_text(r) : read_span(r), e->value = read_i32(r); return true;
    case EFFECT_READY:
    case EFFECT_RESTART_DAEMON: return true;
    case EFFECT_EXIT:
    case EFFECT_UMASK: e->value = read_i32(r); return true;
    case EFFECT_BECOME: e->uid = read_u32(r), e->gid = read_u32(r), read_groups(r, &e->groups); return true;
    case EFFECT_LIMIT: e->limit = read_limit(r, 1); return true;
    case EFFECT_UPGRADE:
      e->token = read_u32(r), e->text = read_text(r), e->words = read_list(r, skip_text), e->number = read_u32(r);
      if (e->words.count == 0 || e->number > UPGRADE_WAIT_MAX) r->bad = true;
      return true;
    case EFFECT_WRITTEN: e->token = read_u32(r), e->number = read_u32(r); return true;
    case EFFECT_DATAGRAM: e->text = read_text(r), e->bytes = read_span(r); return true;
    default: return false;
  }
}

enum decoded effect_next(struct list *effects, struct effect *e) {
  memset(e, 0, sizeof *e);
  e->tag = read_u16(&effects->items);
  struct span body = read_span(&effects->items);
  if (effects->items.bad) return MALFORMED;
  struct reader r = {body.at, body.at + body.length, false};
  if (!read_body(&r, e)) return UNKNOWN_EFFECT;
  if (!read_whole(&r)) effects->items.bad = true;
  return effects->items.bad ? MALFORMED : DECODED;
}

static void skip_effect(struct list *l) {
  struct effect effect;
  (void)effect_next(l, &effect);
}

bool batch_decode(struct span frame, struct batch *batch) {
  struct reader r = {frame.at, frame.at + frame.length, false};
  batch->number = read_u64(&r);
  batch->acknowledged = read_list(&r, skip_number);
  batch->states = read_list(&r, skip_state);
  batch->effects = read_list(&r, skip_effect);
  return read_whole(&r);
}
