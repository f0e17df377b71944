/* rawenv FILE PROGRAM [ARG...]: runs a program with the environment that stands in a file, entries ended by NUL, whatever they look like. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static char bytes[1 << 20];
  static char *entries[4096];
  FILE *file = argc > 2 ? fopen(argv[1], "r") : NULL;
  size_t length = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0, n = 0;
  if (!file) return 2;
  for (size_t at = 0; at < length && n < 4095; at += strlen(bytes + at) + 1) entries[n++] = bytes + at;
  execve(argv[2], argv + 2, entries);
  perror(argv[2]);
  return 127;
}
