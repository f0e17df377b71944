/* Where things are: the installation that the launcher belongs to, and Node.js. */
#include "launcher.h"

/* As npm calls it: the package of this platform is holdfast-keeper-PLATFORM. */
#ifndef PLATFORM
#if defined __x86_64__
#define PLATFORM "linux-x64"
#elif defined __aarch64__
#define PLATFORM "linux-arm64"
#else
#define PLATFORM "of-this-platform"
#endif
#endif

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

/* Some steps up from the file behind all links; NULL when there is none. */
static char *folder_above(const char *path, int steps) {
  char *whole = realpath(path, NULL);
  for (int step = 1; whole && step <= steps; step++) {
    char *slash = strrchr(whole, '/');
    if (slash == whole && step == steps) slash++;
    if (slash) *slash = '\0';
  }
  return whole;
}

/*
 * `above` is where bin/ is. That is the installation, or the package of a platform, which lies beside the package or in its node_modules; or dist/,
 * where `holdfast build-keeper` puts what it compiles.
 */
static char *installation_at(char *above, const char *program) {
  if (!above) return NULL;
  char *places[] = {above, text("%s/..", above), text("%s/../holdfast", above), text("%s/../..", above)};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (is_file(text("%s/%s", places[i], program))) return realpath(places[i], NULL);
  }
  return NULL;
}

char *find_installation(const char *called_as, const char *program) {
  char *root = folder_above(called_as, 2), *found = installation_at(root, program);
  /* What was executed by descriptor, or through another loader, does not know its path. */
  if (!found) found = installation_at(folder_above("/proc/self/exe", 2), program);
  if (found) return found;
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

char *find_node(const char *root) {
  char *named = getenv("HOLDFAST_NODE"), *own = text("%s/node/bin/node", root), *found = NULL;
  if (!named || !*named) found = is_program(own) ? own : on_path("node");
  else if (!strchr(named, '/')) found = on_path(named);
  else if (is_program(named)) found = whole(named);
  if (!found) stop("Node.js was not found: install version 20.19 or later, or set HOLDFAST_NODE to its path.");
  return found;
}

char *find_keeper(const char *root) {
  char *named = getenv("HOLDFAST_KEEPER"), *above = folder_above("/proc/self/exe", 2);
  if (named && *named) return named;
  char *places[] = {text("%s/dist", root), above, text("%s/node_modules/holdfast-keeper-" PLATFORM, root), text("%s/../holdfast-keeper-" PLATFORM, root)};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    char *keeper = places[i] ? text("%s/holdfast-keeper", places[i]) : NULL;
    if (keeper && is_file(keeper)) return i == 0 ? keeper : realpath(keeper, NULL);
  }
  return NULL;
}
