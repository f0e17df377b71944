/* A spawn request: all that a worker and the child between clone and exec need, in one allocation, with room for what comes of it. */
#pragma once
#include "effects.h"
#include "sinks.h"

enum { FDS_MAX = 4 + SOCKETS_MAX + UNBOUND_MAX };

struct spawn_request {
  struct job job;
  struct spawn_request *next; /* in flight */
  size_t size;                /* with what is behind it */
  uint32_t child;             /* 0: the daemon */
  char *path, **argv, **environment, *directory; /* directory NULL: the keeper's */
  int32_t umask;              /* -1: the keeper's */
  bool user;
  uid_t uid;
  gid_t gid;
  gid_t *groups;
  size_t group_count, limit_count;
  struct limit *limits;       /* after `inherited` */
  struct rlimit inherited[2];      /* NOFILE, NPROC */
  struct attributes with;     /* its spans lead into the batch, and count while that is carried out */
  struct limit *rlimits;      /* those of `with`, after `limits` */
  size_t rlimit_count;
  char oom[8];                /* with.oom as the kernel reads it */
  char *procs;                /* the file by which it joins its cgroup, or NULL */
  int ready;                  /* what becomes descriptor with.ready, or -1 */
  int fds[FDS_MAX], fd_count; /* what becomes 0, 1, 2, ... */
  /* The next three count for children only. */
  struct sink *open[2];       /* sinks to open, for stdout and stderr, or NULL */
  bool piped[3];              /* which of 0, 1, 2 are pipes to be made */
  int ours[3];                /* the keeper's ends of them, -1 else */
  size_t pipe_bytes[3];
  /* What came of it. `pid` is stored by the kernel before the child runs. */
  pid_t pid;
  int step, error;
  uint64_t mono, wall;
  bool reaped;
  int wait_status;
  struct rusage usage;
};

extern struct spawn_request *spawn_requests; /* in flight */

/* Runs in a worker. */
void spawn_work(struct job *job, struct worker *worker);
void spawn_submit(struct spawn_request *b);
void spawn_done(struct spawn_request *b);
/* A request with room for `pointers` pointers and `bytes` bytes behind it; NULL: no memory. */
struct spawn_request *spawn_request_new(size_t pointers, size_t bytes);
void spawn_request_free(struct spawn_request *r);
