/* Sinks: what they are made of, for the main thread (sinks.c) and for workers (files.c, links.c). */
#pragma once
#include "effects.h"
#include "keeper.h"

/* Where a sink writes to, as it was asked for. The path is the sink's own copy. */
struct target { char *path; uint8_t flags; uint32_t mode; uint64_t limit; };

/* BORROWED: inherited and shared with others, no regular file; a write may block. */
/* The numbers of both kinds are in tables that keepers leave to others. */
enum file_kind { FILE_NONE, FILE_REGULAR, FILE_BORROWED, FILE_OTHER, FILE_SOCKET };
struct file { int fd; enum file_kind kind; uint64_t size, device, inode; };

/* Something a sink has to do; done in order. */
enum op_kind { OP_OPEN, OP_REOPEN, OP_CLOSE, OP_MOVE, OP_WRITE, OP_DATAGRAM, OP_ECHO };
struct op {
  struct op *next;
  enum op_kind kind;
  struct stream *stream;      /* MOVE: what is moved; WRITE: the stream that waits for it, if any */
  struct target target;       /* REOPEN; DATAGRAM: its path */
  uint32_t token;             /* ECHO: its own, when all before it is done */
  struct report *block;       /* WRITE: the owner of the bytes, or NULL: they follow the op */
  const uint8_t *bytes;
  size_t length, offset;
  bool append;                /* counts against APPEND_MAX */
};

/*
 * OPENING: the spawn that made it opens its file. BUSY: a worker does its `work`. BLOCKED: the target takes no more for now, epoll tells when it does. EMPTY:
 * nothing waits. FULL: its file is at the limit, and what waits is held back. CLOSING_...: the same, but it is to be closed after what waits.
 */
enum sink_state { OPENING, BUSY, BLOCKED, EMPTY, FULL, CLOSING_OPENING, CLOSING_BUSY, CLOSING_BLOCKED, SINK_STATES };
/*
 * ADDED: an op waits. CLOSE: so does the last one. DONE: the job is done. OPENED, FAILED: the spawn that made it is done, or came to nothing. WRITABLE: epoll
 * says so. LIMITS: the daemon came or went, or the keeper ends: limits are enforced now, or not.
 */
enum sink_event { ADDED, CLOSE, DONE, OPENED, FAILED, WRITABLE, LIMITS, SINK_EVENTS };
struct sink {
  struct node node;
  struct job job;
  struct target target;
  struct file file, shown;    /* shown: what the last job left, to be looked at while another runs */
  struct op *first, **last;   /* waiting */
  struct op *work;            /* what the job in flight does */
  struct op close;            /* closing needs no memory */
  enum sink_state state;
  bool watched;               /* epoll knows the descriptor */
  bool at_limit, failing;     /* when it was looked at last; at the last write */
  bool enforces;              /* of the job: it stops at the limit */
  size_t waiting;             /* bytes of appends */
  uint64_t lost_all, lost_burst;
  uint64_t limit_report, error_report, resumed_report; /* their numbers while not acknowledged */
  struct { int error; uint64_t lost, good; } result;   /* of the job */
};

extern struct map all_sinks;

/* In the workers. */
int file_open(struct file *file, const struct target *target);
int open_following(const char *path, int flags, mode_t mode);
void sink_work(struct job *job, struct worker *worker);

/* In the main thread. False: no memory. */
bool sinks_init(void);
struct sink *sink_get(uint32_t number);
/* OPENING. */
struct sink *sink_new(uint32_t number, const struct sink_spec *spec);
void sink_happens(struct sink *sink, enum sink_event event);
static inline bool is_closing(const struct sink *s) { return s->state >= CLOSING_OPENING; }
void sink_open(const struct effect *e, uint64_t batch);
void sink_reopen(const struct effect *e, uint64_t batch);
void sink_close(uint32_t number);
void sink_append(uint32_t number, struct span bytes);
/* Echoes the token when all that waits in the sink now has been done; at once when there is none. */
void sink_echo(uint32_t number, uint32_t token);
void sink_datagram(struct span path, struct span bytes);
/* With room for `bytes` bytes behind it, op_data(). */
struct op *op_new(enum op_kind kind, size_t bytes);
static inline uint8_t *op_data(struct op *op) { return (uint8_t *)(op + 1); }
/* Takes the op. */
void sink_add(struct sink *sink, struct op *op);
/* Takes an op back that has not been begun; false: it is under way. */
bool sink_withdraw(struct sink *sink, struct op *op);
void sink_lost(struct sink *sink, int error, uint64_t bytes);
/* As another keeper left it: this report about it is kept; false: that cannot be. */
bool sink_reported(uint32_t number, uint16_t tag, uint64_t report);
/* Nothing is frozen any more, or limits are enforced from now on, or no more. */
void sinks_go_on(void);
void sink_acknowledged(uint32_t number, uint16_t tag);
/* Nothing waits to be written. */
bool sinks_quiet(void);
/* A worker has it. */
bool sink_is_busy(const struct sink *sink);
/* The main thread itself writes to it: it is not busy, and no regular file. */
bool sink_is_direct(const struct sink *sink);
