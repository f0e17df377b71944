/* The frames of the daemon, decoded: numbers and spans that point into the frame. Pure. */
#pragma once
#include "bytes.h"
#include "protocol.h"

struct sink_spec { struct span path; uint8_t flags; uint32_t mode; uint64_t limit; };
struct stream_spec { uint32_t stream; uint8_t mode; uint32_t sink; bool open; struct sink_spec spec; };
struct will { int32_t signal; uint32_t wait_ms; bool signal_group, kill_group; int32_t rank; };
struct limit { uint8_t resource; uint64_t soft, hard; };
/* A list whose items were checked; `items` reads them again. */
struct list { uint32_t count; struct reader items; };

struct spawn {
  uint32_t child;
  struct span label, path;
  struct list argv, environment;
  bool chdir;
  struct span directory;
  int32_t umask;
  bool user;
  uint32_t uid, gid;
  struct list groups, limits;
  uint32_t stdin_socket;
  struct stream_spec out, err;
  struct will will;
  struct list with;           /* attributes: spawn_attributes() reads them */
};

/* What they say; all zero: nothing. Of two of a kind the later counts. */
struct attributes {
  struct list rlimits;        /* by the kernel's numbers */
  bool session, has_nice, has_oom, no_new_privs, subreaper;
  int32_t nice, oom;
  struct span cgroup, notify;
  uint8_t ready;              /* the descriptor; 0: none */
};

struct listening {
  uint32_t socket;
  uint8_t family;
  bool serve;
  struct span address;
  uint16_t port;
  int32_t mode, uid, gid, backlog;
  uint8_t stale;
};

/* One effect; which members count depends on the tag. `number` is the child, sink, stream or socket it is about. */
struct effect {
  uint16_t tag;
  uint32_t number;
  int32_t value;              /* signal, exit code, umask */
  uint32_t token;
  uint8_t kind;               /* target of a signal, mode of a stream, kind of a verdict, a bool */
  uint32_t sink;
  uint64_t block;
  int32_t pid;                /* of a signal to any process, and when that one was started */
  uint64_t start;
  uint32_t uid, gid;
  struct list groups, words;
  struct span text, bytes;
  struct sink_spec spec;
  struct limit limit;
  union { struct spawn spawn; struct listening listening; };
};

struct batch { uint64_t number; struct list acknowledged, states, effects; };
struct state_change { struct span key; bool deletes; struct span value; };

enum decoded { DECODED, UNKNOWN_EFFECT, MALFORMED };

/* The whole of a batch's frame, every state and effect in it. False: malformed. */
bool batch_decode(struct span frame, struct batch *batch);
/* Read the items of a batch that was decoded well. */
struct state_change state_next(struct list *states);
enum decoded effect_next(struct list *effects, struct effect *effect);
uint32_t group_next(struct list *groups);
struct limit limit_next(struct list *limits);
struct limit rlimit_next(struct list *rlimits);
struct span text_next(struct list *texts);
/* 0, or what is wrong: ENOTSUP for a kind that is not known, EINVAL for a value that cannot be. */
int spawn_attributes(const struct spawn *s, struct attributes *a);
