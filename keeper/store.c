/* See store.h. Changes are carried out at once and remembered in a list; undoing walks it backwards. */
#include "store.h"

static uint64_t hash(struct span key) {
  uint64_t h = 0xcbf29ce484222325u;
  for (uint32_t i = 0; i < key.length; i++) h = (h ^ key.at[i]) * 0x100000001b3u;
  return h;
}

static size_t weight(const struct state *s) { return (size_t)s->key_length + s->value_length; }

struct state *store_get(const struct store *s, struct span key) {
  for (struct node *n = map_get(&s->map, hash(key)); n; n = map_same(n)) {
    struct state *state = owner_of(n, struct state, node);
    if (state->key_length == key.length && memcmp(state->bytes, key.at, key.length) == 0) return state;
  }
  return NULL;
}

static void take_out(struct store *s, struct state *state) {
  map_drop(&s->map, &state->node);
  s->total -= weight(state);
}

static void put_in(struct store *s, struct state *state, uint64_t key) {
  map_put(&s->map, &state->node, key);
  s->total += weight(state);
}

bool store_change(struct changes *c, struct span key, bool deletes, struct span value) {
  struct state *new = sys_alloc(sizeof *new + key.length + value.length);
  if (!new) return false;
  *new = (struct state){.key_length = key.length, .value_length = value.length, .deletes = deletes, .replaced = store_get(c->store, key), .fresh = true};
  memcpy(new->bytes, key.at, key.length);
  if (value.length > 0) memcpy(new->bytes + key.length, value.at, value.length);
  if (new->replaced) {
    take_out(c->store, new->replaced);
    new->replaced->superseded = new->replaced->fresh;
  }
  if (deletes) new->node.key = hash(key);
  else put_in(c->store, new, hash(key));
  new->undo_next = c->last;
  c->last = new;
  return true;
}

bool store_keep(struct changes *c, size_t max) {
  if (c->store->total > max) {
    store_undo(c);
    return false;
  }
  for (struct state *s = c->last, *next; s; s = next) {
    next = s->undo_next;
    /* What was replaced is either older than this batch, or one of its own changes and comes later in this list. */
    if (s->replaced && !s->replaced->fresh) free(s->replaced);
    s->replaced = NULL;
    if (s->deletes || s->superseded) free(s);
    else s->fresh = false;
  }
  c->last = NULL;
  return true;
}

void store_undo(struct changes *c) {
  for (struct state *s = c->last, *next; s; s = next) {
    next = s->undo_next;
    if (!s->deletes) take_out(c->store, s);
    if (s->replaced) put_in(c->store, s->replaced, s->node.key);
    free(s);
  }
  c->last = NULL;
}
