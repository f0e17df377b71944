/*
 * Listening sockets. They live here, so that they survive the daemon; it serves them through descriptors it inherits: those that listen already, and a
 * few unbound ones for what it may want to listen on. Names in the file system are made in a worker, and appear at once and complete: the socket is bound,
 * owned and listening under another name before it is linked to its own.
 */
#include "sockets.h"

#include <arpa/inet.h>

struct map all_sockets = MAP_EMPTY(all_sockets);
struct unbound unbound[UNBOUND_MAX];
unsigned unbound_count;

struct sock *socket_get(uint32_t number) {
  struct node *n = map_get(&all_sockets, number);
  return n ? owner_of(n, struct sock, node) : NULL;
}

static const int domains[] = {AF_UNIX, AF_INET, AF_INET6};

static int new_socket(int family) {
  int fd = sys_socket(domains[family], SOCK_STREAM);
  if (fd >= 0 && family != FAMILY_UNIX) (void)sys_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (fd >= 0 && family == FAMILY_INET6) (void)sys_setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return fd;
}

static bool failed(struct sock *s, enum listen_step step) {
  s->step = (uint8_t)step;
  s->error = errno;
  return false;
}

/* Does anybody answer on the socket at this path? In doubt, yes. */
static bool answered(const struct sockaddr_un *at) {
  int fd = sys_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
  if (fd < 0) return true;
  bool dead = sys_connect(fd, at, sizeof *at) < 0 && errno == ECONNREFUSED;
  sys_close(fd);
  return !dead;
}

/* Whether the path may be had. What is no socket is never replaced, nor one that somebody serves (unless told not to ask). */
static bool may_take(struct sock *s, const struct sockaddr_un *at, bool *replace) {
  struct stat st;
  *replace = sys_lstat(at->sun_path, &st) == 0;
  if (!*replace) return true;
  errno = EEXIST;
  if (s->stale == STALE_ERROR || !S_ISSOCK(st.st_mode)) return failed(s, LISTEN_IN_USE);
  errno = EADDRINUSE;
  return s->stale != STALE_TRY_CONNECT || !answered(at) || failed(s, LISTEN_IN_USE);
}

static bool give_name(struct sock *s, const char *made, const char *path, bool replace) {
  if (replace) return sys_rename(made, path) == 0 || failed(s, LISTEN_LINK);
  if (sys_link(made, path) < 0) return failed(s, errno == EEXIST ? LISTEN_IN_USE : LISTEN_LINK);
  return sys_unlink(made), true;
}

/* Gives the socket its mode and owner through a descriptor of it: who owns the folder may put a link at its path meanwhile. */
static bool set_owner(struct sock *s, const char *path) {
  struct stat st;
  char itself[32];
  if (s->mode < 0 && s->uid < 0 && s->gid < 0) return true;
  int fd = sys_open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) return failed(s, LISTEN_CHMOD);
  snprintf(itself, sizeof itself, "/proc/self/fd/%d", fd);
  errno = ELOOP;
  bool done = sys_fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
  if (done && s->mode >= 0) done = sys_chmod(itself, (mode_t)s->mode & 07777) == 0 || (errno == ENOENT && sys_chmod(path, (mode_t)s->mode & 07777) == 0);
  if (!done) (void)failed(s, LISTEN_CHMOD);
  else if (s->uid >= 0 || s->gid >= 0) done = sys_chown_open(fd, (uid_t)s->uid, (gid_t)s->gid) == 0 || failed(s, LISTEN_CHOWN);
  sys_close(fd);
  return done;
}

static bool listen_unix(struct sock *s) {
  struct sockaddr_un at = {.sun_family = AF_UNIX}, made = {.sun_family = AF_UNIX};
  errno = ENAMETOOLONG;
  if ((size_t)snprintf(at.sun_path, sizeof at.sun_path, "%s", s->address) >= sizeof at.sun_path) return failed(s, LISTEN_BIND);
  if ((size_t)snprintf(made.sun_path, sizeof made.sun_path, "%s.%d", s->address, (int)getpid()) >= sizeof made.sun_path) return failed(s, LISTEN_BIND);
  errno = EINVAL;
  if (s->address[0] == 0) return failed(s, LISTEN_BIND);
  bool replace;
  if (!may_take(s, &at, &replace)) return false;
  struct stat st;
  if (sys_lstat(made.sun_path, &st) == 0 && S_ISSOCK(st.st_mode)) sys_unlink(made.sun_path);
  if (sys_bind(s->fd, &made, sizeof made) < 0) return failed(s, LISTEN_BIND);
  s->bound = true;
  bool done = set_owner(s, made.sun_path) && (sys_listen(s->fd, s->backlog) == 0 || failed(s, LISTEN_LISTEN)) &&
              give_name(s, made.sun_path, at.sun_path, replace);
  if (!done) sys_unlink(made.sun_path);
  return done;
}

static bool listen_inet(struct sock *s) {
  union { struct sockaddr any; struct sockaddr_in four; struct sockaddr_in6 six; } at = {0};
  bool four = s->family == FAMILY_INET;
  socklen_t length = four ? sizeof at.four : sizeof at.six;
  at.any.sa_family = four ? AF_INET : AF_INET6;
  if (four) at.four.sin_port = htons(s->port);
  else at.six.sin6_port = htons(s->port);
  void *address = four ? (void *)&at.four.sin_addr : (void *)&at.six.sin6_addr;
  errno = EINVAL;
  if (s->address[0] && inet_pton(at.any.sa_family, s->address, address) != 1) return failed(s, LISTEN_BIND);
  if (sys_bind(s->fd, &at, length) < 0) return failed(s, errno == EADDRINUSE ? LISTEN_IN_USE : LISTEN_BIND);
  s->bound = true;
  if (sys_listen(s->fd, s->backlog) < 0) return failed(s, errno == EADDRINUSE ? LISTEN_IN_USE : LISTEN_LISTEN);
  if (getsockname(s->fd, &at.any, &length) == 0) s->port = ntohs(four ? at.four.sin_port : at.six.sin6_port);
  return true;
}

static void listen_work(struct job *job, struct worker *worker) {
  (void)worker;
  struct sock *s = owner_of(job, struct sock, job);
  s->listening = s->family == FAMILY_UNIX ? listen_unix(s) : listen_inet(s);
}

static void unlink_work(struct job *job, struct worker *worker) {
  (void)worker;
  struct sock *s = owner_of(job, struct sock, job);
  struct stat st;
  if (sys_lstat(s->address, &st) == 0 && S_ISSOCK(st.st_mode)) sys_unlink(s->address);
}

static void sock_free(struct sock *s) {
  if (s->fd >= 0) sys_close(s->fd);
  free(s->address);
  free(s);
}

static void unlinked(struct job *job) { sock_free(owner_of(job, struct sock, job)); }

static void end(struct sock *s) {
  /* An unbound socket of the daemon that could not be bound is as good as before. */
  if (!s->bound && s->descriptor >= 0 && unbound_count < UNBOUND_MAX) {
    unbound[unbound_count++] = (struct unbound){s->fd, s->descriptor, s->family};
    s->fd = -1;
  }
  map_drop(&all_sockets, &s->node);
  if (!s->listening || !s->unlink || s->family != FAMILY_UNIX) {
    sock_free(s);
    return;
  }
  s->job.run = unlink_work;
  s->job.done = unlinked;
  workers_submit(&K.workers, &s->job);
}

static void listened(struct job *job) {
  struct sock *s = owner_of(job, struct sock, job);
  s->busy = false;
  report(VOLATILE, REPORT_LISTENED, F4(s->node.key), F1(s->step), F4(s->error), F4(s->step ? -1 : s->descriptor), F2(s->port));
  if (s->step || s->gone) end(s);
}

/* An unbound socket that the present daemon holds too, or a new one, which the next daemon will get. */
static int take_unbound(uint8_t family, int *descriptor) {
  for (unsigned i = 0; i < unbound_count; i++) {
    if (unbound[i].family != family) continue;
    int fd = unbound[i].fd;
    *descriptor = unbound[i].descriptor;
    unbound[i] = unbound[--unbound_count];
    return fd;
  }
  *descriptor = -1;
  return new_socket(family);
}

void socket_listen(const struct listening *l) {
  struct sock *s = NULL;
  int error = EEXIST;
  if (!socket_get(l->socket)) error = all_sockets.count < SOCKETS_MAX ? ENOMEM : EMFILE;
  if (error == ENOMEM) s = sys_alloc(sizeof *s);
  if (s) {
    *s = (struct sock){.job = {.run = listen_work, .done = listened}, .fd = -1, .descriptor = -1, .address = span_copy(l->address), .busy = true,
                       .family = l->family, .serve = l->serve, .stale = l->stale, .port = l->port, .backlog = l->backlog,
                       .mode = l->mode, .uid = l->uid < 0 ? -1 : l->uid, .gid = l->gid < 0 ? -1 : l->gid};
    if (s->address) s->fd = l->serve ? take_unbound(l->family, &s->descriptor) : new_socket(l->family);
    if (s->address) error = errno;
  }
  if (!s || s->fd < 0) {
    if (s) sock_free(s);
    report(VOLATILE, REPORT_LISTENED, F4(l->socket), F1(LISTEN_SOCKET), F4(error), F4(-1), F2(l->port));
    return;
  }
  map_put(&all_sockets, &s->node, l->socket);
  workers_submit(&K.workers, &s->job);
}

void socket_unlisten(uint32_t number, bool unlink) {
  struct sock *s = socket_get(number);
  if (!s) return;
  s->unlink = unlink;
  if (s->busy) s->gone = true;
  else end(s);
}

int sockets_for_daemon(int *fds, int first) {
  int next = first;
  while (unbound_count > 0) sys_close(unbound[--unbound_count].fd);
  /* Those that listen count: a daemon with more descriptors than the last would take what a stopped program is started with again. */
  int wanted[] = {UNBOUND_UNIX, UNBOUND_INET, UNBOUND_INET6};
  MAP_EACH(sock, s, &all_sockets) {
    s->descriptor = s->serve ? next : -1;
    if (s->serve) fds[next++] = s->fd;
    wanted[s->family] -= s->serve;
  }
  for (uint8_t family = 0; family < 3; family++) {
    for (int i = 0; i < wanted[family]; i++) {
      int fd = new_socket(family);
      if (fd < 0) break;
      unbound[unbound_count++] = (struct unbound){fd, next, family};
      fds[next++] = fd;
    }
  }
  return next;
}
