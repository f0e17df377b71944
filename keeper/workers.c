/* See workers.h. The lock is never held over a call that can sleep for long. */
#include "workers.h"

enum { PATIENCE_MS = 100, STACK_BYTES = 256 << 10, IDLE_MAX = 2 };

static unsigned most_of(unsigned lane) { return lane < LANES ? LANE_MAX : SPAWN_LANE_MAX; }

/* Whether a job may be taken from it. */
static void look_at(struct workers *w, unsigned lane) {
  const struct lane *l = &w->lanes[lane];
  uint64_t bit = 1ull << lane;
  w->ready = l->first && l->running < most_of(lane) ? w->ready | bit : w->ready & ~bit;
}

static void put(struct workers *w, struct job *job) {
  struct lane *l = &w->lanes[job->lane];
  job->next = NULL;
  *l->last = job;
  l->last = &job->next;
  w->queued++;
  look_at(w, job->lane);
}

/* The lanes have their turns, writes before spawns. */
struct job *workers_take(struct workers *w) {
  uint64_t urgent = w->ready & ((1ull << LANES) - 1), from = urgent ? urgent : w->ready, later = from & (~1ull << w->turn);
  if (!from) return NULL;
  unsigned lane = w->turn = (unsigned)__builtin_ctzll(later ? later : from);
  struct lane *l = &w->lanes[lane];
  struct job *job = l->first;
  l->first = job->next;
  if (!l->first) l->last = &l->first;
  l->running++;
  w->queued--;
  look_at(w, lane);
  return job;
}

void workers_finished(struct workers *w, const struct job *job) {
  w->lanes[job->lane].running--;
  look_at(w, job->lane);
}

/* Waits for a job. NULL: this worker is to end; then it is out of the pool, unless the whole pool ends. */
static struct job *next_job(struct worker *me) {
  struct workers *w = me->pool;
  struct job *job;
  me->since_mono = 0;
  while (!w->quit && !(job = workers_take(w))) {
    if (w->idle >= IDLE_MAX) {
      w->workers[me->place] = w->workers[--w->count];
      w->workers[me->place]->place = me->place;
      (void)pthread_detach(me->thread);
      return NULL;
    }
    w->idle++;
    pthread_cond_wait(&w->wake, &w->lock);
    w->idle--;
  }
  if (w->quit) return NULL;
  me->since_mono = now_mono();
  return job;
}

static void worker_free(struct worker *me) {
  free(me->buffer);
  free(me);
}

static void *work(void *worker) {
  struct worker *me = worker;
  struct workers *w = me->pool;
  pthread_mutex_lock(&w->lock);
  for (struct job *job; (job = next_job(me));) {
    pthread_mutex_unlock(&w->lock);
    job->run(job, me);
    pthread_mutex_lock(&w->lock);
    bool tell = !w->results;
    workers_finished(w, job);
    job->next = w->results;
    w->results = job;
    if (tell) (void)!write(w->event, &(uint64_t){1}, 8);
  }
  bool all = w->quit;
  pthread_mutex_unlock(&w->lock);
  if (!all) worker_free(me);
  return NULL;
}

/* With the lock. */
static bool start_worker(struct workers *w) {
  struct worker *new = sys_alloc(sizeof *new);
  pthread_attr_t attributes;
  if (!new) return false;
  new->pool = w;
  new->place = w->count;
  new->buffer = sys_alloc(READ_MAX);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  bool started = new->buffer && !sys_fault("thread") && pthread_create(&new->thread, &attributes, work, new) == 0;
  pthread_attr_destroy(&attributes);
  if (started) w->workers[w->count++] = new;
  else worker_free(new);
  return started;
}

/*
 * Jobs have waited: as many workers again, unless one of those that there are has taken up something new meanwhile. So a hundred logs that hang are out of
 * everybody's way after a second.
 */
static void lose_patience(struct timer *timer) {
  struct workers *w = owner_of(timer, struct workers, patience);
  uint64_t now = now_mono();
  pthread_mutex_lock(&w->lock);
  bool waiting = w->ready != 0, stuck = waiting && w->idle == 0;
  for (unsigned i = 0; i < w->count; i++) stuck = stuck && w->workers[i]->since_mono + PATIENCE_MS * MS <= now;
  unsigned more = !stuck ? 0 : w->queued < w->count ? w->queued : w->count;
  while (more-- > 0 && w->count < WORKERS_MAX && start_worker(w)) {}
  pthread_mutex_unlock(&w->lock);
  if (waiting) timer_set(w->timers, &w->patience, now + PATIENCE_MS * MS);
}

bool workers_init(struct workers *w, struct timers *timers) {
  memset(w, 0, sizeof *w);
  for (unsigned i = 0; i < 2 * LANES; i++) w->lanes[i].last = &w->lanes[i].first;
  w->timers = timers;
  w->patience.ring = lose_patience;
  w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_init(&w->lock, NULL);
  pthread_cond_init(&w->wake, NULL);
  pthread_mutex_lock(&w->lock);
  bool started = w->event >= 0 && timers_join(timers, 1) && start_worker(w);
  pthread_mutex_unlock(&w->lock);
  return started;
}

void workers_submit(struct workers *w, struct job *job) {
  w->inflight++;
  pthread_mutex_lock(&w->lock);
  if (w->count == 0) start_worker(w);
  put(w, job);
  bool waits = w->queued > w->idle;
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
    worker_free(gone);
  }
  w->quit = false;
}
