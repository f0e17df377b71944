/*
 * The workers: a few threads that do what may sleep in the kernel (open, write and close files, spawn, bind on a path). The hands submit jobs and collect
 * results; a job and what it points to belong to the worker until then. One worker is enough as a rule; another is started when jobs wait and every worker
 * has been in the same job for a while, so that a frozen disk holds up its own streams only.
 */
#ifndef WORKERS_H
#define WORKERS_H
#include "sys.h"

#include <pthread.h>

#include "protocol.h"
#include "timers.h"

struct worker {
  struct workers *pool;
  pthread_t thread;
  uint64_t since_mono;        /* when its present job began; 0: idle */
  uint8_t *buffer;            /* READ_MAX bytes */
  _Alignas(16) char stack[16384]; /* of the child between clone and exec */
};

struct job {
  struct job *next;
  bool yields;                /* any other may overtake it: a spawn, of which there may be a thousand, while logs are waited for */
  void (*run)(struct job *, struct worker *); /* in a worker */
  void (*done)(struct job *);                 /* in the hands */
};

struct workers {
  pthread_mutex_t lock;       /* guards all below but `inflight` */
  pthread_cond_t wake;
  struct queue { struct job *first, **last; } urgent, yielding;
  struct job *results;
  struct worker *workers[WORKERS_MAX];
  unsigned count, idle, queued;
  bool quit;
  int event;                  /* an eventfd, edge-triggered and never read: there are results */
  unsigned inflight;          /* submitted and not collected; the hands' own */
  struct timer patience;
  struct timers *timers;
};

/* False: no memory, no descriptor or no thread. */
bool workers_init(struct workers *w, struct timers *timers);
void workers_submit(struct workers *w, struct job *job);
/* The next job; some must be queued. For a worker, with the lock. */
struct job *workers_take(struct workers *w);
/* Calls done() of every finished job. */
void workers_collect(struct workers *w);
/* Ends all threads, before a fork. Only while nothing is in flight. */
void workers_stop(struct workers *w);

#endif
