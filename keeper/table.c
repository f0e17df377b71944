/* See table.h. */
#include "table.h"

enum { ROOM = 64 << 10, RECORD_HEADER = 2 + 2 + 4 };

static const char magic[8] = {'h', 'o', 'l', 'd', 'f', 'a', 's', 't'};

/* CRC-32 as of zip and Ethernet. */
static uint32_t crc_of(uint32_t crc, const uint8_t *at, size_t n) {
  static uint32_t table[256];
  for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
    table[i] = c;
  }
  crc = ~crc;
  while (n-- > 0) crc = table[(crc ^ *at++) & 0xff] ^ crc >> 8;
  return ~crc;
}

static void write_all(struct table *t, const uint8_t *at, size_t left) {
  while (left > 0 && t->error == 0) {
    ssize_t n = sys_write(t->fd, at, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) t->error = n < 0 ? errno : EIO;
    else at += n, left -= (size_t)n;
  }
}

/* Room for so many bytes more. */
static uint8_t *make_room(struct table *t, size_t n) {
  if (t->have + n > t->room) {
    write_all(t, t->bytes, t->have);
    t->have = 0;
  }
  if (n > t->room) {
    uint8_t *larger = sys_realloc(t->bytes, n > ROOM ? n : ROOM);
    if (!larger && t->error == 0) t->error = ENOMEM;
    if (!larger) return NULL;
    t->bytes = larger;
    t->room = n > ROOM ? n : ROOM;
  }
  return t->bytes + t->have;
}

void table_begin(struct table *t, int fd) {
  *t = (struct table){.fd = fd};
  uint8_t *header = make_room(t, TABLE_HEADER);
  if (header) memset(header, 0, TABLE_HEADER);
  if (header) t->have = TABLE_HEADER;
}

static void put(struct table *t, const struct record *r, const struct field *fields, size_t n) {
  size_t body = fields_size(fields, n), size = RECORD_HEADER + body;
  uint8_t *at = make_room(t, size);
  if (!at) return;
  at = fields_write(at, FIELDS(F2(r->tag), F2(r->flags), F4(body)));
  (void)fields_write(at, fields, n);
  t->crc = crc_of(t->crc, t->bytes + t->have, size);
  t->have += size;
  t->length += size;
  t->records++;
}

#define WRITE_N1(name) F1(from->name),
#define WRITE_N2(name) F2(from->name),
#define WRITE_N4(name) F4(from->name),
#define WRITE_N8(name) F8(from->name),
#define WRITE_I4(name) F4(from->name),
#define WRITE_BYTES(name) FB(from->name.at, from->name.length),
#define WRITE_PIPE(name) F4(from->name),
#define WRITE_SOCK(name) F4(from->name),
#define WRITE_FILE_(name) F4(from->name),
#define WRITE(kind, name) WRITE_##kind(name)
#define WRITER_OF(name, FIELDS_OF, tag_) \
  static void put_##name(struct table *t, const struct record *r) { \
    const struct name##_record *from = &r->name; \
    const struct field fields[] = {FIELDS_OF(WRITE)}; \
    put(t, r, fields, sizeof fields / sizeof *fields); \
  }
RECORDS(WRITER_OF)

/* The body of a report begins with no length of its own. */
static void put_report(struct table *t, const struct record *r) {
  const struct field body = {r->body.length, r->body.at, FIELD_RAW};
  put(t, r, &body, 1);
}

void table_put(struct table *t, const struct record *r) {
  switch (r->tag) {
#define PUT_CASE(name, FIELDS_OF, tag_) \
    case tag_: put_##name(t, r); break;
    RECORDS(PUT_CASE)
    default: put_report(t, r);
  }
}

int table_end(struct table *t) {
  uint8_t header[TABLE_HEADER];
  memcpy(header, magic, sizeof magic);
  (void)fields_write(header + sizeof magic, FIELDS(F2(TABLE_VERSION), F4(t->records), F8(t->length), F4(t->crc)));
  write_all(t, t->bytes, t->have);
  if (t->error == 0 && sys_pwrite(t->fd, header, sizeof header, 0) != (ssize_t)sizeof header) t->error = errno;
  free(t->bytes);
  t->bytes = NULL;
  return t->error;
}

static bool refused(char *why, const char *what, unsigned long long number) {
  snprintf(why, TABLE_WHY, what, number);
  return false;
}

static bool read_header(struct reader *r, uint32_t *records, char *why) {
  size_t size = (size_t)(r->end - r->at);
  if (size < TABLE_HEADER || memcmp(r->at, magic, sizeof magic) != 0) return refused(why, "this is no table (%llu bytes)", size);
  r->at += sizeof magic;
  uint16_t format = read_u16(r);
  *records = read_u32(r);
  uint64_t length = read_u64(r);
  uint32_t crc = read_u32(r);
  if (format == 0 || format > TABLE_VERSION) return refused(why, "format %llu of the table is not known here", format);
  if (length != size - TABLE_HEADER) return refused(why, "the table is cut off, or too long: %llu bytes", size);
  if (crc != crc_of(0, r->at, (size_t)length)) return refused(why, "the table is damaged: its checksum is not %llu", crc);
  return true;
}

static int32_t read_fd(struct reader *r) { return r->at == r->end ? -1 : read_i32(r); }

/* What an older keeper did not write is not there. */
#define READ_N1(name) to->name = r->at == r->end ? 0 : read_u8(r);
#define READ_N2(name) to->name = r->at == r->end ? 0 : read_u16(r);
#define READ_N4(name) to->name = r->at == r->end ? 0 : read_u32(r);
#define READ_N8(name) to->name = r->at == r->end ? 0 : read_u64(r);
#define READ_I4(name) to->name = r->at == r->end ? 0 : read_i32(r);
#define READ_BYTES(name) to->name = r->at == r->end ? (struct span){r->at, 0} : read_span(r);
#define READ_PIPE(name) to->name = read_fd(r);
#define READ_SOCK(name) to->name = read_fd(r);
#define READ_FILE_(name) to->name = read_fd(r);
#define READ(kind, name) READ_##kind(name)
#define READER_OF(name, FIELDS_OF, tag_) \
  static void read_##name(struct reader *r, struct name##_record *to) { FIELDS_OF(READ) }
RECORDS(READER_OF)

static bool read_record(struct reader *r, struct record *record, char *why) {
  memset(record, 0, sizeof *record);
  record->tag = read_u16(r);
  record->flags = read_u16(r);
  record->body = read_span(r);
  if (r->bad) return refused(why, "the table ends in the middle of a record%.0llu", 0);
  struct reader body = {record->body.at, record->body.at + record->body.length, false};
  record->known = true;
  switch (record->tag) {
#define READ_CASE(name, FIELDS_OF, tag_) \
    case tag_: read_##name(&body, &record->name); break;
    RECORDS(READ_CASE)
    default: record->known = record->tag >= RECORD_REPORT_FIRST && record->tag <= RECORD_REPORT_LAST;
  }
  if (!record->known && record->flags & MUST_KNOW) return refused(why, "record %llu of the table is not known here", record->tag);
  return !body.bad || refused(why, "record %llu of the table is malformed", record->tag);
}

bool table_read(struct table_bytes table, bool (*take)(void *, const struct record *, char *), void *with, char *why) {
  struct reader r = {table.at, table.at + table.size, false};
  struct record record;
  uint32_t records;
  if (!read_header(&r, &records, why)) return false;
  for (uint32_t i = 0; i < records; i++) {
    if (!read_record(&r, &record, why) || (record.known && !take(with, &record, why))) return false;
  }
  return r.at == r.end || refused(why, "the table has more than its %llu records", records);
}

#define USE_N1(name)
#define USE_N2(name)
#define USE_N4(name)
#define USE_N8(name)
#define USE_I4(name)
#define USE_BYTES(name)
#define USE_PIPE(name) if (from->name >= 0 && !use(with, from->name, S_IFIFO)) return false;
#define USE_SOCK(name) if (from->name >= 0 && !use(with, from->name, S_IFSOCK)) return false;
#define USE_FILE_(name) if (from->name >= 0 && !use(with, from->name, 0)) return false;
#define USE(kind, name) USE_##kind(name)
#define USER_OF(name, FIELDS_OF, tag_) \
  static bool use_##name(const struct name##_record *from, bool (*use)(void *, int, mode_t), void *with) { \
    (void)from, (void)use, (void)with; \
    FIELDS_OF(USE) \
    return true; \
  }
RECORDS(USER_OF)

bool record_descriptors(const struct record *r, bool (*use)(void *, int, mode_t), void *with) {
  switch (r->tag) {
#define USE_CASE(name, FIELDS_OF, tag_) \
    case tag_: return use_##name(&r->name, use, with);
    RECORDS(USE_CASE)
    default: return true;
  }
}
