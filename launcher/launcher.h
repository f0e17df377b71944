/* What the parts of the launcher share. Everything here runs once, before an exec: what it allocates is never freed. */
#ifndef LAUNCHER_H
#define LAUNCHER_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* Says one sentence in the name of the tool and ends with 1. */
_Noreturn void stop(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* As asprintf, without failure. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *room(size_t size);

/* find.c */
bool is_file(const char *path);
/*
 * The installation that the executable belongs to, all links followed: the folder above its own, or what lies beside that. It has PROGRAM, or this ends;
 * `called_as`: the path that was executed.
 */
char *find_installation(const char *called_as, const char *program);
/* A path of Node.js: HOLDFAST_NODE, the one of the installation, or the first `node` on PATH. */
char *find_node(const char *root);
/* The keeper: HOLDFAST_KEEPER, what was built here, or what the package of this platform has; NULL: there is none. (PKG-003) */
char *find_keeper(const char *root);

/* formats.c: ends with a sentence when this keeper is not the one that belongs to the installation. */
void check_keeper(const char *root, const char *keeper);

/* shell.c, for what is started by a script of the npm package: see there. */
struct handed {
  char *root, *called_as; /* NULL: nothing was handed over */
};
struct handed taken_from_shell(void);

/* birth.c: the environment of the keeper and of node, with what `words` and the own environment were; `more` (ended by NULL) is added. */
char **environment_for_node(char **words, char **more);

/* descriptors.c: what can be read once and is named by one of the words can be read again. */
void keep_configuration(char **words);

#endif
