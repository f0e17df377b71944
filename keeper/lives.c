/* See lives.h. */
#include "lives.h"

#include "protocol.h"

enum { QUICK_MS = 10000, BACKOFF_MS = 100, BACKOFF_MAX_MS = 5000, UNREADY_FREE = 2 };

void lives_ready(struct lives *l, uint64_t now) {
  l->ever_ready = l->ready = true;
  l->ready_mono = now;
  l->terms = 0;
}

/* Who is killed by somebody did not die of the stored states. */
static bool is_quick(const struct lives *l, int status, uint64_t now) {
  bool killed = status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return !l->announced && !killed && (!l->ready || now - l->ready_mono < QUICK_MS * MS);
}

struct life_after lives_ended(struct lives *l, int status, uint64_t now) {
  struct life_after after = {0};
  if (!l->ever_ready) {
    after.end = true;
    after.code = status < 0 ? 1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return after;
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
  l->ready = l->announced = false;
  return after;
}

bool lives_term(struct lives *l) { return !l->ready && ++l->terms >= 2; }
