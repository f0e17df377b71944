/*
 * What is held back for the daemon that comes next, so that programs that have used up all descriptors or processes cannot keep it from coming: a few
 * descriptors of /dev/null, and idle threads, which count as processes wherever those are counted. It is given up right before it is needed and made
 * anew when there is room. Where a program takes every process that becomes free, programs are stopped for the moment that a start takes.
 */
#include "keeper.h"

/* What Node.js begins with, and a little more; its threads for files, a tenth of what is allowed; and how large a part of that may be held back. */
enum { STARTING = 6, POOL_MIN = 4, POOL_MAX = 24, POOL_PART = 10, RESERVE_PART = 4, STACK = 64 << 10, PAUSE_MS = 2000 };

void reserve_descriptors(void) {
  for (int i = 0; i < RESERVED_FDS; i++) {
    if (K.reserve.fds[i] < 0) K.reserve.fds[i] = fcntl(K.null, F_DUPFD_CLOEXEC, 3);
  }
}

static void *idle(void *number) {
  struct reserve *r = &K.reserve;
  pthread_mutex_lock(&r->lock);
  while ((uintptr_t)number < r->wanted) pthread_cond_wait(&r->end, &r->lock);
  pthread_mutex_unlock(&r->lock);
  return NULL;
}

static void want(unsigned n) {
  pthread_mutex_lock(&K.reserve.lock);
  K.reserve.wanted = n;
  pthread_cond_broadcast(&K.reserve.end);
  pthread_mutex_unlock(&K.reserve.lock);
}

void reserve_init(void) {
  struct reserve *r = &K.reserve;
  uint64_t limit = limits_tasks(), pool = limit / POOL_PART;
  for (int i = 0; i < RESERVED_FDS; i++) r->fds[i] = -1;
  pthread_mutex_init(&r->lock, NULL);
  pthread_cond_init(&r->end, NULL);
  r->pool = pool < POOL_MIN ? POOL_MIN : pool < POOL_MAX ? (unsigned)pool : POOL_MAX;
  r->needed = STARTING + r->pool;
  r->most = limit / RESERVE_PART < r->needed ? (unsigned)(limit / RESERVE_PART) : r->needed;
}

/* False: it cannot be. */
static bool grow(struct reserve *r, unsigned to) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  want(to);
  bool room = true;
  while (room && r->count < to) {
    room = !sys_fault("thread") && pthread_create(&r->tasks[r->count], &attributes, idle, (void *)(uintptr_t)r->count) == 0;
    if (room) r->count++;
  }
  pthread_attr_destroy(&attributes);
  return room;
}

void reserve_tasks(void) {
  (void)grow(&K.reserve, K.reserve.most);
}

void reserve_drop_tasks(void) {
  struct reserve *r = &K.reserve;
  want(0);
  while (r->count > 0) pthread_join(r->tasks[--r->count], NULL);
}

void reserve_resume(void) {
  timer_cancel(&K.timers, &K.reserve.timer);
  children_pause(false);
}

static void ring(struct timer *timer) {
  (void)timer;
  reserve_resume();
}

void reserve_give(void) {
  struct reserve *r = &K.reserve;
  /* The last daemon's own have just become free: when there are no more than those, they will be gone before Node.js asks for them. */
  if (K.lives.ever_ready && !grow(r, 2 * r->needed)) {
    children_pause(true);
    r->timer.ring = ring;
    timer_set(&K.timers, &r->timer, now_mono() + PAUSE_MS * MS);
  }
  reserve_drop_tasks();
  for (int i = 0; i < RESERVED_FDS; i++) {
    if (r->fds[i] >= 0) sys_close(r->fds[i]);
    r->fds[i] = -1;
  }
}
