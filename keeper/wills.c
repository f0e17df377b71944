/*
 * Last wills: what becomes of the children when no daemon can be had and the host asks the keeper to end. By rank from the highest down: the signal, the
 * wait, SIGKILL; then the next rank; then the keeper ends with code 0. This is the only decision the keeper ever makes about a child.
 */
#include "children.h"
#include "spawn.h"
#include "daemon.h"

enum { KILLED_WAIT_MS = 5000 };

static bool lives(const struct child *c) { return c->pid > 0 && !c->reaped && !c->abandoned; }

/* All of it where it has a cgroup; and itself in any case, since the file may not be had. */
static void end_for_good(const struct child *c, bool group) {
  char path[4096];
  bool whole = c->cgroup && (size_t)snprintf(path, sizeof path, "%s/cgroup.kill", c->cgroup) < sizeof path;
  int fd = whole ? sys_open(path, O_WRONLY | O_CLOEXEC, 0) : -1;
  if (fd >= 0) (void)sys_write(fd, "1", 1), sys_close(fd);
  (void)sys_kill(group ? -c->pid : c->pid, SIGKILL);
}

static void deliver(struct child *c, int signal, bool group) { (void)sys_kill(group ? -c->pid : c->pid, signal); }

static struct child *highest(void) {
  struct child *best = NULL;
  MAP_EACH(child, c, &all_children) {
    if (lives(c) && (!best || c->will.rank > best->will.rank)) best = c;
  }
  return best;
}

/* Called when it begins and whenever a child ended: goes on to the next rank when the present one is empty. */
void wills_go(void) {
  struct child *best = highest();
  if (!best) {
    keeper_end(0);
    return;
  }
  if (best->willed) return;
  MAP_EACH(child, c, &all_children) {
    if (!lives(c) || c->will.rank != best->will.rank) continue;
    c->willed = true;
    deliver(c, c->will.signal, c->will.signal_group);
    timer_set(&K.timers, &c->timer, now_mono() + c->will.wait_ms * MS);
  }
}

void wills_begin(void) {
  reserve_resume();
  if (K.ending != RUNNING) return;
  K.ending = WILLING;
  K.leave_none = true;
  daemon_kill();
  wills_go();
}

void children_kill(void) {
  MAP_EACH(child, c, &all_children) {
    if (lives(c)) end_for_good(c, true);
  }
}

bool children_live(void) { return spawn_requests || highest(); }

/* A child did not end in time. One that does not even die of SIGKILL (a sleep the kernel does not interrupt) is given up at last. */
void will_hurry(struct child *c) {
  if (c->killed) {
    c->abandoned = true;
    wills_go();
    return;
  }
  c->killed = true;
  end_for_good(c, c->will.kill_group);
  timer_set(&K.timers, &c->timer, now_mono() + KILLED_WAIT_MS * MS);
}
