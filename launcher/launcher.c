/*
 * The launcher: what people call supervisord, supervisorctl, echo_supervisord_conf and holdfast. It finds its installation and Node.js, and is
 * then replaced by the keeper or by node. No shell stands in between, so that nobody's environment, command line or descriptors change on the way;
 * and node is given nothing that was meant for the Node.js programs of the user (birth.c).
 *
 * It is compiled once for each TOOL, so links and copies may have any name. Only stat and exec say whether a file can be used: access() is faccessat2 in
 * newer C libraries, which older container runtimes refuse with EPERM.
 */
#include "launcher.h"
#include <stdarg.h>
#include <sys/auxv.h>

#ifndef TOOL
#error "compile with -DTOOL=\"supervisord\" or another tool"
#endif

/* As scripts/daemonflags.mjs has them. */
static const char *const NODE_FLAGS[] = {DAEMON_FLAGS, NULL};
/* node, its flags, the program, and the NULL at the end; the keeper takes 16. */
enum { DAEMON_WORDS_MAX = sizeof NODE_FLAGS / sizeof NODE_FLAGS[0] + 2 };

_Noreturn void stop(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fputs(TOOL ": ", stderr);
  vfprintf(stderr, format, values);
  fputc('\n', stderr);
  va_end(values);
  exit(1);
}

char *text(const char *format, ...) {
  char *made = NULL;
  va_list values;
  va_start(values, format);
  if (vasprintf(&made, format, values) < 0) stop("no memory to begin with");
  va_end(values);
  return made;
}

void *room(size_t size) {
  void *made = calloc(1, size);
  if (!made) stop("no memory to begin with");
  return made;
}

static bool has_word(char **words, const char *wanted) {
  while (*words && strcmp(*words, wanted) != 0) words++;
  return *words != NULL;
}

static size_t count(char **words) {
  size_t n = 0;
  while (words[n]) n++;
  return n;
}

/* node PROGRAM with the words behind argv[0] */
static _Noreturn void run_node(char *node, char *program, char **words) {
  size_t n = count(words);
  char **command = room((n + 3) * sizeof *command), *none[] = {NULL};
  command[0] = node;
  command[1] = program;
  for (size_t i = 1; i < n; i++) command[i + 1] = words[i];
  execve(node, command, environment_for_node(words, none));
  stop("cannot run %s: %s", node, strerror(errno));
}

/* The keeper gets the words of the user, so its command line is what was typed; what it is to run as the daemon stands in its environment. */
static _Noreturn void run_keeper(const char *root, char *node, char *program, char **words) {
  const char *keeper = find_keeper(root);
  if (!keeper) stop("the keeper %s/dist/holdfast-keeper is missing: run 'npm run build' in %s, or set HOLDFAST_KEEPER to one that was built elsewhere.", root, root);
  check_keeper(root, keeper);
  char *more[DAEMON_WORDS_MAX] = {NULL};
  int n = 0;
  more[n++] = text("HOLDFAST_PROGRAM_0=%s", node);
  for (const char *const *flag = NODE_FLAGS; *flag; flag++, n++) more[n] = text("HOLDFAST_PROGRAM_%d=%s", n, *flag);
  more[n] = text("HOLDFAST_PROGRAM_%d=%s", n, program);
  execve(keeper, words, environment_for_node(words, more));
  if (errno == ENOENT && !is_file(keeper))
    stop("the keeper %s is missing: run 'npm run build' in %s, or set HOLDFAST_KEEPER to one that was built elsewhere.", keeper, root);
  if (errno == EACCES) stop("%s is not executable for you", keeper);
  stop("cannot run the keeper %s: %s", keeper, strerror(errno));
}

int main(int argc, char **argv) {
  /* The path that was executed, as a script would be told it: whole for what was found on PATH, whatever the caller wrote into argv[0]. */
  struct handed handed = taken_from_shell();
  const char *path = handed.called_as ? handed.called_as : (const char *)getauxval(AT_EXECFN);
  char *none[] = {NULL, NULL}, **words = argc > 0 ? argv : none;
  words[0] = path && *path ? text("%s", path) : argc > 0 && *argv[0] ? argv[0] : text("%s", TOOL);
  bool keeps = strcmp(TOOL, "supervisord") == 0;
  const char *bundle = keeps ? "dist/daemon.cjs" : "dist/" TOOL ".cjs";
  char *root = handed.root && is_file(text("%s/%s", handed.root, bundle)) ? handed.root : find_installation(words[0], bundle);
  char *program = text("%s/%s", root, bundle), *node = find_node(root);
  keep_configuration(words);
  /* --hash-password asks at the terminal, which belongs to the process that was started here, not to one behind the keeper. */
  if (keeps && !has_word(words, "--hash-password")) run_keeper(root, node, program, words);
  run_node(node, program, words);
}
