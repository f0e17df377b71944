/*
 * Fuzzing of the table that one keeper leaves to another: any bytes as its records, under a header that is right. What is taken up must be whole: written again
 * it must be taken up again. No call is made on a descriptor: those in the table are nobody's. A libFuzzer target; `fuzztable-own FILE SECONDS` changes the
 * table in the file at random instead (-DOWN_DRIVER).
 */
#include "../children.h"
#include "../daemon.h"
#include "../link.h"
#include "../sockets.h"
#include "../streams.h"
#include "../upgrade.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t luck; /* from the input: which allocation fails, if any */

bool sys_fault(const char *call) {
  if (luck == 0 || strcmp(call, "alloc") != 0 || --luck > 0) return false;
  errno = ENOMEM;
  return true;
}

static uint32_t crc(const uint8_t *at, size_t n) {
  uint32_t c = ~0u;
  for (; n > 0; n--, at++) {
    c ^= *at;
    for (int i = 0; i < 8; i++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
  }
  return ~c;
}

/* A header for whatever records follow it. */
static void seal(uint8_t *table, size_t size) {
  uint32_t records = 0;
  struct reader r = {table + TABLE_HEADER, table + size, false};
  for (; r.at < r.end && !r.bad; records++) {
    (void)read_u32(&r);
    (void)read_span(&r);
  }
  memcpy(table, "holdfast", 8);
  (void)fields_write(table + 8, FIELDS(F2(TABLE_VERSION), F4(records), F8(size - TABLE_HEADER), F4(crc(table + TABLE_HEADER, size - TABLE_HEADER))));
}

static void empty(struct map *m) {
  if (m->slots != m->first) free(m->slots);
  *m = (struct map)MAP_EMPTY(*m);
}

static void free_ops(struct sink *s) {
  for (struct op *op; (op = s->first);) {
    s->first = op->next;
    if (op == &s->close || op->kind == OP_MOVE) continue;
    if (op->block) block_discard(op->block);
    free(op->target.path);
    free(op);
  }
}

static void free_words(char ***words) {
  for (char **w = *words; w && *w; w++) free(*w);
  free(*words);
  *words = NULL;
}

/* As at the start, without closing anything. */
static void forget_all(void) {
  MAP_EACH(child, c, &all_children) {
    for (struct input *i; (i = c->input);) c->input = i->next, free(i);
    free(c->channel), free(c->cgroup), free(c->label), free(c);
  }
  MAP_EACH(sink, s, &all_sinks) free_ops(s), free(s->target.path), free(s);
  MAP_EACH(stream, s, &all_streams) free(s);
  MAP_EACH(sock, s, &all_sockets) free(s->address), free(s);
  MAP_EACH(state, s, &stored_states.map) free(s);
  empty(&all_children), empty(&child_pids), empty(&all_sinks), empty(&all_streams), empty(&all_sockets), empty(&stored_states.map);
  stored_states.total = 0;
  for (struct report *b; (b = K.reports.first);) K.reports.first = b->next, free(b->large), free(b);
  for (struct report *b; (b = K.reports.spares);) K.reports.spares = b->next, free(b);
  K.reports = (struct reports){0};
  for (uint32_t signal = 1; signal <= 64; signal++) signal_acknowledged(signal);
  K.timers.owners = 0;
  free_words(&the_daemon.argv), free_words(&the_daemon.former);
}

/* Whether it was taken up; then the table that would be left again. */
static bool restores(const uint8_t *table, size_t size, int *again) {
  char why[TABLE_WHY] = "";
  bool good = restore_all((struct table_bytes){table, size}, why);
  luck = 0;
  CHECK(good || why[0]);
  CHECK(K.reports.spare_count >= K.reports.promised);
  if (!good) return false;
  int error;
  the_daemon.program = the_daemon.argv[0];
  CHECK_EQ(table_save(1, the_daemon.argv, 0, again, &error, why), UPGRADE_DONE);
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static bool begun;
  if (!begun) CHECK(sinks_init());
  begun = true;
  if (size < 1 + TABLE_HEADER) return 0;
  forget_all();
  /* A copy of its own, so that one byte too far is seen. */
  uint8_t *table = malloc(size - 1);
  memcpy(table, data + 1, size - 1);
  seal(table, size - 1);
  luck = data[0];
  int first, second;
  bool good = restores(table, size - 1, &first);
  free(table);
  if (!good) return 0;
  struct stat st, st2;
  CHECK_EQ(fstat(first, &st), 0);
  uint8_t *again = malloc((size_t)st.st_size);
  CHECK_EQ(pread(first, again, (size_t)st.st_size, 0), st.st_size);
  forget_all();
  CHECK(restores(again, (size_t)st.st_size, &second));
  CHECK_EQ(fstat(second, &st2), 0);
  CHECK_EQ(st2.st_size, st.st_size);
  free(again);
  close(first), close(second);
  return 0;
}

#ifdef OWN_DRIVER
static uint32_t seed;
static uint32_t rnd(uint32_t n) {
  seed = seed * 1103515245 + 12345;
  return (seed >> 8) % n;
}

int main(int argc, char **argv) {
  static uint8_t original[1 << 16], changed[(1 << 16) + 1];
  int fd = open(argc > 2 ? argv[1] : "", O_RDONLY);
  ssize_t size = read(fd, original, sizeof original);
  uint64_t inputs = 0, end = now_mono() + (uint64_t)(argc > 2 ? atoi(argv[2]) : 0) * 1000 * MS;
  CHECK(size > TABLE_HEADER);
  seed = (uint32_t)now_mono();
  fprintf(stderr, "fuzztable: own driver, seed %u\n", seed);
  for (; now_mono() < end; inputs++) {
    changed[0] = (uint8_t)(rnd(3) ? 0 : rnd(256));
    memcpy(changed + 1, original, (size_t)size);
    for (uint32_t i = rnd(4); i > 0; i--) changed[1 + TABLE_HEADER + rnd((uint32_t)size - TABLE_HEADER)] ^= (uint8_t)(rnd(2) ? 1u << rnd(8) : rnd(256));
    (void)LLVMFuzzerTestOneInput(changed, (size_t)size + 1 - (rnd(8) ? 0 : rnd(100)));
  }
  printf("ok     fuzztable: %llu tables\n", (unsigned long long)inputs);
  return 0;
}
#endif
