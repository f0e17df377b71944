/* Becomes a child subreaper and runs the rest of its arguments, as whoever starts the keeper may do: orphans come to it then, as they come to PID 1. */
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return 99;
  execv(argv[1], argv + 1);
  return 99;
}
