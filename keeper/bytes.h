/*
 * Bytes in and out of frames: little-endian, every length checked. A reader that runs over its end turns `bad` and gives zeros from then on, so a decoder
 * reads all its fields and asks once at the end. A frame to be written is an array of fields.
 */
#pragma once
#include "sys.h"

struct reader { const uint8_t *at, *end; bool bad; };
struct span { const uint8_t *at; uint32_t length; };

uint64_t read_number(struct reader *r, unsigned size);
static inline uint8_t read_u8(struct reader *r) { return (uint8_t)read_number(r, 1); }
static inline uint16_t read_u16(struct reader *r) { return (uint16_t)read_number(r, 2); }
static inline uint32_t read_u32(struct reader *r) { return (uint32_t)read_number(r, 4); }
static inline int32_t read_i32(struct reader *r) { return (int32_t)read_u32(r); }
static inline uint64_t read_u64(struct reader *r) { return read_number(r, 8); }
/* A byte that must not be above `max`. */
uint8_t read_choice(struct reader *r, uint8_t max);
static inline bool read_bool(struct reader *r) { return read_choice(r, 1) != 0; }
struct span read_span(struct reader *r);
/* A span without a NUL. */
struct span read_text(struct reader *r);
/* Nothing bad, nothing left over. */
static inline bool read_whole(const struct reader *r) { return !r->bad && r->at == r->end; }

/* One field of a frame: a number of 1 to 8 bytes, or bytes with their length before them. */
struct field { uint64_t value; const void *bytes; uint8_t size; };
enum { FIELD_BYTES = 0xff, FIELD_RAW = 0xfe /* without their length */ };
#define F1(v) {(uint64_t)(v), NULL, 1}
#define F2(v) {(uint64_t)(v), NULL, 2}
#define F4(v) {(uint64_t)(uint32_t)(v), NULL, 4}
#define F8(v) {(uint64_t)(v), NULL, 8}
#define FB(data, length) {(uint64_t)(length), (data), FIELD_BYTES}
#define FIELDS(...) (const struct field[]){__VA_ARGS__}, sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field)

/* The fields alone. The writer returns the place behind them. */
size_t fields_size(const struct field *fields, size_t n);
uint8_t *fields_write(uint8_t *to, const struct field *fields, size_t n);
/* The size of a frame with its length and tag. */
size_t frame_size(const struct field *fields, size_t n);
/* Writes the frame to `to`, which has room for frame_size() bytes. */
void frame_write(uint8_t *to, uint16_t tag, const struct field *fields, size_t n);

/* A NUL-terminated copy, NULL when there is no memory. */
char *span_copy(struct span s);
