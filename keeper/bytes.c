/* See bytes.h. Pure: no system call but for memory. */
#include "bytes.h"

uint64_t read_number(struct reader *r, unsigned size) {
  if (r->bad || (size_t)(r->end - r->at) < size) {
    r->bad = true;
    return 0;
  }
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++) value |= (uint64_t)r->at[i] << (8 * i);
  r->at += size;
  return value;
}

uint8_t read_choice(struct reader *r, uint8_t max) {
  uint8_t value = read_u8(r);
  if (value <= max) return value;
  r->bad = true;
  return 0;
}

struct span read_span(struct reader *r) {
  uint32_t length = read_u32(r);
  if (r->bad || (size_t)(r->end - r->at) < length) {
    r->bad = true;
    return (struct span){r->at, 0};
  }
  struct span s = {r->at, length};
  r->at += length;
  return s;
}

struct span read_text(struct reader *r) {
  struct span s = read_span(r);
  if (s.length > 0 && memchr(s.at, 0, s.length)) r->bad = true;
  return s;
}

static bool is_bytes(const struct field *f) { return f->size >= FIELD_RAW; }

size_t fields_size(const struct field *fields, size_t n) {
  size_t size = 0;
  for (size_t i = 0; i < n; i++) size += !is_bytes(&fields[i]) ? fields[i].size : (fields[i].size == FIELD_BYTES ? 4u : 0u) + (size_t)fields[i].value;
  return size;
}

size_t frame_size(const struct field *fields, size_t n) { return 6 + fields_size(fields, n); }

static uint8_t *put(uint8_t *to, uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; i++) *to++ = (uint8_t)(value >> (8 * i));
  return to;
}

uint8_t *fields_write(uint8_t *to, const struct field *fields, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!is_bytes(&fields[i])) {
      to = put(to, fields[i].value, fields[i].size);
      continue;
    }
    if (fields[i].size == FIELD_BYTES) to = put(to, fields[i].value, 4);
    if (fields[i].value > 0) memcpy(to, fields[i].bytes, (size_t)fields[i].value);
    to += fields[i].value;
  }
  return to;
}

void frame_write(uint8_t *to, uint16_t tag, const struct field *fields, size_t n) {
  to = put(to, frame_size(fields, n) - 4, 4);
  (void)fields_write(put(to, tag, 2), fields, n);
}

char *span_copy(struct span s) {
  char *copy = sys_alloc((size_t)s.length + 1);
  if (copy && s.length > 0) memcpy(copy, s.at, s.length);
  return copy;
}
