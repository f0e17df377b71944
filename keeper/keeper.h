/*
 * The table: everything the keeper holds, and who may touch it. The hands (the main thread) own all of it, except what a job in flight points to: a sink
 * while it is `busy`, a stream while it is DRAINING, a birth until it is done.
 */
#ifndef KEEPER_H
#define KEEPER_H
#include "effects.h"
#include "lives.h"
#include "map.h"
#include "reports.h"
#include "store.h"
#include "timers.h"
#include "workers.h"

/* Where a sink writes to, as it was asked for. The path is the sink's own copy. */
struct target { char *path; uint8_t flags; uint32_t mode; uint64_t limit; };

/* BORROWED: inherited and shared with others, no regular file; a write may block. */
enum file_kind { FILE_NONE, FILE_REGULAR, FILE_BORROWED, FILE_OTHER, FILE_SOCKET };
struct file { int fd; enum file_kind kind; uint64_t size, device, inode; };

/* Something a sink has to do; done in order. */
enum op_kind { OP_OPEN, OP_REOPEN, OP_CLOSE, OP_DRAIN, OP_WRITE, OP_DATAGRAM, OP_TELL };
struct op {
  struct op *next;
  enum op_kind kind;
  struct stream *stream;      /* DRAIN: what is drained; WRITE: the stream that waits for it, if any */
  struct target target;       /* REOPEN; DATAGRAM: its path */
  uint32_t token;             /* TELL: of the echo, when all before it is done */
  struct report *block;       /* WRITE: the owner of the bytes, or NULL: they follow the op */
  const uint8_t *bytes;
  size_t length, offset;
  bool append;                /* counts against APPEND_MAX */
};

struct sink {
  struct node node;
  struct job job;
  struct target target;
  struct file file, shown;    /* shown: what the last job left, to be looked at while another runs */
  struct op *first, **last;   /* waiting */
  struct op *work;            /* what the job in flight does */
  struct op close;            /* closing needs no memory */
  bool busy, closing, watched, over, failing, soft;
  size_t waiting;             /* bytes of appends */
  uint64_t lost_all, lost_burst;
  uint64_t limit_report, error_report, resumed_report; /* their numbers while not acknowledged */
  struct { int error; uint64_t lost, good; } result;   /* of the job */
};

/* What a stream is busy with; only an IDLE one can begin something. */
enum doing { IDLE, DRAINING, PAUSING, WAITING, ASKING, HELD, WRITING };
struct stream {
  struct node node;
  struct job job;             /* of a stream that drops */
  struct op op;               /* its DRAIN */
  uint32_t child, sink;
  uint8_t mode;
  enum doing doing;
  int fd;                     /* -1: ended */
  bool watched, ready, settling, ended, told;
  size_t pipe_bytes;
  uint64_t emptied_mono, rest_ns; /* when the pipe was emptied last, and how long it rests then */
  size_t got;                 /* since then */
  struct { size_t got; bool empty, ended; } result; /* of the drain */
  unsigned writing;           /* settled blocks that wait in its sink, and their bytes */
  size_t writing_bytes;
  uint64_t block_number;
  struct report *block;       /* with the daemon */
  struct stream *next_waiting;/* for a free block */
  struct timer timer;
};

struct child {
  struct node node, by_pid;
  struct birth *birth;        /* while it is being spawned */
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
  struct timer timer;
  char *label;
};

struct sock {
  struct node node;
  struct job job;
  int fd, descriptor;         /* descriptor: in the present daemon, -1 when it has none */
  uint8_t family, step, stale;
  bool serve, bound, listening, busy, gone, unlink;
  int32_t mode, uid, gid, backlog;
  int error;
  uint16_t port;
  char *address;
};

/* What is held back for the next daemon. */
struct reserve {
  int fds[RESERVED_FDS];      /* -1: not held */
  pthread_mutex_t lock;       /* guards `wanted` */
  pthread_cond_t end;
  unsigned wanted, count, most, needed, pool; /* threads: those from `wanted` on are to end */
  pthread_t tasks[RESERVED_TASKS];
  struct timer timer;         /* the end of a pause */
};

struct unbound { int fd, descriptor; uint8_t family; };

struct daemon {
  struct birth *birth;
  pid_t pid;                  /* 0: none */
  bool begun;                 /* its program runs */
  bool adopted;               /* no child of this process any more: its end shows as the end of its socket */
  int pidfd;
  int socket;                 /* -1: none */
  bool greeted, refused, blocked, watching_in, watching_out;
  uint8_t *input;
  size_t have, room;
  uint8_t *greeting;
  size_t greeting_length, greeting_sent;
  struct timer timer;         /* the next start, or the end of patience */
};

/* How the keeper ends: WILLING (last wills), then FLUSHING (what is on its way into the sinks), then PARTING (from the daemon). */
enum ending { RUNNING, WILLING, FLUSHING, PARTING };

extern struct keeper {
  int epoll, signals, null;
  uint64_t inherited;         /* which descriptors below 64 it was born with, one bit each */
  struct birth *births;       /* in flight */
  struct map children, pids, streams, sinks, sockets;
  struct store store;
  struct reports reports;
  struct timers timers;
  struct workers workers;
  struct lives lives;
  struct daemon daemon;
  struct reserve reserve;
  struct unbound unbound[UNBOUND_MAX];
  unsigned unbound_count;
  struct sink *datagrams;     /* a sink without a file that keeps datagrams in order */
  unsigned blocks;
  struct stream *block_queue, **block_queue_last;
  uint64_t signal_report[65];
  struct rlimit limits[2];    /* what children are born with: NOFILE, NPROC */
  int nice;                   /* and this */
  char oom[8];                /* and this score, when the keeper has another one */
  char **argv, *program;      /* program: with its whole path, since daemonizing may change the directory */
  bool daemonized, spawned;
  struct { bool wanted, chdir; char *directory; int32_t umask; } daemonize;
  enum ending ending;
  int exit_code;
  bool leave_none;            /* no child may outlive the keeper */
  bool out_of_time;
  struct timer end;
  uint8_t scratch[BLOCK_BYTES];
} K;

#define OOM_SCORE "/proc/self/oom_score_adj"

#define report(kind, tag, ...) reports_add(&K.reports, kind, tag, FIELDS(__VA_ARGS__))

/* What an event of epoll is about; the low half of its data is the number. */
enum watched { WATCH_SIGNALS, WATCH_RESULTS, WATCH_DAEMON, WATCH_PIDFD, WATCH_STREAM, WATCH_STDIN, WATCH_SINK };
/* Waits for `events` once; false: epoll refuses (errno). `known`: it was watched before. */
bool watch(enum watched what, uint32_t number, int fd, uint32_t events, bool known);
void unwatch(int fd);

/* files.c: in the workers. */
int file_open(struct file *file, const struct target *target);
int open_following(const char *path, int flags, mode_t mode);
void sink_work(struct job *job, struct worker *worker);
void stream_drop(struct job *job, struct worker *worker);

/* sinks.c */
struct sink *sink_get(uint32_t number);
struct sink *sink_new(uint32_t number, const struct sink_spec *spec);
void sink_free(struct sink *sink);
void sink_open(const struct effect *e, uint64_t batch);
void sink_reopen(const struct effect *e, uint64_t batch);
void sink_close(uint32_t number);
void sink_append(uint32_t number, struct span bytes);
/* Echoes the token when all that waits in the sink now has been done; at once when there is none. */
void sink_tell(uint32_t number, uint32_t token);
void sink_datagram(struct span path, struct span bytes);
/* With room for `bytes` bytes behind it, op_data(). */
struct op *op_new(enum op_kind kind, size_t bytes);
static inline uint8_t *op_data(struct op *op) { return (uint8_t *)(op + 1); }
/* Takes the op. */
void sink_add(struct sink *sink, struct op *op);
/* Takes an op back that has not been begun; false: it is under way. */
bool sink_withdraw(struct sink *sink, struct op *op);
void sink_kick(struct sink *sink);
/* The spawn that opened it is done. */
void sink_opened(struct sink *sink);
void sink_lost(struct sink *sink, int error, uint64_t bytes);
void sink_told(uint32_t number, uint16_t tag);
/* The daemon came or went: limits are hard or soft now. */
void sinks_kick(void);
/* Nothing waits to be written. */
bool sinks_quiet(void);
bool sink_is_odd(const struct sink *sink);

/* streams.c */
struct stream *stream_get(uint32_t number);
struct stream *stream_new(const struct stream_spec *spec, uint32_t child);
void stream_free(struct stream *s);
/* Does what there is to do for an idle stream. */
void stream_go(struct stream *s);
void stream_ready(struct stream *s, uint32_t events);
/* What it was busy with is over; `ready`: there may be something to read. */
void stream_idle(struct stream *s, bool ready);
/* A block has been settled: the next stream that waits for one may read. */
void block_released(void);
/* So many bytes of a settled block are in the file, or lost. */
void stream_written(struct stream *s, size_t bytes);
void stream_drained(struct stream *s);
void stream_pumped(struct stream *s);
/* Hands on what is in the pipe now; child_settled() follows when nothing is left. */
void stream_settle(struct stream *s);
/* It ends, whatever is in its pipe. */
void stream_forget(struct stream *s);
void stream_change(const struct effect *e);
void stream_verdict(const struct effect *e);
void stream_told(uint32_t number);

/* children.c */
struct child *child_get(uint32_t number);
void child_spawn(const struct spawn *spawn, uint64_t batch);
void child_reaped(struct child *c, int status, const struct rusage *usage);
void child_settled(uint32_t number);
void child_signal(uint32_t number, int signal, bool group);
void child_forget(uint32_t number);
void child_told(uint32_t number);
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

/* stdin.c */
void stdin_write(uint32_t number, struct span bytes);
void stdin_close(uint32_t number);
void stdin_begin(struct child *c);
void stdin_ready(struct child *c);
void stdin_end(struct child *c);

/* sockets.c */
void socket_listen(const struct listening *l);
void socket_unlisten(uint32_t number, bool unlink);
struct sock *socket_get(uint32_t number);
/* Makes the unbound sockets of the next daemon and says which descriptors it gets; returns how many. */
int sockets_for_daemon(int *fds, int first);

/* batch.c: one frame of the daemon, without its length. */
void frame_received(struct span frame);
void refuse(uint64_t batch, enum refusal code, const char *text);

/* link.c: the connection to the daemon, K.daemon.socket. */
void link_ready(uint32_t events);
/* Writes what there is to say. */
void link_flush(void);
/* Takes what a dead daemon has sent completely, then closes. */
void link_close(void);
/* Answers hello: welcome and all that the keeper holds. */
void link_greet(void);
/* The answer to somebody who was not greeted. */
void link_refuse(enum refusal code, const char *text);

/* daemon.c */
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

/* limits.c: how many processes and threads there may be, UINT64_MAX: as many as you like; and a sentence that ends with what is scarce. */
uint64_t limits_tasks(void);
void limits_explain(const char *what);

/* reserve.c */
void reserve_init(void);
void reserve_descriptors(void);
void reserve_tasks(void);
void reserve_drop_tasks(void);
/* All of it, to the daemon that is started now. */
void reserve_give(void);
/* The daemon is there, or will not come: programs that were stopped for its sake go on. */
void reserve_resume(void);

/* host.c: what changes the keeper's own process. */
void host_become(const struct effect *e);
void host_limit(const struct limit *l);
void host_daemonize(const struct effect *e, uint64_t batch);
/* Once no worker is busy: the fork that was asked for. */
void host_fork(void);
void host_init(void);

#endif
