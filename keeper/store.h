/* The daemon's states: keys and values that only the daemon understands. A set of changes is taken whole or not at all. */
#pragma once
#include "bytes.h"
#include "map.h"

struct state { struct node node; struct state *undo_next, *replaced; uint32_t key_length, value_length; bool deletes, fresh, superseded; uint8_t bytes[]; };
struct store { struct map map; size_t total; };

/* The changes of one batch while it is being looked at: newest first. */
struct changes { struct store *store; struct state *last; };

/* Carries out one change, to be undone by store_undo or made final by store_keep. False: no memory. */
bool store_change(struct changes *c, struct span key, bool deletes, struct span value);
/* False (and all undone) when the store would be larger than `max`. */
bool store_keep(struct changes *c, size_t max);
void store_undo(struct changes *c);
struct state *store_get(const struct store *s, struct span key);
