/* See lives.h. */
#include "lives.h"

#include "protocol.h"

enum { QUICK_MS = 10000, BACKOFF_MS = 100, BACKOFF_MAX_MS = 5000, UNREADY_FREE = 2, KILLS_MS = 60000, KILLED_MS = 1000 };

void lives_ready(struct lives *l, uint64_t now) {
  l->ever_ready = l->ready = true;
  l->ready_mono = now;
  l->terms = 0;
}

static bool is_killed(int status) { return status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

/* The tenth within a minute, or a later one: where memory is short, each start makes it shorter. */
static bool is_killed_often(struct lives *l, uint64_t now) {
  uint64_t *oldest = &l->killed[l->kills++ % (sizeof l->killed / sizeof *l->killed)];
  bool often = *oldest > 0 && now - *oldest < KILLS_MS * MS;
  *oldest = now;
  return often;
}

/* Who is killed by somebody did not die of the stored states. */
static bool is_quick(const struct lives *l, int status, uint64_t now) {
  return !l->announced && !is_killed(status) && (!l->ready || now - l->ready_mono < QUICK_MS * MS);
}

struct life_after lives_ended(struct lives *l, int status, uint64_t now) {
  struct life_after after = {0};
  if (!l->ever_ready) {
    after.end = true;
    after.code = status < 0 ? 1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return after;
  }
  if (!l->announced) {
    l->deaths++;
    l->status = status;
  }
  bool quick = is_quick(l, status, now);
  l->unready = l->ready || l->announced ? 0 : l->unready + 1;
  if (quick) l->quick_deaths++;
  else if (l->announced || (l->ready && now - l->ready_mono >= QUICK_MS * MS)) l->quick_deaths = 0;
  /* Nor does a daemon that is killed again and again before it is ready make the host spin. */
  unsigned tries = quick ? l->quick_deaths : l->unready > UNREADY_FREE ? l->unready - UNREADY_FREE : 0;
  if (tries > 0) {
    uint64_t wait_ms = (uint64_t)BACKOFF_MS << (tries < 7 ? tries - 1 : 6);
    after.wait_ns = (wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS) * MS;
  }
  if (is_killed(status) && is_killed_often(l, now) && after.wait_ns < KILLED_MS * MS) after.wait_ns = KILLED_MS * MS;
  l->ready = l->announced = false;
  return after;
}

bool lives_term(struct lives *l) { return !l->ready && ++l->terms >= 2; }
