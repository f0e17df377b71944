/*
 * What every file of the main thread may use: descriptors to watch, reports, timers, workers, and how far the keeper's end has got. The main thread owns
 * all that the keeper holds, except what a job in flight points to: a sink OPENING or BUSY, a stream MOVING, a spawn request until it is done.
 */
#pragma once
#include "map.h"
#include "reports.h"
#include "timers.h"
#include "workers.h"

/* How the keeper ends: WILLING (last wills), then FLUSHING (what is on its way into the sinks), then PARTING (from the daemon). */
enum ending { RUNNING, WILLING, FLUSHING, PARTING };

extern struct keeper {
  int epoll, signals, null;
  struct reports reports;
  struct timers timers;
  struct workers workers;
  enum ending ending;
  bool leave_none;            /* no child may outlive the keeper */
  bool frozen;                /* nothing is read and no job is begun: a table is written, or taken up */
} K;

#define report(kind, tag, ...) reports_add(&K.reports, kind, tag, FIELDS(__VA_ARGS__))

/* What an event of epoll is about; the low half of its data is the number. */
enum watched { WATCH_SIGNALS, WATCH_RESULTS, WATCH_DAEMON, WATCH_PIDFD, WATCH_STREAM, WATCH_STDIN, WATCH_SINK, WATCH_NOTIFY, WATCH_READY };
/* Waits for `events` once; false: epoll refuses (errno). `known`: it was watched before. */
bool watch(enum watched what, uint32_t number, int fd, uint32_t events, bool known);
void unwatch(int fd);
