/*
 * Unit tests of the table that a keeper leaves: what is written is read, whatever was changed or cut off is refused, older and newer records are read as far as
 * both know them, and the table of each release stays readable: test/contract/vectors/table-1.bin is kept for ever, with what is in it as text beside it.
 */
#include "check.h"

#include "../table.h"
#include "tables.h"

extern long fault_in;

static struct span text(const char *s) { return (struct span){(const uint8_t *)s, (uint32_t)strlen(s)}; }
#define PUT(number, member, ...) table_put(t, &(const struct record){.tag = (number), .flags = MUST_KNOW, .member = {__VA_ARGS__}})

static void put_frame(struct table *t, uint16_t tag, const struct field *fields, size_t n) {
  uint8_t body[256];
  CHECK(fields_size(fields, n) <= sizeof body);
  (void)fields_write(body, fields, n);
  table_put(t, &(const struct record){.tag = tag, .flags = MUST_KNOW, .body = {body, (uint32_t)fields_size(fields, n)}});
}

/* One of everything, each field with a value of its own, as it may be. */
void table_example(struct table *t) {
  PUT(RECORD_KEEPER, keeper, .inherited = 7, .nofile_soft = 1024, .nofile_hard = 4096, .nproc_soft = 100, .nproc_hard = 200, .nice = -3,
      .oom = text("0"), .daemonized = 1, .last_report = 90, .quick_deaths = 2, .unready = 1, .deaths = 5, .status = 256, .terms = 1, .token = 77);
  PUT(RECORD_WORD, word, .former = 0, .text = text("/opt/new/node"));
  PUT(RECORD_WORD, word, .former = 0, .text = text("/opt/new/daemon.cjs"));
  PUT(RECORD_WORD, word, .former = 1, .text = text("/opt/old/node"));
  PUT(RECORD_STORED, stored, .key = text("process:web"), .value = text("{}"));
  PUT(RECORD_CHILD, child, .child = 1, .label = text("web:web_0"), .pid = 4711, .state = CHILD_RUNNING, .mono = 11, .wall = 12, .out = 2, .err = 3,
      .input = 20, .input_closing = 1, .signal = 15, .wait_ms = 10000, .signal_group = 1, .kill_group = 1, .rank = -5,
      .cgroup = text("/sys/fs/cgroup/web"), .notify = 21, .ready = 22);
  PUT(RECORD_INPUT, input, .child = 1, .bytes = text("what it has not read"));
  PUT(RECORD_CHILD, child, .child = 5, .label = text("job:job"), .pid = 4712, .state = CHILD_ENDED, .mono = 13, .wall = 14, .reaped = 1, .step = 0, .error = 0,
      .status = 768, .ended_mono = 15, .ended_wall = 16, .user_us = 17, .system_us = 18, .maxrss = 19, .out = 6, .input = -1, .notify = -1, .ready = -1);
  PUT(RECORD_SINK, sink, .sink = 2, .path = text("/var/log/web.log"), .size = 1000, .limit = 1000, .regular = 1, .kind = 1, .flags = 1, .mode = 0644,
      .device = 30, .inode = 31, .fd = 23, .at_limit = 1, .failing = 1, .lost_all = 32, .lost_burst = 33);
  PUT(RECORD_SINK, sink, .sink = 3, .path = text("/run/fifo"), .kind = 3, .mode = 0600, .fd = 24);
  PUT(RECORD_STREAM, stream, .stream = 2, .child = 1, .mode = MODE_ASKED, .sink = 2, .open = 1, .fd = 25, .pipe_bytes = 65536, .block_number = 8);
  PUT(RECORD_STREAM, stream, .stream = 3, .child = 1, .mode = MODE_PLAIN, .sink = 3, .open = 1, .fd = 26, .ended = 1, .pipe_bytes = 4096, .block_number = 0);
  PUT(RECORD_STREAM, stream, .stream = 6, .child = 5, .mode = MODE_PLAIN, .sink = 0, .open = 0, .fd = -1, .ended = 1);
  PUT(RECORD_OP, op, .sink = 2, .kind = 4, .stream = 2, .block = 1, .bytes = text("a block with its verdict"));
  PUT(RECORD_OP, op, .sink = 2, .kind = 4, .append = 1, .bytes = text("an append"));
  PUT(RECORD_OP, op, .sink = 2, .kind = 1, .path = text("/var/log/next.log"), .flags = 2, .mode = 0640, .limit = 2000);
  PUT(RECORD_OP, op, .sink = 2, .kind = 2);
  PUT(RECORD_OP, op, .sink = 3, .kind = 4, .stream = 3, .bytes = text("from the pipe"));
  PUT(RECORD_SOCKET, socket, .socket = 9, .family = FAMILY_INET, .state = 1, .serve = 1, .descriptor = -1,
      .address = text("127.0.0.1"), .port = 9001, .fd = 27);
  put_frame(t, REPORT_SIGNAL, FIELDS(F8(80), F4(1)));
  put_frame(t, REPORT_LIMIT, FIELDS(F8(81), F4(2), F8(1000), F8(30), F8(31)));
  put_frame(t, REPORT_BLOCK, FIELDS(F8(82), F4(2), F8(8), FB("asked", 5)));
  put_frame(t, REPORT_NOTIFIED, FIELDS(F8(83), F4(1), F4(4711), F4(0), F8(84), FB("READY=1", 7)));
  put_frame(t, REPORT_EXITED, FIELDS(F8(85), F4(5), F4(4712), F4(768), F8(15), F8(16), F8(17), F8(18), F8(19)));
}

size_t table_to_bytes(void (*records)(struct table *), uint8_t *to, size_t room) {
  struct table t;
  int fd = memfd_create("test", MFD_CLOEXEC);
  table_begin(&t, fd);
  records(&t);
  int error = table_end(&t);
  ssize_t n = error ? 0 : pread(fd, to, room, 0);
  close(fd);
  return n > 0 ? (size_t)n : 0;
}

/* As text: every field by its name. */
static char dump[1 << 16];
static size_t dumped;
static void say(const char *format, const char *name, long long value) {
  dumped += (size_t)snprintf(dump + dumped, sizeof dump - dumped, format, name, value);
}
static void say_bytes(const char *name, struct span s) {
  say(" %s=", name, 0);
  for (uint32_t i = 0; i < s.length; i++) {
    if (s.at[i] > ' ' && s.at[i] < 127) say("%.0s%c", "", s.at[i]);
    else say("%.0s\\%02llx", "", s.at[i]);
  }
}
#define SAY_N1(name) say(" %s=%lld", #name, r->name);
#define SAY_N2(name) SAY_N1(name)
#define SAY_N4(name) SAY_N1(name)
#define SAY_N8(name) say(" %s=%lld", #name, (long long)r->name);
#define SAY_I4(name) SAY_N1(name)
#define SAY_BYTES(name) say_bytes(#name, r->name);
#define SAY_PIPE(name) SAY_N1(name)
#define SAY_SOCK(name) SAY_N1(name)
#define SAY_FILE_(name) SAY_N1(name)
#define SAY(kind, name) SAY_##kind(name)
#define SAYER_OF(name, FIELDS_OF, tag_) static void say_##name(const struct name##_record *r) { say("%s", #name, 0); FIELDS_OF(SAY) }
RECORDS(SAYER_OF)

/* Dumps it, and writes it again. */
static bool take(void *with, const struct record *record, char *why) {
  (void)why;
  if (with) table_put(with, record);
  switch (record->tag) {
#define SAY_CASE(name, FIELDS_OF, tag_) case tag_: say_##name(&record->name); break;
    RECORDS(SAY_CASE)
    default: say("report%.0s %lld", "", record->tag), say_bytes("body", record->body);
  }
  say("%.0s\n", "", 0);
  return true;
}

static struct table *again;
static const uint8_t *first_bytes;
static size_t first_size;
static void write_again(struct table *t) {
  char why[TABLE_WHY];
  again = t;
  CHECK(table_read((struct table_bytes){first_bytes, first_size}, take, again, why));
}

void tables_are_read_as_written(void) {
  static uint8_t first[1 << 16], second[1 << 16];
  first_size = table_to_bytes(table_example, first, sizeof first);
  first_bytes = first;
  CHECK(first_size > TABLE_HEADER);
  size_t size = table_to_bytes(write_again, second, sizeof second);
  CHECK_EQ(size, first_size);
  CHECK(memcmp(first, second, size) == 0);
  /* Any bit that is changed, and any end that is cut off, is noticed. */
  char why[TABLE_WHY];
  for (size_t i = 0; i < size; i++) {
    second[i] ^= (uint8_t)(1u << i % 8);
    CHECK(!table_read((struct table_bytes){second, size}, take, NULL, why));
    second[i] ^= (uint8_t)(1u << i % 8);
    CHECK(!table_read((struct table_bytes){second, i}, take, NULL, why));
    dumped = 0;
  }
}

static uint16_t stranger_flags;
static void with_stranger(struct table *t) {
  table_example(t);
  const struct field body = F4(1);
  uint8_t bytes[4];
  (void)fields_write(bytes, &body, 1);
  /* A number that is no report's is written as one all the same. */
  table_put(t, &(const struct record){.tag = 900, .flags = stranger_flags, .body = {bytes, 4}});
}

/* Word records by hand: one from before its last field was there, one with more behind it than is known. */
static int words;
static bool take_word(void *with, const struct record *record, char *why) {
  (void)with, (void)why;
  if (record->tag != RECORD_WORD) return true;
  words++;
  CHECK_EQ(record->word.former, 1);
  CHECK_EQ(record->word.text.length, words == 1 ? 0 : 1);
  return true;
}
static void with_other_words(struct table *t) {
  /* A tag of a report, which is written as it is: the test makes it a word's below. */
  table_put(t, &(const struct record){.tag = 100, .flags = 1, .body = {(const uint8_t *)"\1", 1}});
  table_put(t, &(const struct record){.tag = 100, .flags = 1, .body = {(const uint8_t *)"\1\1\0\0\0wmore", 10}});
}
static bool take_child(void *with, const struct record *record, char *why) {
  (void)with, (void)why;
  if (record->tag == RECORD_CHILD) CHECK(record->child.input == -1 && record->child.notify == -1 && record->child.rank == 0);
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

void table_seal(uint8_t *table, size_t size) {
  if (size < TABLE_HEADER) return;
  (void)fields_write(table + 14, FIELDS(F8(size - TABLE_HEADER), F4(crc(table + TABLE_HEADER, size - TABLE_HEADER))));
}

void tables_of_other_versions(void) {
  static uint8_t bytes[1 << 16];
  char why[TABLE_WHY];
  size_t size;
  for (stranger_flags = 0; stranger_flags < 2; stranger_flags++) {
    size = table_to_bytes(with_stranger, bytes, sizeof bytes);
    dumped = 0;
    CHECK_EQ(table_read((struct table_bytes){bytes, size}, take, NULL, why), stranger_flags == 0);
  }
  CHECK(strcmp(why, "record 900 of the table is not known here") == 0);
  size = table_to_bytes(with_other_words, bytes, sizeof bytes);
  bytes[TABLE_HEADER] = bytes[TABLE_HEADER + 9] = RECORD_WORD;
  table_seal(bytes, size);
  CHECK(table_read((struct table_bytes){bytes, size}, take_word, NULL, why));
  CHECK_EQ(words, 2);
  bytes[TABLE_HEADER] = FRAME_CHILD; /* with the first byte of its number only: no end of a field */
  table_seal(bytes, size);
  CHECK(!table_read((struct table_bytes){bytes, size}, take_child, NULL, why));
  bytes[TABLE_HEADER + 4] = 0; /* nothing at all of it, and then rubbish */
  table_seal(bytes, size);
  CHECK(!table_read((struct table_bytes){bytes, size}, take_child, NULL, why));
  bytes[8] = TABLE_VERSION + 1;
  CHECK(!table_read((struct table_bytes){bytes, size}, take_word, NULL, why));
  CHECK(strstr(why, "format"));
}

void tables_cannot_be_written(void) {
  static uint8_t bytes[1 << 16];
  size_t size = 0;
  for (long n = 1; size == 0 && n < 100; n++) {
    fault_in = n;
    size = table_to_bytes(table_example, bytes, sizeof bytes);
    if (fault_in == 0) CHECK_EQ(size, 0);
    else CHECK(n > 3); /* the buffer, the bytes, the header */
    fault_in = 0;
  }
}

static void compare(const char *file, const char *with, size_t length) {
  static char is[1 << 17];
  int fd = open(file, O_RDONLY);
  ssize_t n = read(fd, is, sizeof is);
  close(fd);
  if (fd < 0 || n != (ssize_t)length || memcmp(is, with, length) != 0) fprintf(stderr, "%.*s", (int)length, with);
  CHECK(fd >= 0 && n == (ssize_t)length && memcmp(is, with, length) == 0);
}

/* The vectors: what was written then is read, each field as it was then. */
void tables_of_every_release(void) {
  static uint8_t table[1 << 16];
  char why[TABLE_WHY];
  int fd = open("../test/contract/vectors/table-1.bin", O_RDONLY);
  ssize_t n = read(fd, table, sizeof table);
  close(fd);
  dumped = 0;
  CHECK(n > 0 && table_read((struct table_bytes){table, (size_t)n}, take, NULL, why));
  compare("../test/contract/vectors/table-1.txt", dump, dumped);
}

/* `unit record FILE`: the table of today, for a release that has none yet, and what is in it on stdout. */
int record_table(const char *file) {
  static uint8_t table[1 << 16];
  char why[TABLE_WHY];
  size_t size = table_to_bytes(table_example, table, sizeof table);
  int fd = open(file, O_CREAT | O_EXCL | O_WRONLY, 0644);
  bool good = write(fd, table, size) == (ssize_t)size && table_read((struct table_bytes){table, size}, take, NULL, why);
  close(fd);
  return good && write(1, dump, dumped) == (ssize_t)dumped ? 0 : 1;
}
