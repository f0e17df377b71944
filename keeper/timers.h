/* Deadlines in a heap. Room is made when a thing is made, so that arming never fails; an idle keeper has none and sleeps for ever. */
#pragma once
#include "sys.h"

struct timer { uint64_t at_mono; size_t place; /* from 1; 0: not armed */ void (*ring)(struct timer *); };
struct timers { struct timer **heap; size_t count, room, owners; };

/* Room for n more timers; false when there is no memory. Their owners call timers_leave when they end. */
bool timers_join(struct timers *t, size_t n);
void timers_leave(struct timers *t, size_t n);
void timer_set(struct timers *t, struct timer *timer, uint64_t at_mono);
void timer_cancel(struct timers *t, struct timer *timer);
/* The earliest deadline, or UINT64_MAX. */
uint64_t timers_next(const struct timers *t);
/* Rings one timer that is due; false when none is. */
bool timers_ring(struct timers *t, uint64_t now);
