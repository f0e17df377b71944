/*
 * Unit tests of the pure parts: bytes, map, store, reports, timers, lives, effects, lanes. Random histories are compared with a model that is too simple to be
 * wrong; the fault loops let the nth allocation fail, n = 1, 2, ... until nothing fails any more, and look at what is left behind.
 */
#include "check.h"

#include "../effects.h"
#include "../lives.h"
#include "../reports.h"
#include "../store.h"
#include "../timers.h"
#include "../workers.h"
#include "daemon.h"
#include "tables.h"

/* attributes.c */
void attributes_are_in_their_ranges(void);
void steps_of_later_versions(void);

long fault_in; /* the nth call from now fails; 0: none does */

bool sys_fault(const char *call) {
  (void)call;
  if (fault_in == 0 || --fault_in > 0) return false;
  errno = ENOMEM;
  return true;
}

static uint32_t seed = 1;
static uint32_t rnd(uint32_t n) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % n;
}

static void bytes_read_what_was_written(void) {
  const char text[] = "text";
  uint8_t frame[64];
  const struct field fields[] = {F1(0xfe), F2(0xfedc), F4(-2), F8(0xfedcba9876543210), FB(text, 4), FB("", 0)};
  size_t size = frame_size(fields, 6);
  CHECK_EQ(size, 4 + 2 + 1 + 2 + 4 + 8 + 8 + 4);
  frame_write(frame, 0x1234, fields, 6);
  for (size_t cut = 0; cut <= size; cut++) {
    struct reader r = {frame, frame + cut, false};
    bool good = read_u32(&r) == size - 4 && read_u16(&r) == 0x1234 && read_u8(&r) == 0xfe && read_u16(&r) == 0xfedc && read_i32(&r) == -2 &&
                read_u64(&r) == 0xfedcba9876543210 && read_span(&r).length == 4 && read_text(&r).length == 0 && read_whole(&r);
    CHECK_EQ(good, cut == size);
  }
  struct reader r = {(const uint8_t *)"\x03\x00\x00\x00" "a\0b", (const uint8_t *)"", false};
  r.end = r.at + 7;
  (void)read_text(&r);
  CHECK(r.bad);
  r = (struct reader){(const uint8_t *)"\xff\xff\xff\xff", NULL, false};
  r.end = r.at + 4;
  CHECK_EQ(read_span(&r).length, 0);
  CHECK(r.bad);
}

struct thing { struct node node; bool in; };

static void map_holds_what_was_put(void) {
  static struct thing things[1000];
  struct map m = MAP_EMPTY(m);
  size_t count = 0;
  for (int i = 0; i < 100000; i++) {
    struct thing *t = &things[rnd(1000)];
    uint64_t key = (uint64_t)(t - things) / 3;
    if (rnd(50) == 0) fault_in = 1; /* the table cannot grow: nothing is lost */
    if (t->in) map_drop(&m, &t->node);
    else map_put(&m, &t->node, key);
    count = t->in ? count - 1 : count + 1;
    t->in = !t->in;
    CHECK_EQ(m.count, count);
  }
  size_t seen = 0, same = 0;
  for (struct node *n = map_next(&m, NULL); n; n = map_next(&m, n)) seen += owner_of(n, struct thing, node)->in;
  for (uint64_t key = 0; key < 334; key++) {
    for (struct node *n = map_get(&m, key); n; n = map_same(n)) same++;
  }
  CHECK_EQ(seen, count);
  CHECK_EQ(same, count);
  if (m.slots != m.first) free(m.slots);
}

static struct span span(const char *text) { return (struct span){(const uint8_t *)text, (uint32_t)strlen(text)}; }

static void store_is_all_or_nothing(void) {
  static const char *keys[] = {"a", "b", "c", "dd", "eee"};
  uint32_t model[5] = {0};
  struct store store = {.map = MAP_EMPTY(store.map)};
  for (int round = 0; round < 50000; round++) {
    uint32_t next[5], total = 0;
    memcpy(next, model, sizeof next);
    struct changes changes = {&store, NULL};
    bool good = true;
    if (rnd(4) == 0) fault_in = 1 + rnd(8);
    for (uint32_t i = rnd(8); i > 0 && good; i--) {
      uint32_t k = rnd(5), length = rnd(40);
      char value[40];
      memset(value, (char)length, sizeof value);
      bool deletes = rnd(3) == 0;
      good = store_change(&changes, span(keys[k]), deletes, (struct span){(uint8_t *)value, deletes ? 0 : length});
      next[k] = deletes ? 0 : length + 1; /* 0: not there */
    }
    fault_in = 0;
    for (int k = 0; k < 5; k++) total += next[k] ? next[k] - 1 + (uint32_t)strlen(keys[k]) : 0;
    if (!good) store_undo(&changes);
    else CHECK_EQ(store_keep(&changes, 100), total <= 100);
    if (good && total <= 100) memcpy(model, next, sizeof model);
    size_t sum = 0;
    for (int k = 0; k < 5; k++) {
      struct state *s = store_get(&store, span(keys[k]));
      CHECK_EQ(s != NULL, model[k] > 0);
      if (!s) continue;
      CHECK_EQ(s->value_length, model[k] - 1);
      for (uint32_t i = 0; i < s->value_length; i++) CHECK_EQ(s->bytes[s->key_length + i], model[k] - 1);
      sum += s->key_length + s->value_length;
    }
    CHECK_EQ(store.total, sum);
  }
  struct changes all = {&store, NULL};
  for (int k = 0; k < 5; k++) CHECK(store_change(&all, span(keys[k]), true, span("")));
  CHECK(store_keep(&all, 0));
  CHECK_EQ(store.map.count, 0);
}

/* Everything unsent, in order; returns how many frames and writes all but `short_of` bytes of the last. */
static size_t deliver(struct reports *r, size_t short_of) {
  struct iovec v[64];
  int n = reports_gather(r, v, 64);
  size_t bytes = 0;
  for (int i = 0; i < n; i++) bytes += v[i].iov_len;
  if (bytes > short_of) reports_written(r, bytes - short_of);
  return (size_t)n;
}

static void reports_are_kept_until_acknowledged(void) {
  struct reports r = {0};
  struct acknowledged s;
  CHECK_EQ(reports_add(&r, VOLATILE, REPORT_ORPHAN, FIELDS(F4(1), F4(2))), 0);
  CHECK_EQ(deliver(&r, 0), 0); /* no daemon: nobody to tell */
  r.connected = true;
  CHECK(reports_promise(&r, 3));
  fault_in = 1; /* what was promised needs no memory */
  CHECK_EQ(reports_add(&r, DURABLE, REPORT_EXITED, FIELDS(F4(7), F4(8))), 1);
  CHECK_EQ(reports_add(&r, DURABLE, REPORT_EOF, FIELDS(F4(9), F4(7))), 2);
  CHECK_EQ(fault_in, 1);
  CHECK_EQ(reports_add(&r, VOLATILE, REPORT_ORPHAN, FIELDS(F4(1), F4(2))), 0);
  CHECK(r.failed);
  r.failed = false;
  reports_add(&r, VOLATILE, REPORT_ORPHAN, FIELDS(F4(1), F4(2)));
  CHECK(!reports_acknowledge(&r, 1, &s)); /* it was not sent yet */
  CHECK_EQ(deliver(&r, 1), 3);
  CHECK(reports_acknowledge(&r, 1, &s));
  CHECK_EQ(s.tag, REPORT_EXITED);
  CHECK_EQ(s.first, 7);
  CHECK_EQ(s.second, 8);
  CHECK(!reports_acknowledge(&r, 1, &s));
  CHECK(!reports_acknowledge(&r, 0, &s));
  CHECK(!reports_acknowledge(&r, 99, &s));
  CHECK_EQ(deliver(&r, 0), 1); /* the last byte of the loose one */
  CHECK_EQ(r.volatile_bytes, 0);
  reports_disconnected(&r);
  CHECK(!reports_acknowledge(&r, 2, &s)); /* the new daemon was not told */
  r.connected = true;
  CHECK_EQ(deliver(&r, 0), 1);
  CHECK(reports_acknowledge(&r, 2, &s));
  CHECK_EQ(deliver(&r, 0), 0);
  struct report *b = block_new();
  memset(block_data(b), 'x', 10);
  reports_add_block(&r, b, 5, 6, 10);
  CHECK(!reports_take_block(&r, b));
  CHECK_EQ(deliver(&r, 0), 1);
  CHECK(!reports_acknowledge(&r, b->number, &s)); /* a block waits for its verdict */
  struct reader at = {b->large, b->large + b->length, false};
  CHECK_EQ(read_u32(&at), b->length - 4);
  CHECK_EQ(read_u16(&at), REPORT_BLOCK);
  CHECK_EQ(read_u64(&at), 3);
  CHECK_EQ(read_u32(&at), 5);
  CHECK_EQ(read_u64(&at), 6);
  CHECK_EQ(read_span(&at).length, 10);
  CHECK(read_whole(&at));
  CHECK(reports_take_block(&r, b));
  block_discard(b);
  CHECK(!r.first && !r.last && !r.unsent);
  reports_release(&r, r.promised);
  while ((b = r.spares)) {
    r.spares = b->next;
    free(b);
  }
}

static unsigned rung;
static uint64_t last_at;
static void ring(struct timer *t) {
  CHECK(t->at_mono >= last_at);
  last_at = t->at_mono;
  rung++;
}

static void timers_ring_in_order(void) {
  static struct timer many[500];
  struct timers t = {0};
  CHECK(timers_join(&t, 500));
  unsigned armed = 0;
  for (int i = 0; i < 20000; i++) {
    struct timer *one = &many[rnd(500)];
    one->ring = ring;
    armed -= one->place > 0;
    if (rnd(3) == 0) timer_cancel(&t, one);
    else timer_set(&t, one, rnd(100000)), armed++;
    CHECK_EQ(t.count, armed);
    for (size_t p = 2; p <= t.count && i % 100 == 0; p++) CHECK(t.heap[p]->at_mono >= t.heap[p / 2]->at_mono && t.heap[p]->place == p);
  }
  CHECK(!timers_ring(&t, 0) || rung > 0);
  while (timers_ring(&t, UINT64_MAX)) {}
  CHECK_EQ(rung, armed);
  CHECK_EQ(timers_next(&t), UINT64_MAX);
  free(t.heap);
}

static void lives_in_a_table(void) {
  const uint64_t second = 1000 * MS;
  struct lives l = {0};
  struct life_after a = lives_ended(&l, 3 << 8, 5);
  CHECK(a.end && a.code == 3);
  a = lives_ended(&l, SIGSEGV, 5);
  CHECK(a.end && a.code == 128 + SIGSEGV);
  l = (struct lives){0};
  lives_ready(&l, second);
  a = lives_ended(&l, SIGKILL, 2 * second);
  CHECK(!a.end && a.wait_ns == 0 && l.quick_deaths == 0);
  static const uint64_t waits[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
  for (unsigned i = 0; i < 8; i++) {
    a = lives_ended(&l, 0, 2 * second); /* not even ready */
    CHECK_EQ(a.wait_ns, waits[i] * MS);
    CHECK_EQ(l.quick_deaths, i + 1);
  }
  lives_ready(&l, 0);
  a = lives_ended(&l, 0, 9 * second);
  CHECK_EQ(l.quick_deaths, 9);
  lives_ready(&l, 0);
  a = lives_ended(&l, SIGKILL, 9 * second); /* killed young: no quick death, and no long life */
  CHECK(a.wait_ns == 0 && l.quick_deaths == 9);
  for (unsigned i = 0; i < 6; i++) { /* killed before it was ready: not quick, but from the third on with the same waits */
    a = lives_ended(&l, SIGKILL, 9 * second);
    CHECK_EQ(a.wait_ns, i < 2 ? 0 : waits[i - 2] * MS);
    CHECK_EQ(l.quick_deaths, 9);
  }
  lives_ready(&l, 0);
  a = lives_ended(&l, 0, 10 * second);
  CHECK(a.wait_ns == 0 && l.quick_deaths == 0);
  lives_ready(&l, 0);
  l.announced = true;
  a = lives_ended(&l, 0, 1);
  CHECK(a.wait_ns == 0 && l.quick_deaths == 0);
  CHECK(l.deaths > 0 && l.status == 0); /* the announced end is not one of them */
  l = (struct lives){0};
  lives_ready(&l, 0);
  for (unsigned i = 1; i <= 12; i++) { /* killed every second: from the tenth on there is a pause */
    a = lives_ended(&l, SIGKILL, i * second);
    CHECK(a.wait_ns == (i < 10 ? 0 : second));
    lives_ready(&l, i * second);
  }
  CHECK(l.deaths == 12 && l.status == SIGKILL);
  a = lives_ended(&l, SIGKILL, 100 * second); /* not the tenth within a minute */
  CHECK(a.wait_ns == 0);
  CHECK(!lives_term(&l));
  CHECK(lives_term(&l));
  lives_ready(&l, 0);
  CHECK(!lives_term(&l) && !lives_term(&l));
}

static void every_cut_of_a_batch_is_refused(void) {
  struct making *m = batch_new();
  batch_ack(m, 4);
  batch_put(m, "key", "value", 5);
  batch_delete(m, "other");
  struct spawning s = shell(7, "true", "/tmp/log");
  s.user = true;
  s.group_count = 2;
  s.limit_count = 1;
  s.directory = "/";
  batch_spawn(m, &s);
  struct out o = {0};
  put(&o, 1, 2);
  batch_effect(m, 4711, &o);
  struct out frame = batch_frame(m);
  struct batch b;
  for (size_t cut = 6; cut < frame.n; cut++) CHECK(!batch_decode((struct span){frame.at + 6, (uint32_t)(cut - 6)}, &b));
  CHECK(batch_decode((struct span){frame.at + 6, (uint32_t)(frame.n - 6)}, &b));
  CHECK_EQ(b.acknowledged.count, 1);
  CHECK_EQ(read_u64(&b.acknowledged.items), 4);
  struct state_change c = state_next(&b.states);
  CHECK(c.key.length == 3 && !c.deletes && c.value.length == 5);
  c = state_next(&b.states);
  CHECK(c.key.length == 5 && c.deletes);
  struct effect e;
  CHECK_EQ(effect_next(&b.effects, &e), DECODED);
  CHECK_EQ(e.spawn.child, 7);
  CHECK_EQ(e.spawn.argv.count, 3);
  CHECK_EQ(e.spawn.groups.count, 2);
  CHECK_EQ(e.spawn.out.spec.path.length, 8);
  CHECK_EQ(e.spawn.will.wait_ms, 1000);
  CHECK_EQ(effect_next(&b.effects, &e), UNKNOWN_EFFECT);
  CHECK_EQ(e.tag, 4711);
  /* Any one byte changed: it may be good or bad, but nothing is read outside (the sanitizers look). */
  for (size_t i = 6; i < frame.n; i++) {
    for (int v = 0; v < 256; v += 51) {
      uint8_t was = frame.at[i];
      frame.at[i] = (uint8_t)v;
      uint8_t *copy = malloc(frame.n - 6);
      memcpy(copy, frame.at + 6, frame.n - 6);
      (void)batch_decode((struct span){copy, (uint32_t)(frame.n - 6)}, &b);
      free(copy);
      frame.at[i] = was;
    }
  }
  free(frame.at);
}

/* A worker for each job that there may be, all of which hang: other lanes have their turn all the same, writes before spawns. */
static void lanes_have_room_for_each_other(void) {
  static struct workers w;
  static struct timers timers;
  enum { HANGING = 1000, DEAD = 3, GOOD = 7, SPAWNS = LANES + 3, SPAWN = LANES + 9 };
  static struct job hanging[HANGING], spawns[HANGING], write = {.lane = GOOD}, spawn = {.lane = SPAWN};
  CHECK(workers_init(&w, &timers));
  workers_stop(&w);
  w.count = 1; /* it is believed to have a worker */
  for (int i = 0; i < HANGING; i++) {
    hanging[i].lane = DEAD;
    spawns[i].lane = SPAWNS;
    workers_submit(&w, &hanging[i]);
    workers_submit(&w, &spawns[i]);
  }
  for (int i = 0; i < LANE_MAX; i++) CHECK(workers_take(&w) == &hanging[i]);
  for (int i = 0; i < SPAWN_LANE_MAX; i++) CHECK(workers_take(&w) == &spawns[i]);
  CHECK(workers_take(&w) == NULL);
  workers_submit(&w, &spawn);
  workers_submit(&w, &write);
  CHECK(workers_take(&w) == &write);
  CHECK(workers_take(&w) == &spawn);
  CHECK(workers_take(&w) == NULL);
  workers_finished(&w, &hanging[0]);
  CHECK(workers_take(&w) == &hanging[LANE_MAX]);
  CHECK(workers_take(&w) == NULL);
  CHECK_EQ(w.queued, 2 * HANGING - LANE_MAX - SPAWN_LANE_MAX - 1);
}

int main(int argc, char **argv) {
  if (argc == 3) return record_table(argv[2]);
  static const struct { const char *name; void (*run)(void); } tests[] = {
    {"bytes: what was written is read, and no cut of it", bytes_read_what_was_written},
    {"map: holds what was put, grown or not", map_holds_what_was_put},
    {"store: a batch of changes is taken whole or not at all", store_is_all_or_nothing},
    {"reports: kept until acknowledged, each daemon told anew", reports_are_kept_until_acknowledged},
    {"timers: ring in order", timers_ring_in_order},
    {"lives: quick deaths, backoff, the end", lives_in_a_table},
    {"lanes: what hangs in one holds up no other", lanes_have_room_for_each_other},
    {"effects: every cut of a batch is refused", every_cut_of_a_batch_is_refused},
    {"effects: an attribute that cannot be fails its spawn alone", attributes_are_in_their_ranges},
    {"tables: what was written is read; what was changed or cut off is not", tables_are_read_as_written},
    {"tables: records of other versions", tables_of_other_versions},
    {"tables: each call fails once", tables_cannot_be_written},
    {"tables: the vectors of every release", tables_of_every_release},
    {"reports: steps that version 1 does not know", steps_of_later_versions},
  };
  for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
    tests[i].run();
    printf("ok     %s\n", tests[i].name);
  }
  return 0;
}
