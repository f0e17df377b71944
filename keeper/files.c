/*
 * What workers do with sinks: open, write, close, drain a pipe into a file. The only place where log files are touched; any call here may sleep for ever
 * on a dead disk, and then holds up this sink alone. Nothing here may look at the table: a job has all that it needs.
 */
#include "sinks.h"
#include "host.h"
#include "streams.h"

/* N of a path that means a descriptor of the keeper itself by its words, else -1. Only what it inherited counts: nobody may write into the others. */
static int named_descriptor(const char *path) {
  if (strcmp(path, "/dev/stdout") == 0) return 1;
  if (strcmp(path, "/dev/stderr") == 0) return 2;
  const char *number = strncmp(path, "/dev/fd/", 8) == 0 ? path + 8 : strncmp(path, "/proc/self/fd/", 14) == 0 ? path + 14 : "";
  char *end;
  long n = strtol(number, &end, 10);
  return *number >= '0' && *number <= '9' && *end == 0 && n < 64 && host.inherited >> n & 1 ? (int)n : -1;
}

/* The same by what is there: /proc/1/fd/1 and links to it too. */
static int own_descriptor(const char *path) {
  struct stat there, own;
  int named = named_descriptor(path);
  if (named >= 0 || stat(path, &there) < 0) return named;
  for (int i = 1; i <= 2; i++) {
    if (fstat(i, &own) == 0 && own.st_dev == there.st_dev && own.st_ino == there.st_ino) return i;
  }
  return -1;
}

/* A regular file that shells write, too: only with the same position does nobody overwrite what another has written. */
static bool is_shared_file(int fd) {
  struct stat st;
  return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

/*
 * Opens without ever waiting for a reader. A FIFO with a name is held open for reading as well: no reader may be there now, and when one goes nothing is
 * lost. What has no name (a pipe behind /dev/stdout) is opened for writing only, so that its end shows. What cannot be opened again (a socket, a terminal
 * or pipe that belongs to another user) is used as it was inherited; others share it, so it stays blocking if it is, and only workers write to it.
 */
static int open_target(const struct target *t, enum file_kind *kind, struct stat *st) {
  bool regular_only = t->flags & SINK_REGULAR_ONLY;
  int own = regular_only ? -1 : own_descriptor(t->path);
  int flags = O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (t->flags & SINK_TRUNCATE ? O_TRUNC : 0) | (regular_only ? O_NOFOLLOW : 0);
  int fd = open_following(t->path, flags | O_WRONLY, t->mode & 07777);
  if (fd < 0 && errno == ENXIO && own < 0) {
    if (regular_only) errno = EINVAL;
    else fd = open_following(t->path, flags | O_RDWR, t->mode & 07777);
  }
  /* ELOOP: a link of somebody to whom nothing is lent. */
  bool borrowed = own >= 0 && (fd < 0 ? errno != ELOOP : is_shared_file(own));
  if (borrowed) {
    if (fd >= 0) sys_close(fd);
    fd = sys_fcntl(own, F_DUPFD_CLOEXEC, 3);
  }
  if (fd < 0) return -1;
  if (sys_fstat(fd, st) < 0) goto failed;
  if (regular_only && !S_ISREG(st->st_mode)) {
    errno = EINVAL;
    goto failed;
  }
  *kind = S_ISREG(st->st_mode) ? FILE_REGULAR : S_ISSOCK(st->st_mode) ? FILE_SOCKET : borrowed ? FILE_BORROWED : FILE_OTHER;
  if (S_ISFIFO(st->st_mode) && own < 0) {
    int both = open_following(t->path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (both < 0) goto failed;
    sys_close(fd);
    fd = both;
  }
  return fd;
failed:;
  int error = errno;
  sys_close(fd);
  errno = error;
  return -1;
}

/* 0, or an errno; then `file` is as it was. */
int file_open(struct file *file, const struct target *target) {
  struct stat st;
  enum file_kind kind;
  if (target->path[0] == 0) return ENOENT;
  int fd = open_target(target, &kind, &st);
  if (fd < 0) return errno;
  if (file->fd >= 0) sys_close(file->fd);
  *file = (struct file){fd, kind, kind == FILE_REGULAR ? (uint64_t)st.st_size : 0, st.st_dev, st.st_ino};
  return 0;
}

static bool full(const struct sink *s) { return s->target.limit > 0 && s->file.kind == FILE_REGULAR && s->file.size >= s->target.limit; }

/* Writes it all, or drops the rest at the first error. Somebody else may have made a borrowed descriptor non-blocking: then it is waited for here. */
static void write_all(struct sink *s, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = s->file.fd < 0 ? (errno = EBADF, -1) : sys_write(s->file.fd, bytes, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN && s->file.kind == FILE_BORROWED) {
      struct pollfd p = {s->file.fd, POLLOUT, 0};
      (void)poll(&p, 1, -1);
      continue;
    }
    if (n <= 0) {
      s->result.error = n < 0 ? errno : EIO;
      s->result.lost += length;
      return;
    }
    s->file.size += (uint64_t)n;
    s->result.good += (uint64_t)n;
    bytes += n;
    length -= (size_t)n;
  }
}

/* Reads until the pipe is empty, the file full or the others have waited enough. No sink: drops. */
static void move(struct stream *stream, struct sink *s, uint8_t *buffer) {
  stream->result.got = 0;
  stream->result.empty = stream->result.ended = false;
  while (stream->result.got < SHARE_MAX) {
    ssize_t n = sys_read(stream->fd, buffer, READ_MAX);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      stream->result.ended = n == 0 || errno != EAGAIN;
      stream->result.empty = true;
      return;
    }
    stream->result.got += (size_t)n;
    if (s) write_all(s, buffer, (size_t)n);
    if (s && s->enforces && full(s)) return;
    if (n < READ_MAX) {
      stream->result.empty = true;
      return;
    }
  }
}

void stream_drop(struct job *job, struct worker *worker) { move(owner_of(job, struct stream, job), NULL, worker->buffer); }

static void send_datagram(struct sink *s, const struct op *op) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  int fd = strlen(op->target.path) < sizeof to.sun_path ? sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK) : -1;
  if (fd < 0) return;
  memcpy(to.sun_path, op->target.path, strlen(op->target.path));
  if (to.sun_path[0] == '@') to.sun_path[0] = 0; /* an abstract one: as systemd writes it */
  (void)sys_sendto(fd, op->bytes, op->length, &to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(op->target.path)));
  sys_close(fd);
  s->result.good += op->length;
}

/* The size may have been changed by others (truncated by hand): it is looked at once per job. */
static void look_again(struct sink *s) {
  struct stat st;
  if (s->file.kind == FILE_REGULAR && sys_fstat(s->file.fd, &st) == 0) s->file.size = (uint64_t)st.st_size;
}

void sink_work(struct job *job, struct worker *worker) {
  struct sink *s = owner_of(job, struct sink, job);
  s->result.error = 0;
  s->result.lost = s->result.good = 0;
  struct op *op = s->work;
  switch (op->kind) {
    case OP_OPEN: s->result.error = file_open(&s->file, &s->target); return;
    case OP_REOPEN: s->result.error = file_open(&s->file, &op->target); return;
    case OP_CLOSE:
      if (s->file.fd >= 0) sys_close(s->file.fd);
      s->file.fd = -1;
      return;
    case OP_MOVE:
      look_again(s);
      move(op->stream, s, worker->buffer);
      return;
    case OP_ECHO: return; /* the main thread' own */
    case OP_WRITE:
    case OP_DATAGRAM: break;
  }
  look_again(s);
  for (; op; op = op->next) {
    if (op->kind == OP_DATAGRAM) send_datagram(s, op);
    else write_all(s, op->bytes, op->length);
    op->offset = op->length;
    if (s->enforces && full(s)) return;
  }
}
