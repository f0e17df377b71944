/* Streams: the read ends of the children's pipes. */
#pragma once
#include "sinks.h"

/*
 * NEW: its child is being spawned. IDLE: the pipe is empty, epoll tells when it is not. MOVING: a worker moves what is in the pipe. RESTING: until the timer
 * rings. QUEUED: for a free block. ASKING: the daemon has a block. BEHIND: too many blocks with a verdict wait in its sink. WRITING: to a sink that is no
 * regular file. CLOSING: the pipe has ended, and blocks wait in the sink. ENDED: that is reported.
 */
enum stream_state { NEW, IDLE, MOVING, RESTING, QUEUED, ASKING, BEHIND, WRITING, CLOSING, ENDED, STREAM_STATES };
/*
 * BEGUN: its child is spawned. READABLE, HANGUP: of the pipe. TIME: the timer rang. MOVED: the worker is done. RETURNED: the sink gave its op back undone.
 * WROTE: the write is done. TURN: a block is free. WRITTEN: a block with a verdict is in the file, or lost. DRAIN: hand on what is in the pipe now;
 * child_drained() follows when nothing is left. FORGET: end, whatever is in the pipe.
 */
enum stream_event { BEGUN, READABLE, HANGUP, TIME, MOVED, RETURNED, WROTE, TURN, WRITTEN, DRAIN, FORGET, STREAM_EVENTS };
struct stream {
  struct node node;
  struct job job;             /* of a stream that drops */
  struct op op;               /* its MOVE */
  uint32_t child, sink;
  uint8_t mode;
  enum stream_state state;
  int fd;                     /* -1: ended */
  bool watched;               /* epoll knows the pipe */
  bool draining, ended;       /* to be handed on as far as it is full; the end of the pipe was seen */
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
void stream_happens(struct stream *s, enum stream_event event);
/* A block has had its verdict and is done with: the next stream that waits for one may read. */
void block_released(void);
/* So many bytes of a block with a verdict are in the file, or lost. */
void stream_written(struct stream *s, size_t bytes);
/* As another keeper left it: what waits for it in a sink, the block that its daemon has; false: that cannot be. Then, when all is there, it goes on. */
bool stream_waits(struct stream *s, struct op *op);
bool stream_asked(struct stream *s, uint64_t block, struct report *report);
void stream_go_on(struct stream *s);
void stream_change(const struct effect *e);
void stream_verdict(const struct effect *e);
void stream_acknowledged(uint32_t number);
