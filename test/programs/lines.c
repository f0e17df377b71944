/*
 * Writes numbered lines to stdout, one write each, a burst as fast as it can and then a moment of nothing, until SIGTERM; then writes the last number to
 * the file named as the argument.
 * A line is "NNNNNNNNNN" and a newline: what is in the logs must be exactly 1, 2, … to that number.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { BURST_LINES = 500, PAUSE_US = 10000 };

static volatile sig_atomic_t ended;

static void end(int number) {
  (void)number;
  ended = 1;
}

static int write_line(unsigned long number) {
  char line[16];
  int length = snprintf(line, sizeof line, "%010lu\n", number);
  for (int done = 0; done < length;) {
    ssize_t n = write(1, line + done, (size_t)(length - done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    done += (int)n;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  unsigned long number = 0;
  while (!ended) {
    if (write_line(number + 1) < 0) return 3;
    if (++number % BURST_LINES == 0) usleep(PAUSE_US);
  }
  FILE *file = fopen(argv[1], "w");
  if (file == NULL || fprintf(file, "%lu\n", number) < 0 || fclose(file) != 0) return 4;
  return 0;
}
