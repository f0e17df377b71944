/*
 * What a child says about itself otherwise than by its output: messages to its notify socket, and a newline into its ready pipe. They are handed on as they
 * are; what they mean is the daemon's business. While MESSAGES_MAX of a child wait for their acknowledgement nothing is read: senders wait, as at any full
 * queue.
 */
#include "children.h"
#include "spawn.h"

enum { AT_A_TIME = 64, PID_AT = 4 + 2 + 8 + 4 };

struct channel {
  int notify, ready;          /* -1: none */
  bool watching_notify, watching_ready;
  unsigned waiting;           /* messages that are not acknowledged */
  struct report *spare;       /* for the next one, so that what was taken is never lost for want of memory */
  const struct report *last;  /* the last one, while it waits */
};

static int open_notify(struct span address) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  errno = EINVAL;
  if (address.length >= sizeof at.sun_path) return -1;
  memcpy(at.sun_path + 1, address.at, address.length);
  int fd = sys_socket(AF_UNIX, SOCK_DGRAM);
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + address.length);
  if (fd < 0 || (sys_setsockopt(fd, SOL_SOCKET, SO_PASSCRED, 1) == 0 && sys_bind(fd, &at, length) == 0)) return fd;
  int error = errno;
  sys_close(fd);
  errno = error;
  return -1;
}

int channel_open(struct child *c, struct spawn_request *r) {
  const struct attributes *a = &r->with;
  if (a->notify.length == 0 && a->ready == 0) return 0;
  errno = ENOMEM;
  struct channel *h = sys_alloc(sizeof *h);
  if (!h) return STEP_ATTRIBUTE;
  h->notify = h->ready = -1;
  c->channel = h;
  if (a->notify.length > 0 && (h->notify = open_notify(a->notify)) < 0) return STEP_ATTRIBUTE;
  if (a->ready == 0) return 0;
  int ends[2];
  if (sys_pipe(ends) < 0) return STEP_PIPES;
  r->ready = ends[1];
  if (!reports_promise(&K.reports, 1)) return sys_close(ends[0]), STEP_PIPES;
  h->ready = ends[0];
  if (r->user) (void)sys_fchown(ends[0], r->uid, r->gid); /* so that it can open it again by its number */
  return sys_fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : STEP_PIPES;
}

static void close_watched(int *fd, bool watched) {
  if (*fd < 0) return;
  if (watched) unwatch(*fd);
  sys_close(*fd);
  *fd = -1;
}

static bool is_repeated(const struct report *last, pid_t pid, const uint8_t *bytes, size_t length) {
  struct reader r = {last->large + PID_AT, last->large + last->length, false};
  pid_t before = read_i32(&r);
  return before == pid && last->length - NOTIFIED_HEADER == length && memcmp(last->large + NOTIFIED_HEADER, bytes, length) == 0;
}

/* One message. Descriptors that come along have no room beside the credentials: the kernel closes them. False: there is none, or no place for it. */
static bool take(struct child *c, struct channel *h) {
  if (h->waiting >= MESSAGES_MAX || (!h->spare && !(h->spare = large_new(NOTIFIED_HEADER + MESSAGE_MAX)))) return false;
  union { struct cmsghdr first; char room[CMSG_SPACE(sizeof(struct ucred))]; } credentials;
  uint8_t *bytes = h->spare->large + NOTIFIED_HEADER;
  struct iovec part = {bytes, MESSAGE_MAX};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &credentials, .msg_controllen = sizeof credentials};
  ssize_t n = sys_recvmsg(h->notify, &m);
  if (n < 0) return false;
  const struct cmsghdr *first = CMSG_FIRSTHDR(&m);
  struct ucred from;
  if (m.msg_flags & MSG_TRUNC || !first || first->cmsg_type != SCM_CREDENTIALS) return true;
  memcpy(&from, CMSG_DATA(first), sizeof from);
  if (h->last && is_repeated(h->last, from.pid, bytes, (size_t)n)) return true;
  reports_add_large(&K.reports, h->spare, REPORT_NOTIFIED, FIELDS(F4(c->node.key), F4(from.pid), F4(from.uid), F8(now_mono())), (uint32_t)n);
  h->last = h->spare;
  h->spare = NULL;
  h->waiting++;
  return true;
}

void channel_take_messages(struct child *c) {
  struct channel *h = c->channel;
  if (!h || h->notify < 0) return;
  for (int i = 0; i < AT_A_TIME && take(c, h); i++) {}
  bool full = h->waiting >= MESSAGES_MAX || (!h->spare && h->waiting > 0);
  if (!full && watch(WATCH_NOTIFY, (uint32_t)c->node.key, h->notify, EPOLLIN, h->watching_notify)) h->watching_notify = true;
}

static void tell_ready(struct child *c, struct channel *h, int how) {
  close_watched(&h->ready, h->watching_ready);
  report(DURABLE, REPORT_READY, F4(c->node.key), F1(how), F8(now_mono()));
}

void channel_take_readiness(struct child *c) {
  struct channel *h = c->channel;
  char bytes[512];
  if (!h || h->ready < 0) return;
  ssize_t n = 1;
  bool newline = false;
  for (int i = 0; i < AT_A_TIME && n > 0 && !newline; i++) newline = (n = sys_read(h->ready, bytes, sizeof bytes)) > 0 && memchr(bytes, '\n', (size_t)n);
  if (newline) tell_ready(c, h, READY_NEWLINE);
  else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) tell_ready(c, h, READY_END);
  else if (watch(WATCH_READY, (uint32_t)c->node.key, h->ready, EPOLLIN, h->watching_ready)) h->watching_ready = true;
}

void channel_listen(struct child *c) {
  channel_take_messages(c);
  channel_take_readiness(c);
}

void channel_acknowledged(uint32_t number, uint64_t report) {
  struct child *c = child_get(number);
  if (!c || !c->channel) return;
  c->channel->waiting--;
  if (c->channel->last && c->channel->last->number == report) c->channel->last = NULL;
  channel_take_messages(c);
}

void channel_descriptors(const struct child *c, int *notify, int *ready) {
  *notify = c->channel ? c->channel->notify : -1;
  *ready = c->channel ? c->channel->ready : -1;
}

bool channel_restore(struct child *c, int notify, int ready) {
  if (notify < 0 && ready < 0) return true;
  struct channel *h = sys_alloc(sizeof *h);
  if (!h || (ready >= 0 && !reports_promise(&K.reports, 1))) return free(h), false;
  h->notify = notify;
  h->ready = ready;
  c->channel = h;
  return true;
}

bool channel_reported(uint32_t number, const struct report *report) {
  struct child *c = child_get(number);
  if (!c || !c->channel) return true;
  c->channel->last = report;
  return ++c->channel->waiting <= MESSAGES_MAX;
}

void channel_close(struct child *c) {
  struct channel *h = c->channel;
  if (!h) return;
  if (h->ready >= 0) reports_release(&K.reports, 1);
  close_watched(&h->ready, h->watching_ready);
  close_watched(&h->notify, h->watching_notify);
  if (h->spare) block_discard(h->spare);
  free(h);
  c->channel = NULL;
}
