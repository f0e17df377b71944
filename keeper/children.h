/* Children, until the daemon has acknowledged their end; their last wills and their stdin. */
#pragma once
#include "effects.h"
#include "keeper.h"

struct input { struct input *next; size_t length, offset; uint8_t bytes[]; };

struct child {
  struct node node, by_pid;
  struct spawn_request *spawning;        /* while it is being spawned */
  pid_t pid;
  uint8_t state;
  bool reaped;
  bool paused;
  bool willed, killed, abandoned; /* how far its last will has got */
  int step, error;            /* of a spawn that failed */
  int wait_status;
  struct rusage usage;
  uint64_t mono, wall, ended_mono, ended_wall;
  uint64_t signals[2];        /* to be sent once it is spawned: to the process, to its group */
  uint32_t streams[2];
  struct input *input, **input_last; /* waiting for its stdin */
  size_t input_bytes;
  int stdin_fd;
  bool stdin_watched, stdin_closing;
  struct will will;
  struct channel *channel;    /* NULL: it was given none */
  char *cgroup;               /* which it joined, or NULL */
  struct timer timer;
  char *label;
};

extern struct map all_children, child_pids;

struct child *child_get(uint32_t number);
/* Not spawned yet; NULL: no memory. */
struct child *child_new(const struct spawn *s);
/* As another keeper left it, now that all is there. */
void child_go_on(struct child *c);
void child_spawn(const struct spawn *spawn, uint64_t batch);
void child_reaped(struct child *c, int status, const struct rusage *usage);
void child_drained(uint32_t number);
void child_signal(uint32_t number, int signal, bool group);
void child_forget(uint32_t number);
void child_acknowledged(uint32_t number);
void children_reap(void);
/* Stops the programs, or lets those go on that were stopped so. */
void children_pause(bool stop);

/* wills.c */
void wills_begin(void);
void wills_go(void);
void will_hurry(struct child *c);
/* Kills what there is, at once. */
void children_kill(void);
/* Any that is not reaped and not given up. */
bool children_live(void);

/* channels.c: 0, or the step at which it failed; then errno. The ready pipe's end for the child goes into the request. */
int channel_open(struct child *c, struct spawn_request *r);
/* Takes what it has said, and whatever it will say; when it is reaped, before its end is told. */
void channel_listen(struct child *c);
void channel_take_messages(struct child *c);
void channel_take_readiness(struct child *c);
void channel_acknowledged(uint32_t child, uint64_t report);
void channel_close(struct child *c);
/* Its socket and its pipe, -1: none; and one that another keeper had, with its messages that are kept. False: no memory, or it cannot be. */
void channel_descriptors(const struct child *c, int *notify, int *ready);
bool channel_restore(struct child *c, int notify, int ready);
bool channel_reported(uint32_t child, const struct report *report);

/* processes.c */
void process_signal(pid_t pid, uint64_t start, int signal);

/* stdin.c */
void stdin_write(uint32_t number, struct span bytes);
void stdin_close(uint32_t number);
/* They wait. False: no memory. */
bool stdin_add(struct child *c, struct span bytes);
void stdin_begin(struct child *c);
void stdin_ready(struct child *c);
void stdin_end(struct child *c);
