/*
 * A daemon for tests: speaks the protocol on descriptor 3, one batch at a time, and waits for the reports it expects. A scenario is run by a real keeper
 * (`holdfast-keeper e2e NAME`), and its verdict is the keeper's exit code.
 */
#ifndef TEST_DAEMON_H
#define TEST_DAEMON_H
#include "../bytes.h"
#include "../protocol.h"
#include "check.h"

/* What does not come within this time does not come, on any machine. */
enum { WAIT_MS = 60000 };

/* Bytes to be sent. */
struct out { uint8_t *at; size_t n, room; };
void put(struct out *o, uint64_t value, unsigned size);
void put_bytes(struct out *o, const void *bytes, size_t n);
void put_text(struct out *o, const char *text);

/* A batch under construction. */
struct making { uint64_t number; struct out acks, states, effects; uint32_t ack_count, state_count, effect_count; };
struct making *batch_new(void);
void batch_ack(struct making *b, uint64_t number);
void batch_put(struct making *b, const char *key, const void *value, size_t n);
void batch_delete(struct making *b, const char *key);
/* Adds an effect with the body in `body`, which it empties. */
void batch_effect(struct making *b, uint16_t tag, struct out *body);
void batch_send(struct making *b);
/* The frame, for those who want to spoil it; the caller frees it. */
struct out batch_frame(struct making *b);
void send_raw(const void *bytes, size_t n);

/* One frame from the keeper. `r` stands after the report's number. */
struct message { uint16_t tag; uint64_t number; struct reader r; uint8_t *bytes; };
/* The next frame with this tag; the others are kept for later calls, in order. Fails the test after WAIT_MS. */
struct message await(uint16_t tag);
/* The next frame of any tag, NULL bytes when the connection has ended or nothing came for `ms`. */
struct message next_message(int ms);
/* True when a frame with this tag is there or comes within `ms`; it is not taken. */
bool comes(uint16_t tag, int ms);
void ack(uint64_t number);

/* Says hello and reads up to welcome-end. */
struct greeting { uint16_t version; int32_t pid; uint32_t quick; bool ready, daemonized; uint32_t free_sockets, children, sockets, states, sinks, streams; };
struct greeting say_hello(void);

struct streaming { uint32_t stream; uint8_t mode; uint32_t sink; const char *open; uint8_t flags; uint64_t limit; };
/* What most spawns have in common; change what matters. */
struct spawning {
  uint32_t child;
  const char *path, *argv[16], *environment[16], *directory;
  int32_t umask;
  bool user;
  uint32_t uid, gid, groups[32], group_count;
  uint32_t limit_count;
  struct { uint8_t resource; uint64_t soft, hard; } limits[4];
  uint32_t stdin_socket;
  struct streaming out, err;
  bool with;                  /* spawn-with, and its attributes as they are sent */
  uint32_t attribute_count;
  struct out attributes;
  struct { int32_t signal; uint32_t wait_ms; bool signal_group, kill_group; int32_t rank; } will;
};
/* `sh -c SCRIPT`, child `child`, stdout on stream 2n into sink 2n when `log` is given, stderr with it. */
struct spawning shell(uint32_t child, const char *script, const char *log);
/* Adds an attribute with the value in `value`, which it empties. */
void spawn_attribute(struct spawning *s, uint16_t kind, struct out *value);
void batch_spawn(struct making *b, const struct spawning *s);
void spawn_now(const struct spawning *s);

void effect_signal(uint32_t child, int signal, bool group);
void effect_number(uint16_t tag, uint32_t number);
void effect_empty(uint16_t tag);
void effect_sink(uint16_t tag, uint32_t sink, const char *path, uint8_t flags, uint64_t limit);
void effect_append(uint32_t sink, const void *bytes, size_t n);
void effect_written(uint32_t token, uint32_t sink);
void effect_stream(uint32_t stream, uint8_t mode, uint32_t sink);
void effect_verdict(uint32_t stream, uint64_t block, uint8_t kind, const void *bytes, size_t n);
void effect_stdin(uint32_t child, const void *bytes, size_t n);
void effect_listen(uint32_t socket, uint8_t family, bool serve, const char *address, uint16_t port, int32_t mode, uint8_t stale);

/* Reads a whole file; the text is static. */
const char *slurp(const char *path);
/* A path inside the scenario's own folder (in the environment: KEEPER_TEST_DIR). */
const char *in_dir(const char *name);
/* Waits until the file of this name begins with this text. */
void await_text(const char *name, const char *text);
/* The process has not taken the signal yet. */
bool is_pending(pid_t pid, int signal);
/* The status of a child that has ended, or that was killed after `ms`: a keeper blocks every other signal. */
int wait_or_kill(pid_t pid, int ms);

#endif
