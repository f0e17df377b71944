/* See reports.h. Pure: no system call but for memory. */
#include "reports.h"

enum { SPARES_KEPT = 64 };

static const uint8_t *frame_of(const struct report *b) { return b->large ? b->large : b->small; }

bool reports_promise(struct reports *r, size_t n) {
  while (r->spare_count < r->promised + n) {
    struct report *spare = sys_alloc(sizeof *spare);
    if (!spare) return false;
    spare->next = r->spares;
    r->spares = spare;
    r->spare_count++;
  }
  r->promised += n;
  return true;
}

void reports_release(struct reports *r, size_t n) {
  r->promised -= n;
  while (r->spare_count > r->promised + SPARES_KEPT) {
    struct report *spare = r->spares;
    r->spares = spare->next;
    r->spare_count--;
    free(spare);
  }
}

static void append(struct reports *r, struct report *b) {
  b->next = NULL;
  b->previous = r->last;
  if (r->last) r->last->next = b;
  else r->first = b;
  r->last = b;
  if (!r->unsent) r->unsent = b;
}

static void unlink_report(struct reports *r, struct report *b) {
  if (b->previous) b->previous->next = b->next;
  else r->first = b->next;
  if (b->next) b->next->previous = b->previous;
  else r->last = b->previous;
}

static void recycle(struct reports *r, struct report *b) {
  unlink_report(r, b);
  free(b->large);
  if (r->spare_count >= r->promised + SPARES_KEPT) {
    free(b);
    return;
  }
  b->next = r->spares;
  r->spares = b;
  r->spare_count++;
}

static struct report *take_spare(struct reports *r, enum report_kind kind) {
  bool promised = kind == DURABLE && r->promised > 0;
  struct report *b = r->spares;
  if (!promised && r->spare_count <= r->promised) return sys_alloc(sizeof *b);
  r->spares = b->next;
  r->spare_count--;
  if (promised) r->promised--;
  return b;
}

uint64_t reports_add(struct reports *r, enum report_kind kind, uint16_t tag, const struct field *fields, size_t n) {
  if (kind == VOLATILE && !r->connected) return 0;
  struct report *b = take_spare(r, kind);
  if (!b) {
    r->failed = true;
    return 0;
  }
  struct field all[16] = {{kind == DURABLE ? ++r->last_number : 0, NULL, 8}};
  memcpy(all + 1, fields, n * sizeof *fields);
  b->number = all[0].value;
  b->sent = false;
  b->length = (uint32_t)frame_size(all, n + 1);
  b->large = b->length > REPORT_BYTES ? sys_realloc(NULL, b->length) : NULL;
  /* The reason of a failed upgrade, in a host without memory, is left out; what is not kept waits for the next daemon to be told all anew. */
  if (b->length > REPORT_BYTES && !b->large && kind == VOLATILE) {
    free(b);
    r->failed = true;
    return 0;
  }
  for (size_t i = 1; b->length > REPORT_BYTES && !b->large && i <= n; i++) {
    if (all[i].size == FIELD_BYTES) b->length -= (uint32_t)all[i].value, all[i].value = 0;
  }
  frame_write(b->large ? b->large : b->small, tag, all, n + 1);
  if (kind == VOLATILE) r->volatile_bytes += b->length;
  append(r, b);
  return b->number;
}

struct report *large_new(size_t bytes) {
  struct report *b = sys_alloc(sizeof *b);
  if (!b) return NULL;
  b->large = sys_realloc(NULL, bytes);
  if (b->large) return b;
  free(b);
  return NULL;
}

struct report *reports_restore(struct reports *r, uint16_t tag, struct span body) {
  struct reader at = {body.at, body.at + body.length, false};
  uint64_t number = read_u64(&at);
  size_t header = tag == REPORT_BLOCK ? BLOCK_HEADER : tag == REPORT_NOTIFIED ? NOTIFIED_HEADER : 0, size = 6 + (size_t)body.length;
  if (at.bad || number <= r->last_number || size < header || size > FRAME_MAX) return NULL;
  struct report *b = header > 0 || size > REPORT_BYTES ? large_new(size) : sys_alloc(sizeof *b);
  if (!b) return NULL;
  b->number = r->last_number = number;
  b->length = (uint32_t)size;
  frame_write(b->large ? b->large : b->small, tag, &(struct field){body.length, body.at, FIELD_RAW}, 1);
  append(r, b);
  return b;
}

struct report *block_new(void) { return large_new(BLOCK_HEADER + BLOCK_BYTES); }

uint8_t *block_data(const struct report *b) { return b->large + BLOCK_HEADER; }

void block_discard(struct report *b) {
  free(b->large);
  free(b);
}

void reports_add_large(struct reports *r, struct report *b, uint16_t tag, const struct field *fields, size_t n, uint32_t length) {
  struct field all[8] = {F8(++r->last_number)};
  memcpy(all + 1, fields, n * sizeof *fields);
  all[n + 1] = (struct field)F4(length);
  size_t header = frame_size(all, n + 2);
  uint8_t *smaller = sys_realloc(b->large, header + length);
  if (smaller) b->large = smaller;
  b->number = r->last_number;
  /* The bytes are in their place already: the frame is written without them, then its length is made to count them. */
  frame_write(b->large, tag, all, n + 2);
  b->length = (uint32_t)header + length;
  for (unsigned i = 0; i < 4; i++) b->large[i] = (uint8_t)((b->length - 4) >> (8 * i));
  append(r, b);
}

void reports_add_block(struct reports *r, struct report *b, uint32_t stream, uint64_t block, uint32_t length) {
  reports_add_large(r, b, REPORT_BLOCK, FIELDS(F4(stream), F8(block)), length);
}

bool reports_take_block(struct reports *r, struct report *b) {
  if (!b->sent) return false;
  unlink_report(r, b);
  return true;
}

void reports_as_in_version_1(struct reports *r) {
  enum { STEP_AT = 4 + 2 + 8 + 4 };
  for (struct report *b = r->first; b; b = b->next) {
    bool failed = !b->large && b->small[4] == REPORT_SPAWN_FAILED && b->small[5] == 0;
    if (failed && b->small[STEP_AT] > STEP_EXEC) b->small[STEP_AT] = STEP_RLIMIT;
  }
}

bool reports_acknowledge(struct reports *r, uint64_t number, struct acknowledged *what) {
  struct report *b = r->first;
  while (b && b->number != number) b = b->next;
  if (!b || number == 0 || !b->sent) return false;
  const uint8_t *frame = frame_of(b);
  struct reader at = {frame + 4, frame + b->length, false};
  what->tag = read_u16(&at);
  if (what->tag == REPORT_BLOCK) return false;
  (void)read_u64(&at);
  what->first = read_u32(&at);
  what->second = at.end - at.at >= 4 ? read_u32(&at) : 0;
  recycle(r, b);
  return true;
}

int reports_gather(const struct reports *r, struct iovec *v, int max) {
  int n = 0;
  size_t offset = r->offset;
  for (struct report *b = r->unsent; b && n < max; b = b->next, n++) {
    v[n].iov_base = (void *)(frame_of(b) + offset);
    v[n].iov_len = b->length - offset;
    offset = 0;
  }
  return n;
}

void reports_written(struct reports *r, size_t n) {
  r->offset += n;
  while (r->unsent && r->offset >= r->unsent->length) {
    struct report *b = r->unsent;
    r->offset -= b->length;
    r->unsent = b->next;
    b->sent = true;
    if (b->number > 0) continue;
    r->volatile_bytes -= b->length;
    recycle(r, b);
  }
}

void reports_disconnected(struct reports *r) {
  for (struct report *b = r->first, *next; b; b = next) {
    next = b->next;
    b->sent = false;
    if (b->number > 0) continue;
    recycle(r, b);
  }
  r->unsent = r->first;
  r->offset = r->volatile_bytes = 0;
  r->failed = r->connected = false;
}
