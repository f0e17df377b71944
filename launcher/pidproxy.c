/*
 * pidproxy PIDFILE COMMAND [ARG...]: runs a command in the foreground and gives signals on to the process whose pid stands in a file, for programs that
 * put their real work into another process. What differs from the original is listed in docs/differences.md, section pidproxy. It must never signal 0, a
 * negative pid or itself, whatever the file says.
 */
#include "launcher.h"
#include <signal.h>
#include <sys/wait.h>

/* As a shell says it: the command was not found; it was found and cannot be run. */
enum { NOT_FOUND = 127, NOT_RUN = 126 };

/* Signals that are given on (PROC-241, CLI-103), by their names. */
static const struct {
  int number;
  const char *name;
} PASSED_ON[] = {{SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGQUIT, "SIGQUIT"}};

static const char *name_of(int signal) {
  for (size_t i = 0; i < sizeof PASSED_ON / sizeof PASSED_ON[0]; i++) {
    if (PASSED_ON[i].number == signal) return PASSED_ON[i].name;
  }
  return NULL;
}

/* 0: no pid that may be signalled. */
static pid_t read_pid(const char *pidfile) {
  char bytes[64];
  int fd = open(pidfile, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, bytes, sizeof bytes - 1);
  if (fd >= 0) close(fd);
  if (length < 0) return 0;
  bytes[length] = '\0';
  const char *digits = bytes + strspn(bytes, " \t\r\n");
  size_t count = strspn(digits, "0123456789");
  bool bare = count > 0 && count <= 10 && digits[count + strspn(digits + count, " \t\r\n")] == '\0';
  long long pid = bare ? strtoll(digits, NULL, 10) : 0;
  return pid > 0 && pid <= 0x7fffffff && pid != getpid() ? (pid_t)pid : 0;
}

/*
 * The pid is read anew for each signal. A process that cannot be reached is no reason to swallow an order to end: then our own child gets it, and we end
 * with it. (PROC-242, PROC-243, PROC-246; CLI-104..CLI-107)
 */
static void pass_on(int signal, const char *pidfile, pid_t child) {
  bool ends_us = signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
  pid_t pid = read_pid(pidfile);
  if (pid > 0 && kill(pid, signal) == 0) {
    if (ends_us) exit(0);
    return;
  }
  if (pid == 0) printf("Can't read child pidfile %s!\n", pidfile);
  else printf("Can't send %s to pid %d of %s: %s\n", name_of(signal), (int)pid, pidfile, strerror(errno));
  fflush(stdout);
  if (ends_us) (void)kill(child, signal);
}

/* A name without a slash is a file of the working folder, as in the original (PROC-240); where there is none, it is looked up in PATH. */
static _Noreturn void become(char **command, const sigset_t *mask) {
  const char *name = command[0];
  struct stat st;
  char *here = NULL;
  if (!strchr(name, '/') && stat(name, &st) == 0 && S_ISREG(st.st_mode) && asprintf(&here, "./%s", name) < 0) here = NULL;
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(here ? here : name, command);
  int error = errno;
  fprintf(stderr, "pidproxy: cannot run %s: %s\n", name, strerror(error));
  _exit(error == ENOENT ? NOT_FOUND : NOT_RUN);
}

/* It ends with its child, with the child's code. (PROC-244, CLI-101, CLI-102) */
static void reap(pid_t child) {
  int status;
  if (waitpid(child, &status, WNOHANG) != child) return;
  exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

int main(int argc, char **argv) {
  struct handed handed = taken_from_shell();
  if (argc < 3) {
    const char *called = handed.called_as ? handed.called_as : argc > 0 && *argv[0] ? argv[0] : "pidproxy";
    printf("pidproxy: runs a command and sends the signals that it gets to the process whose pid stands in a file.\n\n"
           "Usage: %s <pidfile> <command> [<argument> ...]\n", called);
    return 1; /* (PROC-239, CLI-097) */
  }
  /* Blocked before the command exists: a signal that comes meanwhile waits. A SIGCHLD that is ignored would let the kernel throw the child's code away. */
  sigset_t taken, before;
  sigemptyset(&taken);
  sigaddset(&taken, SIGCHLD);
  for (size_t i = 0; i < sizeof PASSED_ON / sizeof PASSED_ON[0]; i++) sigaddset(&taken, PASSED_ON[i].number);
  signal(SIGCHLD, SIG_DFL);
  sigprocmask(SIG_BLOCK, &taken, &before);
  pid_t child = fork();
  if (child < 0) {
    fprintf(stderr, "pidproxy: cannot run %s: %s\n", argv[2], strerror(errno));
    return NOT_RUN;
  }
  if (child == 0) become(argv + 2, &before);
  for (;;) {
    int signal = sigwaitinfo(&taken, NULL);
    if (signal == SIGCHLD) reap(child);
    else if (signal > 0) pass_on(signal, argv[1], child);
  }
}
