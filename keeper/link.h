/* The connection to the daemon, the_daemon.socket, and what comes in by it. */
#pragma once
#include "store.h"
#include "protocol.h"

void link_ready(uint32_t events);
/* Writes what there is to say. */
void link_flush(void);
/* Takes what a dead daemon has sent completely, then closes. */
void link_close(void);
/* Answers hello: welcome and all that the keeper holds. */
void link_greet(uint16_t version);
/* The answer to somebody who was not greeted. */
void link_refuse(enum refusal code, const char *text);

/* batch.c */
extern struct store stored_states;

/* One frame, without its length. */
void frame_received(struct span frame);
void refuse(uint64_t batch, enum refusal code, const char *text);
