/* Streams: the read ends of the children's pipes. */
#pragma once
#include "sinks.h"

/* What a stream is busy with; only an IDLE one can begin something. */
enum doing { IDLE, MOVING, PAUSING, WAITING, ASKING, HELD, WRITING };
struct stream {
  struct node node;
  struct job job;             /* of a stream that drops */
  struct op op;               /* its MOVE */
  uint32_t child, sink;
  uint8_t mode;
  enum doing doing;
  int fd;                     /* -1: ended */
  bool watched, ready, draining, ended, eof_reported;
  size_t pipe_bytes;
  uint64_t emptied_mono, rest_ns; /* when the pipe was emptied last, and how long it rests then */
  size_t got;                 /* since then */
  struct { size_t got; bool empty, ended; } result; /* of the move */
  unsigned writing;           /* blocks with a verdict that wait in its sink, and their bytes */
  size_t writing_bytes;
  uint64_t block_number;
  struct report *block;       /* with the daemon */
  struct stream *next_waiting;/* for a free block */
  struct timer timer;
};

extern struct map all_streams;

/* The job of a stream without a sink. */
void stream_drop(struct job *job, struct worker *worker);
struct stream *stream_get(uint32_t number);
struct stream *stream_new(const struct stream_spec *spec, uint32_t child);
void stream_free(struct stream *s);
/* Does what there is to do for an idle stream. */
void stream_go(struct stream *s);
void stream_ready(struct stream *s, uint32_t events);
/* What it was busy with is over; `ready`: there may be something to read. */
void stream_idle(struct stream *s, bool ready);
/* A block has had its verdict and is done with: the next stream that waits for one may read. */
void block_released(void);
/* So many bytes of a block with a verdict are in the file, or lost. */
void stream_written(struct stream *s, size_t bytes);
void stream_moved(struct stream *s);
void stream_pumped(struct stream *s);
/* Hands on what is in the pipe now; child_drained() follows when nothing is left. */
void stream_drain(struct stream *s);
/* It ends, whatever is in its pipe. */
void stream_forget(struct stream *s);
void stream_change(const struct effect *e);
void stream_verdict(const struct effect *e);
void stream_acknowledged(uint32_t number);
