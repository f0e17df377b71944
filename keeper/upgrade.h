/* Upgrade in place: the keeper is replaced by another program, in the same process. */
#pragma once
#include "effects.h"
#include "keeper.h"
#include "table.h"

/* How whoever is executed is told what it is: `TABLE_FD BACK_FD TRIES ERRNO TEXT`; TRIES 0: the new keeper; else the old one again, and why. */
#define RESUME_VARIABLE "HOLDFAST_RESUME"

/* upgrade.c: begins when the loop comes round. */
void upgrade_ask(const struct effect *e);
/* What is to be done now, if anything. */
void upgrade_go(void);
/* True: this was the new keeper that looked at the table. */
bool upgrade_reaped(pid_t pid, int status);
/* The daemon has ended. True: it made room for the upgrade, and none is to be started. */
bool upgrade_daemon_ended(void);
/* How an upgrade has ended. Its memory was promised when it was asked for. */
void upgrade_report(uint32_t token, enum upgrade_step step, int error, const char *text, bool written);

/*
 * save.c: freezes, and writes all that the keeper holds into a file without a name that nobody can change any more; `words`: the daemon that is to be started
 * by whoever takes it up. At another step than UPGRADE_DONE: errno, and why. It stays frozen until table_thaw().
 */
enum upgrade_step table_save(uint32_t token, char **words, uint32_t wait_ms, int *fd, int *error, char *why);
void table_thaw(void);

/* restore.c: takes it all up, without any call on a descriptor; then restore_go_on() begins. False: `why` says what cannot be. */
bool restore_all(struct table_bytes table, char *why);
void restore_go_on(void);
extern uint32_t restored_token; /* of the upgrade that the table is of */
/* Every listed descriptor, which must be open, of the type that is said, and listed once, will be inherited by what is executed. */
bool table_inherit(struct table_bytes table, char *why);

/* resume.c */
extern char **own_words;    /* the keeper's command line, which stays as it was typed */

/* The environment without names that begin with `dropped`, and with `added` if there is one. NULL: no memory. */
char **environment_with(const char *dropped, char *added);
/* Executes `next`. Returns only when that has failed: at which step, and why. */
enum upgrade_step hand_over(int table, int next, int back, int *error, char *why);
/* `--check FD`: whether this keeper would take it up, in a process of its own. */
bool resume_check(const char *fd);
/* The keeper's program, executed with what `said` says, takes it up; or does not return. `begun`: it could begin. */
void resume(const char *said, bool begun);
