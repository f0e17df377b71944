/* Listening sockets, and unbound ones that the next daemon inherits. */
#pragma once
#include "effects.h"
#include "keeper.h"

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

struct unbound { int fd, descriptor; uint8_t family; };

extern struct map all_sockets;
extern struct unbound unbound[UNBOUND_MAX];
extern unsigned unbound_count;

void socket_listen(const struct listening *l);
void socket_unlisten(uint32_t number, bool unlink);
struct sock *socket_get(uint32_t number);
/* Makes the unbound sockets of the next daemon and says which descriptors it gets; returns how many. */
int sockets_for_daemon(int *fds, int first);
