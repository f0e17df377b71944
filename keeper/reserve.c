/*
 * What is held back for the daemon that comes next, so that programs that have used up all descriptors or processes cannot keep it from coming: a few
 * descriptors of /dev/null, and idle threads, which count as processes wherever those are counted. It is given up right before it is needed and made
 * anew when there is room. Where a program takes every process that becomes free, programs are stopped for the moment that a start takes.
 */
#include "daemon.h"
#include "children.h"
#include "host.h"

/* What Node.js begins with, and a little more; its threads for files, a tenth of what is allowed; and how large a part of that may be held back. */
enum { STARTING = 6, POOL_MIN = 4, POOL_MAX = 24, POOL_PART = 10, RESERVE_PART = 4, STACK = 64 << 10, PAUSE_MS = 2000 };

static struct reserve {
  int fds[RESERVED_FDS];      /* -1: not held */
  pthread_mutex_t lock;       /* guards `wanted` */
  pthread_cond_t end;
  unsigned wanted, count, most, needed, pool; /* threads: those from `wanted` on are to end */
  pthread_t tasks[RESERVED_TASKS];
  struct timer timer;         /* the end of a pause */
} reserve;

void reserve_descriptors(void) {
  for (int i = 0; i < RESERVED_FDS; i++) {
    if (reserve.fds[i] < 0) reserve.fds[i] = fcntl(K.null, F_DUPFD_CLOEXEC, 3);
  }
}

static void *idle(void *number) {
  pthread_mutex_lock(&reserve.lock);
  while ((uintptr_t)number < reserve.wanted) pthread_cond_wait(&reserve.end, &reserve.lock);
  pthread_mutex_unlock(&reserve.lock);
  return NULL;
}

static void want(unsigned n) {
  pthread_mutex_lock(&reserve.lock);
  reserve.wanted = n;
  pthread_cond_broadcast(&reserve.end);
  pthread_mutex_unlock(&reserve.lock);
}

void reserve_init(void) {
  uint64_t limit = limits_tasks(), pool = limit / POOL_PART;
  for (int i = 0; i < RESERVED_FDS; i++) reserve.fds[i] = -1;
  pthread_mutex_init(&reserve.lock, NULL);
  pthread_cond_init(&reserve.end, NULL);
  reserve.pool = pool < POOL_MIN ? POOL_MIN : pool < POOL_MAX ? (unsigned)pool : POOL_MAX;
  reserve.needed = STARTING + reserve.pool;
  reserve.most = limit / RESERVE_PART < reserve.needed ? (unsigned)(limit / RESERVE_PART) : reserve.needed;
}

/* False: it cannot be. */
static bool grow(unsigned to) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  want(to);
  bool room = true;
  while (room && reserve.count < to) {
    room = !sys_fault("thread") && pthread_create(&reserve.tasks[reserve.count], &attributes, idle, (void *)(uintptr_t)reserve.count) == 0;
    if (room) reserve.count++;
  }
  pthread_attr_destroy(&attributes);
  return room;
}

void reserve_tasks(void) { (void)grow(reserve.most); }

void reserve_drop_tasks(void) {
  want(0);
  while (reserve.count > 0) pthread_join(reserve.tasks[--reserve.count], NULL);
}

void reserve_resume(void) {
  timer_cancel(&K.timers, &reserve.timer);
  children_pause(false);
}

static void ring(struct timer *timer) { (void)timer, reserve_resume(); }

void reserve_give(void) {
  /* The last daemon's own have just become free: when there are no more than those, they will be gone before Node.js asks for them. */
  if (the_daemon.lives.ever_ready && !grow(2 * reserve.needed)) {
    children_pause(true);
    reserve.timer.ring = ring;
    timer_set(&K.timers, &reserve.timer, now_mono() + PAUSE_MS * MS);
  }
  reserve_drop_tasks();
  for (int i = 0; i < RESERVED_FDS; i++) {
    if (reserve.fds[i] >= 0) sys_close(reserve.fds[i]);
    reserve.fds[i] = -1;
  }
}

unsigned reserve_pool(void) { return reserve.pool; }
