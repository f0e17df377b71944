/*
 * The package that npm installs on every platform can hold no executable of one platform, so its commands are scripts (scripts/npm/command.sh) that look
 * for the compiled ones. A shell changes the environment: it drops names that it does not know, and adds PWD, OLDPWD, SHLVL and _. But what it was started
 * with can be read from the kernel, byte for byte, by a child of it. So the script runs its executable twice, with
 *
 *   HOLDFAST_SHELL, HOLDFAST_ROOT    the path by which the script was called, and the package: the answer is a line for the shell that sets
 *                                    HOLDFAST_SHELL_0, _1 and so on, one text in pieces: items ended by %00, which are both paths and the environment
 *   HOLDFAST_SHELL_0                 and then instead of itself: all of that is taken back, and nothing of the shell is left
 */
#include "launcher.h"

/* The kernel takes 128 KiB in one entry of an environment. */
enum { PIECE_MAX = 100000 };

static bool is_safe(unsigned char byte) {
  static const char others[] = "_./:=,-+@";
  bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
  return letter || (byte != '\0' && strchr(others, byte));
}

static size_t written; /* characters of the present piece */
static int pieces;

static void write_byte(unsigned char byte) {
  if (written == 0) printf(pieces == 0 ? "export HOLDFAST_SHELL_0=" : " HOLDFAST_SHELL_%d=", pieces);
  int n = printf(is_safe(byte) ? "%c" : "%%%02x", byte);
  written += n > 0 ? (size_t)n : 0;
  if (written < PIECE_MAX) return;
  written = 0;
  pieces++;
}

static void write_item(const char *item) {
  for (; *item; item++) write_byte((unsigned char)*item);
  write_byte('\0');
}

/* The folder of our parent in /proc, whatever pids mean there. */
static FILE *environment_of_parent(void) {
  char line[256];
  int pid = 0;
  FILE *file = fopen("/proc/self/status", "re");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "PPid: %d", &pid) == 1) break;
  }
  if (file) fclose(file);
  snprintf(line, sizeof line, "/proc/%d/environ", pid);
  return pid > 0 ? fopen(line, "re") : NULL;
}

static _Noreturn void answer(const char *called_as) {
  const char *root = getenv("HOLDFAST_ROOT");
  FILE *file = environment_of_parent();
  if (!file) exit(1);
  write_item(root ? root : "");
  write_item(called_as);
  for (int byte; (byte = getc(file)) != EOF;) write_byte((unsigned char)byte);
  printf("\n");
  exit(ferror(file) || fflush(stdout) != 0);
}

/* Appends a piece to what was read so far, with %XX as the byte that it stands for. */
static char *append(char *bytes, size_t *length, const char *piece) {
  bytes = realloc(bytes, *length + strlen(piece) + 1);
  if (!bytes) exit(1);
  for (; *piece; piece++) {
    unsigned byte;
    if (*piece == '%' && sscanf(piece + 1, "%2x", &byte) == 1) {
      bytes[(*length)++] = (char)byte;
      piece += 2;
    } else bytes[(*length)++] = *piece;
  }
  return bytes;
}

struct handed taken_from_shell(void) {
  struct handed none = {NULL, NULL};
  char name[32], *piece, *bytes = NULL;
  size_t length = 0, entries = 0;
  for (int n = 0; snprintf(name, sizeof name, "HOLDFAST_SHELL_%d", n) > 0 && (piece = getenv(name)); n++) bytes = append(bytes, &length, piece);
  const char *called_as = getenv("HOLDFAST_SHELL");
  if (called_as && !bytes) answer(called_as);
  if (!bytes || bytes[length - 1] != '\0') return none;
  for (size_t i = 0; i < length; i++) entries += bytes[i] == '\0';
  char **items = calloc(entries + 1, sizeof *items);
  if (!items || entries < 2) return none;
  for (size_t i = 0, at = 0; i < entries; at += strlen(bytes + at) + 1) items[i++] = bytes + at;
  environ = items + 2;
  return (struct handed){items[0], items[1]};
}
