/* The lives of the daemon: when the next one is to be started, and when the keeper is to give up. Pure: the clock comes in, decisions go out. */
#pragma once
#include "sys.h"

struct lives {
  bool ever_ready, ready;     /* any daemon; the present one */
  bool announced;             /* the present one said that it will end (restart-daemon) */
  uint64_t ready_mono;
  uint32_t quick_deaths;      /* in a row, not counting those that somebody killed */
  unsigned unready;           /* deaths in a row before they were ready, of whatever kind */
  uint32_t deaths;            /* all but those that were announced */
  int status;                 /* of the last of them */
  uint64_t killed[9];         /* when the last ones were killed, in a ring */
  unsigned kills;
  unsigned terms;             /* TERM, INT or QUIT since a daemon was ready */
};

struct life_after { bool end; int code; uint64_t wait_ns; };

void lives_ready(struct lives *l, uint64_t now);
/* The present daemon has ended. `status` as from wait, -1 when it is not known. */
struct life_after lives_ended(struct lives *l, int status, uint64_t now);
/* A signal that asks the keeper to end, while no daemon is ready. True: the second one, so the last wills are due. */
bool lives_term(struct lives *l);
