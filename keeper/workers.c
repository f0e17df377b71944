/* See workers.h. The lock is never held over a call that can sleep for long. */
#include "workers.h"

enum { PATIENCE_MS = 100, STACK_BYTES = 256 << 10 };

static void put(struct queue *q, struct job *job) {
  job->next = NULL;
  *q->last = job;
  q->last = &job->next;
}

struct job *workers_take(struct workers *w) {
  struct queue *q = w->urgent.first ? &w->urgent : &w->yielding;
  struct job *job = q->first;
  q->first = job->next;
  if (!q->first) q->last = &q->first;
  w->queued--;
  return job;
}

static void take_jobs(struct worker *me) {
  struct workers *w = me->pool;
  pthread_mutex_lock(&w->lock);
  for (;;) {
    me->since_mono = 0;
    while (!w->queued && !w->quit) {
      w->idle++;
      pthread_cond_wait(&w->wake, &w->lock);
      w->idle--;
    }
    if (w->quit) break;
    struct job *job = workers_take(w);
    me->since_mono = now_mono();
    pthread_mutex_unlock(&w->lock);
    job->run(job, me);
    pthread_mutex_lock(&w->lock);
    bool tell = !w->results;
    job->next = w->results;
    w->results = job;
    if (tell) (void)!write(w->event, &(uint64_t){1}, 8);
  }
  pthread_mutex_unlock(&w->lock);
}

static void *work(void *me) {
  take_jobs(me);
  return NULL;
}

static bool start_worker(struct workers *w) {
  struct worker *new = sys_alloc(sizeof *new);
  pthread_attr_t attributes;
  if (!new) return false;
  new->pool = w;
  new->buffer = sys_alloc(READ_MAX);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  bool started = new->buffer && !sys_fault("thread") && pthread_create(&new->thread, &attributes, work, new) == 0;
  pthread_attr_destroy(&attributes);
  if (started) {
    w->workers[w->count++] = new;
    return true;
  }
  free(new->buffer);
  free(new);
  return false;
}

/* Jobs have waited: another worker, unless one of those that there are has taken up something new meanwhile. */
static void lose_patience(struct timer *timer) {
  struct workers *w = owner_of(timer, struct workers, patience);
  uint64_t now = now_mono();
  pthread_mutex_lock(&w->lock);
  bool waiting = w->queued > w->idle, stuck = waiting;
  for (unsigned i = 0; i < w->count; i++) stuck = stuck && w->workers[i]->since_mono + PATIENCE_MS * MS <= now;
  pthread_mutex_unlock(&w->lock);
  if (stuck && w->count < WORKERS_MAX) start_worker(w);
  if (waiting) timer_set(w->timers, &w->patience, now + PATIENCE_MS * MS);
}

bool workers_init(struct workers *w, struct timers *timers) {
  memset(w, 0, sizeof *w);
  w->urgent.last = &w->urgent.first;
  w->yielding.last = &w->yielding.first;
  w->timers = timers;
  w->patience.ring = lose_patience;
  w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_init(&w->lock, NULL);
  pthread_cond_init(&w->wake, NULL);
  return w->event >= 0 && timers_join(timers, 1) && start_worker(w);
}

void workers_submit(struct workers *w, struct job *job) {
  w->inflight++;
  if (w->count == 0) start_worker(w);
  pthread_mutex_lock(&w->lock);
  put(job->yields ? &w->yielding : &w->urgent, job);
  bool waits = ++w->queued > w->idle;
  if (w->idle > 0) pthread_cond_signal(&w->wake);
  pthread_mutex_unlock(&w->lock);
  if (waits && w->patience.place == 0) timer_set(w->timers, &w->patience, now_mono() + PATIENCE_MS * MS);
}

void workers_collect(struct workers *w) {
  pthread_mutex_lock(&w->lock);
  struct job *results = w->results, *in_order = NULL;
  w->results = NULL;
  pthread_mutex_unlock(&w->lock);
  for (struct job *next; results; results = next) {
    next = results->next;
    results->next = in_order;
    in_order = results;
  }
  for (struct job *next; in_order; in_order = next) {
    next = in_order->next;
    w->inflight--;
    in_order->done(in_order);
  }
}

void workers_stop(struct workers *w) {
  pthread_mutex_lock(&w->lock);
  w->quit = true;
  pthread_cond_broadcast(&w->wake);
  pthread_mutex_unlock(&w->lock);
  for (; w->count > 0; w->count--) {
    struct worker *gone = w->workers[w->count - 1];
    pthread_join(gone->thread, NULL);
    free(gone->buffer);
    free(gone);
  }
  w->quit = false;
}
