/* See map.h. */
#include "map.h"

static size_t slot_of(const struct map *m, uint64_t key) { return (size_t)((key * 0x9e3779b97f4a7c15u) >> 32) & m->mask; }

struct node *map_get(const struct map *m, uint64_t key) {
  struct node *n = m->slots[slot_of(m, key)];
  while (n && n->key != key) n = n->next;
  return n;
}

struct node *map_same(const struct node *n) {
  uint64_t key = n->key;
  struct node *next = n->next;
  while (next && next->key != key) next = next->next;
  return next;
}

static void grow(struct map *m) {
  size_t old = m->mask + 1;
  struct node **slots = sys_alloc(old * 4 * sizeof *slots), **was = m->slots;
  if (!slots) return;
  m->slots = slots;
  m->mask = old * 4 - 1;
  for (size_t i = 0; i < old; i++) {
    for (struct node *n = was[i], *next; n; n = next) {
      next = n->next;
      size_t slot = slot_of(m, n->key);
      n->next = slots[slot];
      slots[slot] = n;
    }
  }
  if (was != m->first) free(was);
}

void map_put(struct map *m, struct node *n, uint64_t key) {
  if (m->count >= (m->mask + 1) * 2) grow(m);
  n->key = key;
  struct node **slot = &m->slots[slot_of(m, key)];
  n->next = *slot;
  *slot = n;
  m->count++;
}

void map_drop(struct map *m, struct node *n) {
  struct node **at = &m->slots[slot_of(m, n->key)];
  while (*at != n) at = &(*at)->next;
  *at = n->next;
  m->count--;
}

struct node *map_next(const struct map *m, const struct node *n) {
  if (n && n->next) return n->next;
  for (size_t slot = n ? slot_of(m, n->key) + 1 : 0; slot <= m->mask; slot++) {
    if (m->slots[slot]) return m->slots[slot];
  }
  return NULL;
}
