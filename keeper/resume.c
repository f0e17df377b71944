/*
 * From one keeper to the other: the exec, what the next one does with the table that it finds, and the way back. Until all is taken up nothing has been changed
 * that the old one would miss: every descriptor is still inherited, nothing was reaped, read or written.
 */
#include "upgrade.h"
#include "children.h"
#include "daemon.h"
#include "host.h"

enum { TRIES = 50, PAUSE_US = 100000, EXIT_LOST = 70 };

/* The tests' may fail or abort. */
#ifndef RESUME_CANNOT
#define RESUME_CANNOT() false
#endif

char **own_words;
/* By whoever executed this one; `word` and `environment`: to the next. */
static struct { int table, back, tries, error; char text[TABLE_WHY], word[TABLE_WHY + 64], **environment; } said;

char **environment_with(const char *dropped, char *added) {
  size_t n = 0, kept = 0;
  while (environ[n]) n++;
  char **all = sys_alloc((n + 2) * sizeof *all);
  for (char **e = environ; all && *e; e++) {
    if (strncmp(*e, dropped, strlen(dropped)) != 0) all[kept++] = *e;
  }
  if (all) all[kept] = added;
  return all;
}

/* What the descriptor shows, in memory; at NULL: it cannot be had. */
static struct table_bytes map_table(int fd) {
  struct stat st;
  struct table_bytes table = {NULL, sys_fstat(fd, &st) == 0 ? (size_t)st.st_size : 0};
  if (table.size > 0) table.at = sys_map(fd, table.size);
  return table;
}

enum upgrade_step hand_over(int table_fd, int next, int back, int *error, char *why) {
  char word[64];
  enum upgrade_step step = UPGRADE_TABLE;
  struct table_bytes table = map_table(table_fd);
  snprintf(word, sizeof word, RESUME_VARIABLE "=%d %d 0 0 ", table_fd, back);
  char **environment = environment_with(RESUME_VARIABLE "=", word);
  snprintf(why, TABLE_WHY, "the table cannot be read back");
  if (!table.at || !environment) {
    *error = errno;
  } else if (table_inherit(table, why) && sys_fcntl(table_fd, F_SETFD, 0) == 0 && sys_fcntl(back, F_SETFD, 0) == 0) {
    (void)sys_execveat(next, own_words, environment);
    *error = errno;
    step = UPGRADE_EXEC;
    snprintf(why, TABLE_WHY, "it cannot be executed: %s", strerror(*error));
  }
  host_close_on_exec();
  if (table.at) (void)munmap((void *)(uintptr_t)table.at, table.size);
  free(environment);
  return step;
}

bool resume_check(const char *fd) {
  char why[TABLE_WHY] = "the table cannot be read";
  struct table_bytes table = map_table(atoi(fd));
  the_daemon.argv = NULL; /* the words that follow our own name are none of its */
  if (table.at && restore_all(table, why)) return true;
  dprintf(2, "%s\n", why);
  return false;
}

/* The old keeper again, or itself when it is the old one, as often as that may help. */
static _Noreturn void go_back(int error, const char *why) {
  for (said.tries++; said.tries <= TRIES; said.tries++) {
    bool first = said.tries == 1;
    if (!first) usleep(PAUSE_US);
    snprintf(said.word, sizeof said.word, RESUME_VARIABLE "=%d %d %d %d %.*s", said.table, said.back, said.tries, first ? error : said.error, TABLE_WHY - 1,
             first ? why : said.text);
    if (!said.environment) said.environment = environment_with(RESUME_VARIABLE "=", said.word);
    if (first) snprintf(said.text, sizeof said.text, "%s", why), said.error = error;
    if (said.environment) (void)sys_execveat(said.back, own_words, said.environment);
  }
  dprintf(2, "supervisord: neither the new keeper nor the old one can go on (%s); the programs are left alone\n", why);
  _exit(EXIT_LOST);
}

static void crashed(int signal) { go_back(0, strsignal(signal)); }

/* What the new keeper has not foreseen must not be the end of all. */
static void catch_crashes(bool catch) {
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    sigaddset(&set, crashes[i]);
    signal(crashes[i], catch ? crashed : SIG_DFL);
  }
  sigprocmask(catch ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

/* Where the new keeper could not go on its daemon is not started either. */
static void take_former(void) {
  the_daemon.argv = the_daemon.former ? the_daemon.former : the_daemon.argv;
  the_daemon.former = NULL;
}

void resume(const char *word, bool begun) {
  char why[TABLE_WHY] = "the table cannot be read";
  int at = 0;
  if (sscanf(word, "%d %d %d %d %n", &said.table, &said.back, &said.tries, &said.error, &at) < 4) _exit(EXIT_LOST);
  snprintf(said.text, sizeof said.text, "%s", word + at);
  unsetenv(RESUME_VARIABLE);
  said.environment = environment_with(RESUME_VARIABLE "=", said.word);
  catch_crashes(true);
  struct table_bytes table = map_table(said.table);
  bool good = begun && table.at && reports_promise(&K.reports, 1) && restore_all(table, why);
  if (!good || (said.tries == 0 && RESUME_CANNOT())) go_back(errno, why);
  catch_crashes(false);
  (void)munmap((void *)(uintptr_t)table.at, table.size);
  sys_close(said.table);
  sys_close(said.back);
  host_close_on_exec();
  if (said.tries > 0) take_former();
  the_daemon.program = the_daemon.argv[0];
  upgrade_report(restored_token, said.tries > 0 ? UPGRADE_RETURNED : UPGRADE_DONE, said.error, said.text, true);
  restore_go_on();
}
