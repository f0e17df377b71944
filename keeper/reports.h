/*
 * The book of reports: what the daemon must be told, in order. Durable reports stay until they are acknowledged and are sent to every new daemon; volatile
 * ones are dropped with the connection. Memory for a report that must not fail is promised beforehand, when the thing it is about begins.
 */
#pragma once
#include "bytes.h"
#include "protocol.h"

enum { REPORT_BYTES = 112, BLOCK_HEADER = 4 + 2 + 8 + 4 + 8 + 4, NOTIFIED_HEADER = 4 + 2 + 8 + 4 + 4 + 4 + 8 + 4 };

struct report {
  struct report *next, *previous;
  uint64_t number;            /* 0: volatile */
  uint8_t *large;             /* the frame when it is not in `small` */
  uint32_t length;
  bool sent;                  /* wholly, to the present daemon */
  uint8_t small[REPORT_BYTES];
};

struct reports {
  struct report *first, *last, *unsent, *spares;
  size_t spare_count, promised;
  size_t offset;              /* bytes of `unsent` that were written */
  size_t volatile_bytes;               /* bytes of volatile reports that are not sent yet */
  uint64_t last_number;
  bool connected;             /* a daemon has been greeted: volatile reports are for it, else for nobody */
  bool failed;                /* no memory for a volatile report: the connection must end, so that the next daemon is told everything anew */
};

/* Promises memory for n durable reports. False: none to be had. */
bool reports_promise(struct reports *r, size_t n);
/* Gives back promises that will not be used. */
void reports_release(struct reports *r, size_t n);

enum report_kind { VOLATILE, DURABLE };
/* Adds a small report. DURABLE uses up one promise; returns the report's number (0 for VOLATILE). */
uint64_t reports_add(struct reports *r, enum report_kind kind, uint16_t tag, const struct field *fields, size_t n);

/* One that another keeper left, `body` from its number on; NULL: no memory, or it cannot be. */
struct report *reports_restore(struct reports *r, uint16_t tag, struct span body);

/* A report of so many bytes, to be filled behind its header and then added, or discarded (as a block). NULL: no memory. */
struct report *large_new(size_t bytes);
/* Durable. The report's number stands before the fields, the length of the bytes behind them. */
void reports_add_large(struct reports *r, struct report *b, uint16_t tag, const struct field *fields, size_t n, uint32_t length);

/* A block to be filled (BLOCK_BYTES at block_data) and then added with reports_add_block, or discarded. NULL: no memory. */
struct report *block_new(void);
uint8_t *block_data(const struct report *b);
void block_discard(struct report *b);
void reports_add_block(struct reports *r, struct report *b, uint32_t stream, uint64_t block, uint32_t length);
/* Takes a block that has had its verdict out of the book; the caller owns it. False: the present daemon was not sent it. */
bool reports_take_block(struct reports *r, struct report *b);

/* Steps of spawn-failed that version 1 has no number for are told as the one for limits. */
void reports_as_in_version_1(struct reports *r);

/* What was acknowledged: the report's tag and its first two numbers (child, stream, sink, ...). */
struct acknowledged { uint16_t tag; uint32_t first, second; };
/* False: no such report was sent to the present daemon, or it is a block, which waits for its verdict. */
bool reports_acknowledge(struct reports *r, uint64_t number, struct acknowledged *what);

/* Fills v with what is to be written next; returns how many. */
int reports_gather(const struct reports *r, struct iovec *v, int max);
void reports_written(struct reports *r, size_t n);
/* The connection ended: volatile reports are dropped, durable ones are unsent again. */
void reports_disconnected(struct reports *r);
