/* Where things are: the installation that the launcher belongs to, and Node.js. */
#include "launcher.h"

/* Where commands are looked for when there is no PATH. */
static const char DEFAULT_PATH[] = "/usr/local/bin:/usr/bin:/bin";

bool is_file(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_program(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0;
}

/* Two steps up from the file behind all links; NULL when there is none. */
static char *folder_above(const char *path) {
  char *whole = realpath(path, NULL);
  for (int step = 0; whole && step < 2; step++) {
    char *slash = strrchr(whole, '/');
    if (slash == whole && step == 1) slash++;
    if (slash) *slash = '\0';
  }
  return whole;
}

char *find_installation(const char *called_as, const char *program) {
  char *root = folder_above(called_as);
  if (root && is_file(text("%s/%s", root, program))) return root;
  /* What was executed by descriptor, or through another loader, does not know its path. */
  char *other = folder_above("/proc/self/exe");
  if (other && is_file(text("%s/%s", other, program))) return other;
  if (!root) stop("cannot find the folder it was installed in.");
  if (is_file(text("%s/package.json", root))) stop("it is not built yet: run 'npm run build' in %s.", root);
  stop("%s/%s is missing: it works from the bin folder of its installation; make a link to it there instead of a copy.", root, program);
}

/* A relative path is made whole: the daemon is started again later, maybe from another folder. */
static char *whole(char *path) {
  char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
  return cwd ? text("%s/%s", cwd, path) : path;
}

/* As execvp looks for a command, but told before anything is run. An empty part of PATH is the working folder. */
static char *on_path(const char *name) {
  const char *part = getenv("PATH");
  if (!part) part = DEFAULT_PATH;
  for (;; part++) {
    size_t length = strcspn(part, ":");
    char *path = length == 0 ? text("./%s", name) : text("%.*s/%s", (int)length, part, name);
    if (is_program(path)) return whole(path);
    part += length;
    if (*part == '\0') return NULL;
  }
}

char *find_node(void) {
  char *named = getenv("HOLDFAST_NODE"), *found = NULL;
  if (!named || !*named) found = on_path("node");
  else if (!strchr(named, '/')) found = on_path(named);
  else if (is_program(named)) found = whole(named);
  if (!found) stop("Node.js was not found: install version 20.19 or later, or set HOLDFAST_NODE to its path.");
  return found;
}
