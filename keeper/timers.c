/* See timers.h. A binary heap; place 1 is the root. */
#include "timers.h"

bool timers_join(struct timers *t, size_t n) {
  if (t->owners + n > t->room) {
    size_t room = (t->owners + n) * 2 + 16;
    struct timer **heap = sys_realloc(t->heap, (room + 1) * sizeof(struct timer *));
    if (!heap) return false;
    t->heap = heap;
    t->room = room;
  }
  t->owners += n;
  return true;
}

void timers_leave(struct timers *t, size_t n) { t->owners -= n; }

static void sit(struct timers *t, struct timer *timer, size_t place) {
  t->heap[place] = timer;
  timer->place = place;
}

/* Puts `timer` where it belongs, beginning at a free place. */
static void sift(struct timers *t, struct timer *timer, size_t place) {
  for (; place > 1 && t->heap[place / 2]->at_mono > timer->at_mono; place /= 2) sit(t, t->heap[place / 2], place);
  for (size_t child; (child = place * 2) <= t->count; place = child) {
    if (child < t->count && t->heap[child + 1]->at_mono < t->heap[child]->at_mono) child++;
    if (t->heap[child]->at_mono >= timer->at_mono) break;
    sit(t, t->heap[child], place);
  }
  sit(t, timer, place);
}

void timer_set(struct timers *t, struct timer *timer, uint64_t at_mono) {
  timer_cancel(t, timer);
  timer->at_mono = at_mono;
  sift(t, timer, ++t->count);
}

void timer_cancel(struct timers *t, struct timer *timer) {
  size_t place = timer->place;
  if (place == 0) return;
  timer->place = 0;
  struct timer *last = t->heap[t->count--];
  if (last != timer) sift(t, last, place);
}

uint64_t timers_next(const struct timers *t) { return t->count > 0 ? t->heap[1]->at_mono : UINT64_MAX; }

bool timers_ring(struct timers *t, uint64_t now) {
  if (t->count == 0 || t->heap[1]->at_mono > now) return false;
  struct timer *timer = t->heap[1];
  timer_cancel(t, timer);
  timer->ring(timer);
  return true;
}
