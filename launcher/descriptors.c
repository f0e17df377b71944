/*
 * A configuration that comes through a pipe: `-c <(envsubst <file)` of a shell, `-c /dev/fd/3`, `-c /dev/stdin`. A pipe can be read once, and a daemon has to
 * read it again: for a reload, or after the one before was killed. So what is in the pipe is put into a file in memory, which takes the place of the pipe.
 */
#include "launcher.h"
#include <sys/syscall.h>

#ifndef SYS_memfd_create
#define NO_MEMFD 1
#endif

/* The descriptor that a word ends in, such as `-c/dev/fd/63` or `--configuration=/proc/self/fd/63`; -1: none. */
static int descriptor_of(const char *word) {
  static const char *const names[] = {"/dev/fd/", "/proc/self/fd/"};
  for (size_t i = 0; i < 2; i++) {
    const char *at = strstr(word, names[i]), *digits = at ? at + strlen(names[i]) : "";
    size_t length = strspn(digits, "0123456789");
    if (length > 0 && length < 8 && digits[length] == '\0') return atoi(digits);
  }
  const char *stdin_at = strstr(word, "/dev/stdin");
  return stdin_at && strcmp(stdin_at, "/dev/stdin") == 0 ? 0 : -1;
}

static bool is_pipe_to_read(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

static int file_in_memory(void) {
  int fd = -1;
#ifndef NO_MEMFD
  fd = (int)syscall(SYS_memfd_create, "configuration", 0);
#endif
  if (fd >= 0) return fd;
  FILE *file = tmpfile();
  return file ? fileno(file) : -1;
}

static bool copy(int from, int to) {
  static char bytes[65536];
  for (;;) {
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    for (ssize_t done = 0, more; done < n; done += more) {
      more = write(to, bytes + done, (size_t)(n - done));
      if (more < 0) return false;
    }
  }
}

/* The position stays at the end: who reads from the descriptor itself finds what a pipe would have, nothing more. */
void keep_configuration(char **words) {
  for (char **word = words + 1; *words && *word; word++) {
    int fd = descriptor_of(*word);
    if (fd < 0 || !is_pipe_to_read(fd)) continue;
    int file = file_in_memory();
    if (file < 0) continue;
    if (!copy(fd, file)) stop("cannot read %s: %s", *word, strerror(errno));
    if (dup2(file, fd) < 0) stop("cannot keep what %s said: %s", *word, strerror(errno));
    close(file);
  }
}
