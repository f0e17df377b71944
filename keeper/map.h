/*
 * A hash map whose nodes live inside what they name. Putting never fails: when a larger table cannot be had, the chains grow longer.
 */
#pragma once
#include "sys.h"

struct node { struct node *next; uint64_t key; };
struct map { struct node **slots; size_t mask, count; struct node *first[16]; };

/* What a map begins as. */
#define MAP_EMPTY(m) {.slots = (m).first, .mask = sizeof (m).first / sizeof (m).first[0] - 1}
struct node *map_get(const struct map *m, uint64_t key);
/* Several nodes may have one key (the store's hashes): the next one of the same key. */
struct node *map_same(const struct node *n);
void map_put(struct map *m, struct node *n, uint64_t key);
void map_drop(struct map *m, struct node *n);
/* Every node once: NULL begins, NULL ends. Ask for the next before dropping the present one. */
struct node *map_next(const struct map *m, const struct node *n);
/* For each `struct type *one` whose member `node` is in the map; it may be dropped meanwhile, but no other. Without break, which would end nothing. */
#define MAP_EACH(type, one, m) \
  for (struct node *next_##one = map_next(m, NULL), *at_##one; (at_##one = next_##one);) \
    for (struct type *one = (next_##one = map_next(m, at_##one), owner_of(at_##one, struct type, node)); one; one = NULL)
