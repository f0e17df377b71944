/* The daemon as a process, what is held back for the next one, and the keeper's own end. */
#pragma once
#include "lives.h"
#include "timers.h"

extern struct daemon {
  char **former;              /* the command line of the one before, until the present one has been ready; NULL: none */
  char **argv, *program;      /* program: with its whole path, since daemonizing may change the directory */
  struct lives lives;
  struct spawn_request *spawning;
  pid_t pid;                  /* 0: none */
  bool begun;                 /* its program runs */
  bool adopted;               /* no child of this process any more: its end shows as the end of its socket */
  int pidfd;
  int socket;                 /* -1: none */
  bool refused, blocked, watching_in, watching_out;
  uint8_t *input;
  size_t have, room;
  uint8_t *greeting;
  size_t greeting_length, greeting_sent;
  struct timer timer;         /* the next start, or the end of patience */
} the_daemon;

void daemon_start(void);
void daemon_ready(void);
void daemon_restart_announced(void);
void daemon_reaped(int status);
/* The connection has ended. */
void daemon_lost(void);
void daemon_kill(void);
/* A signal to the keeper. */
void keeper_signalled(int signal);
void keeper_end(int code);
/* Looks whether a step of the end is due. */
void end_go(void);
/* The report about a signal has been acknowledged. */
void signal_acknowledged(uint32_t signal);
/* As another keeper left it: a signal is reported already; false: that cannot be. */
bool signal_reported(uint32_t signal, uint64_t report);

/* reserve.c */
void reserve_init(void);
void reserve_descriptors(void);
void reserve_tasks(void);
void reserve_drop_tasks(void);
/* All of it, to the daemon that is started now. */
void reserve_give(void);
/* The daemon is there, or will not come: programs that were stopped for its sake go on. */
void reserve_resume(void);
/* How many threads for files a daemon may have. */
unsigned reserve_pool(void);
