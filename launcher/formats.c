/*
 * Whether the keeper that was found belongs to the installation. In a package both come together; npm, though, installs the keeper as a package of its own,
 * and somebody may have updated one of the two. dist/launch.json says which keeper is meant, and the keeper says what it is: `holdfast-keeper --formats`.
 */
#include "launcher.h"
#include <sys/wait.h>

/* The text behind `"name": "` in the file; "" where there is none. */
static const char *value_in(const char *json, const char *name) {
  const char *at = strstr(json, text("\"%s\": \"", name));
  if (!at) return "";
  at += strlen(name) + 5;
  return text("%.*s", (int)strcspn(at, "\""), at);
}

static char *whole_file(const char *path) {
  static char bytes[4096];
  FILE *file = fopen(path, "re");
  size_t n = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0;
  if (file) fclose(file);
  bytes[n] = '\0';
  return n > 0 ? bytes : NULL;
}

/* What `keeper --formats` prints; an executable that cannot be run is told by who runs it as the keeper. */
static bool ask(char *keeper, char *line, size_t size) {
  int ends[2], status;
  if (pipe2(ends, O_CLOEXEC) < 0) return false;
  pid_t pid = fork();
  if (pid == 0) {
    char *words[] = {keeper, (char *)(uintptr_t)"--formats", NULL}, *nothing[] = {NULL};
    if (dup2(ends[1], 1) == 1) execve(keeper, words, nothing);
    _exit(127);
  }
  close(ends[1]);
  size_t n = 0;
  for (ssize_t more; pid > 0 && n < size - 1 && (more = read(ends[0], line + n, size - 1 - n)) > 0;) n += (size_t)more;
  close(ends[0]);
  line[n] = '\0';
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

void check_keeper(const char *root, const char *keeper) {
  const char *named = getenv("HOLDFAST_KEEPER"), *inside = text("%s/dist/", root);
  /* What somebody has named, or compiled here, is as he wants it; the daemon and the keeper agree on a protocol at their first words. */
  if ((named && *named) || strncmp(keeper, inside, strlen(inside)) == 0) return;
  char line[256], version[64] = "", build[64] = "", *json = whole_file(text("%s/dist/launch.json", root));
  if (!json || !ask((char *)(uintptr_t)keeper, line, sizeof line)) return;
  (void)sscanf(line, "holdfast-keeper %63s %63s", version, build);
  const char *wanted = value_in(json, "version");
  if (strcmp(build, value_in(json, "build")) == 0 && strcmp(version, wanted) == 0) return;
  stop("the keeper %s is of version %s (%s) and %s of version %s (%s): install the same version of both.", keeper, *version ? version : "?", build, root,
       wanted, value_in(json, "build"));
}
