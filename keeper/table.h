/*
 * What a keeper leaves to the one that replaces it: a header and records, in a memfd. Each record is one list of fields here, from which its struct, its
 * writer and its reader are made. A list only ever grows at its end: who reads an older record finds zeros there (no descriptor), who reads a newer one
 * skips what it does not know. The first fields of child, socket, stored, sink and stream are those of the welcome's frames. Pure but for the file.
 */
#pragma once
#include "bytes.h"
#include "protocol.h"

/* Kinds of fields: N1 to N8, numbers of so many bytes; I4, with a sign; BYTES; and descriptors, below 0 none: PIPE, SOCK, FILE_ (of any kind). */
#define KEEPER_FIELDS(X) \
  X(N8, inherited) X(N8, nofile_soft) X(N8, nofile_hard) X(N8, nproc_soft) X(N8, nproc_hard) X(I4, nice) X(BYTES, oom) X(N1, daemonized) \
  X(N8, last_report) X(N4, quick_deaths) X(N4, unready) X(N4, deaths) X(I4, status) X(N4, terms) X(N4, token)
/* A word of the daemon's command line; of the daemon before, when the keeper is to start that one again if this one cannot be had. */
#define WORD_FIELDS(X) X(N1, former) X(BYTES, text)
#define INPUT_FIELDS(X) X(N4, child) X(BYTES, bytes)
#define OP_FIELDS(X) \
  X(N4, sink) X(N1, kind) X(N4, stream) X(N1, block) X(N1, append) X(BYTES, path) X(N1, flags) X(N4, mode) X(N8, limit) X(BYTES, bytes)
#define CHILD_FIELDS(X) \
  X(N4, child) X(BYTES, label) X(I4, pid) X(N1, state) X(N8, mono) X(N8, wall) \
  X(N1, reaped) X(N4, step) X(N4, error) X(I4, status) X(N8, ended_mono) X(N8, ended_wall) X(N8, user_us) X(N8, system_us) X(N8, maxrss) \
  X(N4, out) X(N4, err) X(PIPE, input) X(N1, input_closing) X(I4, signal) X(N4, wait_ms) X(N1, signal_group) X(N1, kill_group) X(I4, rank) \
  X(BYTES, cgroup) X(SOCK, notify) X(PIPE, ready)
#define SOCKET_FIELDS(X) X(N4, socket) X(N1, family) X(N1, state) X(N1, serve) X(I4, descriptor) X(BYTES, address) X(N2, port) X(SOCK, fd)
#define STORED_FIELDS(X) X(BYTES, key) X(BYTES, value)
#define SINK_FIELDS(X) \
  X(N4, sink) X(BYTES, path) X(N8, size) X(N8, limit) X(N1, regular) \
  X(N1, kind) X(N1, flags) X(N4, mode) X(N8, device) X(N8, inode) X(FILE_, fd) X(N1, at_limit) X(N1, failing) X(N8, lost_all) X(N8, lost_burst)
#define STREAM_FIELDS(X) \
  X(N4, stream) X(N4, child) X(N1, mode) X(N4, sink) X(N1, open) X(PIPE, fd) X(N1, ended) X(N8, pipe_bytes) X(N8, block_number)

/* A kept report's record has the report's tag, and is its body as it is. */
#define RECORDS(R) \
  R(keeper, KEEPER_FIELDS, RECORD_KEEPER) R(word, WORD_FIELDS, RECORD_WORD) R(input, INPUT_FIELDS, RECORD_INPUT) R(op, OP_FIELDS, RECORD_OP) \
  R(child, CHILD_FIELDS, RECORD_CHILD) R(socket, SOCKET_FIELDS, RECORD_SOCKET) R(stored, STORED_FIELDS, RECORD_STORED) \
  R(sink, SINK_FIELDS, RECORD_SINK) R(stream, STREAM_FIELDS, RECORD_STREAM)
enum record_tag {
  RECORD_KEEPER = 1, RECORD_WORD, RECORD_INPUT, RECORD_OP,
  RECORD_CHILD = FRAME_CHILD, RECORD_SOCKET, RECORD_STORED, RECORD_SINK, RECORD_STREAM,
  RECORD_REPORT_FIRST = REPORT_SPAWNED, RECORD_REPORT_LAST = 127,
};

#define MEMBER_N1(name) uint8_t name;
#define MEMBER_N2(name) uint16_t name;
#define MEMBER_N4(name) uint32_t name;
#define MEMBER_N8(name) uint64_t name;
#define MEMBER_I4(name) int32_t name;
#define MEMBER_BYTES(name) struct span name;
#define MEMBER_PIPE(name) int32_t name;
#define MEMBER_SOCK(name) int32_t name;
#define MEMBER_FILE_(name) int32_t name;
#define MEMBER(kind, name) MEMBER_##kind(name)
#define STRUCT_OF(name, FIELDS_OF, tag_) struct name##_record { FIELDS_OF(MEMBER) };
RECORDS(STRUCT_OF)

/* MUST_KNOW: who does not know its tag does not take the table. */
enum { TABLE_HEADER = 8 + 2 + 4 + 8 + 4, TABLE_WHY = 512, MUST_KNOW = 1 };

struct record {
  uint16_t tag, flags;
  bool known;
  struct span body;
#define UNION_OF(name, FIELDS_OF, tag_) struct name##_record name;
  union { RECORDS(UNION_OF) };
};

/* A table on its way into a file. `error` stays once it is set. */
struct table { int fd, error; uint8_t *bytes; size_t have, room; uint32_t records, crc; uint64_t length; };
void table_begin(struct table *t, int fd);
/* Writes the record's part of the union by its tag; a tag of a report writes its body. */
void table_put(struct table *t, const struct record *r);
/* 0, or an errno. */
int table_end(struct table *t);

/* A table in memory. */
struct table_bytes { const uint8_t *at; size_t size; };
/* Calls `take` for each record that is known, one after the other. False: `why` (TABLE_WHY bytes) says what is wrong; `take` said so, or the table is not
 * whole, or it has an important record that is not known here. */
bool table_read(struct table_bytes table, bool (*take)(void *with, const struct record *record, char *why), void *with, char *why);
/* Each descriptor of a record; `type` as of st_mode, 0: any. False as soon as `use` says so. */
bool record_descriptors(const struct record *record, bool (*use)(void *with, int fd, mode_t type), void *with);
