/* Sinks: what they are made of, for the main thread (sinks.c) and for workers (files.c, links.c). */
#pragma once
#include "effects.h"
#include "keeper.h"

/* Where a sink writes to, as it was asked for. The path is the sink's own copy. */
struct target { char *path; uint8_t flags; uint32_t mode; uint64_t limit; };

/* BORROWED: inherited and shared with others, no regular file; a write may block. */
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

struct sink {
  struct node node;
  struct job job;
  struct target target;
  struct file file, shown;    /* shown: what the last job left, to be looked at while another runs */
  struct op *first, **last;   /* waiting */
  struct op *work;            /* what the job in flight does */
  struct op close;            /* closing needs no memory */
  bool busy, closing, watched, at_limit, failing, enforces;
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
struct sink *sink_new(uint32_t number, const struct sink_spec *spec);
void sink_free(struct sink *sink);
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
void sink_kick(struct sink *sink);
/* The spawn that opened it is done. */
void sink_opened(struct sink *sink);
void sink_lost(struct sink *sink, int error, uint64_t bytes);
void sink_acknowledged(uint32_t number, uint16_t tag);
/* The daemon came or went: limits are enforced now, or not. */
void sinks_kick(void);
/* Nothing waits to be written. */
bool sinks_quiet(void);
bool sink_is_nonregular(const struct sink *sink);
