/*
 * The workers: a few threads that do what may sleep in the kernel (open, write and close files, spawn, bind on a path). The main thread submit jobs and collect
 * results; a job and what it points to belong to the worker until then. One worker is enough as a rule; more are started when jobs wait and every worker
 * has been in the same job for a while, and end when there is nothing for them to do.
 *
 * Jobs stand in lanes, by what they may hang on: a disk, for writes; a folder, for spawns. A lane has so many workers at most, so that a frozen disk, with
 * however many logs on it, holds up its own streams and its own starts only.
 */
#pragma once
#include "sys.h"

#include <pthread.h>

#include "protocol.h"
#include "timers.h"

struct worker {
  struct workers *pool;
  pthread_t thread;
  unsigned place;             /* in the pool */
  uint64_t since_mono;        /* when its present job began; 0: idle */
  uint8_t *buffer;            /* READ_MAX bytes */
  _Alignas(16) char stack[16384]; /* of the child between clone and exec */
};

struct job {
  struct job *next;
  unsigned lane;              /* from LANES on those that any other may overtake: spawns, of which there may be a thousand while logs are waited for */
  void (*run)(struct job *, struct worker *); /* in a worker */
  void (*done)(struct job *);                 /* in the main thread */
};

/* In either half. */
enum { LANES = 32 };

/* The lane of what may hang together, such as all that has the same device number. */
static inline unsigned lane_of(uint64_t key) { return (unsigned)((key * 0x9e3779b97f4a7c15u) >> 59); }

struct workers {
  pthread_mutex_t lock;       /* guards all below but `inflight` */
  pthread_cond_t wake;
  struct lane { struct job *first, **last; unsigned running; } lanes[2 * LANES];
  uint64_t ready;             /* one bit for each lane from which a job may be taken */
  unsigned turn;              /* the lane that was taken from last */
  struct job *results;
  struct worker *workers[WORKERS_MAX];
  unsigned count, idle, queued;
  bool quit;
  int event;                  /* an eventfd, edge-triggered and never read: there are results */
  unsigned inflight;          /* submitted and not collected; the main thread' own */
  struct timer patience;
  struct timers *timers;
};

/* False: no memory, no descriptor or no thread. */
bool workers_init(struct workers *w, struct timers *timers);
void workers_submit(struct workers *w, struct job *job);
/* The next job, or NULL; then workers_finished(). For a worker, with the lock. */
struct job *workers_take(struct workers *w);
void workers_finished(struct workers *w, const struct job *job);
/* Calls done() of every finished job. */
void workers_collect(struct workers *w);
/* Ends all threads, before a fork. Only while nothing is in flight. */
void workers_stop(struct workers *w);
