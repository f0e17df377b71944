/*
 * The program of the contract suite: its arguments are what it does, one after the other, as in `actor line:hello sleep:100 exit:3`.
 * test/sim/keeper/actor.ts is the same program for the fake keeper; docs/invariants.md lists the words.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct { char kind; int code; const char *text; } handlers[65];

static void put(int fd, const char *bytes, size_t length) {
  for (size_t at = 0; at < length;) {
    ssize_t done = write(fd, bytes + at, length - at);
    if (done < 0 && errno != EINTR) return;
    if (done > 0) at += (size_t)done;
  }
}

/* One write: a line never lands in the middle of another. */
static void line(int fd, const char *text) {
  char buffer[4096];
  size_t length = strlen(text);
  if (length > sizeof buffer - 1) length = sizeof buffer - 1;
  memcpy(buffer, text, length);
  buffer[length] = '\n';
  put(fd, buffer, length + 1);
}

static void on_signal(int number) {
  if (handlers[number].kind == 'x') _exit(handlers[number].code);
  if (handlers[number].kind == 'l') line(1, handlers[number].text);
}

static void handle(int number, char kind, int code, const char *text) {
  handlers[number].kind = kind;
  handlers[number].code = code;
  handlers[number].text = text;
  struct sigaction action = {.sa_handler = kind == 'i' ? SIG_IGN : on_signal, .sa_flags = SA_RESTART};
  sigaction(number, &action, NULL);
}

static void pause_ms(long ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) < 0 && errno == EINTR) {}
}

static void flood(long bytes) {
  char row[64];
  memset(row, 'x', 63);
  row[63] = '\n';
  for (; bytes > 0; bytes -= 64) put(1, row, bytes < 64 ? (size_t)bytes : 64);
}

static void count(int total, long every_ms) {
  static int counted;
  char text[64];
  for (int i = 0; i < total; i++) {
    snprintf(text, sizeof text, "%d %d", getpid(), ++counted);
    line(1, text);
    pause_ms(every_ms);
  }
}

static void cat(void) {
  char buffer[4096];
  for (;;) {
    ssize_t got = read(0, buffer, sizeof buffer);
    if (got > 0) put(1, buffer, (size_t)got);
    else if (got == 0 || errno != EINTR) return;
  }
}

static void daughter(long ms, const char *text) {
  if (fork() != 0) return;
  close(0);
  pause_ms(ms);
  if (*text) line(1, text);
  _exit(0);
}

/* A message to the notify socket, with a descriptor of our own beside it where that is wanted. */
static void notify(const char *bytes, size_t length, int with) {
  const char *name = getenv("NOTIFY_SOCKET");
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  if (!name || *name != '@') return;
  strncpy(at.sun_path + 1, name + 1, sizeof at.sun_path - 2);
  socklen_t size = (socklen_t)(sizeof at.sun_family + strlen(name));
  union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
  struct iovec part = {(void *)bytes, length};
  struct msghdr m = {.msg_name = &at, .msg_namelen = size, .msg_iov = &part, .msg_iovlen = 1};
  if (with >= 0) {
    m.msg_control = &control;
    m.msg_controllen = sizeof control;
    struct cmsghdr *first = CMSG_FIRSTHDR(&m);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(first), &with, sizeof with);
  }
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0 || sendmsg(fd, &m, 0) < 0) line(1, strerror(errno));
  close(fd);
}

/* So many bytes of it. */
static void notify_long(int bytes) {
  char *text = malloc((size_t)bytes + 1);
  memset(text, 'x', (size_t)bytes);
  notify(text, (size_t)bytes, -1);
  free(text);
}

/* Whether all other ends of a pipe whose descriptor went along have been closed. */
static void barrier(void) {
  int ends[2];
  char end;
  if (pipe(ends) < 0) return;
  notify("BARRIER=1", 9, ends[1]);
  close(ends[1]);
  line(1, read(ends[0], &end, 1) == 0 ? "closed" : "?");
  close(ends[0]);
}

/* A grandchild that leaves session, group and mother behind, and says its pid first. */
static void stray(void) {
  if (fork() != 0) return;
  setsid();
  if (fork() != 0) _exit(0);
  char text[16];
  snprintf(text, sizeof text, "%d", getpid());
  line(1, text);
  for (int fd = 0; fd < 3; fd++) close(fd);
  for (;;) pause();
}

static void fact(char *what, int argc, char **argv) {
  char text[4096] = "?";
  char *name = strchr(what, ':');
  if (name) *name++ = 0;
  if (!strcmp(what, "pid")) snprintf(text, sizeof text, "%d", getpid());
  if (!strcmp(what, "ppid")) snprintf(text, sizeof text, "%d", getppid());
  if (!strcmp(what, "pgid")) snprintf(text, sizeof text, "%d", getpgid(0));
  if (!strcmp(what, "uid")) snprintf(text, sizeof text, "%d", (int)getuid());
  if (!strcmp(what, "gid")) snprintf(text, sizeof text, "%d", (int)getgid());
  if (!strcmp(what, "cwd") && !getcwd(text, sizeof text)) strcpy(text, "?");
  if (!strcmp(what, "env")) snprintf(text, sizeof text, "%s", getenv(name) ? getenv(name) : "(unset)");
  if (!strcmp(what, "umask")) {
    mode_t mask = umask(0);
    snprintf(text, sizeof text, "%03o", (unsigned)mask);
  }
  if (!strcmp(what, "nofile")) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    snprintf(text, sizeof text, "%llu %llu", (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
  }
  if (!strcmp(what, "rlimit")) {
    struct rlimit limit;
    getrlimit((__rlimit_resource_t)atoi(name), &limit);
    snprintf(text, sizeof text, "%lld %lld", (long long)limit.rlim_cur, (long long)limit.rlim_max);
  }
  if (!strcmp(what, "nice")) snprintf(text, sizeof text, "%d", getpriority(PRIO_PROCESS, 0));
  if (!strcmp(what, "sid")) snprintf(text, sizeof text, "%d", (int)getsid(0));
  if (!strcmp(what, "nnp")) snprintf(text, sizeof text, "%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  if (!strcmp(what, "file")) {
    FILE *file = fopen(name, "r");
    if (!file || !fgets(text, sizeof text, file)) strcpy(text, "?");
    text[strcspn(text, "\n")] = 0;
    if (file) fclose(file);
  }
  if (!strcmp(what, "groups")) {
    gid_t groups[64];
    int n = getgroups(64, groups), at = 0;
    text[0] = 0;
    for (int i = 0; i < n; i++) at += snprintf(text + at, sizeof text - (size_t)at, "%s%d", i ? " " : "", (int)groups[i]);
  }
  if (!strcmp(what, "signals")) {
    /* Which of 1..31 are not at their default, or blocked. */
    int at = 0;
    text[0] = 0;
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int i = 1; i < 32; i++) {
      struct sigaction action;
      if (sigaction(i, NULL, &action) < 0 || (action.sa_handler == SIG_DFL && !sigismember(&blocked, i))) continue;
      at += snprintf(text + at, sizeof text - (size_t)at, "%d ", i);
    }
    if (!at) strcpy(text, "default");
  }
  if (!strcmp(what, "fds")) {
    int at = 0;
    text[0] = 0;
    for (int fd = 0; fd < 1024; fd++) if (fcntl(fd, F_GETFD) >= 0) at += snprintf(text + at, sizeof text - (size_t)at, "%s%d", at ? " " : "", fd);
  }
  if (!strcmp(what, "args")) {
    int at = 0;
    for (int i = 0; i < argc; i++) at += snprintf(text + at, sizeof text - (size_t)at, "%s%s", i ? " " : "", argv[i]);
  }
  if (!strcmp(what, "reopen")) {
    int fd = open("/dev/stdout", O_WRONLY);
    snprintf(text, sizeof text, "%s", fd < 0 ? strerror(errno) : "reopened");
  }
  line(1, text);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char word[4096];
    snprintf(word, sizeof word, "%s", argv[i]);
    char *a = strchr(word, ':');
    if (a) *a++ = 0; else a = word + strlen(word);
    const char *rest = strchr(argv[i], ':') ? strchr(argv[i], ':') + 1 : "";
    const char *second = strchr(rest, ':') ? strchr(rest, ':') + 1 : "";
    int number = atoi(a);
    if (!strcmp(word, "line")) line(1, rest);
    else if (!strcmp(word, "errline")) line(2, rest);
    else if (!strcmp(word, "out")) put(1, rest, strlen(rest));
    else if (!strcmp(word, "err")) put(2, rest, strlen(rest));
    else if (!strcmp(word, "flood")) flood(atol(a));
    else if (!strcmp(word, "count")) count(number, atol(second));
    else if (!strcmp(word, "sleep")) pause_ms(atol(a));
    else if (!strcmp(word, "exit")) _exit(number);
    else if (!strcmp(word, "die")) { signal(number, SIG_DFL); raise(number); }
    else if (!strcmp(word, "ignore")) handle(number, 'i', 0, NULL);
    else if (!strcmp(word, "exit-on")) handle(number, 'x', atoi(second), NULL);
    else if (!strcmp(word, "line-on")) handle(number, 'l', 0, second);
    else if (!strcmp(word, "cat")) cat();
    else if (!strcmp(word, "close-in")) close(0);
    else if (!strcmp(word, "hold")) for (;;) pause();
    else if (!strcmp(word, "daughter")) daughter(atol(a), second);
    else if (!strcmp(word, "notify")) notify(rest, strlen(rest), -1);
    else if (!strcmp(word, "notify-long")) notify_long(number);
    else if (!strcmp(word, "barrier")) barrier();
    else if (!strcmp(word, "ready-fd")) put(number, "\n", 1);
    else if (!strcmp(word, "put-fd")) put(number, second, strlen(second));
    else if (!strcmp(word, "close-fd")) close(number);
    else if (!strcmp(word, "stray")) stray();
    else if (!strcmp(word, "print")) fact(a, argc, argv);
    else _exit(64);
  }
  return 0;
}
