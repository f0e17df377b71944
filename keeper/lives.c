/* See lives.h. */
#include "lives.h"

#include "protocol.h"

enum { QUICK_MS = 10000, BACKOFF_MS = 100, BACKOFF_MAX_MS = 5000 };

void lives_ready(struct lives *l, uint64_t now) {
  l->ever_ready = l->ready = true;
  l->ready_mono = now;
  l->terms = 0;
}

static bool is_quick(const struct lives *l, int status, uint64_t now) {
  if (l->announced) return false;
  if (!l->ready) return true;
  bool killed = status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return !killed && now - l->ready_mono < QUICK_MS * MS;
}

struct life_after lives_ended(struct lives *l, int status, uint64_t now) {
  struct life_after after = {0};
  if (!l->ever_ready) {
    after.end = true;
    after.code = status < 0 ? 1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return after;
  }
  bool quick = is_quick(l, status, now);
  if (quick) {
    unsigned doublings = l->quick_deaths < 6 ? l->quick_deaths : 6;
    uint64_t wait_ms = (uint64_t)BACKOFF_MS << doublings;
    after.wait_ns = (wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS) * MS;
    l->quick_deaths++;
  } else if (l->announced || now - l->ready_mono >= QUICK_MS * MS) {
    l->quick_deaths = 0;
  }
  l->ready = l->announced = false;
  return after;
}

bool lives_term(struct lives *l) { return !l->ready && ++l->terms >= 2; }
