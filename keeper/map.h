/*
 * A hash map whose nodes live inside what they name. Putting never fails: when a larger table cannot be had, the chains grow longer.
 */
#ifndef MAP_H
#define MAP_H
#include "sys.h"

struct node { struct node *next; uint64_t key; };
struct map { struct node **slots; size_t mask, count; struct node *first[16]; };

void map_init(struct map *m);
struct node *map_get(const struct map *m, uint64_t key);
/* Several nodes may have one key (the store's hashes): the next one of the same key. */
struct node *map_same(const struct node *n);
void map_put(struct map *m, struct node *n, uint64_t key);
void map_drop(struct map *m, struct node *n);
/* Every node once: NULL begins, NULL ends. Ask for the next before dropping the present one. */
struct node *map_next(const struct map *m, const struct node *n);

#endif
