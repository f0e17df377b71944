/* What scenarios have in common, and those that are not in e2e.c. */
#ifndef SCENARIO_H
#define SCENARIO_H
#include "daemon.h"

/* Ends the keeper with 0, and this daemon. */
void finish(void);
int32_t await_spawned(uint32_t child);
int await_exited(uint32_t child);

/* upgrades.c */
void upgrade(void);
void upgrade_fails(void);
void upgrade_returns(void);
void upgrade_forbidden(void);
void upgrade_allowed(void);
/* upgrading.c: the state `stage` says how far a scenario has got, over all its daemons. */
int stage_of(struct greeting g);
extern const char *next_daemon; /* NULL: this one */
/* NULL: the keeper that runs. */
void ask_for_upgrade(uint32_t token, const char *keeper, int stage);
/* The same, and this daemon ends when it is told to. The token is the stage. */
void upgrade_by(const char *keeper, int stage);
void upgrade_to(int stage);
struct message await_upgrade(uint32_t token, int step);
void note_pid(const char *name, int32_t pid);
/* That the keeper's process is as the first daemon found it. */
void check_process(bool first);
/* Before a scenario: what its daemons must know; and what its keeper may not do, or is, in the process that becomes it. */
void upgrade_name(const char *scenario, const char *self);
void upgrade_prepare(const char *scenario, const char *keeper, const char *self);
#endif
