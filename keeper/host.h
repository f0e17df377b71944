/* The keeper's own process, and what the system allows it. */
#pragma once
#include "effects.h"

extern struct host {
  uint64_t inherited;         /* which descriptors below 64 it inherited, one bit each */
  struct rlimit limits[2];    /* what children inherit: NOFILE, NPROC */
  int nice;                   /* and this */
  char oom[8];                /* and this score, when the keeper has another one */
  bool daemonized, spawned;
  struct { bool wanted, chdir; char *directory; int32_t umask; } daemonize;
} host;

#define OOM_SCORE "/proc/self/oom_score_adj"

void host_become(const struct effect *e);
void host_limit(const struct limit *l);
void host_daemonize(const struct effect *e, uint64_t batch);
/* Once no worker is busy: the fork that was asked for. */
void host_fork(void);
void host_init(void);
/* Nothing but 0, 1 and 2 is inherited by what is executed. */
void host_close_on_exec(void);

/* limits.c: how many processes and threads there may be, UINT64_MAX: as many as you like; and a sentence that ends with what is scarce. */
uint64_t limits_tasks(void);
void limits_explain(const char *what);
